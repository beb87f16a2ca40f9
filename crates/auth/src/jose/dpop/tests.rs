//! Which proofs hold.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{ExpectedProof, ID_AT_MOST, Target, verify_proof};
use crate::jose::{Algorithm, KeyError, SigningKey, TokenError, encoding};

/// When the example of RFC 9449 §4.1 was made.
const NOW: u64 = 1_562_262_616;
/// The proof of RFC 9449 §4.1, figure 2.
const EXAMPLE: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";

fn target() -> Target {
    Target::parse("https://server.example.com/token").expect("an address")
}

fn expected(target: &Target) -> ExpectedProof<'_> {
    ExpectedProof {
        method: "POST",
        target,
        access_token: None,
        nonce: None,
        now: UNIX_EPOCH + Duration::from_secs(NOW),
        window: Duration::from_secs(60),
    }
}

fn key() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).expect("a key")
}

fn claims() -> Value {
    json!({ "jti": "one", "htm": "POST", "htu": "https://server.example.com/token", "iat": NOW })
}

fn proof_with(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let signed = format!(
        "{}.{}",
        encoding::encode(header.to_string().as_bytes()),
        encoding::encode(claims.to_string().as_bytes())
    );
    let signature = key.pair.sign(signed.as_bytes()).expect("a signature");
    format!("{signed}.{}", encoding::encode(&signature))
}

fn proof(key: &SigningKey, claims: &Value) -> String {
    proof_with(key, &json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.public().to_jwk() }), claims)
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

