//! What `store check` finds.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::about;
use super::migrations::{Schema, broken_reference};
use super::reseal::row_of;
use crate::{Seal, SealedColumn, StoreError};

/// Faults that are told before it is said that there are more.
const MOST_FAULTS: usize = 100;

/// What was looked at, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Role of the database.
    pub role: &'static str,
    /// Migrations that it has.
    pub schema: usize,
    /// Pages that were looked at.
    pub pages: u64,
    /// Sealed values that open.
    pub sealed: u64,
    /// What is wrong; nothing where it is sound.
    pub faults: Vec<String>,
}

/// Looks at all of it.
pub(super) fn examine(connection: &Connection, seal: &Seal, schema: &Schema) -> Result<Report, StoreError> {
    let mut faults = Vec::new();
    connection.pragma_query(None, "integrity_check", |row| {
        let found: String = row.get(0)?;
        if found != "ok" {
            faults.push(found);
        }
        Ok(())
    })?;
    if let Some(table) = broken_reference(connection)? {
        faults.push(format!("rows of `{table}` refer to nothing"));
    }
    let mut sealed = 0;
    for column in schema.sealed.iter().copied().chain([about::SEALED]) {
        sealed += open_all(connection, seal, column, &mut faults)?;
    }
    faults.truncate(MOST_FAULTS);
    let pages = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let count = "SELECT count(*) FROM store_migrations";
    let migrations = connection.query_row(count, [], |row| row.get(0))?;
    Ok(Report { role: schema.role, schema: migrations, pages, sealed, faults })
}

fn open_all(
    connection: &Connection,
    seal: &Seal,
    column: SealedColumn,
    faults: &mut Vec<String>,
) -> Result<u64, StoreError> {
    let SealedColumn { table, column: value, key } = column;
    let mut statement =
        connection.prepare(&format!("SELECT \"{key}\", \"{value}\" FROM \"{table}\" WHERE \"{value}\" IS NOT NULL"))?;
    let mut rows = statement.query([])?;
    let mut opened = 0;
    while let Some(row) = rows.next()? {
        let place = row_of(row.get_ref(0)?);
        match row.get_ref(1)? {
            ValueRef::Blob(sealed) if seal.open(column, &place, sealed).is_ok() => opened += 1,
            _ if faults.len() < MOST_FAULTS => faults.push(format!("a sealed `{value}` of `{table}` does not open")),
            _ => {}
        }
    }
    Ok(opened)
}
