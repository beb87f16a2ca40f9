//! Keys of ours: made, kept, and not shown.

use model::Secret;
use serde_json::json;

use super::{SigningError, SigningKey};
use crate::jose::{Algorithm, Jwks, open};

#[test]
fn a_key_that_is_kept_is_the_same_key() {
    for algorithm in Algorithm::SIGNING {
        let key = SigningKey::generate(algorithm).expect("a key");
        let kept = Secret::new(key.pkcs8().expose().clone());
        let again = SigningKey::from_pkcs8(algorithm, kept).expect("a key");
        assert_eq!((again.id(), again.algorithm()), (key.id(), algorithm));
        let token = again.sign("JWT", &json!({ "sub": "ada" })).expect("a token");
        let set = Jwks::of([key.public().clone()]).expect("a set");
        assert_eq!(open(&token, &set).expect("signed"), br#"{"sub":"ada"}"#);
    }
}

#[test]
fn a_key_of_another_algorithm_is_refused() {
    let key = SigningKey::generate(Algorithm::Es256).expect("a key");
    let kept = || Secret::new(key.pkcs8().expose().clone());
    assert_eq!(SigningKey::from_pkcs8(Algorithm::EdDsa, kept()).expect_err("refused"), SigningError::Malformed);
    assert_eq!(SigningKey::from_pkcs8(Algorithm::Rs256, kept()).expect_err("refused"), SigningError::Malformed);
    let other = SigningError::Algorithm(Algorithm::Ps256);
    assert_eq!(SigningKey::from_pkcs8(Algorithm::Ps256, kept()).expect_err("refused"), other);
    assert_eq!(SigningKey::generate(Algorithm::Ps256).expect_err("refused"), other);
}

#[test]
fn only_objects_are_signed() {
    let key = SigningKey::generate(Algorithm::EdDsa).expect("a key");
    assert_eq!(key.sign("JWT", &json!([1])).expect_err("refused"), SigningError::Claims);
    assert_eq!(key.sign("JWT", &"text").expect_err("refused"), SigningError::Claims);
}

#[test]
fn a_key_shows_its_name_and_nothing_secret() {
    let key = SigningKey::generate(Algorithm::Es256).expect("a key");
    assert_eq!(format!("{key:?}"), format!("SigningKey(ES256, {})", key.id()));
    assert_eq!(format!("{:?}", key.pkcs8()), "[redacted]");
}
