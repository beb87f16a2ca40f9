//! The API keys of a person on the account page.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use tokio::sync::Mutex;

use super::house::{ADA, BEA, Browser, House};
use crate::UserId;
use crate::provider::{Doing, OwnKey, OwnKeys};

/// Keys in memory.
struct Board(Mutex<Vec<(UserId, OwnKey)>>);

impl OwnKeys for Board {
    fn of(&self, user: UserId) -> Doing<'_, Vec<OwnKey>> {
        let all = self.0.try_lock().expect("it");
        let owned = all.iter().filter(|(owner, _)| *owner == user).map(|(_, key)| key.clone()).collect();
        Box::pin(std::future::ready(Ok(owned)))
    }

    fn revoke(&self, user: UserId, name: Box<str>) -> Doing<'_, bool> {
        let mut all = self.0.try_lock().expect("it");
        let before = all.len();
        all.retain(|(owner, key)| *owner != user || key.name != name);
        Box::pin(std::future::ready(Ok(all.len() < before)))
    }
}

fn key(name: &str) -> OwnKey {
    OwnKey {
        name: name.into(),
        apis: ["notes".into()].into(),
        purpose: Some("the laptop at home".into()),
        made: SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_000_000),
        expires: None,
        used: None,
    }
}

async fn house() -> House {
    let board = Board(Mutex::new(vec![(ADA, key("laptop")), (BEA, key("phone"))]));
    let mut house = House::open().await;
    house.provider = house.provider.with_keys(std::sync::Arc::new(board));
    house
}

#[tokio::test]
async fn a_person_sees_their_own_api_keys_and_revokes_them() {
    let (house, mut browser) = (house().await, Browser::default());
    browser.sign_in(&house, "ada@example.org").await;
    let page = browser.get(&house, "/auth/account").await;
    assert!(page.text.contains("Your API keys") && page.text.contains("the laptop at home"), "{}", page.text);
    assert!(!page.text.contains("phone"), "{}", page.text);
    let ended = browser.post(&house, &page, "/auth/account/keys/revoke", &[("name", "laptop")]).await;
    let page = browser.follow(&house, ended).await;
    assert!(page.text.contains("The API key is revoked."), "{}", page.text);
    // Whoever has none reads nothing of them.
    assert!(!page.text.contains("Your API keys"), "{}", page.text);
}

#[tokio::test]
async fn nobody_revokes_a_key_of_somebody_else() {
    let (house, mut browser) = (house().await, Browser::default());
    let sign_in = browser.get(&house, "/auth/sign-in").await;
    let out = browser.post(&house, &sign_in, "/auth/account/keys/revoke", &[("name", "phone")]).await;
    assert!(out.location().starts_with("/auth/sign-in"), "{out:?}");
    browser.sign_in(&house, "ada@example.org").await;
    let page = browser.get(&house, "/auth/account").await;
    for name in ["phone", "", "nothing"] {
        let ended = browser.post(&house, &page, "/auth/account/keys/revoke", &[("name", name)]).await;
        assert!(!browser.follow(&house, ended).await.text.contains("is revoked"), "{name}");
    }
    assert_eq!(browser.get(&house, "/auth/account/keys/revoke").await.status, StatusCode::NOT_FOUND);
    let keys = house.provider.keys.as_ref().expect("keys");
    assert_eq!(keys.of(BEA).await.expect("an answer").len(), 1);
}
