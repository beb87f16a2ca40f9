//! Bringing everything that is sealed under the first of the master keys, when a database is opened with a new one.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params};

use super::about;
use super::migrations::Schema;
use crate::{Seal, SealedColumn, StoreError};

/// Values that are sealed anew in one transaction.
const BATCH: usize = 256;

/// Seals anew what is not under the first key, if anything is not. Gives how many values that were.
///
/// It may be broken off at any time: what tells at the next start which key is needed comes last, so that a start with
/// the first key alone is refused as long as anything needs another.
pub(super) fn all(connection: &mut Connection, seal: &Seal, schema: &Schema) -> Result<usize, StoreError> {
    if about::is_under_first(connection, seal)? {
        return Ok(0);
    }
    let mut resealed = 0;
    for column in schema.sealed.iter().copied().chain([about::SEALED]) {
        loop {
            let transaction = connection.transaction()?;
            let batch = one_batch(&transaction, seal, column)?;
            transaction.commit()?;
            resealed += batch;
            if batch < BATCH {
                break;
            }
        }
    }
    Ok(resealed)
}

fn one_batch(connection: &Connection, seal: &Seal, column: SealedColumn) -> Result<usize, StoreError> {
    let SealedColumn { table, column: value, key } = column;
    let mut find = connection.prepare_cached(&format!(
        "SELECT \"{key}\", \"{value}\" FROM \"{table}\" WHERE \"{value}\" IS NOT NULL \
         AND substr(\"{value}\", 2, {len}) <> ?1 LIMIT ?2",
        len = seal.current().len()
    ))?;
    let under_others = find.query_map(params![seal.current(), BATCH], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let under_others = under_others.collect::<Result<Vec<(Value, Vec<u8>)>, _>>()?;
    let mut replace =
        connection.prepare_cached(&format!("UPDATE \"{table}\" SET \"{value}\" = ?2 WHERE \"{key}\" = ?1"))?;
    for (row, sealed) in &under_others {
        let place = row_of(row.into());
        let opened = seal.open(column, &place, sealed)?;
        replace.execute(params![row, seal.seal(column, &place, opened.expose())?])?;
    }
    Ok(under_others.len())
}

/// The octets that stand for a row in what is sealed for it.
pub(super) fn row_of(key: ValueRef<'_>) -> Vec<u8> {
    match key {
        ValueRef::Text(octets) | ValueRef::Blob(octets) => octets.to_vec(),
        ValueRef::Integer(number) => number.to_be_bytes().to_vec(),
        ValueRef::Null | ValueRef::Real(_) => Vec::new(),
    }
}
