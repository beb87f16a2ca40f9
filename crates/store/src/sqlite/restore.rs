//! Bringing back a copy: looked at first, brought to this schema, amended, then put in the place of what is there.
//!
//! ```text
//! prepare       a private copy of the copy, looked at, with the migrations that it lacks; the database is used meanwhile
//! give way      nobody writes any more; the lock is still held
//! amend         what the role does with it, beside what it replaces: `replaced` in its statements, where that is sound
//! put in place  what was there is kept beside it; a name changes once, from the one to the other
//! ```
//!
//! Without a process that has the database the steps follow one another under its lock.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use model::Clock;
use rusqlite::Connection;

use super::directory::Directory;
use super::migrations::Schema;
use super::{Settings, about, connect, header, migrations, report};
use crate::{Seal, StoreError, files};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored<T> {
    /// Where what was there before is kept; `None` where nothing was.
    pub kept: Option<PathBuf>,
    /// What the role has done with the copy.
    pub amended: T,
}

/// A copy that could take the place of the database. Where it does not, nothing of it stays.
#[derive(Debug)]
pub struct Prepared {
    schema: &'static Schema,
    /// Of the database.
    path: PathBuf,
    unfinished: PathBuf,
}

/// Puts a copy in the place of the database of a role. `amend` has the copy, and whether there is `replaced` to be
/// looked at beside it.
///
/// # Errors
/// Where the database is in use, or the copy is not ours, of another role, damaged, newer
/// than this program or sealed under another key; the database is then as it was.
pub fn restore<T>(
    settings: &Settings,
    schema: &'static Schema,
    from: &Path,
    clock: &dyn Clock,
    amend: impl FnOnce(&Connection, bool) -> Result<T, StoreError>,
) -> Result<Restored<T>, StoreError> {
    let directory = Directory::open(&settings.directory)?;
    let _lock = directory.lock(schema.role)?;
    Prepared::in_directory(&directory, settings, schema, from, clock)?.put_in_place(clock, amend)
}

impl Prepared {
    /// Prepares a copy beside the database, which may be used meanwhile; one at a time.
    ///
    /// # Errors
    /// As [`restore`].
    pub fn new(
        settings: &Settings,
        schema: &'static Schema,
        from: &Path,
        clock: &dyn Clock,
    ) -> Result<Self, StoreError> {
        Self::in_directory(&Directory::open(&settings.directory)?, settings, schema, from, clock)
    }

    fn in_directory(
        directory: &Directory,
        settings: &Settings,
        schema: &'static Schema,
        from: &Path,
        clock: &dyn Clock,
    ) -> Result<Self, StoreError> {
        let path = directory.database(schema.role);
        header::refuse_foreign(from)?;
        // Never a new key: the copy was sealed under one.
        let seal = Seal::new(settings.seal.load(directory.path(), true)?, schema.role);
        // Copied before it is looked at, so that what was looked at is what is put in place.
        let prepared = Self { schema, unfinished: files::beside(&path, ".restoring"), path };
        take(from, &prepared.unfinished)?;
        examine(&prepared.unfinished, schema, &seal, clock)?;
        Ok(prepared)
    }

    /// The caller holds the lock, and nobody writes.
    pub(super) fn put_in_place<T>(
        self,
        clock: &dyn Clock,
        amend: impl FnOnce(&Connection, bool) -> Result<T, StoreError>,
    ) -> Result<Restored<T>, StoreError> {
        let amended = self.amend(amend)?;
        let kept = set_aside(&self.path, clock)?;
        fs::rename(&self.unfinished, &self.path).map_err(|error| StoreError::file(&self.path, error))?;
        files::sync_directory_of(&self.path)?;
        Ok(Restored { kept, amended })
    }

