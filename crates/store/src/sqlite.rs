//! The engine on SQLite: one file, one writer thread and a few readers for each role.
//!
//! ```text
//! DIRECTORY/            0700, its owner's alone
//!   seal.key            the master key, where none is given
//!   identity.lock       held as long as the database is open
//!   identity.sqlite     with -wal and -shm beside it while it is open
//!   identity.sqlite.before-2   what it was before it got its migrations after the second
//! ```
//!
//! A change is a closure for the writer's connection. Changes that wait are run one after
//! the other, each in a savepoint, inside one transaction, and answered after its commit is
//! on disk (`synchronous=FULL`). One that fails rolls back alone. Readers see what is
//! committed, each read one state of it.
//!
//! ```text
//! let database = Database::open(&settings, &SCHEMA, &clock)?;
//! database.change(|connection| Ok(connection.execute("INSERT …", [])?)).await?;
//! let many: i64 = database.read(|connection| Ok(connection.query_row("SELECT …", [], |row| row.get(0))?)).await?;
//! ```
//!
//! Schemas of roles have `STRICT` tables and no deferred foreign keys: a constraint that is
//! looked at in COMMIT would fail everybody's changes for one.

mod about;
mod closed;
mod connect;
mod copy;
mod directory;
mod figures;
mod group;
mod header;
mod migrations;
mod readers;
mod report;
mod reseal;
mod restore;
mod writer;

pub use closed::{backup, check};
pub use figures::Figures;
pub use migrations::{Migration, Schema};
pub use report::Report;
pub use restore::{Prepared, Restored, restore};

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Clock, SystemClock};
use rusqlite::Connection;

use crate::{HashKey, Seal, SealSource, StoreError};
use connect::Synchronous;
use directory::{Directory, Lock};
use readers::Readers;
use writer::Writer;

/// Where a store is, and what its secrets are sealed under.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Made where it is missing; nobody but its owner may look into it.
    pub directory: PathBuf,
    /// The master key.
    pub seal: SealSource,
}

/// One open database. When the last of it is dropped, what waits is written first.
#[derive(Debug)]
pub struct Database {
    writer: Writer,
    readers: Readers,
    seal: Seal,
    hashes: HashKey,
    schema: &'static Schema,
    path: PathBuf,
    copying: copy::OneAtATime,
    // After the threads: they are gone when the lock is.
    lock: Arc<Lock>,
}

impl Database {
    /// Opens the database of a role, makes it where there is none, brings it to this program's schema, and everything
    /// in it under the first of the master keys.
    ///
    /// # Errors
    /// Where it is in use, not ours, damaged, newer than this program, or sealed under another
    /// key; nothing is written then.
    pub fn open(settings: &Settings, schema: &'static Schema, clock: &dyn Clock) -> Result<Self, StoreError> {
        Self::open_synchronous(settings, schema, clock, Synchronous::Full)
    }

    fn open_synchronous(
        settings: &Settings,
        schema: &'static Schema,
        clock: &dyn Clock,
        synchronous: Synchronous,
    ) -> Result<Self, StoreError> {
        let directory = Directory::open(&settings.directory)?;
        let lock = Arc::new(directory.lock(schema.role)?);
        let path = directory.database(schema.role);
        let is_there = header::is_ours(&path)?;
        let seal = Seal::new(settings.seal.load(directory.path(), directory.has_databases()?)?, schema.role);
        if !is_there {
            about::create(&path, schema, &seal)?;
        }
        let mut connection = connect::writer(&path)?;
        let hashes = about::check(&connection, &path, schema, &seal)?;
        let missing = migrations::missing(&connection, &path, schema)?;
        connect::check_pages(&connection, &path)?;
        connect::make_durable(&connection, synchronous)?;
        if !missing.is_empty() {
            if is_there {
                copy::keep_beside(&connection, &path, schema.migrations.len() - missing.len())?;
            }
            migrations::run(&mut connection, missing, clock)?;
        }
        reseal::all(&mut connection, &seal, schema)?;
        let readers = Readers::start(&path, schema.role)?;
        let writer = Writer::start(connection, schema.role)?;
        Ok(Self { writer, readers, seal, hashes, schema, path, copying: copy::OneAtATime::default(), lock })
    }

