//! What a key may be, and how its secrets follow one another.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::KeyKind;

use super::{KeyRecord, KeySecret, RecordError};
use crate::keys::{KeyBounds, KeyId, Origin};

const HOUR: Duration = Duration::from_secs(3_600);

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn secret(id: &str) -> KeySecret {
    KeySecret { id: KeyId::parse(id).expect("an id"), hash: [1; 32], made_at: at(0), until: None }
}

fn record(kind: KeyKind) -> KeyRecord {
    let origins = match kind {
        KeyKind::Publishable => vec![Origin::parse("https://shop.example").expect("an origin")],
        _ => Vec::new(),
    };
    KeyRecord {
        name: "laptop".into(),
        kind,
        apis: vec!["notes".into()],
        scopes: vec!["notes.read".into()],
        bounds: KeyBounds { origins, networks: None },
        tier: None,
        owner: None,
        purpose: None,
        made_at: at(0),
        expires: None,
        revoked_at: None,
        last_used: None,
        secrets: vec![secret("aaaaaaaaaa")],
    }
}

fn check(change: impl FnOnce(&mut KeyRecord)) -> Result<(), RecordError> {
    let mut key = record(KeyKind::Restricted);
    change(&mut key);
    key.check(at(1_000))
}

#[test]
fn a_key_of_each_kind_may_be() {
    for kind in [KeyKind::Publishable, KeyKind::Restricted, KeyKind::Secret] {
        assert_eq!(record(kind).check(at(1_000)), Ok(()));
    }
}

#[test]
fn what_no_key_may_be_is_refused() {
    let text = |text: &str| -> Arc<str> { text.into() };
    assert_eq!(check(|key| key.name = text("Laptop")), Err(RecordError::Name("Laptop".to_owned())));
    assert!(matches!(check(|key| key.name = text(&"a".repeat(64))), Err(RecordError::Name(_))));
    assert_eq!(check(|key| key.apis.clear()), Err(RecordError::NoApi));
    assert_eq!(check(|key| key.kind = KeyKind::Publishable), Err(RecordError::NoOrigin));
    let origin = Origin::parse("https://shop.example").expect("an origin");
    let of_secret = |key: &mut KeyRecord| (key.kind, key.bounds.origins) = (KeyKind::Secret, vec![origin]);
    assert_eq!(check(of_secret), Err(RecordError::OriginOfSecret));
    assert_eq!(check(|key| key.scopes = vec![text("s"); 65]), Err(RecordError::Many("scopes")));
    for scope in ["", "a b", "a\"b", "a\\b", "ä"] {
        assert!(matches!(check(|key| key.scopes = vec![text(scope)]), Err(RecordError::Text { .. })), "{scope}");
    }
    assert!(matches!(check(|key| key.owner = Some(text("two\nlines"))), Err(RecordError::Text { .. })));
    assert!(matches!(check(|key| key.purpose = Some(text(&"x".repeat(201)))), Err(RecordError::Text { .. })));
    assert_eq!(check(|key| key.expires = Some(at(1_000))), Err(RecordError::Expired));
    assert_eq!(check(|key| key.expires = Some(at(1_001))), Ok(()));
}

#[test]
fn a_rotation_ends_the_secret_before_after_the_overlap() {
    let key = record(KeyKind::Restricted).rotated(secret("bbbbbbbbbb"), HOUR, at(0)).expect("rotated");
    let ends: Vec<_> = key.secrets.iter().map(|secret| (secret.id.to_string(), secret.until)).collect();
    assert_eq!(ends, [("bbbbbbbbbb".to_owned(), None), ("aaaaaaaaaa".to_owned(), Some(at(3_600)))]);
    // An end that was said is never moved away, and what is over is left out.
    let key = key.rotated(secret("cccccccccc"), 10 * HOUR, at(60)).expect("rotated");
    let ends: Vec<_> = key.secrets.iter().map(|secret| secret.until).collect();
    assert_eq!(ends, [None, Some(at(36_060)), Some(at(3_600))]);
    let key = key.rotated(secret("dddddddddd"), HOUR, at(3_600)).expect("rotated");
    assert_eq!(key.secrets.len(), 3);
    // Without an overlap nothing goes on.
    let key = key.rotated(secret("eeeeeeeeee"), Duration::ZERO, at(3_601)).expect("rotated");
    assert_eq!(key.secrets, [secret("eeeeeeeeee")]);
}

#[test]
fn no_more_than_four_secrets_overlap_and_none_for_more_than_thirty_days() {
    let mut key = record(KeyKind::Restricted);
    for id in ["bbbbbbbbbb", "cccccccccc", "dddddddddd"] {
        key = key.rotated(secret(id), HOUR, at(0)).expect("rotated");
    }
    assert_eq!(key.clone().rotated(secret("eeeeeeeeee"), HOUR, at(0)), Err(RecordError::Rotations));
    assert_eq!(key.rotated(secret("eeeeeeeeee"), 721 * HOUR, at(0)), Err(RecordError::Overlap));
}

#[test]
fn a_revoked_key_stays_revoked_since_the_first_time() {
    let key = record(KeyKind::Restricted).revoked(at(5)).revoked(at(9));
    assert_eq!(key.revoked_at, Some(at(5)));
    assert_eq!(key.rotated(secret("bbbbbbbbbb"), HOUR, at(10)), Err(RecordError::Revoked));
}
