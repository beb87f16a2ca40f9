//! Facts about codes, and about the refresh tokens that follow one another.

use super::{DAY, MINUTE, SECOND, begun, code, grant, redeem, today, user};
use crate::store::codes::{Mismatch, Redeem, Redemption};
use crate::store::grants::{Grant, Grants, MAX_SIBLINGS, ProtocolStore, Rotate, Rotation, Standing};
use crate::{Digest, GrantId};
use std::time::{Duration, SystemTime};

const GRACE: Duration = Duration::from_secs(20);

fn rotate(shown: &str, next: &str, grant: &Grant, now: SystemTime) -> Rotate {
    Rotate {
        shown: Digest::of(shown),
        next: Digest::of(next),
        app: grant.app.clone(),
        key: None,
        now,
        grace: GRACE,
        idle: 30 * DAY,
    }
}

async fn rotated(store: &impl Grants, asked: Rotate) -> Rotation {
    store.rotate(asked).await.expect("an answer")
}

async fn ended(store: &impl Grants, id: GrantId) -> Option<SystemTime> {
    store.by_id(id).await.expect("an answer").expect("the grant").ended
}

/// Codes: what the trait says of them.
pub async fn codes<S: ProtocolStore>(make: impl AsyncFn() -> S) {
    a_code_is_redeemed_once_and_its_second_showing_ends_the_grant(&make().await).await;
    a_code_fits_its_app_uri_verifier_and_key(&make().await).await;
    a_code_ends_in_time_and_with_what_it_was_given_for(&make().await).await;
}

async fn a_code_is_redeemed_once_and_its_second_showing_ends_the_grant(store: &impl ProtocolStore) {
    let granted = grant(user(), "shop");
    let issued = code("code", &granted);
    store.issue(issued.clone()).await.expect("kept");
    assert_eq!(store.by_id(granted.id).await, Ok(None), "a grant begins when its code is redeemed");
    assert_eq!(store.of_user(granted.user).await, Ok(vec![]));

    let now = today() + SECOND;
    let asked =
        Redeem { key: Some("thumb".into()), bound_to: Some("thumb".into()), ..redeem("code", &issued, "r0", now) };
    let begun = Grant { used: now, bound_to: Some("thumb".into()), ..granted };
    let redeemed = Redemption::Redeemed { grant: Box::new(begun.clone()), nonce: issued.nonce.clone() };
    assert_eq!(store.redeem(asked.clone()).await, Ok(redeemed));
    assert_eq!(store.by_id(begun.id).await, Ok(Some(begun.clone())));
    assert_eq!(store.of_token(Digest::of("r0")).await, Ok(Some((begun.clone(), Standing::Present))));

    let again = Redeem { refresh: Some(Digest::of("r1")), now: now + SECOND, ..asked };
    assert_eq!(store.redeem(again).await, Ok(Redemption::Replayed(begun.id)));
    assert_eq!(ended(store, begun.id).await, Some(now + SECOND));
    assert_eq!(store.of_token(Digest::of("r1")).await, Ok(None), "a replay gives nothing");
    let dead = Rotate { key: Some("thumb".into()), ..rotate("r0", "r2", &begun, now + SECOND) };
    assert_eq!(rotated(store, dead).await, Rotation::Ended);
    assert_eq!(store.redeem(redeem("other", &issued, "r3", now)).await, Ok(Redemption::Unknown));
}

