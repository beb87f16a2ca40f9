//! Which sets are believed, and which keys of them are used.

use serde_json::{Value, json};

use super::{Jwks, JwksError, KEYS_AT_MOST, SET_AT_MOST};
use crate::jose::{Algorithm, KeyError, SigningKey, TokenError};

fn key(id: &str) -> Value {
    let key = SigningKey::generate(Algorithm::Es256).expect("a key").public().clone();
    Value::Object(key.with_id(id).to_jwk())
}

fn parse(keys: &[Value]) -> Result<Jwks, JwksError> {
    Jwks::parse(json!({ "keys": keys }).to_string().as_bytes(), Algorithm::Rs256)
}

#[test]
fn a_set_that_is_written_is_read_again() {
    let keys = Algorithm::SIGNING.map(|algorithm| SigningKey::generate(algorithm).expect("a key"));
    let set = Jwks::of(keys.iter().map(|key| key.public().clone())).expect("a set");
    let document = set.document();
    let again = Jwks::parse(document.as_bytes(), Algorithm::Rs256).expect("a set");
    assert_eq!(again.document(), document);
    assert_eq!(again.keys().len(), 3);
    assert_eq!(again.left_out().count(), 0);
    for name in ["\"d\"", "\"p\"", "\"q\"", "\"k\""] {
        assert!(!document.contains(name), "{document}");
    }
}

#[test]
fn keys_that_are_not_ours_to_use_are_left_out_with_a_reason() {
    let mut for_encryption = key("b");
    for_encryption["use"] = "enc".into();
    let set = parse(&[key("a"), for_encryption, json!({ "kty": "AKP", "kid": "c" }), json!({ "kty": "RSA" })])
        .expect("a set");
    let left_out: Vec<_> = set.left_out().collect();
    let expected = [(Some("b"), KeyError::Use), (Some("c"), KeyError::UnknownType), (None, KeyError::Member("n"))];
    assert_eq!(left_out, expected);
    assert_eq!(set.keys().len(), 1);
}

#[test]
fn a_set_with_a_secret_or_two_keys_of_one_id_is_refused_as_a_whole() {
    let mut secret = key("b");
    secret["d"] = "AQAB".into();
    assert_eq!(parse(&[key("a"), secret]).expect_err("refused"), JwksError::Secret);
    let symmetric = json!({ "kty": "oct", "k": "AQAB" });
    assert_eq!(parse(&[key("a"), symmetric]).expect_err("refused"), JwksError::Secret);
    assert_eq!(parse(&[key("a"), key("a")]).expect_err("refused"), JwksError::SameId);
    assert_eq!(parse(&[json!({ "kty": "AKP", "kid": "a" }), key("a")]).expect_err("refused"), JwksError::SameId);
    let same = SigningKey::generate(Algorithm::Es256).expect("a key").public().clone();
    assert_eq!(Jwks::of([same.clone(), same]).expect_err("refused"), JwksError::SameId);
}

#[test]
fn a_set_has_bounds_and_a_form() {
    let unknown: Vec<Value> = (0..=KEYS_AT_MOST).map(|_| json!({ "kty": "AKP" })).collect();
    assert_eq!(parse(&unknown).expect_err("refused"), JwksError::TooMany);
    assert!(parse(&unknown[1..]).expect("a set").is_empty());
    let large = format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(SET_AT_MOST));
    assert_eq!(Jwks::parse(large.as_bytes(), Algorithm::Rs256).expect_err("refused"), JwksError::TooLarge);
    for text in [
        "",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":[1]}"#,
        r#"{"keys":[],"keys":[]}"#,
        r#"{"keys":[{"kty":"EC","kty":"EC"}]}"#,
    ] {
        assert_eq!(
            Jwks::parse(text.as_bytes(), Algorithm::Rs256).expect_err("refused"),
            JwksError::Malformed,
            "{text}"
        );
    }
}

#[test]
fn a_token_means_the_key_of_its_id_or_the_only_one_of_its_algorithm() {
    let set = parse(&[key("a"), key("b")]).expect("a set");
    assert_eq!(set.find(Some("b"), Algorithm::Es256).expect("a key").id(), Some("b"));
    assert_eq!(set.find(Some("b"), Algorithm::EdDsa).expect_err("refused"), TokenError::AlgorithmOfKey);
    assert_eq!(set.find(Some("c"), Algorithm::Es256).expect_err("refused"), TokenError::UnknownKey);
    assert_eq!(set.find(None, Algorithm::Es256).expect_err("two of them"), TokenError::UnknownKey);
    let one = parse(&[key("a")]).expect("a set");
    assert_eq!(one.find(None, Algorithm::Es256).expect("a key").id(), Some("a"));
    assert_eq!(one.find(None, Algorithm::EdDsa).expect_err("refused"), TokenError::UnknownKey);
}
