//! What this room keeps, as the traits that an engine implements.
//!
//! Each file below is one trait with the words that it speaks, and an implementation in memory that the room's own
//! tests run on; `conformance` holds the facts that every engine has to show.
//!
//! INVARIANT: one method is one change. It happens whole or not at all, and it is durable before the answer says that
//! it happened. What must not race (a code that works once, a refresh token that follows another) is therefore one
//! method, never a reading and a writing.

pub mod accounts;
pub mod apps;
pub mod codes;
pub mod consents;
pub mod devices;
pub mod externals;
pub mod grants;
pub mod links;
pub mod pushed;
pub mod sessions;
pub mod sign_ins;
pub mod signing_keys;

use std::future::Future;
use std::pin::Pin;

use thiserror::Error;

/// What every method of a store gives.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Why a store could not answer. Nothing was changed, unless the store says that it does not know.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// More waits for it already than it takes.
    #[error("the store has too much to do")]
    Busy,
    /// It cannot be reached, or is closing.
    #[error("the store cannot be had: {0}")]
    Away(Box<str>),
    /// What it holds cannot be read: damaged, or sealed with another key.
    #[error("what the store holds cannot be read: {0}")]
    Unreadable(Box<str>),
    /// The change was asked for, and whether it happened is not known.
    #[error("it is not known whether the store made the change: {0}")]
    Unknown(Box<str>),
}
