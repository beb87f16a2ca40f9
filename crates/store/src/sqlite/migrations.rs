//! Schemas, and how a database comes from an older one to this program's.

use std::path::Path;
use std::time::UNIX_EPOCH;

use aws_lc_rs::digest::{SHA256, digest};
use model::Clock;
use rusqlite::{Connection, params};

use crate::{SealedColumn, StoreError};

/// What a role keeps: one file, made by these steps.
#[derive(Debug)]
pub struct Schema {
    /// Name of the role and its file: letters only.
    pub role: &'static str,
    /// In the order in which they are run. Once released, none is ever changed: the next one mends it.
    pub migrations: &'static [Migration],
    /// The columns that hold sealed values.
    pub sealed: &'static [SealedColumn],
}

/// One step of a schema, in a transaction of its own, with foreign keys checked at its end.
#[derive(Debug)]
pub struct Migration {
    /// What it brings, in a few words.
    pub name: &'static str,
    /// Statements.
    pub sql: &'static str,
}

/// A step that a database still lacks, with its number from 1.
pub(super) struct Missing {
    number: usize,
    migration: &'static Migration,
}

/// What the database lacks. Nothing is written.
///
/// # Errors
/// [`StoreError::Newer`] where it has more than this program knows, [`StoreError::Altered`] where it has another.
pub(super) fn missing(
    connection: &Connection,
    path: &Path,
    schema: &'static Schema,
) -> Result<Vec<Missing>, StoreError> {
    let mut statement =
        connection.prepare("SELECT number, name, checksum, program FROM store_migrations ORDER BY number")?;
    let mut rows = statement.query([])?;
    let (mut found, mut program) = (0_usize, String::new());
    while let Some(row) = rows.next()? {
        let number: usize = row.get(0)?;
        let name: String = row.get(1)?;
        if number != found + 1 {
            return Err(StoreError::damaged(format!("migration {} is not there and {number} is", found + 1)));
        }
        let known = schema.migrations.get(found);
        if known
            .is_some_and(|known| row.get_ref(2).and_then(|sum| Ok(sum.as_blob()? != checksum(known))).unwrap_or(true))
        {
            return Err(StoreError::Altered { path: path.to_owned(), number, name });
        }
        program = row.get(3)?;
        found = number;
    }
    let known = schema.migrations.len();
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known, program });
    }
    let numbered = schema.migrations.iter().enumerate().skip(found);
    Ok(numbered.map(|(at, migration)| Missing { number: at + 1, migration }).collect())
}

/// Runs them, each whole or not at all.
pub(super) fn run(connection: &mut Connection, missing: Vec<Missing>, clock: &dyn Clock) -> Result<(), StoreError> {
    // A table that is rebuilt must not take the rows that refer to it along; references are checked before the commit.
    connection.pragma_update(None, "foreign_keys", false)?;
    for step in missing {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step.migration.sql)?;
        if let Some(table) = broken_reference(&transaction)? {
            return Err(StoreError::damaged(format!(
                "after migration {} (`{}`) rows of `{table}` refer to nothing",
                step.number, step.migration.name
            )));
        }
        let applied_ms = clock.wall().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        transaction.execute(
            "INSERT INTO store_migrations VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                step.number,
                step.migration.name,
                checksum(step.migration),
                env!("CARGO_PKG_VERSION"),
                i64::try_from(applied_ms).unwrap_or(i64::MAX)
            ],
        )?;
        transaction.commit()?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

/// A table with a row that refers to no row, where there is one.
pub(super) fn broken_reference(connection: &Connection) -> Result<Option<String>, StoreError> {
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
}

fn checksum(migration: &Migration) -> Vec<u8> {
    digest(&SHA256, migration.sql.as_bytes()).as_ref().to_vec()
}
