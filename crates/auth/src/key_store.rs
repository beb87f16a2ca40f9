//! What is kept of the keys that are made while the gateway runs, and what a store of them has to do.
//!
//! A store keeps records and changes each of them as one whole; what a change
//! means is said here, so that every store means the same.

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
#[cfg(any(test, feature = "conformance"))]
mod memory;
mod record;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use thiserror::Error;

#[cfg(any(test, feature = "conformance"))]
pub use memory::MemoryKeys;
pub use record::{KeyRecord, KeySecret, RecordError};

/// What a store is asked for, until it has answered.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, KeyStoreError>> + Send + 'a>>;

/// What becomes of a record; run by the store where nothing else can change that record meanwhile, perhaps on another
/// thread.
pub type Change = Box<dyn FnOnce(KeyRecord) -> Result<KeyRecord, RecordError> + Send>;

/// Where the keys are kept. Each method is one atomic change; what it acknowledges is durable.
pub trait KeyStore: Send + Sync {
    /// Every key, by name in ascending order of octets.
    ///
    /// # Errors
    /// [`KeyStoreError::Unavailable`].
    fn all(&self) -> Pending<'_, Vec<KeyRecord>>;

    /// The key of this name.
    ///
    /// # Errors
    /// [`KeyStoreError::Unavailable`].
    fn find(&self, name: Arc<str>) -> Pending<'_, Option<KeyRecord>>;

    /// Keeps a new key.
    ///
    /// # Errors
    /// [`KeyStoreError::Exists`], where its name or one of its ids is taken.
    fn create(&self, record: KeyRecord) -> Pending<'_, ()>;

    /// Changes the key of this name, and says what it is then. The name stays.
    ///
    /// # Errors
    /// [`KeyStoreError::Missing`]; [`KeyStoreError::Refused`], and then nothing has changed.
    fn change(&self, name: Arc<str>, change: Change) -> Pending<'_, KeyRecord>;

    /// Forgets the key of this name.
    ///
    /// # Errors
    /// [`KeyStoreError::Missing`].
    fn delete(&self, name: Arc<str>) -> Pending<'_, ()>;

    /// Keeps when keys were used last, where that is later than what is kept; names that are gone are left out.
    ///
    /// # Errors
    /// [`KeyStoreError::Unavailable`].
    fn note_used(&self, uses: Vec<KeyUse>) -> Pending<'_, ()>;
}

/// That a key was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// Its name.
    pub name: Arc<str>,
    /// When.
    pub at: SystemTime,
}

/// Why a store did not do what it was asked.
#[derive(Debug, Error)]
pub enum KeyStoreError {
    /// There is one of this name.
    #[error("there is a key of this name")]
    Exists,
    /// There is none of this name.
    #[error("there is no key of this name")]
    Missing,
    /// The change would make something of the key that no key may be.
    #[error(transparent)]
    Refused(#[from] RecordError),
    /// The store cannot be asked.
    #[error("the store of keys does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
