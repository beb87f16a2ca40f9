//! What stays of a deleted account: a proof that it was, and no word about whose.

use std::time::SystemTime;

use aws_lc_rs::{hmac, rand};

use crate::{NoRandomness, UserId};

/// HMAC-SHA256 of an account's id under a salt of this record alone.
///
/// The id has 128 random bits and is nowhere else once the account is deleted, so that nobody finds it by trying.
/// Whoever still has it, from an export or from a log of theirs, can have it shown that the record is about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// Random, of this record alone.
    pub salt: [u8; 16],
    /// The HMAC of the id's octets.
    pub mac: [u8; 32],
}

/// What is kept of a deleted account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    /// To whom it was.
    pub commitment: Commitment,
    /// When it was deleted.
    pub at: SystemTime,
}

impl Commitment {
    /// A commitment to `id` under a new salt.
    ///
    /// # Errors
    /// The system gave no randomness.
    pub fn to(id: UserId) -> Result<Self, NoRandomness> {
        let mut salt = [0; 16];
        rand::fill(&mut salt).map_err(|_| NoRandomness)?;
        Ok(Self { salt, mac: mac(&salt, id) })
    }

    /// Whether this is about `id`.
    #[must_use]
    pub fn is_to(&self, id: UserId) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.salt);
        hmac::verify(&key, &id.0, &self.mac).is_ok()
    }
}

fn mac(salt: &[u8], id: UserId) -> [u8; 32] {
    let mut octets = [0; 32];
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt), &id.0);
    for (octet, made) in octets.iter_mut().zip(tag.as_ref()) {
        *octet = *made;
    }
    octets
}

#[cfg(test)]
mod tests;
