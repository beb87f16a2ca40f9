//! Proofs of possession in one request (DPoP, RFC 9449): what of them can be checked without a memory.
//!
//! A proof is a token that its sender signs with a key of its own and that names this request's method and address.
//! Whether its id ([`Proof::id`]) has been seen before is for the caller to remember, and whether the key is that of
//! the access token is for the caller to compare ([`Proof::thumbprint`] with the token's `cnf`).

mod target;

use std::time::{Duration, SystemTime};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

use super::claims::{seconds, time};
use super::{KeyError, Object, Thumbprint, Token, TokenError, TokenType, VerifyingKey, encoding};
pub use target::Target;

/// Octets that the id of a proof (`jti`) may have.
pub const ID_AT_MOST: usize = 256;

/// What is expected of a proof.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedProof<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The address of the request, as its sender knows it.
    pub target: &'a Target,
    /// The access token that it comes with; none at the token endpoint.
    pub access_token: Option<&'a str>,
    /// The nonce that the sender was told to use, where there is one (§8).
    pub nonce: Option<&'a str>,
    /// What time it is.
    pub now: SystemTime,
    /// How old a proof may be, and how far the clocks may differ.
    pub window: Duration,
}

/// A proof that holds, but for having been seen before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The key that its sender holds.
    pub thumbprint: Thumbprint,
    /// Its id; the same one must not be accepted again while [`issued_at`](Self::issued_at) is within the window.
    pub id: Box<str>,
    /// When it was made, in seconds since 1970.
    pub issued_at: u64,
    /// The nonce in it.
    pub nonce: Option<Box<str>>,
}

/// Checks a proof by RFC 9449 §4.3, but for what needs a memory.
///
/// # Errors
/// [`TokenError`]: the first thing that is not as expected.
pub fn verify_proof(text: &str, expected: &ExpectedProof<'_>) -> Result<Proof, TokenError> {
    let token = Token::parse(text)?;
    if !token.is(TokenType::DPOP) {
        return Err(TokenError::Type);
    }
    // The one place where a key out of a token is used: it says nothing of who somebody is.
    let Some(Value::Object(jwk)) = token.header().get("jwk") else {
        return Err(TokenError::ProofKey(KeyError::Member("jwk")));
    };
    let key = VerifyingKey::from_jwk(jwk, token.algorithm()).map_err(TokenError::ProofKey)?;
    token.verify_signature(&key)?;
    let claims = token.claims()?;
    let member = |name: &str| claims.get(name).and_then(Value::as_str);
    if member("htm") != Some(expected.method) {
        return Err(TokenError::ProofMethod);
    }
    if member("htu").and_then(Target::parse).as_ref() != Some(expected.target) {
        return Err(TokenError::ProofTarget);
    }
    let id = member("jti").filter(|id| !id.is_empty() && id.len() <= ID_AT_MOST).ok_or(TokenError::ProofId)?;
    check_access_token(member("ath"), expected.access_token)?;
    if expected.nonce.is_some() && member("nonce") != expected.nonce {
        return Err(TokenError::ProofNonce);
    }
    let issued_at = check_age(&claims, expected)?;
    let nonce = member("nonce").map(Box::from);
    Ok(Proof { thumbprint: key.thumbprint(), id: Box::from(id), issued_at, nonce })
}

fn check_access_token(digest_of_it: Option<&str>, access_token: Option<&str>) -> Result<(), TokenError> {
    let Some(access_token) = access_token else { return Ok(()) };
    let expected = encoding::encode(digest(&SHA256, access_token.as_bytes()).as_ref());
    let given = digest_of_it.unwrap_or_default();
    verify_slices_are_equal(expected.as_bytes(), given.as_bytes()).map_err(|_| TokenError::ProofToken)
}

fn check_age(claims: &Object, expected: &ExpectedProof<'_>) -> Result<u64, TokenError> {
    let issued_at = time(claims, "iat")?.ok_or(TokenError::Time)?;
    let now = seconds(expected.now);
    let window = expected.window.as_secs();
    if issued_at > now.saturating_add(window) {
        return Err(TokenError::IssuedAhead);
    }
    if issued_at.saturating_add(window) < now {
        return Err(TokenError::ProofOld);
    }
    // A proof with an end of its own ends then.
    match time(claims, "exp")? {
        Some(end) if end <= now => Err(TokenError::Expired),
        _ => Ok(issued_at),
    }
}

#[cfg(test)]
mod tests;