    /// Makes a change, atomic, and on disk when it is answered with `Ok`. It is accepted or
    /// refused by this call itself; once accepted it runs, whether the future is kept or not.
    ///
    /// A change that gives `Err` or panics is undone. It has the writer to itself: it must not wait for anything,
    /// end the transaction or change settings of the connection.
    ///
    /// # Errors
    /// What the change gives; [`StoreError::Busy`] where too many wait; [`StoreError::Full`] and others where it could
    /// not be committed, and then nothing of it is kept.
    pub fn change<T, E, F>(&self, change: F) -> impl Future<Output = Result<T, E>> + Send + use<T, E, F>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        self.writer.change(change)
    }

    /// Reads one state of what is committed. Accepted or refused like a change.
    ///
    /// # Errors
    /// What the closure gives; [`StoreError::Busy`] where too many wait.
    pub fn read<T, E, F>(&self, read: F) -> impl Future<Output = Result<T, E>> + Send + use<T, E, F>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        self.readers.read(read)
    }

    /// What seals and opens the secrets of this role; cheap to clone into a change.
    #[must_use]
    pub const fn seal(&self) -> &Seal {
        &self.seal
    }

    /// What hashes the secrets that are only looked up.
    #[must_use]
    pub const fn hashes(&self) -> &HashKey {
        &self.hashes
    }

    /// Counts since it was opened.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.writer.figures()
    }

    /// Writes a whole, checked copy of the state at this moment while the database is used. The
    /// copy is one file and holds no master key.
    ///
    /// # Errors
    /// [`StoreError::Exists`]; [`StoreError::Busy`] while another copy is made.
    pub fn backup(&self, to: &Path) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let (from, to, lock) = (self.path.clone(), to.to_owned(), Arc::clone(&self.lock));
        self.copying.begin(self.schema.role, move || {
            let _held = lock;
            let connection = connect::reader(&from)?;
            copy::write_copy(&connection, &to)
        })
    }

    /// Looks at every page, every reference and every sealed value.
    ///
    /// # Errors
    /// Where it cannot be looked at; what is found wrong stands in the report. [`StoreError::Busy`] while a copy or
    /// another check runs.
    pub fn check(&self) -> impl Future<Output = Result<Report, StoreError>> + Send + use<> {
        let (path, seal, schema) = (self.path.clone(), self.seal.clone(), self.schema);
        let lock = Arc::clone(&self.lock);
        self.copying.begin(schema.role, move || {
            let _held = lock;
            report::examine(&connect::reader(&path)?, &seal, schema)
        })
    }

    /// Gives its place to a copy that was prepared: what waits is written still, every change that comes is refused, and
    /// the lock is let go of when the copy is in place, or cannot be put there. It is closed from then on, either way.
    ///
    /// # Errors
    /// The copy could not be put in place; the database is as it was.
    pub async fn give_way<T, F>(&self, prepared: Prepared, amend: F) -> Result<Restored<T>, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, bool) -> Result<T, StoreError> + Send + 'static,
    {
        self.writer.close().await;
        let lock = Arc::clone(&self.lock);
        let replaced = self.copying.begin(self.schema.role, move || {
            let _held = lock;
            prepared.put_in_place(&SystemClock, amend)
        });
        let replaced = replaced.await;
        // Where it is not let go of now, it is when the process ends, and who follows waits for that.
        let _ = self.lock.let_go();
        replaced
    }

    /// Writes what waits, refuses every change that comes, and lets go of the lock: from then on another process may
    /// have the database. Reads go on as long as the value is there.
    ///
    /// # Errors
    /// The lock cannot be let go of; it is when the process ends.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.writer.close().await;
        self.lock.let_go()
    }
}

#[cfg(test)]
mod tests;
