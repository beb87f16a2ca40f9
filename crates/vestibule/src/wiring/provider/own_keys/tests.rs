//! What is asked about a person's keys, and what becomes of the answers.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use admin::{Noun, NounError, NounFailure, NounOutcome};
use idp::UserId;
use idp::provider::{OwnKeys, ReceptionError};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::KeysOfPeople;

/// Answers everything with one thing, and keeps what was asked.
struct Stub(NounOutcome, Mutex<Vec<(String, Value)>>);

impl Noun for Stub {
    fn ask(&self, verb: String, asked: Value) -> Pin<Box<dyn Future<Output = NounOutcome> + Send>> {
        self.1.try_lock().expect("it").push((verb, asked));
        Box::pin(ready(self.0.clone()))
    }
}

fn stub(answer: Value) -> Arc<Stub> {
    let Value::Object(members) = answer else { panic!("an object") };
    Arc::new(Stub(Ok(members), Mutex::default()))
}

fn failing(why: NounFailure) -> Arc<Stub> {
    Arc::new(Stub(Err(NounError::new(why, "code", "so it is")), Mutex::default()))
}

fn user() -> UserId {
    UserId::generate().expect("random")
}

#[tokio::test]
async fn keys_that_can_still_be_used_or_have_expired_are_told_and_others_are_not() {
    let key = |name: &str, state: &str| {
        json!({
            "name": name, "kind": "restricted", "state": state, "apis": ["notes"], "made_at": "2026-11-22T14:02:11Z",
            "last_used": "2026-11-22T14:02:12Z", "secrets": [],
        })
    };
    let all = ["good", "expired", "revoked", "shadowed"].map(|state| key(state, state));
    let (noun, ada) = (stub(json!({ "keys": all })), user());
    let told = KeysOfPeople(Arc::clone(&noun) as _).of(ada).await.expect("keys");
    assert_eq!(told.iter().map(|key| &*key.name).collect::<Vec<_>>(), ["good", "expired"]);
    let used = told[0].used.expect("it was used").duration_since(told[0].made).expect("later");
    assert_eq!((used.as_secs(), told[0].expires), (1, None));
    let asked = noun.1.try_lock().expect("it").clone();
    assert_eq!(asked, [("list".to_owned(), json!({ "owner": ada.to_string() }))]);
}

#[tokio::test]
async fn a_key_is_revoked_on_the_word_of_its_owner() {
    let (noun, ada) = (stub(json!({})), user());
    assert_eq!(KeysOfPeople(Arc::clone(&noun) as _).revoke(ada, "laptop".into()).await, Ok(true));
    let asked = noun.1.try_lock().expect("it").clone();
    assert_eq!(asked, [("revoke".to_owned(), json!({ "name": "laptop", "owner": ada.to_string() }))]);
    for why in [NounFailure::Missing, NounFailure::Conflict, NounFailure::Wrong] {
        assert_eq!(KeysOfPeople(failing(why) as _).revoke(ada, "phone".into()).await, Ok(false), "{why:?}");
    }
}

#[tokio::test]
async fn a_store_of_keys_that_is_away_is_told_as_such() {
    let keys = KeysOfPeople(failing(NounFailure::Unavailable) as _);
    assert!(matches!(keys.of(user()).await, Err(ReceptionError::Store(_))));
    assert!(matches!(keys.revoke(user(), "laptop".into()).await, Err(ReceptionError::Store(_))));
    let damaged = KeysOfPeople(stub(json!({ "keys": [{ "name": 1 }] })) as _);
    assert!(matches!(damaged.of(user()).await, Err(ReceptionError::Failed(_))));
}
