//! Marks: by which a text that was verified before is known again, for a small part of what its digest costs.
//!
//! A mark is the tag of AES-128-GCM over the text as associated data, with nothing encrypted, under a random key of this
//! process and always the same nonce. So it is GHASH, a universal hash with a secret key, behind a constant mask
//! (NIST SP 800-38D §6.4): two texts of up to 64 KiB that were chosen without knowing the key have the same mark with a
//! probability below 2^-115, and another text than the one that was verified is no more likely to be taken for it.
//!
//! INVARIANT: no mark and nothing made of one leaves this room, not even its printed form: whoever saw two marks under
//! one nonce could work out the key of the hash. A mark is compared with marks and with nothing else. What the store
//! keeps, and what is asked about, goes by the SHA-256 of the text.

use std::fmt;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand;

/// The mark of a text.
#[derive(Clone, Copy)]
pub(crate) struct Mark([u8; 16]);

/// Marks texts, each process and each marker otherwise.
pub(crate) struct Marker(LessSafeKey);

impl Marker {
    /// One with a key of its own; `None` where the system gives no randomness: then nothing is marked, and all is
    /// known by its digest.
    pub(crate) fn new() -> Option<Self> {
        let mut key = [0; 16];
        rand::fill(&mut key).ok()?;
        UnboundKey::new(&AES_128_GCM, &key).ok().map(LessSafeKey::new).map(Self)
    }

    /// The mark of a text.
    pub(crate) fn of(&self, text: &str) -> Option<Mark> {
        // Nothing is encrypted, so that nothing is lost by the nonce; see above for what would be.
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(text.as_bytes()), &mut []).ok()?;
        tag.as_ref().try_into().ok().map(Mark)
    }
}

impl Mark {
    /// What is compared where there is nobody to compare with.
    pub(crate) const NOBODYS: Self = Self([0; 16]);

    /// Its octets, to find a place by.
    pub(crate) const fn octets(&self) -> &[u8; 16] {
        &self.0
    }
}

impl PartialEq for Mark {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl Eq for Mark {}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mark([redacted])")
    }
}

impl fmt::Debug for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Marker([redacted])")
    }
}

#[cfg(test)]
mod tests;
