//! Facts about signing keys.

use std::time::{Duration, SystemTime};

use model::Secret;

use crate::apps::TokenAlgorithm;
use crate::store::signing_keys::{KeptKey, SigningKeys};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A day in 2026, to the millisecond.
fn today() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_790_000_000_123)
}

fn key(id: &str, algorithm: TokenAlgorithm, signs_from: SystemTime) -> KeptKey {
    // Every octet occurs, and the end is a zero.
    let pkcs8 = (0..=u8::MAX).chain(id.bytes()).chain([0]).collect();
    KeptKey { id: id.into(), algorithm, pkcs8: Secret::new(pkcs8), signs_from }
}

/// Facts about [`SigningKeys`].
pub async fn signing_keys<Store: SigningKeys>(empty: impl AsyncFn() -> Store) {
    keys_come_back_as_they_were_kept(&empty().await).await;
    a_key_is_kept_only_behind_the_last_of_its_algorithm(&empty().await).await;
    a_key_that_was_removed_is_gone(&empty().await).await;
}

async fn ids<Store: SigningKeys>(store: &Store) -> Vec<String> {
    let keys = store.all().await.expect("an answer");
    keys.into_iter().map(|key| key.id.into_string()).collect()
}

async fn add<Store: SigningKeys>(store: &Store, key: KeptKey, behind: Option<&str>) -> bool {
    store.add(key, behind.map(Box::from)).await.expect("an answer")
}

async fn keys_come_back_as_they_were_kept<Store: SigningKeys>(store: &Store) {
    assert!(ids(store).await.is_empty());
    for (number, algorithm) in TokenAlgorithm::ALL.into_iter().enumerate() {
        assert!(add(store, key(&format!("k{number}"), algorithm, today()), None).await);
    }
    let mut keys = store.all().await.expect("an answer");
    keys.sort_by(|a, b| a.id.cmp(&b.id));
    for (number, (kept, algorithm)) in keys.iter().zip(TokenAlgorithm::ALL).enumerate() {
        let expected = key(&format!("k{number}"), algorithm, today());
        assert_eq!((&kept.id, kept.algorithm, kept.signs_from), (&expected.id, algorithm, today()));
        assert_eq!(kept.pkcs8.expose(), expected.pkcs8.expose());
    }
    assert_eq!(keys.len(), 3);
}

async fn a_key_is_kept_only_behind_the_last_of_its_algorithm<Store: SigningKeys>(store: &Store) {
    let (es256, rs256) = (TokenAlgorithm::Es256, TokenAlgorithm::Rs256);
    assert!(!add(store, key("a", es256, today()), Some("nobody")).await, "there is none to be behind");
    assert!(add(store, key("a", es256, today()), None).await);
    assert!(!add(store, key("b", es256, today() + DAY), None).await, "another one was first");
    assert!(add(store, key("r", rs256, today()), None).await, "each algorithm has its own");
    assert!(add(store, key("b", es256, today() + DAY), Some("a")).await);
    assert!(!add(store, key("c", es256, today() + DAY), Some("a")).await, "another one was faster");
    assert!(!add(store, key("c", es256, today() + DAY), Some("r")).await, "not of its algorithm");
    assert!(add(store, key("c", es256, today() + DAY * 2), Some("b")).await);
    let mut kept = ids(store).await;
    assert_eq!(kept.iter().filter(|id| *id != "r").collect::<Vec<_>>(), ["a", "b", "c"], "in the order of signing");
    kept.sort();
    assert_eq!(kept, ["a", "b", "c", "r"]);
}

async fn a_key_that_was_removed_is_gone<Store: SigningKeys>(store: &Store) {
    let es256 = TokenAlgorithm::Es256;
    assert!(add(store, key("a", es256, today()), None).await);
    assert!(add(store, key("b", es256, today() + DAY), Some("a")).await);
    assert_eq!(store.remove("a".into()).await, Ok(()));
    assert_eq!(ids(store).await, ["b"]);
    assert_eq!(store.remove("a".into()).await, Ok(()), "also where it is not there");
    assert_eq!(store.remove("b".into()).await, Ok(()));
    assert!(add(store, key("c", es256, today()), None).await, "there is none again");
}
