//! API keys: how they are made, written, read and stored.
//!
//! ```text
//! vst_restricted_k3Jx9LmQ2a_Zr8…43 characters…Qw0PxT7b
//! │   │          │          │                    └ checksum, 6: a typing error is told without a look-up,
//! │   │          │          │                      and a scanner is sure of what it found
//! │   │          │          └ secret, 43 of 62 characters: 256 bits
//! │   │          └ id, 10: public, found in the directory and in logs
//! │   └ kind, so that a misplaced key shows
//! └ what scanners search for
//! ```
//!
//! Only letters, digits and `_`, so that a double click takes all of it. What is
//! stored is `sha256:ID:HEX`, the digest of the whole text, which binds kind and id
//! as well; what a running gateway keeps in its store is a hash of that under a key of
//! its own ([`crate::live`]). A fast hash is right here, unlike for passwords: there is nothing to
//! guess among 2^256 secrets. NIST SP 800-63B (2017) §5.1.2.2 asks for a salt and a
//! slow hash only below 112 bits.

mod base62;
mod bounds;
mod hash;
mod origin;
mod scan;

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use model::{KeyKind, Secret};

use crate::AuthError;
use base62::{CHECKSUM_LEN, checksum, is_base62, random};
pub use bounds::KeyBounds;
pub(crate) use bounds::Shown;
pub use hash::{KeyHash, KeyHashError};
pub use origin::{Origin, OriginError};
pub use scan::{FoundKey, Scanner};

/// What every key begins with.
pub const PREFIX: &str = "vst_";
/// Characters of the public id.
pub(crate) const ID_LEN: usize = 10;
/// Characters of the secret: 43 × log2(62) is just over 256 bits.
const SECRET_LEN: usize = 43;

/// The public id of a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; ID_LEN]);

/// A new key: the text is shown once, the hash is kept.
#[derive(Debug)]
pub struct NewKey {
    /// What its holder sends.
    pub text: Secret<String>,
    /// What the file holds, as in `keys.NAME.hash`.
    pub hash: String,
}

/// A text of the form of a key, with a right checksum; not yet looked up.
pub(crate) struct PresentedKey<'a> {
    pub(crate) kind: KeyKind,
    pub(crate) id: KeyId,
    text: &'a str,
}

/// Makes a key of this kind.
///
/// # Errors
/// [`AuthError::NoRandomness`], where the operating system gives none.
pub fn generate(kind: KeyKind) -> Result<NewKey, AuthError> {
    let mut text = format!("{PREFIX}{kind}_");
    random(&mut text, ID_LEN)?;
    text.push('_');
    random(&mut text, SECRET_LEN)?;
    let check = checksum(&text);
    text.push_str(&check);
    let presented = PresentedKey::parse(&text)?;
    let hash = KeyHash::new(presented.id, presented.digest()).to_string();
    Ok(NewKey { text: Secret::new(text), hash })
}

/// Whether a text has the form of a key of ours, for scanners; says nothing of its being valid.
#[must_use]
pub fn has_form(text: &str) -> bool {
    PresentedKey::parse(text).is_ok()
}

/// Where in a path something begins that looks like a key of ours. A path holds its letters as they are: what is
/// encoded without need is refused when it is read.
#[must_use]
pub fn prefix_in_path(path: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        // Most paths do not even have the letter that it begins with.
        let rest = path.as_bytes().get(from..)?;
        from += rest.iter().position(|octet| Some(octet) == PREFIX.as_bytes().first())?;
        if path.as_bytes().get(from..)?.starts_with(PREFIX.as_bytes()) {
            return Some(from);
        }
        from += 1;
    }
}

/// Whether a key of ours begins at the front of these octets: prefix, kind and `_`.
pub(crate) fn begins_key(text: impl Iterator<Item = u8> + Clone) -> bool {
    KINDS.iter().any(|kind| {
        let expected = PREFIX.bytes().chain(kind.as_str().bytes()).chain([b'_']);
        let len = PREFIX.len() + kind.as_str().len() + 1;
        text.clone().take(len).eq(expected)
    })
}

const KINDS: [KeyKind; 3] = [KeyKind::Publishable, KeyKind::Restricted, KeyKind::Secret];

impl<'a> PresentedKey<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, AuthError> {
        Self::read(text).ok_or(AuthError::KeyForm)
    }

    fn read(text: &'a str) -> Option<Self> {
        let (kind, rest) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let kind = KINDS.into_iter().find(|known| known.as_str() == kind)?;
        let (id, secret) = rest.split_once('_')?;
        let id = KeyId::parse(id)?;
        if secret.len() != SECRET_LEN + CHECKSUM_LEN || !is_base62(secret) {
            return None;
        }
        let (checked, check) = text.split_at_checked(text.len().checked_sub(CHECKSUM_LEN)?)?;
        (checksum(checked) == *check).then_some(Self { kind, id, text })
    }

    /// The id that a text claims to have, where it has the length of a key; nothing else of it is looked at.
    pub(crate) fn claimed_id(text: &str) -> Option<KeyId> {
        let tail = text.len().checked_sub(ID_LEN + 1 + SECRET_LEN + CHECKSUM_LEN)?;
        text.get(tail..tail + ID_LEN).and_then(KeyId::parse)
    }

    /// Octets of the whole key.
    const fn len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut out = [0; 32];
        // SHA-256 has 32 octets; nothing is cut or left.
        for (to, from) in out.iter_mut().zip(digest(&SHA256, self.text.as_bytes()).as_ref()) {
            *to = *from;
        }
        out
    }
}

impl KeyId {
    /// Reads ten letters and digits; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if is_base62(text) { text.as_bytes().try_into().ok().map(Self) } else { None }
    }

    /// The ten characters of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The front of a key with its right checksum, for tests that forge one.
#[cfg(test)]
pub(crate) fn with_checksum(front: &str) -> String {
    format!("{front}{}", checksum(front))
}

#[cfg(test)]
mod tests;
