//! Facts about devices, pushed requests and consents.

use std::time::{Duration, SystemTime};

use super::{MINUTE, SECOND, grant, scopes, today, user};
use crate::Digest;
use crate::store::consents::Given;
use crate::store::devices::{Device, MAX_WAITING, Poll, Polled, SLOWER_BY, Waiting};
use crate::store::grants::{Grant, ProtocolStore, Standing};
use crate::store::pushed::{MAX_PUSHED, Pushed};

const INTERVAL: Duration = Duration::from_secs(5);

fn device(name: &str) -> Device {
    Device {
        device: Digest::of(&format!("device {name}")),
        user_code: Digest::of(&format!("user {name}")),
        app: "tv".into(),
        scopes: scopes("openid orders.read"),
        resources: Box::new(["https://shop.example/orders".into()]),
        interval: INTERVAL,
        expires: today() + 10 * MINUTE,
    }
}

fn poll(device: &Device, refresh: &str, now: SystemTime) -> Poll {
    let bound_to = Some("thumb".into());
    Poll { shown: device.device, app: device.app.clone(), bound_to, refresh: Some(Digest::of(refresh)), now }
}

/// Devices: what the trait says of them.
pub async fn devices<S: ProtocolStore>(make: impl AsyncFn() -> S) {
    a_device_is_allowed_once_and_redeemed_once(&make().await).await;
    a_device_is_denied_or_comes_too_late(&make().await).await;
    a_device_that_asks_too_soon_has_to_wait_longer(&make().await).await;
    devices_that_wait_have_different_codes_and_are_bounded(&make().await).await;
}

async fn a_device_is_allowed_once_and_redeemed_once(store: &impl ProtocolStore) {
    let (tv, now) = (device("a"), today() + MINUTE);
    assert_eq!(store.wait(tv.clone(), today()).await, Ok(Waiting::Begun));
    assert_eq!(store.by_user_code(tv.user_code, now).await, Ok(Some(tv.clone())));
    assert_eq!(store.poll(poll(&tv, "r0", now)).await, Ok(Polled::Pending));

    let granted = Grant { sign_in: None, ..grant(user(), "tv") };
    assert_eq!(store.decide(tv.user_code, Some(granted.clone()), now).await, Ok(true));
    assert_eq!(store.decide(tv.user_code, None, now).await, Ok(false), "what was said stays");
    assert_eq!(store.by_user_code(tv.user_code, now).await, Ok(None));
    assert_eq!(store.by_id(granted.id).await, Ok(None), "it begins when the device asks");

    let other = Poll { app: "other".into(), ..poll(&tv, "x", now + INTERVAL) };
    assert_eq!(store.poll(other).await, Ok(Polled::Unknown));
    let begun = Grant { used: now + INTERVAL, bound_to: Some("thumb".into()), ..granted };
    assert_eq!(store.poll(poll(&tv, "r0", now + INTERVAL)).await, Ok(Polled::Redeemed(begun.clone())));
    assert_eq!(store.of_token(Digest::of("r0")).await, Ok(Some((begun.clone(), Standing::Present))));
    let again = store.poll(poll(&tv, "r1", now + 2 * INTERVAL)).await;
    assert_eq!(again, Ok(Polled::Replayed(begun.id)));
    assert_eq!(store.of_user(begun.user).await, Ok(vec![]), "the replay ended it");
}

async fn a_device_is_denied_or_comes_too_late(store: &impl ProtocolStore) {
    let tv = device("a");
    assert_eq!(store.wait(tv.clone(), today()).await, Ok(Waiting::Begun));
    assert_eq!(store.decide(tv.user_code, None, today()).await, Ok(true));
    assert_eq!(store.poll(poll(&tv, "r", today())).await, Ok(Polled::Denied));

    let late = device("b");
    assert_eq!(store.wait(late.clone(), today()).await, Ok(Waiting::Begun));
    assert_eq!(store.by_user_code(late.user_code, late.expires).await, Ok(None));
    assert_eq!(store.decide(late.user_code, None, late.expires).await, Ok(false));
    assert_eq!(store.poll(poll(&late, "r", late.expires)).await, Ok(Polled::Expired));
    assert_eq!(store.poll(Poll { shown: Digest::of("x"), ..poll(&late, "r", today()) }).await, Ok(Polled::Unknown));
}