#[test]
fn the_example_of_the_rfc_holds() {
    let target = target();
    let proof = verify_proof(EXAMPLE, &expected(&target)).expect("it holds");
    assert_eq!((&*proof.id, proof.issued_at, proof.nonce), ("-BwC3ESc6acc2lTc", NOW, None));
    // RFC 9449 §6.1, figure 8: the `jkt` of the token that goes with it.
    assert_eq!(proof.thumbprint.to_string(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

#[test]
fn a_proof_is_for_one_method_and_one_address() {
    let (key, target) = (key(), target());
    let try_it = |claims: &Value| verify_proof(&proof(&key, claims), &expected(&target)).map(|_| ());
    assert_eq!(try_it(&claims()), Ok(()));
    for method in [json!("GET"), json!("post"), json!(""), json!(null), json!(["POST"])] {
        assert_eq!(try_it(&with("htm", method)), Err(TokenError::ProofMethod));
    }
    for address in [
        "https://server.example.com/token2",
        "https://other.example.com/token",
        "http://server.example.com/token",
        "/token",
        "",
        "https://server.example.com:8443/token",
    ] {
        assert_eq!(try_it(&with("htu", address)), Err(TokenError::ProofTarget), "{address}");
    }
    for address in [
        "HTTPS://Server.Example.COM:443/token",
        "https://server.example.com/token?a=b#c",
        "https://server.example.com/%74oken",
    ] {
        assert_eq!(try_it(&with("htu", address)), Ok(()), "{address}");
    }
}

#[test]
fn a_proof_belongs_to_its_access_token() {
    // RFC 9449 §7.1, figure 12.
    let (token, its_digest) =
        ("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    let (key, target) = (key(), target());
    let with_token = ExpectedProof { access_token: Some(token), ..expected(&target) };
    assert!(verify_proof(&proof(&key, &with("ath", its_digest)), &with_token).is_ok());
    for claims in [
        claims(),
        with("ath", ""),
        with("ath", token),
        with("ath", format!("{its_digest}=")),
        with("ath", json!([its_digest])),
    ] {
        assert_eq!(verify_proof(&proof(&key, &claims), &with_token), Err(TokenError::ProofToken), "{claims}");
    }
}

#[test]
fn a_proof_is_of_now_and_has_an_id() {
    let (key, target) = (key(), target());
    let try_it = |claims: &Value| verify_proof(&proof(&key, claims), &expected(&target)).map(|_| ());
    assert_eq!(try_it(&with("iat", NOW - 60)), Ok(()));
    assert_eq!(try_it(&with("iat", NOW - 61)), Err(TokenError::ProofOld));
    assert_eq!(try_it(&with("iat", NOW + 60)), Ok(()));
    assert_eq!(try_it(&with("iat", NOW + 61)), Err(TokenError::IssuedAhead));
    assert_eq!(try_it(&with("iat", "now")), Err(TokenError::Time));
    assert_eq!(try_it(&with("iat", json!(null))), Err(TokenError::Time));
    assert_eq!(try_it(&with("exp", NOW)), Err(TokenError::Expired));
    for id in [json!(""), json!("x".repeat(ID_AT_MOST + 1)), json!(7), json!(null)] {
        assert_eq!(try_it(&with("jti", id)), Err(TokenError::ProofId));
    }
    assert_eq!(try_it(&with("jti", "x".repeat(ID_AT_MOST))), Ok(()));
}

#[test]
fn a_nonce_that_was_asked_for_must_be_there() {
    let (key, target) = (key(), target());
    let with_nonce = ExpectedProof { nonce: Some("n1"), ..expected(&target) };
    let held = verify_proof(&proof(&key, &with("nonce", "n1")), &with_nonce).expect("it holds");
    assert_eq!(held.nonce.as_deref(), Some("n1"));
    for claims in [claims(), with("nonce", "n2"), with("nonce", 1)] {
        assert_eq!(verify_proof(&proof(&key, &claims), &with_nonce), Err(TokenError::ProofNonce));
    }
}

#[test]
fn the_key_of_a_proof_is_public_and_its_own() {
    let (key, other, target) = (key(), key(), target());
    let jwk = Value::Object(key.public().to_jwk());
    let try_it = |header: Value| verify_proof(&proof_with(&key, &header, &claims()), &expected(&target)).map(|_| ());
    let mut secret = jwk.clone();
    secret["d"] = "AQAB".into();
    let header = |jwk: Value| json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk });
    assert_eq!(try_it(header(jwk.clone())), Ok(()));
    assert_eq!(try_it(header(secret)), Err(TokenError::ProofKey(KeyError::Private)));
    assert_eq!(try_it(header(json!({ "kty": "oct", "k": "AQAB" }))), Err(TokenError::ProofKey(KeyError::Symmetric)));
    assert_eq!(try_it(header(json!("text"))), Err(TokenError::ProofKey(KeyError::Member("jwk"))));
    assert_eq!(try_it(header(Value::Object(other.public().to_jwk()))), Err(TokenError::Signature));
    assert_eq!(
        try_it(json!({ "typ": "dpop+jwt", "alg": "ES256", "kid": "a" })),
        Err(TokenError::ProofKey(KeyError::Member("jwk")))
    );
    assert_eq!(try_it(json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk })), Err(TokenError::AlgorithmOfKey));
    assert_eq!(try_it(json!({ "typ": "dpop+jwt", "alg": "HS256", "jwk": jwk })), Err(TokenError::Algorithm));
    assert_eq!(try_it(json!({ "typ": "dpop+jwt", "alg": "none", "jwk": jwk })), Err(TokenError::Algorithm));
    for typ in ["JWT", "at+jwt", ""] {
        assert_eq!(try_it(json!({ "typ": typ, "alg": "ES256", "jwk": jwk })), Err(TokenError::Type));
    }
    assert_eq!(try_it(json!({ "alg": "ES256", "jwk": jwk })), Err(TokenError::Type));
}

#[test]
fn an_address_has_one_spelling() {
    let same = |a: &str, b: &str| assert_eq!(Target::parse(a), Target::parse(b), "{a} {b}");
    same("https://a.test", "https://A.test:443/");
    same("http://a.test:80/x", "http://a.test/x");
    same("https://a.test/%7euser/%2f", "https://a.test/~user/%2F");
    same("https://[::1]:443/", "https://[::1]");
    same("https://a.test/x?y", "https://a.test/x#z");
    assert_eq!(Target::of_request("https", "a.test:8443", "/x"), Target::parse("https://a.test:8443/x"));
    let differs = |a: &str, b: &str| assert_ne!(Target::parse(a), Target::parse(b), "{a} {b}");
    differs("https://a.test/x", "https://a.test/x/");
    differs("https://a.test/x", "https://a.test/X");
    differs("https://a.test/a%2Fb", "https://a.test/a/b");
    for none in [
        "a.test/x",
        "ftp://a.test/",
        "https:///x",
        "https://u@a.test/",
        "https://a.test/../x",
        "https://a.test/%2e/x",
        "https://a.test/%2",
        "https://a.test/%zz",
        "https://a.test/ x",
        "https://a.test/é",
        "https://a.test\\@b.test/",
        "https://a.test:443:443/",
        "https://a.test:x/",
        "https://[::1/",
        "https://[]/",
    ] {
        assert_eq!(Target::parse(none), None, "{none}");
    }
}
