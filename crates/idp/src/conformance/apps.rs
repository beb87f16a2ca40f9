//! Facts about apps that are registered while the house runs.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::Digest;
use crate::apps::Registration;
use crate::store::apps::{AppRecord, AppRecords, AppSecret, Registered, Removed};

/// The facts, each with a store of its own.
pub async fn apps<S: AppRecords>(empty: impl AsyncFn() -> S) {
    a_name_is_given_once(&empty().await).await;
    what_is_said_changes_and_secrets_stay(&empty().await).await;
    a_rotation_leaves_the_secret_before_and_no_other(&empty().await).await;
    an_app_that_is_removed_is_gone_and_its_name_is_remembered(&empty().await).await;
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

fn secret(number: u8) -> AppSecret {
    AppSecret { digest: Digest([number; 32]), made: at(number.into()), until: None }
}

fn record(name: &str) -> AppRecord {
    let registration = Registration {
        kind: "server".to_owned(),
        title: Some("The \"shop\"\nof all".to_owned()),
        redirect_uris: vec!["https://shop.example/back".to_owned()],
        scopes: vec!["openid".to_owned(), "orders.read".to_owned()],
        ..Registration::default()
    };
    AppRecord { name: name.into(), registration, secrets: vec![secret(1)], made: at(0), changed: at(0) }
}

async fn a_name_is_given_once(store: &impl AppRecords) {
    assert_eq!(store.all().await, Ok(vec![]));
    assert_eq!(store.create(record("shop")).await, Ok(Registered::Kept));
    let other = AppRecord { secrets: vec![], made: at(9), ..record("shop") };
    assert_eq!(store.create(other).await, Ok(Registered::Exists));
    assert_eq!(store.create(record("cli")).await, Ok(Registered::Kept));
    assert_eq!(store.all().await, Ok(vec![record("cli"), record("shop")]));
    assert_eq!(store.find("shop".into()).await, Ok(Some(record("shop"))));
    assert_eq!(store.find("Shop".into()).await, Ok(None));
}

async fn what_is_said_changes_and_secrets_stay(store: &impl AppRecords) {
    assert_eq!(store.create(record("shop")).await, Ok(Registered::Kept));
    let said = Registration { title: None, pushed_only: true, ..record("shop").registration };
    assert_eq!(store.change("shop".into(), said.clone(), at(5)).await, Ok(true));
    let changed = AppRecord { registration: said.clone(), changed: at(5), ..record("shop") };
    assert_eq!(store.find("shop".into()).await, Ok(Some(changed)));
    assert_eq!(store.change("cli".into(), said, at(6)).await, Ok(false));
    assert_eq!(store.find("cli".into()).await, Ok(None));
}

async fn a_rotation_leaves_the_secret_before_and_no_other(store: &impl AppRecords) {
    assert_eq!(store.create(record("shop")).await, Ok(Registered::Kept));
    assert_eq!(store.rotate("shop".into(), secret(2), at(60)).await, Ok(true));
    assert_eq!(store.rotate("shop".into(), secret(3), at(70)).await, Ok(true));
    let found = store.find("shop".into()).await.expect("an answer").expect("an app");
    assert_eq!(found.secrets, [secret(3), AppSecret { until: Some(at(70)), ..secret(2) }]);
    assert_eq!(found.changed, at(3));
    assert_eq!(store.rotate("cli".into(), secret(4), at(80)).await, Ok(false));
}

async fn an_app_that_is_removed_is_gone_and_its_name_is_remembered(store: &impl AppRecords) {
    for name in ["shop", "cli"] {
        assert_eq!(store.create(record(name)).await, Ok(Registered::Kept));
    }
    assert_eq!(store.remove("shop".into(), at(10)).await, Ok(Some(Removed::default())));
    assert_eq!(store.remove("shop".into(), at(11)).await, Ok(None));
    assert_eq!(store.find("shop".into()).await, Ok(None));
    assert_eq!(store.removed_since(at(10)).await, Ok(vec![(Arc::from("shop"), at(10))]));
    assert_eq!(store.removed_since(at(11)).await, Ok(vec![]));
    // Another of that name may come, and go.
    assert_eq!(store.create(record("shop")).await, Ok(Registered::Kept));
    assert_eq!(store.remove("shop".into(), at(20)).await, Ok(Some(Removed::default())));
    assert_eq!(store.removed_since(at(15)).await, Ok(vec![(Arc::from("shop"), at(20))]));
    assert_eq!(store.all().await, Ok(vec![record("cli")]));
}