async fn a_device_that_asks_too_soon_has_to_wait_longer(store: &impl ProtocolStore) {
    let tv = device("a");
    assert_eq!(store.wait(tv.clone(), today()).await, Ok(Waiting::Begun));
    let mut now = today();
    for (pause, answer) in [
        (Duration::ZERO, Polled::Pending),
        (INTERVAL, Polled::Pending),
        (INTERVAL - SECOND, Polled::SlowDown),
        (INTERVAL, Polled::SlowDown),
        (INTERVAL + 2 * SLOWER_BY, Polled::Pending),
    ] {
        now += pause;
        assert_eq!(store.poll(poll(&tv, "r", now)).await, Ok(answer));
    }
}

async fn devices_that_wait_have_different_codes_and_are_bounded(store: &impl ProtocolStore) {
    let first = device("0");
    assert_eq!(store.wait(first.clone(), today()).await, Ok(Waiting::Begun));
    let same = Device { device: Digest::of("else"), ..first.clone() };
    assert_eq!(store.wait(same, today()).await, Ok(Waiting::Taken));
    for number in 1..MAX_WAITING {
        assert_eq!(store.wait(device(&number.to_string()), today()).await, Ok(Waiting::Begun));
    }
    assert_eq!(store.wait(device("more"), today()).await, Ok(Waiting::Crowded));
    let other = Device { app: "other".into(), ..device("more") };
    assert_eq!(store.wait(other, today()).await, Ok(Waiting::Begun), "each app has its own bound");
    let later = Device { expires: first.expires + MINUTE, ..device("later") };
    assert_eq!(store.wait(later, first.expires).await, Ok(Waiting::Begun), "what has expired does not count");
}

/// Pushed requests: what the trait says of them.
pub async fn pushed<S: ProtocolStore>(make: impl AsyncFn() -> S) {
    let store = make().await;
    let request = Pushed {
        digest: Digest::of("request"),
        app: "shop".into(),
        parameters: "scope=openid&state=%C3%A9".into(),
        expires: today() + MINUTE,
    };
    let read = async |app: &str, now| store.read(request.digest, app.into(), now).await.expect("an answer");
    assert_eq!(store.push(request.clone(), today()).await, Ok(true));
    assert_eq!(read("shop", today()).await, Some(request.clone()));
    assert_eq!(read("shop", today()).await, Some(request.clone()), "reading leaves it");
    assert_eq!(read("other", today()).await, None);
    assert_eq!(read("shop", request.expires).await, None);
    assert_eq!(store.take(request.digest, "other".into(), today()).await, Ok(None));
    assert_eq!(store.take(request.digest, "shop".into(), today()).await, Ok(Some(request.clone())));
    assert_eq!(store.take(request.digest, "shop".into(), today()).await, Ok(None), "one alone has it");

    let numbered = |number: usize| Pushed { digest: Digest::of(&number.to_string()), ..request.clone() };
    for number in 0..MAX_PUSHED {
        assert_eq!(store.push(numbered(number), today()).await, Ok(true));
    }
    assert_eq!(store.push(numbered(MAX_PUSHED), today()).await, Ok(false));
    assert_eq!(store.push(numbered(MAX_PUSHED), request.expires).await, Ok(true));
    assert_eq!(store.take(Digest::of("0"), "shop".into(), request.expires).await, Ok(None), "too late");
}

/// Consents: what the trait says of them.
pub async fn consents<S: ProtocolStore>(make: impl AsyncFn() -> S) {
    let (store, person) = (make().await, user());
    let now = today() + MINUTE;
    assert!(store.given(person, "shop".into()).await.expect("an answer").is_empty());
    store.remember(person, "shop".into(), scopes("openid"), today()).await.expect("kept");
    store.remember(person, "shop".into(), scopes("orders.read openid"), now).await.expect("kept");
    store.remember(person, "other".into(), scopes("openid"), today()).await.expect("kept");
    assert_eq!(store.given(person, "shop".into()).await, Ok(scopes("openid orders.read")));
    assert!(store.given(user(), "shop".into()).await.expect("an answer").is_empty());
    let shop = Given { app: "shop".into(), scopes: scopes("openid orders.read"), changed: now };
    let other = Given { app: "other".into(), scopes: scopes("openid"), changed: today() };
    assert_eq!(store.given_by(person).await, Ok(vec![other.clone(), shop]));
    assert_eq!(store.end_of_user(person, Some("shop".into()), now).await, Ok(vec![]));
    assert_eq!(store.given_by(person).await, Ok(vec![other]));
}
