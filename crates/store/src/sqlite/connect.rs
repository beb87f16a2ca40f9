//! Connections, and the settings that every one of them has.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::StoreError;

/// How long a connection waits for another's lock. Inside the house only a closing database has one.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// Statements that a connection keeps prepared.
const STATEMENTS: usize = 128;
/// Size of the log after a burst, in octets; SQLite cuts it back to this.
const LOG_SIZE: i64 = 16 * 1024 * 1024;
/// Databases up to this size are looked through whenever they are opened, in octets. A larger one by `store check`.
const CHECKED_AT_OPENING: u64 = 32 * 1024 * 1024;

/// Whether a commit waits for the disk.
#[derive(Clone, Copy)]
pub(super) enum Synchronous {
    /// It does.
    Full,
    /// It does not: for the test that must see the difference.
    #[cfg(test)]
    Off,
}

/// A connection that may write. Nothing is written by opening it.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// A connection that cannot write.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn open(path: &Path, mode: OpenFlags) -> Result<Connection, StoreError> {
    // One thread has each connection, so SQLite need not lock it; a link in the place of the file is not followed.
    let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    // What stands in the file is data: no function of it is run, and nothing in it changes how it is read.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.busy_timeout(LOCK_WAIT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // What is deleted is overwritten: a person who is forgotten is not in the free pages either.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    must(&connection, "foreign_keys", "ON", 1)?;
    Ok(connection)
}

/// Turns the write-ahead log on, and waiting for the disk with every commit.
pub(super) fn make_durable(connection: &Connection, synchronous: Synchronous) -> Result<(), StoreError> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(unset("journal_mode"));
    }
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_SIZE, |_| Ok(()))?;
    match synchronous {
        Synchronous::Full => must(connection, "synchronous", "FULL", 2),
        #[cfg(test)]
        Synchronous::Off => must(connection, "synchronous", "OFF", 0),
    }
}

/// Looks through a database that is small enough to do so at every opening.
pub(super) fn check_pages(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let size = std::fs::metadata(path).map_err(|error| StoreError::file(path, error))?.len();
    if size <= CHECKED_AT_OPENING { quick_check(connection) } else { Ok(()) }
}

/// Looks at the form of all pages.
///
/// # Errors
/// [`StoreError::Damaged`], with the first thing that was found.
pub(super) fn quick_check(connection: &Connection) -> Result<(), StoreError> {
    let found: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(StoreError::damaged(found)) }
}

/// Sets what durability or integrity rests on, and sees that it is set: SQLite passes over a pragma it does not know.
fn must(connection: &Connection, pragma: &str, value: &str, expected: i64) -> Result<(), StoreError> {
    connection.pragma_update(None, pragma, value)?;
    let set: i64 = connection.pragma_query_value(None, pragma, |row| row.get(0))?;
    if set == expected { Ok(()) } else { Err(unset(pragma)) }
}

fn unset(pragma: &str) -> StoreError {
    StoreError::damaged(format!("the engine does not take `{pragma}`; the file system may have no shared memory"))
}
