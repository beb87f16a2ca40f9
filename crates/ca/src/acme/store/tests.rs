//! What is kept, under which name, who may read it, and who may ask.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime};

use super::{Attempts, Store};
use crate::acme::{AcmeSettings, Binding, Challenge, Proof};
use crate::{CaError, LocalAuthority};

fn settings(names: &[&str]) -> AcmeSettings {
    AcmeSettings {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        directory: "https://ca.example/directory".to_owned(),
        contact: "ops@shop.example".to_owned(),
        challenge: Challenge::Http,
        binding: None,
        anchors: Vec::new(),
    }
}

fn proof() -> Proof {
    let (token, key_authorization) = ("t0ken".to_owned(), "t0ken.thumb".to_owned());
    Proof { challenge: Challenge::Http, name: "shop.example".to_owned(), token, key_authorization }
}

#[test]
fn names_in_another_order_are_the_same_certificate_and_another_ca_or_set_of_names_is_not() {
    let data = std::path::Path::new("/data");
    let file = |settings: &AcmeSettings| Store::new(data, settings).certificate;
    let one = settings(&["shop.example", "api.shop.example"]);
    assert_eq!(file(&one), file(&settings(&["api.shop.example", "shop.example"])));
    assert_ne!(file(&one), file(&settings(&["shop.example"])));
    assert_ne!(file(&one), file(&AcmeSettings { directory: "https://ca.example/other".to_owned(), ..one.clone() }));
    assert!(file(&one).starts_with("/data/acme"), "{}", file(&one).display());
    let account = |settings: &AcmeSettings| Store::new(data, settings).account;
    let binding = Binding { id: "k1".to_owned(), key: std::sync::Arc::new(model::Secret::new(vec![1])) };
    assert_ne!(account(&one), account(&AcmeSettings { contact: "x@shop.example".to_owned(), ..one.clone() }));
    assert_ne!(account(&one), account(&AcmeSettings { binding: Some(binding), ..one.clone() }));
    let outside = AcmeSettings { directory: "https://../../etc".to_owned(), ..one };
    let named = file(&outside);
    let below = named.strip_prefix("/data/acme").expect("below");
    assert!(below.components().all(|part| matches!(part, std::path::Component::Normal(_))), "{}", named.display());
}

#[test]
fn a_certificate_is_kept_with_its_key_in_one_file_that_is_its_owner_s_alone() {
    let data = tempfile::tempdir().expect("a folder");
    let store = Store::new(data.path(), &settings(&["shop.test"]));
    let lock = store.lock().expect("a folder").expect("nobody else");
    assert!(store.certificate().expect("nothing").is_none());
    let issued = LocalAuthority::create().expect("a CA");
    let issued = issued.issue_server(&["shop.test".to_owned()], Duration::from_secs(3_600)).expect("issued");
    for _ in 0..2 {
        store.keep(issued.key_pem.expose(), &issued.chain_pem).expect("kept");
        let kept = store.certificate().expect("read").expect("there");
        assert_eq!(
            (kept.chain, kept.key, kept.leaf.names),
            (issued.chain_der.clone(), issued.key_der.clone_key(), vec!["shop.test".to_owned()])
        );
    }
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&store.certificate), mode(&store.folder)), (0o600, 0o700));
    std::fs::write(&store.certificate, "-----BEGIN").expect("written");
    assert!(matches!(store.certificate(), Err(CaError::Content { .. })));
    drop(lock);
}

#[test]
fn one_at_a_time_may_ask() {
    let data = tempfile::tempdir().expect("a folder");
    let (one, other) = (settings(&["shop.test"]), settings(&["api.shop.test"]));
    let first = Store::new(data.path(), &one).lock().expect("a folder");
    assert!(first.is_some());
    assert!(Store::new(data.path(), &other).lock().expect("a folder").is_none(), "another certificate of the same CA");
    drop(first);
    assert!(Store::new(data.path(), &other).lock().expect("a folder").is_some());
}

#[test]
fn attempts_and_proofs_are_read_back_and_proofs_run_out() {
    let data = tempfile::tempdir().expect("a folder");
    let store = Store::new(data.path(), &settings(&["shop.test"]));
    drop(store.lock().expect("a folder"));
    assert_eq!(store.attempts().expect("none"), Attempts::default());
    let now = SystemTime::now();
    let failed = Attempts::failed(3, now, "no".to_owned());
    store.keep_attempts(&failed).expect("kept");
    assert_eq!(store.attempts().expect("some"), failed);
    store.forget_attempts().expect("gone");
    assert_eq!(store.attempts().expect("none"), Attempts::default());

    store.keep_proofs(&[proof()], now).expect("kept");
    assert_eq!(store.proofs(now), [proof()]);
    assert_eq!(store.proofs(now + Duration::from_secs(601)), []);
    store.keep_proofs(&[], now).expect("gone");
    assert_eq!(store.proofs(now), []);
}
