//! What every store of keys must do, as tests that the stores' own tests run.

#![expect(
    missing_docs,
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "they are tests: each name is the fact, and a test fails by a panic"
)]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::KeyKind;

use super::{KeyRecord, KeySecret, KeyStore, KeyStoreError, KeyUse, RecordError};
use crate::keys::{KeyBounds, KeyId, Origin};

const NOON: SystemTime = SystemTime::UNIX_EPOCH;

/// So many milliseconds after a time of no importance.
fn at(milliseconds: u64) -> SystemTime {
    NOON + Duration::from_millis(1_800_000_000_000 + milliseconds)
}

fn secret(id: &str, until: Option<u64>) -> KeySecret {
    let id = KeyId::parse(id).expect("an id");
    KeySecret { id, hash: [7; 32], made_at: at(1), until: until.map(at) }
}

/// A key that has something of everything.
fn full(name: &str, id: &str) -> KeyRecord {
    KeyRecord {
        name: name.into(),
        kind: KeyKind::Publishable,
        apis: vec!["notes".into(), "books".into()],
        scopes: vec!["notes.read".into()],
        bounds: KeyBounds {
            origins: vec![Origin::parse("https://shop.example").expect("an origin")],
            networks: Some(vec!["10.0.0.0/8".parse().expect("a range"), "2001:db8::/32".parse().expect("a range")]),
        },
        tier: Some("pro".into()),
        owner: Some("Ada Lovelace, \"web\"".into()),
        purpose: Some("the shop's own page".into()),
        made_at: at(1),
        expires: Some(at(9_999)),
        revoked_at: Some(at(5)),
        last_used: Some(at(4_000)),
        secrets: vec![secret(id, None), secret(&id.replace('0', "1"), Some(77))],
    }
}

/// A key that has as little as a key can have.
fn bare(name: &str, id: &str) -> KeyRecord {
    KeyRecord {
        kind: KeyKind::Secret,
        scopes: Vec::new(),
        bounds: KeyBounds::default(),
        tier: None,
        owner: None,
        purpose: None,
        expires: None,
        revoked_at: None,
        last_used: None,
        secrets: vec![secret(id, None)],
        ..full(name, id)
    }
}

pub async fn what_is_kept_comes_back_as_it_was(store: &dyn KeyStore) {
    let (full, bare) = (full("page", "0aaaaaaaaa"), bare("erp", "0bbbbbbbbb"));
    store.create(full.clone()).await.expect("created");
    store.create(bare.clone()).await.expect("created");
    assert_eq!(store.find("page".into()).await.expect("found"), Some(full.clone()));
    assert_eq!(store.find("nobody".into()).await.expect("looked"), None);
    assert_eq!(store.all().await.expect("listed"), [bare, full], "by name");
}

pub async fn a_name_and_an_id_are_taken_once(store: &dyn KeyStore) {
    store.create(bare("erp", "0aaaaaaaaa")).await.expect("created");
    for again in [bare("erp", "0bbbbbbbbb"), bare("crm", "0aaaaaaaaa")] {
        assert!(matches!(store.create(again).await, Err(KeyStoreError::Exists)));
    }
    assert_eq!(store.all().await.expect("listed"), [bare("erp", "0aaaaaaaaa")]);
}

pub async fn a_change_is_made_whole_or_not_at_all(store: &dyn KeyStore) {
    store.create(bare("erp", "0aaaaaaaaa")).await.expect("created");
    let rotate = |key: KeyRecord| key.rotated(secret("0ccccccccc", None), Duration::from_secs(60), at(10_000));
    let changed = store.change("erp".into(), Box::new(rotate)).await.expect("changed");
    assert_eq!(changed.secrets, [secret("0ccccccccc", None), secret("0aaaaaaaaa", Some(70_000))]);
    assert_eq!(store.find("erp".into()).await.expect("found"), Some(changed.clone()));

    let refuse = |_: KeyRecord| Err(RecordError::NoApi);
    let refused = store.change("erp".into(), Box::new(refuse)).await;
    assert!(matches!(refused, Err(KeyStoreError::Refused(RecordError::NoApi))));
    assert_eq!(store.find("erp".into()).await.expect("found"), Some(changed));

    let missing = store.change("nobody".into(), Box::new(Ok)).await;
    assert!(matches!(missing, Err(KeyStoreError::Missing)));
}

pub async fn a_changed_key_has_nothing_left_of_before(store: &dyn KeyStore) {
    store.create(full("page", "0aaaaaaaaa")).await.expect("created");
    let other = KeyRecord { kind: KeyKind::Publishable, ..bare("page", "0ddddddddd") };
    let then = other.clone();
    store.change("page".into(), Box::new(move |_| Ok(other))).await.expect("changed");
    assert_eq!(store.all().await.expect("listed"), [then]);
    // The ids that it had are free again.
    store.create(bare("erp", "0aaaaaaaaa")).await.expect("created");
}

pub async fn a_deleted_key_is_gone_with_its_ids(store: &dyn KeyStore) {
    store.create(full("page", "0aaaaaaaaa")).await.expect("created");
    store.delete("page".into()).await.expect("deleted");
    assert!(matches!(store.delete("page".into()).await, Err(KeyStoreError::Missing)));
    assert_eq!(store.all().await.expect("listed"), []);
    store.create(full("page", "0aaaaaaaaa")).await.expect("created");
}

pub async fn a_use_is_kept_where_it_is_later(store: &dyn KeyStore) {
    store.create(bare("erp", "0aaaaaaaaa")).await.expect("created");
    let used = |name: &str, time| KeyUse { name: name.into(), at: at(time) };
    let last = async || store.find("erp".into()).await.expect("found").and_then(|key| key.last_used);
    store.note_used(vec![used("nobody", 1), used("erp", 500)]).await.expect("noted");
    assert_eq!(last().await, Some(at(500)));
    store.note_used(vec![used("erp", 400)]).await.expect("noted");
    assert_eq!(last().await, Some(at(500)));
    store.note_used(Vec::new()).await.expect("nothing to note");
}

/// Each fact over a store of its own that is empty.
pub async fn all<F: Future<Output = Arc<dyn KeyStore>>>(empty: impl Fn() -> F) {
    what_is_kept_comes_back_as_it_was(&*empty().await).await;
    a_name_and_an_id_are_taken_once(&*empty().await).await;
    a_change_is_made_whole_or_not_at_all(&*empty().await).await;
    a_changed_key_has_nothing_left_of_before(&*empty().await).await;
    a_deleted_key_is_gone_with_its_ids(&*empty().await).await;
    a_use_is_kept_where_it_is_later(&*empty().await).await;
}

#[cfg(test)]
mod tests {
    //! The store in memory is one.

    use std::sync::Arc;

    use super::super::MemoryKeys;
    use crate::keeper::at_once;

    #[test]
    fn the_store_in_memory_does_what_a_store_must() {
        at_once(super::all(async || Arc::<MemoryKeys>::default() as Arc<dyn super::KeyStore>));
    }
}
