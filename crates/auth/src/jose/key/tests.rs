//! Which keys are used, by what, and which are not.

use serde_json::json;

use super::{KeyError, VerifyingKey};
use crate::jose::{Algorithm, Object, SigningKey};

/// The modulus of RFC 7638 §3.1.
const MODULUS: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

fn members(value: serde_json::Value) -> Object {
    value.as_object().expect("an object").clone()
}

fn read(value: serde_json::Value) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::from_jwk(&members(value), Algorithm::Rs256)
}

/// The P-256 key of RFC 7515 §A.3.
fn point() -> serde_json::Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })
}

fn rsa() -> serde_json::Value {
    json!({ "kty": "RSA", "n": MODULUS, "e": "AQAB" })
}

/// The Ed25519 key of RFC 8037 §A.2.
fn edwards() -> serde_json::Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })
}

fn with(mut key: serde_json::Value, name: &str, value: impl Into<serde_json::Value>) -> serde_json::Value {
    key[name] = value.into();
    key
}

#[test]
fn the_thumbprints_are_those_of_the_rfcs() {
    // RFC 7638 §3.1 and RFC 8037 §A.3; what a key says of itself beside its parts does not matter.
    let rsa = with(with(rsa(), "alg", "RS256"), "kid", "2011-04-29");
    assert_eq!(read(rsa).expect("a key").thumbprint().to_string(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert_eq!(read(edwards()).expect("a key").thumbprint().to_string(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn a_key_that_names_no_algorithm_has_that_of_its_type() {
    assert_eq!(read(point()).expect("a key").algorithm(), Algorithm::Es256);
    assert_eq!(read(edwards()).expect("a key").algorithm(), Algorithm::EdDsa);
    assert_eq!(read(rsa()).expect("a key").algorithm(), Algorithm::Rs256);
    let told = |algorithm| VerifyingKey::from_jwk(&members(rsa()), algorithm).expect("a key").algorithm();
    assert_eq!(told(Algorithm::Ps256), Algorithm::Ps256);
    assert_eq!(told(Algorithm::Es256), Algorithm::Rs256, "no algorithm of an RSA key");
}

#[test]
fn an_algorithm_must_go_with_the_type() {
    for (key, algorithm) in
        [(point(), "ES384"), (point(), "RS256"), (point(), "EdDSA"), (rsa(), "ES256"), (edwards(), "ES256")]
    {
        assert_eq!(read(with(key, "alg", algorithm)).expect_err("refused"), KeyError::AlgorithmOfType);
    }
    for algorithm in ["none", "HS256", "RSA-OAEP", "es256", "ES521", "RS1", ""] {
        assert_eq!(read(with(point(), "alg", algorithm)).expect_err("refused"), KeyError::Algorithm, "{algorithm}");
    }
}

#[test]
fn a_key_for_something_else_is_not_used() {
    assert_eq!(read(with(rsa(), "use", "enc")).expect_err("refused"), KeyError::Use);
    assert_eq!(read(with(rsa(), "key_ops", json!(["encrypt", "sign"]))).expect_err("refused"), KeyError::Operations);
    assert_eq!(read(with(rsa(), "key_ops", json!([]))).expect_err("refused"), KeyError::Operations);
    assert_eq!(read(with(rsa(), "key_ops", "verify")).expect_err("refused"), KeyError::Member("key_ops"));
    assert!(read(with(with(rsa(), "key_ops", json!(["verify"])), "use", "sig")).is_ok());
}

#[test]
fn a_secret_is_never_taken_for_a_public_key() {
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        for key in [rsa(), point(), edwards()] {
            assert_eq!(read(with(key, name, "AQAB")).expect_err("refused"), KeyError::Private, "{name}");
        }
    }
    assert_eq!(read(json!({ "kty": "oct", "k": "AQAB", "alg": "HS256" })).expect_err("refused"), KeyError::Symmetric);
}

#[test]
fn members_must_be_there_and_of_their_form() {
    for (name, key) in [("x", point()), ("y", point()), ("n", rsa()), ("e", rsa()), ("x", edwards())] {
        for value in [json!(1), json!(""), json!("AQAB="), json!("A Q"), json!("A"), json!(null)] {
            assert_eq!(read(with(key.clone(), name, value)).expect_err("refused"), KeyError::Member(name));
        }
    }
    // RFC 7518 §6.2.1.2: the full length of the field; a coordinate with a zero before it is none.
    let long = "AH_NzidwdsRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF";
    assert_eq!(read(with(point(), "x", long)).expect_err("refused"), KeyError::Member("x"));
    assert_eq!(read(with(point(), "kid", "")).expect_err("refused"), KeyError::Member("kid"));
    assert_eq!(read(with(point(), "kid", "k".repeat(257))).expect_err("refused"), KeyError::Member("kid"));
    assert_eq!(read(with(point(), "kid", 7)).expect_err("refused"), KeyError::Member("kid"));
    assert_eq!(read(json!({})).expect_err("refused"), KeyError::Member("kty"));
    assert_eq!(read(json!({ "kty": "AKP" })).expect_err("refused"), KeyError::UnknownType);
    assert_eq!(read(with(point(), "crv", "secp256k1")).expect_err("refused"), KeyError::Curve);
    assert_eq!(read(with(edwards(), "crv", "Ed448")).expect_err("refused"), KeyError::Curve);
}

#[test]
fn a_point_must_lie_on_its_curve() {
    let beside = with(point(), "y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4");
    assert_eq!(read(beside).expect_err("refused"), KeyError::Point);
    let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(read(with(with(point(), "x", zero), "y", zero)).expect_err("refused"), KeyError::Point);
}

#[test]
fn numbers_of_rsa_have_bounds() {
    let number = |octets: &[u8]| super::encoding::encode(octets);
    let sized = |len: usize| {
        let mut octets = vec![0xC5; len];
        octets[len - 1] = 0xC7;
        octets
    };
    let mut leading = sized(257);
    leading[0] = 0;
    let mut even = sized(256);
    even[255] = 0xC6;
    for modulus in [sized(128), sized(255), sized(1025), leading, even] {
        assert_eq!(read(with(rsa(), "n", number(&modulus))).expect_err("refused"), KeyError::Modulus);
    }
    for exponent in [&[1][..], &[3], &[0xFF, 0xFF], &[1, 0, 0], &[0, 1, 0, 1], &[1, 0, 0, 0, 1]] {
        assert_eq!(read(with(rsa(), "e", number(exponent))).expect_err("refused"), KeyError::Exponent, "{exponent:?}");
    }
    assert!(read(with(rsa(), "n", number(&sized(1024)))).is_ok(), "8192 bits");
}

#[test]
fn a_key_is_the_same_by_spki_and_by_jwk() {
    for algorithm in Algorithm::SIGNING {
        let key = SigningKey::generate(algorithm).expect("a key");
        let again = VerifyingKey::from_jwk(&key.public().to_jwk(), Algorithm::Rs256).expect("a key");
        assert_eq!(again.to_jwk(), key.public().to_jwk());
        assert_eq!((again.id(), again.algorithm()), (Some(key.id()), algorithm));
        assert_eq!(again.thumbprint().to_string(), key.id());
    }
    assert_eq!(VerifyingKey::from_spki(b"\x30\x00", Algorithm::Es256).expect_err("refused"), KeyError::Member("spki"));
}
