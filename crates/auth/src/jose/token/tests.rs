//! Which tokens are believed, by form, header, key and signature.

#![expect(clippy::string_slice, reason = "tokens are ASCII, and a test may fail by a panic")]

use std::time::Duration;

use model::Secret;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{TOKEN_AT_MOST, Token, TokenType, open, verify};
use crate::jose::{Algorithm, Expected, Jwks, Object, SigningKey, TokenError, VerifyingKey, encoding};

const NOW: u64 = 1_800_000_000;

fn expected(kind: TokenType) -> Expected<'static> {
    Expected {
        kind,
        issuer: "https://id.shop.test",
        audience: &["orders"],
        now: std::time::UNIX_EPOCH + Duration::from_secs(NOW),
        leeway: Duration::ZERO,
    }
}

fn claims() -> Value {
    json!({ "iss": "https://id.shop.test", "aud": "orders", "exp": NOW + 60, "sub": "ada" })
}

fn set(key: &SigningKey) -> Jwks {
    Jwks::of([key.public().clone()]).expect("a set")
}

/// A token with any header, signed as if it were in order.
fn signed_with(key: &SigningKey, header: &str, payload: &[u8]) -> String {
    let signed = format!("{}.{}", encoding::encode(header.as_bytes()), encoding::encode(payload));
    let signature = key.pair.sign(signed.as_bytes()).expect("a signature");
    format!("{signed}.{}", encoding::encode(&signature))
}

fn jwk(members: Value) -> Jwks {
    let Value::Object(members) = members else { panic!("an object") };
    Jwks::of([VerifyingKey::from_jwk(&members, Algorithm::Rs256).expect("a key")]).expect("a set")
}

#[test]
fn the_examples_of_the_rfcs_are_opened() {
    // RFC 7515 §A.3.
    let point = jwk(json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }));
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    assert!(open(token, &point).expect("signed").starts_with(b"{\"iss\":\"joe\""));
    // RFC 8037 §A.4.
    let edwards = jwk(json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }));
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(open(token, &edwards).expect("signed"), b"Example of Ed25519 signing");
}

#[test]
fn what_we_sign_is_believed_and_says_what_we_said() {
    for algorithm in Algorithm::SIGNING {
        let key = SigningKey::generate(algorithm).expect("a key");
        let token = key.sign("at+jwt", &claims()).expect("a token");
        let read = verify(&token, &set(&key), &expected(TokenType::ACCESS)).expect("believed");
        assert_eq!(Value::Object(read.members().clone()), claims());
        assert_eq!((read.subject(), read.expires_at()), (Some("ada"), NOW + 60));
        let parsed = Token::parse(&token).expect("a token");
        assert_eq!((parsed.key_id(), parsed.algorithm()), (Some(key.id()), algorithm));
        assert_eq!(parsed.claimed_issuer().as_deref(), Ok("https://id.shop.test"));
    }
}

#[test]
fn no_kind_of_token_is_taken_for_another() {
    let key = SigningKey::generate(Algorithm::EdDsa).expect("a key");
    let try_as = |typ: Option<&str>, kind| {
        let header = match typ {
            Some(typ) => format!(r#"{{"alg":"EdDSA","typ":"{typ}"}}"#),
            None => r#"{"alg":"EdDSA"}"#.to_owned(),
        };
        let token = signed_with(&key, &header, claims().to_string().as_bytes());
        verify(&token, &set(&key), &expected(kind)).map(|_| ())
    };
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"] {
        assert_eq!(try_as(Some(typ), TokenType::ACCESS), Ok(()), "{typ}");
        assert_eq!(try_as(Some(typ), TokenType::PLAIN), Err(TokenError::Type), "{typ}");
        assert_eq!(try_as(Some(typ), TokenType::DPOP), Err(TokenError::Type), "{typ}");
    }
    for typ in [None, Some("JWT"), Some("jwt"), Some("application/jwt")] {
        assert_eq!(try_as(typ, TokenType::PLAIN), Ok(()), "{typ:?}");
        assert_eq!(try_as(typ, TokenType::CLIENT_AUTHENTICATION), Ok(()), "{typ:?}");
        assert_eq!(try_as(typ, TokenType::ACCESS), Err(TokenError::Type), "{typ:?}");
    }
    for typ in ["", "at+jwt ", "application/application/at+jwt", "x/at+jwt", "dpop+jwt", "ät+jwt-with-more"] {
        assert_eq!(try_as(Some(typ), TokenType::ACCESS), Err(TokenError::Type), "{typ}");
        assert_eq!(try_as(Some(typ), TokenType::PLAIN), Err(TokenError::Type), "{typ}");
    }
}