async fn a_code_fits_its_app_uri_verifier_and_key(store: &impl ProtocolStore) {
    let granted = grant(user(), "shop");
    let bound = |text: &str| {
        let granted = grant(granted.user, "shop");
        crate::store::codes::Code { key: Some("thumb".into()), ..code(text, &granted) }
    };
    for (number, mismatch) in
        [Mismatch::App, Mismatch::RedirectUri, Mismatch::Verifier, Mismatch::Key].iter().enumerate()
    {
        let text = format!("code{number}");
        let issued = bound(&text);
        store.issue(issued.clone()).await.expect("kept");
        let right = Redeem { key: issued.key.clone(), ..redeem(&text, &issued, &text, today()) };
        let wrong = match mismatch {
            Mismatch::App => Redeem { app: "other".into(), ..right.clone() },
            Mismatch::RedirectUri => Redeem { redirect_uri: Some("https://evil.example/".into()), ..right.clone() },
            Mismatch::Verifier => Redeem { challenge: "x".into(), ..right.clone() },
            Mismatch::Key => Redeem { key: None, ..right.clone() },
        };
        assert_eq!(store.redeem(wrong).await, Ok(Redemption::Mismatch(*mismatch)));
        assert_eq!(store.redeem(right).await, Ok(Redemption::Replayed(issued.grant.id)), "it is used up: {mismatch:?}");
        assert_eq!(store.of_token(Digest::of(&text)).await, Ok(None));
    }
    let issued = code("plain", &granted);
    store.issue(issued.clone()).await.expect("kept");
    let silent = Redeem { redirect_uri: None, ..redeem("plain", &issued, "r", today()) };
    assert!(matches!(store.redeem(silent).await, Ok(Redemption::Redeemed { .. })), "OAuth 2.1 does not repeat the URI");
}

async fn a_code_ends_in_time_and_with_what_it_was_given_for(store: &impl ProtocolStore) {
    let granted = grant(user(), "shop");
    let late = code("late", &granted);
    store.issue(late.clone()).await.expect("kept");
    assert_eq!(store.redeem(redeem("late", &late, "r0", late.expires)).await, Ok(Redemption::Expired));

    let taken = code("taken", &grant(granted.user, "shop"));
    store.issue(taken.clone()).await.expect("kept");
    assert_eq!(store.end_of_user(granted.user, Some("shop".into()), today()).await, Ok(vec![taken.grant.id]));
    assert_eq!(store.redeem(redeem("taken", &taken, "r1", today())).await, Ok(Redemption::Ended));
}

/// Grants: what the trait says of them.
pub async fn grants<S: ProtocolStore>(make: impl AsyncFn() -> S) {
    tokens_follow_one_another_and_tabs_may_race(&make().await).await;
    a_replay_ends_the_family(&make().await).await;
    a_sibling_that_was_left_behind_is_a_replay(&make().await).await;
    siblings_are_bounded(&make().await).await;
    a_family_dies_of_not_being_used(&make().await).await;
    a_token_is_its_apps_and_its_keys(&make().await).await;
    grants_end_one_by_one_by_app_by_person_and_by_browser(&make().await).await;
    tokens_are_made_void_and_old_things_are_dropped(&make().await).await;
}

async fn tokens_follow_one_another_and_tabs_may_race(store: &impl ProtocolStore) {
    let granted = begun(store, &grant(user(), "shop"), "r0").await;
    let now = today() + MINUTE;
    let used = Grant { used: now, ..granted.clone() };
    assert_eq!(rotated(store, rotate("r0", "r1", &granted, now)).await, Rotation::Rotated(used));
    assert_eq!(store.of_token(Digest::of("r0")).await.map(|found| found.map(|(_, it)| it)), Ok(Some(Standing::Past)));

    let raced = Grant { used: now + GRACE, ..granted.clone() };
    assert_eq!(rotated(store, rotate("r0", "r1b", &granted, now + GRACE)).await, Rotation::Again(raced));
    let later = now + GRACE + SECOND;
    assert!(matches!(rotated(store, rotate("r1b", "r2", &granted, later)).await, Rotation::Rotated(_)));
    assert!(matches!(rotated(store, rotate("r1", "r2b", &granted, later)).await, Rotation::Again(_)));
    assert_eq!(rotated(store, rotate("unknown", "r3", &granted, later)).await, Rotation::Unknown);
}

