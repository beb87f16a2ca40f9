//! Bringing back a copy: looked at first, then put in the place of what is there, which is kept beside it.
//!
//! The database must not be open; whoever has it holds the lock, and is named.

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
pub struct Restored {
    /// Where what was there before is kept; `None` where nothing was.
    pub kept: Option<PathBuf>,
}

/// Puts a copy in the place of the database of a role.
///
/// # Errors
/// Where the database is in use, or the copy is not ours, of another role, damaged, newer
/// than this program or sealed under another key; the database is then as it was.
pub fn restore(
    settings: &Settings,
    schema: &'static Schema,
    from: &Path,
    clock: &dyn Clock,
) -> Result<Restored, StoreError> {
    let directory = Directory::open(&settings.directory)?;
    let _lock = directory.lock(schema.role)?;
    let path = directory.database(schema.role);
    header::refuse_foreign(from)?;
    // Never a new key: the copy was sealed under one.
    let seal = Seal::new(settings.seal.load(directory.path(), true)?, schema.role);
    // Copied before it is looked at, so that what was looked at is what is put in place.
    let unfinished = files::beside(&path, ".restoring");
    let taken = take(from, &unfinished).and_then(|()| examine(&unfinished, schema, &seal));
    if let Err(error) = taken {
        // The error is what matters.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    let kept = set_aside(&path, clock)?;
    fs::rename(&unfinished, &path).map_err(|error| StoreError::file(&path, error))?;
    files::sync_directory_of(&path)?;
    Ok(Restored { kept })
}

fn take(from: &Path, unfinished: &Path) -> Result<(), StoreError> {
    let mut to = files::new_private(unfinished)?;
    let mut from_file = fs::File::open(from).map_err(|error| StoreError::file(from, error))?;
    std::io::copy(&mut from_file, &mut to).map_err(|error| StoreError::file(from, error))?;
    to.sync_all().map_err(|error| StoreError::file(unfinished, error))
}

fn examine(path: &Path, schema: &'static Schema, seal: &Seal) -> Result<(), StoreError> {
    header::refuse_foreign(path)?;
    let connection = connect::writer(path)?;
    about::check(&connection, path, schema, seal)?;
    migrations::missing(&connection, path, schema)?;
    let faults = known_columns(&connection, schema, seal)?;
    connection.close().map_err(|(_, error)| error)?;
    match faults.first() {
        None => Ok(()),
        Some(fault) => Err(StoreError::damaged(fault.clone())),
    }
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
