//! The keys that the issuer signs with, as they are kept: each is durable before it signs anything.

#[cfg(any(test, feature = "conformance"))]
mod memory;

use std::time::SystemTime;

use model::Secret;

use super::Answer;
use crate::apps::TokenAlgorithm;
#[cfg(any(test, feature = "conformance"))]
pub use memory::MemorySigningKeys;

/// A signing key. Times are kept to the millisecond.
#[derive(Debug)]
pub struct KeptKey {
    /// Its thumbprint (RFC 7638), which tokens name (`kid`).
    pub id: Box<str>,
    /// What it signs by.
    pub algorithm: TokenAlgorithm,
    /// The key as PKCS#8 in DER; an engine seals it.
    pub pkcs8: Secret<Vec<u8>>,
    /// From then on it signs, until a later one of its algorithm does. It is published before.
    pub signs_from: SystemTime,
}

/// Signing keys, as an engine keeps them.
pub trait SigningKeys: Send + Sync {
    /// All that are kept, in the order in which they begin to sign.
    fn all(&self) -> Answer<'_, Vec<KeptKey>>;
    /// Keeps a key, where the last of its algorithm that is kept is `behind`, or there is none and `behind` is none.
    /// Says whether it did: of several that rotate at once, one does.
    fn add(&self, key: KeptKey, behind: Option<Box<str>>) -> Answer<'_, bool>;
    /// Drops a key for good; nothing happens where it is not there.
    fn remove(&self, id: Box<str>) -> Answer<'_, ()>;
}
