//! The public keys of an app that signs its assertions.

use std::fmt;

use thiserror::Error;

/// A JWK Set (RFC 7517 §5) of an app, read and checked.
#[derive(Clone)]
pub struct PublicKeys(Box<str>);

/// What makes a text not the public keys of an app.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PublicKeysError {
    /// Not a JSON object with `keys`.
    #[error("this is not a JWK Set: {0}")]
    Malformed(Box<str>),
}

impl PublicKeys {
    /// Reads a JWK Set.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PublicKeysError> {
        let malformed = |why: &str| PublicKeysError::Malformed(why.into());
        let set: serde_json::Value = serde_json::from_str(text).map_err(|error| malformed(&error.to_string()))?;
        match set.get("keys").and_then(serde_json::Value::as_array) {
            Some(keys) if !keys.is_empty() => Ok(Self(text.into())),
            _ => Err(malformed("it has no `keys`")),
        }
    }

    /// As it was read.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKeys")
    }
}
