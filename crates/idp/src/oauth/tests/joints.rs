//! Accounts and keyring as the protocol sees them.

use std::sync::Arc;
use std::time::Duration;

use auth::jose::{Object, open};
use model::SystemClock;
use serde_json::json;

use crate::UserId;
use crate::accounts::Address;
use crate::apps::TokenAlgorithm;
use crate::keyring::{Keyring, Schedule};
use crate::oauth::{KnownPeople, People, TokenKeys};
use crate::store::accounts::{Account, Accounts, Change, MemoryPeople};
use crate::store::signing_keys::MemorySigningKeys;

#[tokio::test]
async fn a_person_is_an_account() {
    let now = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let id = UserId::generate().unwrap();
    let account = Account {
        id,
        address: Address::parse("Ada@Shop.example").unwrap(),
        name: Some("Ada".into()),
        verified: true,
        password: None,
        authenticator: None,
        offered: None,
        recovery: vec![],
        locked: false,
        generation: 3,
        created: now,
        changed: now,
    };
    let store = Arc::new(MemoryPeople::default());
    store.create(account).await.unwrap();
    let people = KnownPeople(Arc::<MemoryPeople>::clone(&store));
    let person = people.person(id).await.unwrap().unwrap();
    assert_eq!((person.generation, person.locked, person.verified), (3, false, true));
    assert_eq!(&*person.address, "Ada@shop.example");
    store.change(id, Change::Locked(true), now).await.unwrap();
    let locked = people.person(id).await.unwrap().unwrap();
    assert!(locked.locked && locked.generation > 3);
    assert_eq!(people.person(UserId::generate().unwrap()).await, Ok(None));
}

#[tokio::test]
async fn tokens_are_signed_with_the_ring() {
    let schedule = Schedule { rotate: Duration::from_secs(90 * 86_400), longest_token: Duration::from_secs(600) };
    let store = Arc::new(MemorySigningKeys::default());
    let ring = Keyring::open(store, Arc::new(SystemClock), schedule).await.unwrap();
    for algorithm in [TokenAlgorithm::Es256, TokenAlgorithm::EdDsa] {
        let claims: Object = std::iter::once(("sub".to_owned(), json!("ada"))).collect();
        let token = TokenKeys::sign(&ring, algorithm, "at+jwt", claims).await.unwrap();
        assert_eq!(open(&token, &TokenKeys::published(&ring)).unwrap(), br#"{"sub":"ada"}"#);
    }
}
