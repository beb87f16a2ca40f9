//! Master keys: how they are written, and what is derived from each.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use aws_lc_rs::rand;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use super::hex;
use crate::StoreError;

/// Octets of a master key.
const MASTER_LEN: usize = 32;
/// Octets of the public name of a key.
pub(super) const KEY_ID_LEN: usize = 8;
pub(super) const NONCE_LEN: usize = 12;
/// Sets what is derived here apart from everything else that might be derived from the same octets.
const SALT: &[u8] = b"vestibule store seal 1";
/// More old keys than this are a forgotten rotation.
const MOST_KEYS: usize = 8;

/// The master keys of a store, in their order: the first seals, all open.
pub struct SealKeys {
    first: SealingKey,
    earlier: Vec<SealingKey>,
}

/// What one master key came to.
pub(super) struct SealingKey {
    id: [u8; KEY_ID_LEN],
    key: LessSafeKey,
}

impl SealKeys {
    /// Reads keys, one a line, 32 octets each in base64 or hexadecimal; `#` begins a comment.
    /// `openssl rand -base64 32` makes one.
    ///
    /// # Errors
    /// [`StoreError::SealKey`], naming the line and nothing of what stands in it.
    pub fn read(text: &str) -> Result<Self, StoreError> {
        let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
        let written = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let mut keys = Vec::new();
        for (number, line) in written {
            if keys.len() == MOST_KEYS {
                return Err(fault(format!("more than {MOST_KEYS} keys: take out those that nothing is sealed under")));
            }
            let master = decode(line).ok_or_else(|| {
                fault(format!(
                    "line {number} is not 32 octets in base64 or hexadecimal; `openssl rand -base64 32` makes them"
                ))
            })?;
            keys.push(SealingKey::derive(&master)?);
        }
        let mut keys = keys.into_iter();
        let first =
            keys.next().ok_or_else(|| fault("there is none; `openssl rand -base64 32` makes one".to_owned()))?;
        Ok(Self { first, earlier: keys.collect() })
    }

    /// A new key as [`SealKeys::read`] takes it.
    pub(super) fn generate() -> Result<Zeroizing<String>, StoreError> {
        let mut master = Zeroizing::new([0; MASTER_LEN]);
        random(master.as_mut())?;
        Ok(Zeroizing::new(BASE64.encode(master.as_ref())))
    }

    pub(super) const fn first(&self) -> &SealingKey {
        &self.first
    }

    pub(super) fn find(&self, id: [u8; KEY_ID_LEN]) -> Option<&SealingKey> {
        std::iter::once(&self.first).chain(&self.earlier).find(|key| key.id == id)
    }

    /// The ids of all keys, for messages.
    pub(super) fn ids(&self) -> String {
        let ids: Vec<String> = std::iter::once(&self.first).chain(&self.earlier).map(|key| hex(&key.id)).collect();
        ids.join(", ")
    }
}

impl SealingKey {
    fn derive(master: &[u8]) -> Result<Self, StoreError> {
        let root = Salt::new(HKDF_SHA256, SALT).extract(master);
        let named = expand(&root, b"id")?;
        let id = *named.first_chunk().ok_or_else(unusable)?;
        let key =
            UnboundKey::new(&AES_256_GCM_SIV, expand(&root, b"AES-256-GCM-SIV")?.as_ref()).map_err(|_| unusable())?;
        Ok(Self { id, key: LessSafeKey::new(key) })
    }

    pub(super) const fn id(&self) -> [u8; KEY_ID_LEN] {
        self.id
    }

    /// In place; the tag is appended.
    pub(super) fn encrypt(
        &self,
        nonce: [u8; NONCE_LEN],
        bound_to: &[u8],
        value: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(bound_to), value)
            .map_err(|Unspecified| StoreError::SealBroken)
    }

    /// In place; gives the length of the value, which stands at the front.
    pub(super) fn decrypt(
        &self,
        nonce: [u8; NONCE_LEN],
        bound_to: &[u8],
        value: &mut [u8],
    ) -> Result<usize, StoreError> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = self.key.open_in_place(nonce, Aad::from(bound_to), value);
        opened.map(|value| value.len()).map_err(|Unspecified| StoreError::SealBroken)
    }
}

impl fmt::Debug for SealKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKeys({})", self.ids())
    }
}

/// Fills it with octets that nobody can guess.
pub(crate) fn random(octets: &mut [u8]) -> Result<(), StoreError> {
    rand::fill(octets).map_err(|Unspecified| StoreError::NoRandomness)
}

fn expand(root: &Prk, purpose: &[u8]) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let mut out = Zeroizing::new([0; 32]);
    let filled = root.expand(&[purpose], HKDF_SHA256).and_then(|derived| derived.fill(out.as_mut()));
    filled.map_err(|Unspecified| unusable())?;
    Ok(out)
}

fn decode(line: &str) -> Option<Zeroizing<Vec<u8>>> {
    let forms = [HEXLOWER_PERMISSIVE, BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD];
    let read = forms.iter().filter_map(|form| form.decode(line.as_bytes()).ok()).map(Zeroizing::new);
    read.into_iter().find(|master| master.len() == MASTER_LEN)
}

const fn fault(why: String) -> StoreError {
    StoreError::SealKey { why }
}

fn unusable() -> StoreError {
    fault("nothing can be derived from it".to_owned())
}
