//! Hashes of passwords, as PHC strings of Argon2id with their own work factors.

use std::fmt;
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::{constant_time, rand};
use data_encoding::BASE64_NOPAD;
use model::Secret;
use thiserror::Error;

/// How much work one hash is: RFC 9106 §3.1, with one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

/// A password's hash: `$argon2id$v=19$m=…,t=…,p=1$SALT$HASH`.
#[derive(Clone)]
pub struct PasswordHash {
    text: Arc<Secret<Box<str>>>,
    work: Work,
}

/// What makes a text not a hash of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordHashError {
    /// Not the form of Argon2id, version 19, one lane, a salt of 16 and a hash of 32 octets.
    #[error("not `$argon2id$v=19$m=…,t=…,p=1$SALT$HASH`")]
    Form,
    /// More work than one sign-in may cost.
    #[error("a hash costs at most 256 MiB and 16 passes")]
    Work,
    /// The computation could not be made.
    #[error("the hash cannot be computed")]
    Computation,
    /// No salt could be had.
    #[error(transparent)]
    Randomness(#[from] crate::NoRandomness),
}

const SALT_LEN: usize = 16;
const HASH_LEN: usize = 32;

impl Work {
    /// What OWASP's Password Storage Cheat Sheet names first among equals: 19 MiB, two passes.
    pub const STANDARD: Self = Self { memory_kib: 19 * 1024, passes: 2 };
    /// The least that Argon2 computes; for tests of everything but the hash itself.
    #[cfg(any(test, feature = "conformance"))]
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1 };

    /// Blocks of 1 KiB that the computation needs.
    #[must_use]
    pub const fn blocks(self) -> usize {
        self.memory_kib as usize
    }

    const fn is_bounded(self) -> bool {
        self.memory_kib >= 8 && self.memory_kib <= 256 * 1024 && self.passes >= 1 && self.passes <= 16
    }

    /// Whether a hash of this work should be made anew with `other`: where either factor is smaller.
    #[must_use]
    pub const fn is_weaker_than(self, other: Self) -> bool {
        self.memory_kib < other.memory_kib || self.passes < other.passes
    }
}

impl PasswordHash {
    /// Hashes `password` under a new salt; some 30 ms of a core with [`Work::STANDARD`].
    ///
    /// `memory` is grown where it is too small, and may be used again.
    ///
    /// # Errors
    /// No randomness, or work out of bounds.
    pub fn make(password: &str, work: Work, memory: &mut Vec<Block>) -> Result<Self, PasswordHashError> {
        let mut salt = [0; SALT_LEN];
        rand::fill(&mut salt).map_err(|_| crate::NoRandomness)?;
        let hash = compute(password, &salt, work, memory)?;
        let Work { memory_kib, passes } = work;
        let (salt, hash) = (BASE64_NOPAD.encode(&salt), BASE64_NOPAD.encode(&hash));
        let text = format!("$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${hash}");
        Ok(Self { text: Arc::new(Secret::new(text.into())), work })
    }

    /// A hash that no password has: what is compared where there is no account, for the same work.
    #[must_use]
    pub fn nobodys(work: Work) -> Self {
        let Work { memory_kib, passes } = work;
        let (salt, hash) = (BASE64_NOPAD.encode(&[0; SALT_LEN]), BASE64_NOPAD.encode(&[0; HASH_LEN]));
        let text = format!("$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${hash}");
        Self { text: Arc::new(Secret::new(text.into())), work }
    }

    /// Reads what an engine kept, strictly.
    ///
    /// # Errors
    /// Any other form, or work out of bounds.
    pub fn parse(text: &str) -> Result<Self, PasswordHashError> {
        let (work, _, _) = parts(text)?;
        Ok(Self { text: Arc::new(Secret::new(text.into())), work })
    }

    /// Whether `password` is the one; costs as much as making the hash did.
    ///
    /// # Errors
    /// The computation could not be made.
    pub fn is_of(&self, password: &str, memory: &mut Vec<Block>) -> Result<bool, PasswordHashError> {
        let (work, salt, hash) = parts(self.expose())?;
        let made = compute(password, &salt, work, memory)?;
        Ok(constant_time::verify_slices_are_equal(&made, &hash).is_ok())
    }

    /// The PHC string, for the engine that keeps it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// How much work it was.
    #[must_use]
    pub const fn work(&self) -> Work {
        self.work
    }
}

impl PartialEq for PasswordHash {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for PasswordHash {}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PasswordHash").field(&self.work).finish()
    }
}

type Parts = (Work, [u8; SALT_LEN], [u8; HASH_LEN]);

fn parts(text: &str) -> Result<Parts, PasswordHashError> {
    let rest = text.strip_prefix("$argon2id$v=19$m=").ok_or(PasswordHashError::Form)?;
    let (memory, rest) = rest.split_once(",t=").ok_or(PasswordHashError::Form)?;
    let (passes, rest) = rest.split_once(",p=1$").ok_or(PasswordHashError::Form)?;
    let (salt, hash) = rest.split_once('$').ok_or(PasswordHashError::Form)?;
    let work = Work { memory_kib: number(memory)?, passes: number(passes)? };
    if !work.is_bounded() {
        return Err(PasswordHashError::Work);
    }
    Ok((work, octets(salt)?, octets(hash)?))
}

fn number(text: &str) -> Result<u32, PasswordHashError> {
    let plain = text.bytes().all(|octet| octet.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().map_err(|_| PasswordHashError::Form) } else { Err(PasswordHashError::Form) }
}

fn octets<const LEN: usize>(text: &str) -> Result<[u8; LEN], PasswordHashError> {
    let decoded = BASE64_NOPAD.decode(text.as_bytes()).map_err(|_| PasswordHashError::Form)?;
    decoded.try_into().map_err(|_| PasswordHashError::Form)
}

fn compute(
    password: &str,
    salt: &[u8; SALT_LEN],
    work: Work,
    memory: &mut Vec<Block>,
) -> Result<[u8; HASH_LEN], PasswordHashError> {
    if !work.is_bounded() {
        return Err(PasswordHashError::Work);
    }
    let params = Params::new(work.memory_kib, work.passes, 1, Some(HASH_LEN));
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(|_| PasswordHashError::Work)?);
    if memory.len() < work.blocks() {
        memory.resize(work.blocks(), Block::default());
    }
    let blocks = memory.get_mut(..work.blocks()).ok_or(PasswordHashError::Computation)?;
    let mut out = [0; HASH_LEN];
    argon2
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut out, blocks)
        .map_err(|_| PasswordHashError::Computation)?;
    Ok(out)
}

#[cfg(test)]
mod tests;
