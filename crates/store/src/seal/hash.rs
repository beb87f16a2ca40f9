//! Keyed hashes of what a bearer holds: a copy of the database alone finds no token, and tries none out.

use std::fmt;

use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};
use model::Secret;
use zeroize::Zeroizing;

use super::random;
use crate::StoreError;

/// Octets of the key.
const KEY_LEN: usize = 32;

/// Hashes what is looked up and never read back.
#[derive(Clone)]
pub struct HashKey(Key);

impl HashKey {
    /// Octets for a new key.
    pub(crate) fn generate() -> Result<Zeroizing<[u8; KEY_LEN]>, StoreError> {
        let mut octets = Zeroizing::new([0; KEY_LEN]);
        random(octets.as_mut())?;
        Ok(octets)
    }

    /// The key of these octets.
    pub(crate) fn new(octets: &[u8]) -> Result<Self, StoreError> {
        if octets.len() == KEY_LEN { Ok(Self(Key::new(HMAC_SHA256, octets))) } else { Err(StoreError::SealBroken) }
    }

    /// A key for another keyed hash, of its own for each purpose.
    #[must_use]
    pub fn key_for(&self, purpose: &str) -> Secret<[u8; 32]> {
        Secret::new(self.hash("key for", purpose.as_bytes()))
    }

    /// HMAC-SHA256 of a secret. The purpose sets kinds apart, so that one of a kind is never found as another.
    #[must_use]
    pub fn hash(&self, purpose: &str, secret: &[u8]) -> [u8; 32] {
        let mut context = Context::with_key(&self.0);
        context.update(&(purpose.len() as u64).to_be_bytes());
        context.update(purpose.as_bytes());
        context.update(secret);
        let mut out = [0; 32];
        // HMAC-SHA256 has 32 octets; nothing is cut or left.
        for (to, from) in out.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        out
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey([redacted])")
    }
}