async fn a_replay_ends_the_family(store: &impl ProtocolStore) {
    let granted = begun(store, &grant(user(), "shop"), "r0").await;
    let now = today() + MINUTE;
    assert!(matches!(rotated(store, rotate("r0", "r1", &granted, now)).await, Rotation::Rotated(_)));
    let late = now + GRACE + Duration::from_millis(1);
    let replayed = Grant { used: now, ended: Some(late), ..granted.clone() };
    assert_eq!(rotated(store, rotate("r0", "x", &granted, late)).await, Rotation::Replayed(replayed));
    assert_eq!(rotated(store, rotate("r1", "y", &granted, late)).await, Rotation::Ended, "the honest one ends with it");
    assert_eq!(store.of_token(Digest::of("x")).await, Ok(None));
    assert_eq!(store.of_user(granted.user).await, Ok(vec![]));

    // Two turns back is a replay however short ago that was.
    let granted = begun(store, &grant(user(), "shop"), "s0").await;
    assert!(matches!(rotated(store, rotate("s0", "s1", &granted, now)).await, Rotation::Rotated(_)));
    assert!(matches!(rotated(store, rotate("s1", "s2", &granted, now)).await, Rotation::Rotated(_)));
    assert!(matches!(rotated(store, rotate("s0", "x", &granted, now)).await, Rotation::Replayed(_)));
}

async fn a_sibling_that_was_left_behind_is_a_replay(store: &impl ProtocolStore) {
    let granted = begun(store, &grant(user(), "shop"), "r0").await;
    let now = today() + MINUTE;
    assert!(matches!(rotated(store, rotate("r0", "r1", &granted, now)).await, Rotation::Rotated(_)));
    assert!(matches!(rotated(store, rotate("r0", "stolen", &granted, now)).await, Rotation::Again(_)));
    assert!(matches!(rotated(store, rotate("r1", "r2", &granted, now + MINUTE)).await, Rotation::Rotated(_)));
    let late = now + MINUTE + GRACE + SECOND;
    assert!(matches!(rotated(store, rotate("stolen", "x", &granted, late)).await, Rotation::Replayed(_)));
}

async fn siblings_are_bounded(store: &impl ProtocolStore) {
    let granted = begun(store, &grant(user(), "shop"), "r0").await;
    let now = today() + MINUTE;
    assert!(matches!(rotated(store, rotate("r0", "n0", &granted, now)).await, Rotation::Rotated(_)));
    for number in 1..MAX_SIBLINGS {
        let next = format!("n{number}");
        assert!(matches!(rotated(store, rotate("r0", &next, &granted, now)).await, Rotation::Again(_)));
    }
    assert_eq!(rotated(store, rotate("r0", "more", &granted, now)).await, Rotation::Crowded);
    assert!(matches!(rotated(store, rotate("n7", "next", &granted, now)).await, Rotation::Rotated(_)));
}

async fn a_family_dies_of_not_being_used(store: &impl ProtocolStore) {
    let granted = begun(store, &grant(user(), "shop"), "r0").await;
    let now = granted.used + 30 * DAY;
    assert!(matches!(rotated(store, rotate("r0", "r1", &granted, now)).await, Rotation::Rotated(_)));
    let late = now + 30 * DAY + SECOND;
    assert_eq!(rotated(store, rotate("r1", "r2", &granted, late)).await, Rotation::Expired);
    assert_eq!(ended(store, granted.id).await, Some(late));
}

async fn a_token_is_its_apps_and_its_keys(store: &impl ProtocolStore) {
    let granted = grant(user(), "shop");
    let issued = code("code", &granted);
    store.issue(issued.clone()).await.expect("kept");
    let asked = Redeem { bound_to: Some("thumb".into()), ..redeem("code", &issued, "r0", today()) };
    assert!(matches!(store.redeem(asked).await, Ok(Redemption::Redeemed { .. })));
    let now = today() + MINUTE;
    let with = |key: Option<&str>, app: &str| Rotate {
        key: key.map(Into::into),
        app: app.into(),
        ..rotate("r0", "r1", &granted, now)
    };
    for wrong in [with(None, "shop"), with(Some("other"), "shop"), with(Some("thumb"), "other")] {
        assert_eq!(rotated(store, wrong).await, Rotation::NotTheirs);
    }
    assert!(matches!(rotated(store, with(Some("thumb"), "shop")).await, Rotation::Rotated(_)));
}

