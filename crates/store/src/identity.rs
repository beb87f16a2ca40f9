//! The role `identity`: what the rooms `idp` and `auth` keep, on SQLite.
//!
//! Each method of their traits is one change or one read of the engine, so it is atomic and
//! durable as the engine is. What decides is read and written in the same change; nothing
//! is remembered between two of them.
//!
//! | form | of |
//! | --- | --- |
//! | BLOB | ids (16 octets), digests (32) |
//! | INTEGER `…_ms` | times, in milliseconds since 1970 |
//! | TEXT | scopes as the parameter has them; lists, an element a line |
//!
//! Accounts and what belongs to them are not tied together by foreign keys: they end each
//! in their own way, and `delete` says what goes with an account.

mod accounts;
mod api_keys;
mod apps;
mod changes;
mod codes;
mod consents;
mod devices;
mod externals;
mod grants;
mod links;
mod pushed;
mod refresh;
pub mod restore;
mod schema;
mod sessions;
mod sign_ins;
mod signing_keys;
mod sql;

use std::sync::Arc;

use idp::store::Answer;
use rusqlite::Connection;
use rusqlite::ffi::ErrorCode;

use crate::StoreError;
use crate::sqlite::Database;
pub use schema::SCHEMA;

/// The stores of the room `idp`, in one database.
#[derive(Clone, Debug)]
pub struct Identity {
    database: Arc<Database>,
}

impl Identity {
    /// In a database of this [`SCHEMA`].
    #[must_use]
    pub const fn new(database: Arc<Database>) -> Self {
        Self { database }
    }

    /// The database, for copies and checks of it.
    #[must_use]
    pub const fn database(&self) -> &Arc<Database> {
        &self.database
    }

    /// The hash under which the API keys of this store are kept.
    #[must_use]
    pub fn key_hash(&self) -> auth::live::KeyedHash {
        auth::live::KeyedHash::new(&self.database.hashes().key_for("API keys"))
    }

    fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'_, T> {
        let changed = self.database.change(change);
        Box::pin(async move { changed.await.map_err(told) })
    }

    fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'_, T> {
        let found = self.database.read(read);
        Box::pin(async move { found.await.map_err(|error| unread(told(error))) })
    }
}

/// Where nothing was to change, nothing is in doubt.
fn unread(error: idp::store::StoreError) -> idp::store::StoreError {
    match error {
        idp::store::StoreError::Unknown(why) => idp::store::StoreError::Away(why),
        other => other,
    }
}

/// An error in the words of the room that asked.
fn told(error: StoreError) -> idp::store::StoreError {
    use idp::store::StoreError as Told;
    match error {
        StoreError::Busy { .. } => Told::Busy,
        StoreError::Damaged { .. } | StoreError::SealBroken | StoreError::SealWrong { .. } => {
            Told::Unreadable(error.to_string().into())
        }
        // The last words of a transaction may have reached the disk, though the disk did not say so.
        StoreError::Failed { ref source } if source.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => {
            Told::Unknown(error.to_string().into())
        }
        _ => Told::Away(error.to_string().into()),
    }
}

#[cfg(test)]
mod tests;
