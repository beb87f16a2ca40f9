//! Secrets at rest: sealed under a master key that the database does not hold.
//!
//! A sealed value is
//!
//! ```text
//! │ 1 │ id of the key, 8 │ nonce, 12 │ AES-256-GCM-SIV (RFC 8452) of the value, and its tag, 16 │
//! ```
//!
//! and its associated data are version, id, role, table, column and row, each with its
//! length before it. So a value opens at its own place only: whoever can write into the
//! database cannot give one row the secret of another. GCM-SIV because nonces are random:
//! one that comes twice shows that two values were equal, and nothing more.
//!
//! The key that seals and its id come from the master key by HKDF-SHA256 (RFC 5869). Keys
//! change by putting a new one before the old: the first seals, all open, and the next
//! opening of the database brings what is there under the first.
//!
//! What needs no reading back is kept as a keyed hash ([`HashKey`]). Its key is random,
//! made with the database and sealed in it, so that hashes stay good when the master key
//! changes: they could not be made anew.

mod hash;
mod keys;
mod place;
mod source;

pub use hash::HashKey;
pub use keys::SealKeys;
pub(crate) use keys::random;
pub use place::SealedColumn;
pub use source::SealSource;

use std::sync::Arc;

use model::Secret;
use zeroize::Zeroizing;

use crate::StoreError;
use keys::{KEY_ID_LEN, NONCE_LEN};

/// Of the form above.
const VERSION: u8 = 1;
/// Octets before what is encrypted.
const HEAD_LEN: usize = 1 + KEY_ID_LEN + NONCE_LEN;
/// A sealed value is a key or a code; more than this is a mistake, in octets.
const MOST_SEALED: usize = 64 * 1024;

/// A secret that was sealed, wiped from memory when it is dropped.
pub type Opened = Secret<Zeroizing<Vec<u8>>>;

/// Seals and opens the values of one role.
#[derive(Clone, Debug)]
pub struct Seal {
    keys: Arc<SealKeys>,
    role: &'static str,
}

impl Seal {
    /// These keys, for the values of this role.
    #[must_use]
    pub const fn new(keys: Arc<SealKeys>, role: &'static str) -> Self {
        Self { keys, role }
    }

    /// Seals a value for one row of a column, under the first key.
    ///
    /// # Errors
    /// [`StoreError::NoRandomness`], and [`StoreError::SealBroken`] for more than 64 KiB.
    pub fn seal(&self, column: SealedColumn, row: &[u8], value: &[u8]) -> Result<Vec<u8>, StoreError> {
        if value.len() > MOST_SEALED {
            return Err(StoreError::SealBroken);
        }
        let key = self.keys.first();
        let mut nonce = [0; NONCE_LEN];
        random(&mut nonce)?;
        let mut encrypted = Zeroizing::new(value.to_vec());
        key.encrypt(nonce, &self.bound_to(column, row, key.id()), &mut encrypted)?;
        let mut sealed = Vec::with_capacity(HEAD_LEN + encrypted.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&key.id());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&encrypted);
        Ok(sealed)
    }

    /// Opens what was sealed for this very place.
    ///
    /// # Errors
    /// [`StoreError::SealWrong`] where its key is not there, [`StoreError::SealBroken`] for
    /// a value that was altered or moved.
    pub fn open(&self, column: SealedColumn, row: &[u8], sealed: &[u8]) -> Result<Opened, StoreError> {
        let parts = Sealed::read(sealed).ok_or(StoreError::SealBroken)?;
        let key = self
            .keys
            .find(parts.key)
            .ok_or_else(|| StoreError::SealWrong { sealed_under: hex(&parts.key), given: self.keys.ids() })?;
        let mut value = Zeroizing::new(parts.encrypted.to_vec());
        let len = key.decrypt(parts.nonce, &self.bound_to(column, row, parts.key), &mut value)?;
        value.truncate(len);
        Ok(Secret::new(value))
    }

    /// The id of the first key, as it stands in what that key sealed.
    #[must_use]
    pub(crate) fn current(&self) -> [u8; KEY_ID_LEN] {
        self.keys.first().id()
    }

    /// The associated data: nothing of it can be taken for another part, because each has its length before it.
    fn bound_to(&self, column: SealedColumn, row: &[u8], key: [u8; KEY_ID_LEN]) -> Vec<u8> {
        let mut bound = vec![VERSION];
        for part in [&key, self.role.as_bytes(), column.table.as_bytes(), column.column.as_bytes(), row] {
            bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bound.extend_from_slice(part);
        }
        bound
    }
}

/// The parts of a sealed value.
struct Sealed<'a> {
    key: [u8; KEY_ID_LEN],
    nonce: [u8; NONCE_LEN],
    encrypted: &'a [u8],
}

impl<'a> Sealed<'a> {
    fn read(sealed: &'a [u8]) -> Option<Self> {
        let (&VERSION, rest) = sealed.split_first()? else { return None };
        let (&key, rest) = rest.split_first_chunk()?;
        let (&nonce, encrypted) = rest.split_first_chunk()?;
        Some(Self { key, nonce, encrypted })
    }
}

/// How ids of keys are shown.
fn hex(id: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(id)
}

#[cfg(test)]
mod tests;