async fn grants_end_one_by_one_by_app_by_person_and_by_browser(store: &impl ProtocolStore) {
    let (person, now) = (user(), today() + MINUTE);
    let shop = begun(store, &grant(person, "shop"), "a").await;
    let other = begun(store, &Grant { begun: today() + SECOND, ..grant(person, "other") }, "b").await;
    let stranger = begun(store, &grant(user(), "shop"), "c").await;
    assert_eq!(store.of_user(person).await, Ok(vec![other.clone(), shop.clone()]));
    assert_eq!(store.end(shop.id, now).await, Ok(true));
    assert_eq!(store.end(shop.id, now + SECOND).await, Ok(false));
    assert_eq!(ended(store, shop.id).await, Some(now));
    assert_eq!(store.end_of_user(person, Some("shop".into()), now).await, Ok(vec![]));
    assert_eq!(store.end_of_user(person, None, now).await, Ok(vec![other.id]));
    assert_eq!(ended(store, stranger.id).await, None, "another person's grant goes on");

    let online = begun(store, &grant(person, "shop"), "d").await;
    let lasting = Grant { sign_in: online.sign_in, scopes: super::scopes("offline_access"), ..grant(person, "shop") };
    let lasting = begun(store, &lasting, "e").await;
    let browser = online.sign_in.expect("a browser");
    assert_eq!(store.end_of_sign_in(browser, now).await, Ok(vec![online.id]));
    assert_eq!(ended(store, lasting.id).await, None, "offline access outlives the browser");

    let mut endings = store.ended_since(now).await.expect("an answer").grants;
    endings.sort();
    let mut expected = vec![(shop.id, now), (other.id, now), (online.id, now)];
    expected.sort();
    assert_eq!(endings, expected);
    assert_eq!(store.ended_since(now + SECOND).await.map(|endings| endings.grants), Ok(vec![]));
}

async fn tokens_are_made_void_and_old_things_are_dropped(store: &impl ProtocolStore) {
    let until = today() + MINUTE;
    store.revoke_token("token".into(), until).await.expect("kept");
    assert_eq!(store.is_token_revoked("token".into()).await, Ok(true));
    assert_eq!(store.is_token_revoked("other".into()).await, Ok(false));
    assert_eq!(store.ended_since(today()).await.map(|endings| endings.tokens), Ok(vec![("token".into(), until)]));

    let dead = begun(store, &grant(user(), "shop"), "a").await;
    let live = begun(store, &grant(user(), "shop"), "b").await;
    let waiting = code("waiting", &grant(user(), "shop"));
    store.issue(waiting.clone()).await.expect("kept");
    assert_eq!(store.end(dead.id, today() + SECOND).await, Ok(true));
    assert!(matches!(rotated(store, rotate("b", "b1", &live, today() + DAY)).await, Rotation::Rotated(_)));
    let dropped = store.drop_old(until + SECOND, today() + MINUTE, 1_000).await.expect("an answer");
    assert!(dropped >= 3, "a token, a grant and a code, but {dropped}");
    assert_eq!(store.by_id(dead.id).await, Ok(None));
    assert_eq!(store.is_token_revoked("token".into()).await, Ok(false));
    assert!(store.by_id(live.id).await.expect("an answer").is_some());
    assert_eq!(store.redeem(redeem("waiting", &waiting, "r", today())).await, Ok(Redemption::Unknown));
    let replay = redeem(&live.id.to_string(), &code("", &live), "r", today() + DAY);
    assert_eq!(
        store.redeem(replay).await,
        Ok(Redemption::Replayed(live.id)),
        "a used code is known as long as its grant"
    );
}
