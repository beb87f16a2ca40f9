//! Random texts that open something for whoever holds them, and the digests by which they are known again.

use std::fmt;

use aws_lc_rs::{digest, rand};
use data_encoding::BASE64URL_NOPAD;
use model::Secret;
use thiserror::Error;

/// A random text of 256 bits, shown once to whom it is for.
///
/// It begins with a word and `_`, so that a leaked one is recognised for what it is.
#[derive(Debug)]
pub struct Bearer(Secret<String>);

/// By what a [`Bearer`] is known again: its SHA-256. Of 256 random bits no salt is needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

/// The operating system gave no random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no random numbers can be had")]
pub struct NoRandomness;

impl Bearer {
    /// Characters after the word: 32 octets in base64url.
    pub const RANDOM_LEN: usize = 43;

    /// A new one that begins with `word` and `_`.
    ///
    /// # Errors
    /// The system gave no randomness.
    pub fn generate(word: &str) -> Result<Self, NoRandomness> {
        let mut random = [0; 32];
        rand::fill(&mut random).map_err(|_| NoRandomness)?;
        Ok(Self(Secret::new(format!("{word}_{}", BASE64URL_NOPAD.encode(&random)))))
    }

    /// The text, for the one answer that hands it over.
    #[must_use]
    pub const fn text(&self) -> &Secret<String> {
        &self.0
    }

    /// By what it is kept.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.expose())
    }
}

impl Digest {
    /// The digest of a text that was shown to us, of whatever form.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut octets = [0; 32];
        let made = digest::digest(&digest::SHA256, text.as_bytes());
        // SHA-256 has 32 octets; `zip` needs no proof of it.
        for (octet, made) in octets.iter_mut().zip(made.as_ref()) {
            *octet = *made;
        }
        Self(octets)
    }
}

impl fmt::Debug for Digest {
    /// Its first four octets: enough to tell two apart, too few to look one up by.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third, fourth, ..] = self.0;
        write!(f, "{first:02x}{second:02x}{third:02x}{fourth:02x}…")
    }
}

#[cfg(test)]
mod tests;
