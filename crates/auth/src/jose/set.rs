//! Sets of public keys (RFC 7517 §5): read from others, and written for others.

use serde_json::Value;
use thiserror::Error;

use super::{Algorithm, KeyError, Object, TokenError, VerifyingKey, read_object};

/// Octets that the document of a set may have.
pub const SET_AT_MOST: usize = 128 * 1024;
/// Keys that a set may have.
pub const KEYS_AT_MOST: usize = 64;

/// A set of public keys with different ids.
#[derive(Clone, Debug, Default)]
pub struct Jwks {
    keys: Vec<VerifyingKey>,
    left_out: Vec<(Option<Box<str>>, KeyError)>,
}

/// Why a set is refused as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum JwksError {
    /// More than [`SET_AT_MOST`] octets.
    #[error("the set of keys has more than {SET_AT_MOST} octets")]
    TooLarge,
    /// Not one JSON object with a list `keys` of objects, or a name twice.
    #[error("the set of keys is not a JSON object with a list `keys`")]
    Malformed,
    /// More than [`KEYS_AT_MOST`] keys.
    #[error("the set has more than {KEYS_AT_MOST} keys")]
    TooMany,
    /// Two keys of one id: nobody could say which of them signed.
    #[error("the set has two keys of one id")]
    SameId,
    /// A key with its secret part, or a symmetric one. Whoever published it does not know what is secret.
    #[error("the set publishes a secret key")]
    Secret,
}

impl Jwks {
    /// Reads a set. Keys that are not for signatures, of unknown types or too weak are left out, and
    /// [`left_out`](Self::left_out) says why. `rsa` is the algorithm of RSA keys that name none.
    ///
    /// # Errors
    /// [`JwksError`], where the set as a whole cannot be believed.
    pub fn parse(text: &[u8], rsa: Algorithm) -> Result<Self, JwksError> {
        if text.len() > SET_AT_MOST {
            return Err(JwksError::TooLarge);
        }
        let mut document = read_object(text).map_err(|_| JwksError::Malformed)?;
        let Some(Value::Array(list)) = document.remove("keys") else { return Err(JwksError::Malformed) };
        if list.len() > KEYS_AT_MOST {
            return Err(JwksError::TooMany);
        }
        let mut set = Self::default();
        for key in list {
            let Value::Object(members) = key else { return Err(JwksError::Malformed) };
            set.take(&members, rsa)?;
        }
        Ok(set)
    }

    fn take(&mut self, members: &Object, rsa: Algorithm) -> Result<(), JwksError> {
        let id = members.get("kid").and_then(Value::as_str);
        // Also beside a key that is left out: the other one may be the wrong one.
        let known = self
            .keys
            .iter()
            .filter_map(VerifyingKey::id)
            .chain(self.left_out.iter().filter_map(|(id, _)| id.as_deref()));
        if id.is_some() && known.into_iter().any(|known| Some(known) == id) {
            return Err(JwksError::SameId);
        }
        match VerifyingKey::from_jwk(members, rsa) {
            Ok(key) => self.keys.push(key),
            Err(KeyError::Private | KeyError::Symmetric) => return Err(JwksError::Secret),
            Err(reason) => self.left_out.push((id.map(Box::from), reason)),
        }
        Ok(())
    }

    /// A set of keys that we have ourselves.
    ///
    /// # Errors
    /// [`JwksError::SameId`] or [`JwksError::TooMany`].
    pub fn of(keys: impl IntoIterator<Item = VerifyingKey>) -> Result<Self, JwksError> {
        let mut set = Self::default();
        for key in keys {
            if key.id().is_some() && set.keys.iter().any(|known| known.id() == key.id()) {
                return Err(JwksError::SameId);
            }
            set.keys.push(key);
        }
        if set.keys.len() > KEYS_AT_MOST { Err(JwksError::TooMany) } else { Ok(set) }
    }

    /// The key that a token means: that of its id, or without an id the only one of its algorithm.
    ///
    /// # Errors
    /// [`TokenError::UnknownKey`], or [`TokenError::AlgorithmOfKey`] where the key is for another algorithm.
    pub fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<&VerifyingKey, TokenError> {
        let Some(id) = id else {
            let mut fitting = self.keys.iter().filter(|key| key.algorithm() == algorithm);
            return match (fitting.next(), fitting.next()) {
                (Some(key), None) => Ok(key),
                _ => Err(TokenError::UnknownKey),
            };
        };
        let key = self.keys.iter().find(|key| key.id() == Some(id)).ok_or(TokenError::UnknownKey)?;
        if key.algorithm() == algorithm { Ok(key) } else { Err(TokenError::AlgorithmOfKey) }
    }

    /// Its keys, in the order of the set.
    #[must_use]
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    /// The keys that are not used: their ids, where they have one, and why.
    pub fn left_out(&self) -> impl Iterator<Item = (Option<&str>, KeyError)> {
        self.left_out.iter().map(|(id, reason)| (id.as_deref(), *reason))
    }

    /// Whether it has no key that could be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The document that publishes it. Only public parts can stand in it: it is made of public keys.
    #[must_use]
    pub fn document(&self) -> String {
        let keys = self.keys.iter().map(|key| Value::Object(key.to_jwk())).collect();
        let document: Object = std::iter::once(("keys".to_owned(), Value::Array(keys))).collect();
        Value::Object(document).to_string()
    }
}

#[cfg(test)]
mod tests;
