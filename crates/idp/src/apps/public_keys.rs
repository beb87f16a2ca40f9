//! The public keys of an app that signs its assertions.

use auth::jose::{Algorithm, Jwks, JwksError};
use thiserror::Error;

/// A JWK Set (RFC 7517 §5) of an app, with a key in it that signatures can be checked by.
#[derive(Clone, Debug)]
pub struct PublicKeys(Jwks);

/// What makes a text not the public keys of an app.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PublicKeysError {
    /// It is not a set of keys.
    #[error(transparent)]
    Set(#[from] JwksError),
    /// It has no key that is good for signatures.
    #[error("the set has no key that a signature can be checked by")]
    Empty,
}

impl PublicKeys {
    /// Reads a JWK Set. RSA keys that name no algorithm are of `RS256`.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PublicKeysError> {
        let set = Jwks::parse(text.as_bytes(), Algorithm::Rs256)?;
        if set.is_empty() { Err(PublicKeysError::Empty) } else { Ok(Self(set)) }
    }

    /// The set.
    #[must_use]
    pub const fn set(&self) -> &Jwks {
        &self.0
    }
}