#[test]
fn a_header_with_what_we_do_not_understand_is_refused() {
    let key = SigningKey::generate(Algorithm::EdDsa).expect("a key");
    for (header, error) in [
        (r#"{"alg":"EdDSA","crit":["exp"]}"#, TokenError::Extension),
        (r#"{"alg":"EdDSA","crit":[]}"#, TokenError::Extension),
        (r#"{"alg":"EdDSA","b64":true}"#, TokenError::Extension),
        (r#"{"alg":"EdDSA","zip":"DEF"}"#, TokenError::Extension),
        (r#"{"alg":"none"}"#, TokenError::Algorithm),
        (r#"{"alg":"None"}"#, TokenError::Algorithm),
        (r#"{"alg":"HS256"}"#, TokenError::Algorithm),
        (r#"{"alg":"eddsa"}"#, TokenError::Algorithm),
        (r#"{"alg":"ES256"}"#, TokenError::UnknownKey),
        (r#"{"alg":["EdDSA"]}"#, TokenError::Header),
        (r#"{}"#, TokenError::Header),
        (r#"[]"#, TokenError::Header),
        (r#"{"alg":"EdDSA","alg":"EdDSA"}"#, TokenError::Header),
        (r#"{"alg":"EdDSA","kid":7}"#, TokenError::Header),
        (r#"{"alg":"EdDSA","typ":null}"#, TokenError::Header),
        (r#"{"alg":"EdDSA","kid":"../../etc/passwd"}"#, TokenError::UnknownKey),
        (r#"{"alg":"EdDSA","kid":"x' OR '1'='1"}"#, TokenError::UnknownKey),
    ] {
        let token = signed_with(&key, header, claims().to_string().as_bytes());
        assert_eq!(verify(&token, &set(&key), &expected(TokenType::PLAIN)), Err(error), "{header}");
    }
}

#[test]
fn a_key_that_a_token_brings_along_is_never_used() {
    let (ours, theirs) = (SigningKey::generate(Algorithm::Es256), SigningKey::generate(Algorithm::Es256));
    let (ours, theirs) = (ours.expect("a key"), theirs.expect("a key"));
    let jwk = Value::Object(theirs.public().to_jwk());
    for header in [
        json!({ "alg": "ES256", "jwk": jwk }),
        json!({ "alg": "ES256", "kid": ours.id(), "jwk": jwk }),
        json!({ "alg": "ES256", "kid": ours.id(), "jku": "https://evil.test/keys" }),
        json!({ "alg": "ES256", "kid": ours.id(), "x5u": "https://evil.test/chain", "x5c": ["MIIB"] }),
    ] {
        let token = signed_with(&theirs, &header.to_string(), claims().to_string().as_bytes());
        let refused = verify(&token, &set(&ours), &expected(TokenType::PLAIN));
        assert_eq!(refused, Err(TokenError::Signature), "{header}");
    }
}

#[test]
fn the_algorithm_is_the_keys_and_never_the_tokens() {
    let key = SigningKey::generate(Algorithm::Rs256).expect("a key");
    let header = format!(r#"{{"alg":"PS256","kid":"{}"}}"#, key.id());
    let token = signed_with(&key, &header, claims().to_string().as_bytes());
    assert_eq!(verify(&token, &set(&key), &expected(TokenType::PLAIN)), Err(TokenError::AlgorithmOfKey));
}

#[test]
fn a_token_has_three_parts_of_strict_base64url() {
    let key = SigningKey::generate(Algorithm::EdDsa).expect("a key");
    let token = key.sign("JWT", &claims()).expect("a token");
    let parts: Vec<&str> = token.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    let try_it = |text: &str| verify(text, &set(&key), &expected(TokenType::PLAIN)).map(|_| ());
    assert_eq!(try_it(&token), Ok(()));
    for text in [
        "",
        ".",
        "..",
        "a",
        "a.b",
        &format!("{token}."),
        &format!(".{token}"),
        &format!("{header}.{payload}."),
        &format!(".{payload}.{signature}"),
        &format!("{header}..{payload}.{signature}"),
    ] {
        assert_eq!(try_it(text), Err(TokenError::Parts), "{text}");
    }
    for text in [
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}=="),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{header}.{payload}.{signature}AAA"),
        token.replace(signature, &format!("{}+/", &signature[..signature.len() - 2])),
    ] {
        assert_eq!(try_it(&text), Err(TokenError::Encoding), "{text}");
    }
    // Bits that mean nothing must be zero: 64 octets are 86 letters, of which the last has four such bits.
    let last = char::from(signature.as_bytes()[signature.len() - 1]);
    let other = if last == 'A' { 'B' } else { char::from(last as u8 + 1) };
    assert_eq!(
        try_it(&format!("{header}.{payload}.{}{other}", &signature[..signature.len() - 1])),
        Err(TokenError::Encoding)
    );
    assert_eq!(try_it(&format!("{header}.{}.{signature}", "A".repeat(TOKEN_AT_MOST))), Err(TokenError::TooLong));
}

#[test]
fn the_form_of_a_signature_is_that_of_jws() {
    // RFC 7518 §3.4: both numbers, 32 octets each, and no DER.
    let key = SigningKey::generate(Algorithm::Es256).expect("a key");
    let token = key.sign("JWT", &claims()).expect("a token");
    let (signed, signature) = token.rsplit_once('.').expect("parts");
    let signature = encoding::decode(signature).expect("octets");
    assert_eq!(signature.len(), 64);
    let (r, s) = signature.split_at(32);
    let integer = |number: &[u8]| [&[2, 33, 0], number].concat();
    let der = [&[0x30, 70][..], &integer(r), &integer(s)].concat();
    for octets in [der, [r, s, &[0]].concat(), [&[0], r, s].concat(), r.to_vec(), vec![0; 64], [r, &[0; 32]].concat()] {
        let token = format!("{signed}.{}", encoding::encode(&octets));
        assert_eq!(verify(&token, &set(&key), &expected(TokenType::PLAIN)), Err(TokenError::Signature));
    }
}

/// Keys that are made once: RSA takes its time.
fn keys() -> &'static [SigningKey] {
    static KEYS: std::sync::OnceLock<Vec<SigningKey>> = std::sync::OnceLock::new();
    KEYS.get_or_init(|| Algorithm::SIGNING.map(|algorithm| SigningKey::generate(algorithm).expect("a key")).into())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_claims_come_back_as_they_were_signed(
        which in 0_usize..3, subject in ".{0,40}", more in prop::collection::btree_map("[a-z]{4,9}", ".{0,20}", 0..5),
    ) {
        let key = &keys()[which];
        let mut members: Object = more.into_iter().map(|(name, value)| (name, value.into())).collect();
        let Value::Object(ours) = claims() else { unreachable!() };
        members.extend(ours);
        members.insert("sub".to_owned(), subject.into());
        let token = key.sign("JWT", &members).expect("a token");
        let read = verify(&token, &set(key), &expected(TokenType::PLAIN)).expect("believed");
        prop_assert_eq!(read.members(), &members);
    }

    #[test]
    fn a_token_with_one_letter_changed_is_refused(which in 0_usize..3, at in any::<prop::sample::Index>(), put in "[ -~]") {
        let key = &keys()[which];
        let token = key.sign("JWT", &claims()).expect("a token");
        let at = at.index(token.len());
        let changed = format!("{}{put}{}", &token[..at], &token[at + 1..]);
        let verdict = verify(&changed, &set(key), &expected(TokenType::PLAIN));
        prop_assert_eq!(verdict.is_ok(), changed == token);
    }

    #[test]
    fn any_octet_of_a_kept_key_may_be_wrong(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let key = &keys()[0];
        let mut pkcs8 = key.pkcs8().expose().clone();
        let at = at.index(pkcs8.len());
        pkcs8[at] ^= 1 << bit;
        // It is refused, or is another key, or the same one in other words; it never signs as somebody else.
        if let Ok(other) = SigningKey::from_pkcs8(Algorithm::Es256, Secret::new(pkcs8)) {
            let token = other.sign("JWT", &claims()).expect("a token");
            prop_assert!(verify(&token, &set(&other), &expected(TokenType::PLAIN)).is_ok());
        }
    }
}
