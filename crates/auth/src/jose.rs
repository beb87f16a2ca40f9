//! JOSE: signed tokens and the keys that they are checked with, read strictly.
//!
//! # Words
//!
//! - A **token** is a JWT (RFC 7519) as a compact JWS (RFC 7515): three parts in base64url.
//! - An [`Algorithm`] belongs to a key and is pinned when the key is made. What a token says
//!   of its algorithm is only compared with it (RFC 8725 §3.1).
//! - A [`VerifyingKey`] is a public key, from a JWK (RFC 7517) or an SPKI; a [`SigningKey`] is ours and secret.
//! - A [`Jwks`] is a set of public keys with different ids.
//! - A [`Proof`](dpop::Proof) shows that the sender of a request holds a key (RFC 9449).
//!
//! # Steps of [`verify`]
//!
//! 1. Form: at most [`TOKEN_AT_MOST`] octets, exactly three parts, strict base64url.
//! 2. Header: one JSON object in which no member stands twice; no extensions (`crit`, `b64`, `zip`), a known
//!    asymmetric algorithm, the type that is expected (RFC 8725 §3.11).
//! 3. Key: the one of that id in the set that the caller of this function trusts. What the header offers in place of
//!    it (`jwk`, `jku`, `x5c`, `x5u`) is never looked at.
//! 4. Signature, by the key's own algorithm.
//! 5. Claims: strict JSON again, then issuer, audience and times.
//!
//! Nothing of the claims is believed before the signature holds. Only [`Token::claimed_issuer`] shows one earlier, so
//! that the keys can be chosen.
//!
//! Deliberately absent: `none` and HMAC, encryption, the JSON serialization, and fetching of anything. Why the parsing
//! is ours stands in `docs/decisions/0029`.

mod algorithm;
mod claims;
pub mod dpop;
mod encoding;
mod error;
mod json;
mod key;
mod set;
mod signing;
mod token;

pub use algorithm::Algorithm;
pub use claims::{Claims, Expected};
pub use encoding::{decode as decode_base64url, encode as encode_base64url};
pub use error::TokenError;
pub use json::{JsonError, Object, read_object, write_object};
pub use key::{KeyError, Thumbprint, VerifyingKey};
pub use set::{Jwks, JwksError, KEYS_AT_MOST, SET_AT_MOST};
pub use signing::{SigningError, SigningKey};
pub use token::{TOKEN_AT_MOST, Token, TokenType, open, verify};

#[cfg(test)]
mod tests;
