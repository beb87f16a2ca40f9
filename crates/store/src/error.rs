//! What can go wrong with a store, each with a stable code and what to do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::ErrorCode;

/// A store that does not open, or a change or copy that was not made.
///
/// It can be cloned, because one failed commit is the answer to every change in it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory cannot be made or entered, or others than its owner may look into it.
    #[error("`{path}` cannot hold a store: {why}", path = path.display())]
    Directory {
        /// Of the directory, or of the file in it that others may read.
        path: PathBuf,
        /// What is wrong, and the command that mends it.
        why: String,
    },
    /// Another process has it.
    #[error(
        "`{path}` is in use by {by}: only one process may have a store; a command \
         for a running gateway asks that gateway",
        path = path.display()
    )]
    InUse {
        /// Of the database.
        path: PathBuf,
        /// The process, as far as it said who it is.
        by: String,
    },
    /// Nothing is there.
    #[error("there is no store at `{path}` yet: it comes with the first start of a gateway that keeps something", path = path.display())]
    Missing {
        /// Of the database.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("`{path}` is not a store of this program: {why}; move it away, or name another directory", path = path.display())]
    NotOurs {
        /// Of the file.
        path: PathBuf,
        /// How that was seen.
        why: String,
    },
    /// The file was ours and is broken.
    #[error("the store is damaged: {what}; bring back a copy as docs/store.md says")]
    Damaged {
        /// What was found.
        what: String,
    },
    /// A later version wrote it.
    #[error(
        "`{path}` was last written by vestibule {program}, whose schema is {found}; this program knows {known}: run \
         that version, or bring back a copy from before as docs/store.md says",
        path = path.display()
    )]
    Newer {
        /// Of the database.
        path: PathBuf,
        /// Migrations that it has.
        found: usize,
        /// Migrations that this program has.
        known: usize,
        /// The version that brought the last of them.
        program: String,
    },
    /// A migration that it has is not the one that this program knows under the number.
    #[error("`{path}` has another migration {number} (`{name}`) than this program: it was written by a build that never was released", path = path.display())]
    Altered {
        /// Of the database.
        path: PathBuf,
        /// Of the migration, from 1.
        number: usize,
        /// Its name in the database.
        name: String,
    },
    /// The master key cannot be read.
    #[error("the master key cannot be used: {why}")]
    SealKey {
        /// What is wrong with it, never a part of it.
        why: String,
    },
    /// There is a store, but the file with its master key is gone.
    #[error("the master key `{path}` is missing, and the store beside it was sealed with one: put it back", path = path.display())]
    SealMissing {
        /// Where it is looked for.
        path: PathBuf,
    },
    /// The store was sealed under another master key.
    #[error("this is not the master key of this store: it was sealed under key {sealed_under}, and given is {given}")]
    SealWrong {
        /// The id of the key that is needed.
        sealed_under: String,
        /// The ids of the keys that are there.
        given: String,
    },
    /// A sealed value does not open: altered, or moved from another row.
    #[error("a sealed value does not open: it was altered, or belongs to another place")]
    SealBroken,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    NoRandomness,
    /// Too much waits already; nothing was begun.
    #[error("the store is busy: {waiting} {what} wait already")]
    Busy {
        /// The bound that was met.
        waiting: usize,
        /// Of what.
        what: &'static str,
    },
    /// No space is left for it. Nothing of the change is kept.
    #[error("the disk of the store is full: {source}")]
    Full {
        /// What the engine said.
        #[source]
        source: Arc<rusqlite::Error>,
    },
    /// Anything else that the engine refuses. Nothing of the change is kept.
    #[error("the store failed: {source}")]
    Failed {
        /// What the engine said.
        #[source]
        source: Arc<rusqlite::Error>,
    },
    /// The change panicked. Nothing of it is kept.
    #[error("a change to the store panicked")]
    Panicked,
    /// The store is closing or closed.
    #[error("the store is closed")]
    Closed,
    /// A copy is never written over a file.
    #[error("`{path}` exists already; name a file that does not", path = path.display())]
    Exists {
        /// Of the file.
        path: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("`{path}`: {source}", path = path.display())]
    File {
        /// Of the file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: Arc<io::Error>,
    },
}

impl StoreError {
    /// The stable name of the error, the same in the log and in what commands print.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Directory { .. } => "store-directory",
            Self::InUse { .. } => "store-in-use",
            Self::Missing { .. } => "store-missing",
            Self::NotOurs { .. } => "store-not-ours",
            Self::Damaged { .. } | Self::SealBroken => "store-damaged",
            Self::Newer { .. } | Self::Altered { .. } => "store-newer",
            Self::SealKey { .. } | Self::SealMissing { .. } | Self::SealWrong { .. } => "store-sealed",
            Self::Busy { .. } => "store-busy",
            Self::Full { .. } => "store-full",
            Self::Exists { .. } => "store-copy-exists",
            Self::Failed { .. } | Self::Panicked | Self::Closed | Self::File { .. } | Self::NoRandomness => {
                "store-failed"
            }
        }
    }

    /// Whether a row with the same key was there already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        let Self::Failed { source } = self else { return false };
        let Some(error) = source.sqlite_error() else { return false };
        matches!(
            error.extended_code,
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        )
    }

    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source: Arc::new(source) }
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::damaged(error.to_string()),
            Some(ErrorCode::DiskFull) => Self::Full { source: Arc::new(error) },
            _ => Self::Failed { source: Arc::new(error) },
        }
    }
}
