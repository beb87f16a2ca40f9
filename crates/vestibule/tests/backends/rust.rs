//! The program of `docs/backends.md` for Rust, as it stands there.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};

#[derive(serde::Deserialize)]
pub struct Caller {
    pub sub: String,
}

pub fn caller(token: &str, keys: &JwkSet) -> Option<Caller> {
    let key = keys.find(&decode_header(token).ok()?.kid?)?;
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_issuer(&["vestibule"]);
    rules.set_audience(&["orders"]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    Some(decode(token, &DecodingKey::from_jwk(key).ok()?, &rules).ok()?.claims)
}
