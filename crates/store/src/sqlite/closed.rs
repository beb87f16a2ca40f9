//! A database that nobody has open: looked at and copied as it is, under its lock. Nothing is migrated.

use std::path::Path;

use rusqlite::Connection;

use super::directory::{Directory, Lock};
use super::migrations::Schema;
use super::report::{self, Report};
use super::{Settings, about, connect, copy, header, migrations};
use crate::{Seal, StoreError};

/// What is needed to look at one.
struct Closed {
    connection: Connection,
    seal: Seal,
    /// Whether it has all that this program's schema has.
    is_current: bool,
    _lock: Lock,
}

/// As [`super::Database::check`].
///
/// # Errors
/// [`StoreError::InUse`], [`StoreError::Missing`], and everything for which it would not be opened.
pub fn check(settings: &Settings, schema: &'static Schema) -> Result<Report, StoreError> {
    let closed = closed(settings, schema)?;
    // The columns of a later schema are not there yet.
    let now = if closed.is_current { schema } else { &Schema { sealed: &[], ..*schema } };
    report::examine(&closed.connection, &closed.seal, now)
}

/// As [`super::Database::backup`].
///
/// # Errors
/// As [`check`]; [`StoreError::Exists`].
pub fn backup(settings: &Settings, schema: &'static Schema, to: &Path) -> Result<(), StoreError> {
    copy::write_copy(&closed(settings, schema)?.connection, to)
}

fn closed(settings: &Settings, schema: &'static Schema) -> Result<Closed, StoreError> {
    let missing = |path: &Path| StoreError::Missing { path: path.to_owned() };
    // Looking makes nothing, not even the folder.
    if !settings.directory.exists() {
        return Err(missing(&settings.directory));
    }
    let directory = Directory::open(&settings.directory)?;
    let lock = directory.lock(schema.role)?;
    let path = directory.database(schema.role);
    if !header::is_ours(&path)? {
        return Err(missing(&path));
    }
    let seal = Seal::new(settings.seal.load(directory.path(), true)?, schema.role);
    // One that may write: what a process that was killed left in the log is brought in by the first who looks.
    let connection = connect::writer(&path)?;
    about::check(&connection, &path, schema, &seal)?;
    let is_current = migrations::missing(&connection, &path, schema)?.is_empty();
    Ok(Closed { connection, seal, is_current, _lock: lock })
}
