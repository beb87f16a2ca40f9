//! What a token must say to be for us.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{Claims, Expected, LAST_SECOND, check};
use crate::jose::{TokenError, TokenType};

const NOW: u64 = 1_800_000_000;

fn try_claims(value: Value, leeway: u64) -> Result<Claims, TokenError> {
    let Value::Object(members) = value else { panic!("an object") };
    let expected = Expected {
        kind: TokenType::PLAIN,
        issuer: "https://id.shop.test",
        audience: &["orders", "https://api.shop.test/orders"],
        now: UNIX_EPOCH + Duration::from_secs(NOW),
        leeway: Duration::from_secs(leeway),
    };
    check(members, &expected)
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = json!({ "iss": "https://id.shop.test", "aud": "orders", "exp": NOW + 60 });
    claims[name] = value.into();
    claims
}

fn without(name: &str) -> Value {
    let mut claims = with("sub", "ada");
    claims.as_object_mut().expect("an object").remove(name);
    claims
}

#[test]
fn the_issuer_is_compared_letter_for_letter() {
    assert!(try_claims(with("sub", "ada"), 0).is_ok());
    for issuer in [
        json!("https://id.shop.test/"),
        json!("HTTPS://id.shop.test"),
        json!(""),
        json!(["https://id.shop.test"]),
        json!(null),
    ] {
        assert_eq!(try_claims(with("iss", issuer), 0), Err(TokenError::Issuer));
    }
    assert_eq!(try_claims(without("iss"), 0), Err(TokenError::Issuer));
}

#[test]
fn one_of_the_audience_must_be_us() {
    for audience in [json!("orders"), json!(["orders"]), json!(["other", "https://api.shop.test/orders"])] {
        let claims = try_claims(with("aud", audience.clone()), 0).expect("for us");
        assert!(claims.audience().count() >= 1, "{audience}");
    }
    for audience in [
        json!("Orders"),
        json!("orders2"),
        json!([]),
        json!(["other"]),
        json!(["orders", 7]),
        json!({"orders": 1}),
        json!(""),
    ] {
        assert_eq!(try_claims(with("aud", audience.clone()), 0), Err(TokenError::Audience), "{audience}");
    }
    assert_eq!(try_claims(without("aud"), 0), Err(TokenError::Audience));
}

#[test]
fn a_token_ends_when_it_says_and_must_say_so() {
    assert_eq!(try_claims(without("exp"), 0), Err(TokenError::NoExpiry));
    assert!(try_claims(with("exp", NOW + 1), 0).is_ok());
    assert_eq!(try_claims(with("exp", NOW), 0), Err(TokenError::Expired));
    assert!(try_claims(with("exp", NOW), 1).is_ok());
    assert_eq!(try_claims(with("exp", NOW - 30), 30), Err(TokenError::Expired));
    assert_eq!(try_claims(with("exp", 0), 30), Err(TokenError::Expired));
}

#[test]
fn a_token_is_not_used_before_its_time() {
    assert!(try_claims(with("nbf", NOW), 0).is_ok());
    assert_eq!(try_claims(with("nbf", NOW + 1), 0), Err(TokenError::NotYet));
    assert!(try_claims(with("nbf", NOW + 30), 30).is_ok());
    assert_eq!(try_claims(with("iat", NOW + 31), 30), Err(TokenError::IssuedAhead));
    assert_eq!(try_claims(with("iat", NOW - 5), 0).expect("believed").issued_at(), Some(NOW - 5));
    assert_eq!(try_claims(with("sub", "ada"), 0).expect("believed").issued_at(), None);
}

#[test]
fn times_are_numbers_within_bounds() {
    for name in ["exp", "nbf", "iat"] {
        for value in [
            json!("1800000060"),
            json!(-1),
            json!(null),
            json!(LAST_SECOND + 1),
            json!(1e300),
            json!(u64::MAX),
            json!([1]),
            json!(-0.5),
        ] {
            assert_eq!(try_claims(with(name, value.clone()), 0), Err(TokenError::Time), "{name} {value}");
        }
    }
    let fraction = try_claims(with("exp", 1_800_000_060.75), 0).expect("a fraction is a number too");
    assert_eq!(fraction.expires_at(), NOW + 60);
    assert!(try_claims(with("exp", LAST_SECOND), u64::MAX).is_ok());
}
