//! What is stored of a key: `sha256:ID:HEX`.

use std::fmt;

use thiserror::Error;

use super::KeyId;

const SCHEME: &str = "sha256:";

/// The id of a key and the digest of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHash {
    pub(crate) id: KeyId,
    pub(crate) digest: [u8; 32],
}

/// What makes a text not the hash of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyHashError {
    /// The key itself, which does not belong in a file.
    #[error("this is a key, not its hash; whoever can read the file could use it: make a new one")]
    KeyItself,
    /// Another form than `sha256:ID:HEX`.
    #[error("a key's hash is `sha256:`, 10 letters or digits, `:` and 64 digits of `0-9a-f`")]
    Form,
}

impl KeyHash {
    pub(crate) const fn new(id: KeyId, digest: [u8; 32]) -> Self {
        Self { id, digest }
    }

    /// Reads what [`super::generate`] gave as hash.
    ///
    /// # Errors
    /// [`KeyHashError`], where the text is anything else.
    pub fn parse(text: &str) -> Result<Self, KeyHashError> {
        if text.starts_with(super::PREFIX) {
            return Err(KeyHashError::KeyItself);
        }
        Self::read(text).ok_or(KeyHashError::Form)
    }

    /// The public id of the key.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    fn read(text: &str) -> Option<Self> {
        let (id, hex) = text.strip_prefix(SCHEME)?.split_once(':')?;
        let id = KeyId::parse(id)?;
        if hex.len() != 64 {
            return None;
        }
        let mut digest = [0; 32];
        for (octet, pair) in digest.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *octet = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self { id, digest })
    }
}

/// Lower case only: one hash has one form.
const fn digit(octet: u8) -> Option<u8> {
    match octet {
        b'0'..=b'9' => Some(octet - b'0'),
        b'a'..=b'f' => Some(octet - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}:", self.id)?;
        self.digest.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}
