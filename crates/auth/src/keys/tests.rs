//! How keys are made, read and refused.

#![expect(clippy::string_slice, reason = "keys are ASCII, and a test may fail by a panic")]

use std::collections::HashSet;

use model::KeyKind;
use proptest::prelude::*;

use super::{
    KINDS, KeyHash, KeyHashError, PresentedKey, begins_key, generate, has_form, prefix_in_path, with_checksum,
};
use crate::AuthError;

#[test]
fn a_new_key_says_its_kind_and_its_hash_says_its_id() {
    for kind in KINDS {
        let new = generate(kind).expect("randomness");
        let text = new.text.expose();
        assert!(text.starts_with(&format!("vst_{kind}_")), "{text}");
        assert_eq!(text.len(), "vst__".len() + kind.as_str().len() + 10 + 1 + 43 + 6);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "one double click takes it");
        let presented = PresentedKey::parse(text).expect("a key");
        assert_eq!(presented.kind, kind);
        let hash = KeyHash::parse(&new.hash).expect("a hash");
        assert_eq!((hash.id(), hash.digest), (presented.id, presented.digest()));
        assert_eq!(hash.to_string(), new.hash);
    }
}

#[test]
fn no_two_keys_have_anything_in_common() {
    let keys: Vec<_> = (0..100).map(|_| generate(KeyKind::Secret).expect("randomness")).collect();
    let ids: HashSet<_> = keys.iter().map(|key| key.text.expose()[11..21].to_owned()).collect();
    let secrets: HashSet<_> = keys.iter().map(|key| key.text.expose()[22..65].to_owned()).collect();
    assert_eq!((ids.len(), secrets.len()), (100, 100));
    let seen: HashSet<u8> = secrets.iter().flat_map(|secret| secret.bytes()).collect();
    assert_eq!(seen.len(), 62, "every character occurs");
}

#[test]
fn a_new_key_does_not_print_itself() {
    let new = generate(KeyKind::Secret).expect("randomness");
    let printed = format!("{new:?}");
    assert!(!printed.contains(new.text.expose().as_str()), "{printed}");
}

#[test]
fn what_is_not_exactly_a_key_is_refused() {
    let (id, secret) = ("k3Jx9LmQ2a", "Z".repeat(43));
    assert!(has_form(&with_checksum(&format!("vst_secret_{id}_{secret}"))));
    for text in [
        String::new(),
        "vst_".to_owned(),
        "vst_secret_".to_owned(),
        format!("vst_secret_{id}_{secret}000000"),
        with_checksum(&format!("VST_secret_{id}_{secret}")),
        with_checksum(&format!("vst_Secret_{id}_{secret}")),
        with_checksum(&format!("vst_admin_{id}_{secret}")),
        with_checksum(&format!("vst_secret_{id}{secret}")),
        with_checksum(&format!("vst_secret_{}_{secret}", &id[1..])),
        with_checksum(&format!("vst_secret_{id}0_{secret}")),
        with_checksum(&format!("vst_secret_{id}_{}", &secret[1..])),
        with_checksum(&format!("vst_secret_{id}_{secret}Z")),
        with_checksum(&format!("vst_secret_{id}_{}-", &secret[1..])),
        with_checksum(&format!("vst_secret_{id}_{}é", &secret[2..])),
        with_checksum(&format!("vst_secret_k3Jx9LmQ2-_{secret}")),
        format!(" {}", with_checksum(&format!("vst_secret_{id}_{secret}"))),
        format!("{} ", with_checksum(&format!("vst_secret_{id}_{secret}"))),
        format!("{}\0", with_checksum(&format!("vst_secret_{id}_{secret}"))),
    ] {
        assert_eq!(PresentedKey::parse(&text).err(), Some(AuthError::KeyForm), "{text}");
    }
}

#[test]
fn every_single_typing_error_is_told_by_the_checksum() {
    let new = generate(KeyKind::Restricted).expect("randomness");
    let text = new.text.expose();
    for at in "vst_restricted_".len()..text.len() {
        let other = if text.as_bytes()[at] == b'a' { "b" } else { "a" };
        let wrong = format!("{}{other}{}", &text[..at], &text[at + 1..]);
        assert!(!has_form(&wrong), "{at}");
    }
}

#[test]
fn a_hash_has_one_form_and_a_key_is_none() {
    let hex = "0123456789abcdef".repeat(4);
    assert!(KeyHash::parse(&format!("sha256:k3Jx9LmQ2a:{hex}")).is_ok());
    for text in [
        String::new(),
        format!("sha1:k3Jx9LmQ2a:{hex}"),
        format!("k3Jx9LmQ2a:{hex}"),
        format!("sha256:k3Jx9LmQ2:{hex}"),
        format!("sha256:k3Jx9LmQ2_:{hex}"),
        format!("sha256:k3Jx9LmQ2a:{}", hex.to_uppercase()),
        format!("sha256:k3Jx9LmQ2a:{}", &hex[1..]),
        format!("sha256:k3Jx9LmQ2a:{hex}0"),
        format!("sha256:k3Jx9LmQ2a:{}é", &hex[2..]),
        format!("sha256:k3Jx9LmQ2a:{hex}\n"),
    ] {
        assert_eq!(KeyHash::parse(&text), Err(KeyHashError::Form), "{text}");
    }
    let key = generate(KeyKind::Secret).expect("randomness");
    assert_eq!(KeyHash::parse(key.text.expose()), Err(KeyHashError::KeyItself));
}

#[test]
fn the_beginning_of_a_key_is_known_by_its_kind() {
    let begins = |text: &str| begins_key(text.bytes());
    assert!(begins("vst_secret_") && begins("vst_publishable_x") && begins("vst_restricted_"));
    assert!(!begins("vst_secret") && !begins("vst_other_") && !begins("xvst_secret_") && !begins(""));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_and_never_panics(text in ".{0,90}") {
        let _ = PresentedKey::parse(&text);
        let _ = KeyHash::parse(&text);
    }

    #[test]
    fn a_text_has_the_form_of_a_key_exactly_where_its_parts_have_their_lengths(
        kind in "secret|restricted|publishable|admin",
        id in "[a-zA-Z0-9]{9,11}",
        secret in "[a-zA-Z0-9]{42,44}",
    ) {
        let right = kind != "admin" && id.len() == 10 && secret.len() == 43;
        let text = with_checksum(&format!("vst_{kind}_{id}_{secret}"));
        prop_assert_eq!(has_form(&text), right, "{}", text);
    }
}

#[test]
fn what_looks_like_a_key_is_found_in_a_path() {
    assert_eq!(prefix_in_path("/notes/vst_secret_x"), Some(7));
    assert_eq!(prefix_in_path("/vst"), None);
    assert_eq!(prefix_in_path(""), None);
}