    fn amend<T>(&self, amend: impl FnOnce(&Connection, bool) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = connect::writer(&self.unfinished)?;
        let beside = self.replaced_is_sound();
        if beside {
            let replaced = self.path.to_string_lossy();
            connection.execute("ATTACH DATABASE ?1 AS replaced", [&*replaced])?;
        }
        let transaction = connection.transaction()?;
        let amended = amend(&transaction, beside)?;
        transaction.commit()?;
        if beside {
            connection.execute_batch("DETACH DATABASE replaced")?;
        }
        connection.close().map_err(|(_, error)| error)?;
        files::sync(&self.unfinished)?;
        Ok(amended)
    }

    /// Whether what is there has the same schema and can be read: a copy is brought back where something is wrong.
    fn replaced_is_sound(&self) -> bool {
        let look = || -> Result<bool, StoreError> {
            if !header::is_ours(&self.path)? || self.path.to_str().is_none() {
                return Ok(false);
            }
            let connection = connect::writer(&self.path)?;
            connect::quick_check(&connection)?;
            Ok(migrations::missing(&connection, &self.path, self.schema)?.is_empty())
        };
        look().unwrap_or(false)
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // It has another name where it was put in place; what cannot be removed is removed by the next attempt.
        for end in ["", "-journal", "-wal", "-shm"] {
            let _ = fs::remove_file(files::beside(&self.unfinished, end));
        }
    }
}

fn take(from: &Path, unfinished: &Path) -> Result<(), StoreError> {
    let mut to = files::new_private(unfinished)?;
    let mut from_file = fs::File::open(from).map_err(|error| StoreError::file(from, error))?;
    std::io::copy(&mut from_file, &mut to).map_err(|error| StoreError::file(from, error))?;
    to.sync_all().map_err(|error| StoreError::file(unfinished, error))
}

/// Looks at the copy, and brings it to this schema.
fn examine(path: &Path, schema: &'static Schema, seal: &Seal, clock: &dyn Clock) -> Result<(), StoreError> {
    header::refuse_foreign(path)?;
    let mut connection = connect::writer(path)?;
    about::check(&connection, path, schema, seal)?;
    let missing = migrations::missing(&connection, path, schema)?;
    let faults = known_columns(&connection, schema, seal)?;
    if let Some(fault) = faults.first() {
        return Err(StoreError::damaged(fault.clone()));
    }
    migrations::run(&mut connection, missing, clock)?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// The faults of a copy. An older one need not have the columns that this program seals; they come with its migrations.
fn known_columns(connection: &Connection, schema: &'static Schema, seal: &Seal) -> Result<Vec<String>, StoreError> {
    let missing = migrations::missing(connection, Path::new(""), schema)?;
    let now = if missing.is_empty() { schema } else { &Schema { sealed: &[], ..*schema } };
    Ok(report::examine(connection, seal, now)?.faults)
}

/// Moves the database away, with its log. At every moment of it one of the two has the name, or neither.
fn set_aside(path: &Path, clock: &dyn Clock) -> Result<Option<PathBuf>, StoreError> {
    if !path.exists() {
        return Ok(None);
    }
    // So that the log is empty and the file is all there is. A damaged one is moved away as it is, with its log.
    let whole = connect::writer(path).and_then(|connection| {
        connection.pragma_query(None, "wal_checkpoint(TRUNCATE)", |_| Ok(()))?;
        Ok(connection.close().map_err(|(_, error)| error)?)
    });
    let at_ms = clock.wall().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let kept = files::beside(path, &format!(".before-restore-{at_ms}"));
    let wrap = |error| StoreError::file(path, error);
    fs::hard_link(path, &kept).map_err(wrap)?;
    for log in ["-wal", "-shm"] {
        let (from, to) = (files::beside(path, log), files::beside(&kept, log));
        if from.exists() {
            fs::rename(&from, &to).map_err(wrap)?;
        }
    }
    if whole.is_err() {
        // Without its log it must not be opened as if it were whole.
        fs::remove_file(path).map_err(wrap)?;
    }
    files::sync_directory_of(path)?;
    Ok(Some(kept))
}
