//! Statements that stay prepared, and how the words of `idp` are written in columns.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use idp::Scopes;
use rusqlite::{CachedStatement, Connection, Params, Row};

use crate::StoreError;

fn prepare<'connection>(
    connection: &'connection Connection,
    sql: &str,
) -> Result<CachedStatement<'connection>, StoreError> {
    #[cfg(test)]
    super::tests::refuse_scan(connection, sql)?;
    Ok(connection.prepare_cached(sql)?)
}

/// Runs a statement; gives how many rows it changed.
pub(super) fn execute(connection: &Connection, sql: &str, values: impl Params) -> Result<usize, StoreError> {
    Ok(prepare(connection, sql)?.execute(values)?)
}

/// The first row, where there is one.
pub(super) fn one<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = prepare(connection, sql)?;
    let mut rows = statement.query(values)?;
    rows.next()?.map(read).transpose()
}

/// All rows.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = prepare(connection, sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// How many rows a `SELECT count(*)` counts.
pub(super) fn count(connection: &Connection, sql: &str, values: impl Params) -> Result<usize, StoreError> {
    Ok(one(connection, sql, values, |row| Ok(row.get(0)?))?.unwrap_or(0))
}

/// Milliseconds since 1970; what lies beyond is cut to what a column holds.
pub(super) fn ms(time: SystemTime) -> i64 {
    let whole = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    time.duration_since(UNIX_EPOCH).map_or_else(|before| whole(before.duration()).saturating_neg(), whole)
}

/// The time of so many milliseconds since 1970.
pub(super) fn time(ms: i64) -> SystemTime {
    let span = Duration::from_millis(ms.unsigned_abs());
    let time = if ms < 0 { UNIX_EPOCH.checked_sub(span) } else { UNIX_EPOCH.checked_add(span) };
    time.unwrap_or(UNIX_EPOCH)
}

/// A list, an element a line.
///
/// # Errors
/// For an element that could not be told from others again.
pub(super) fn lines<T: AsRef<str>>(elements: &[T]) -> Result<String, StoreError> {
    let elements: Vec<&str> = elements.iter().map(AsRef::as_ref).collect();
    // `lines` takes a carriage return at the end of a line away.
    if elements.iter().any(|element| element.is_empty() || element.contains(['\n', '\r'])) {
        return Err(StoreError::damaged("an element of a list is empty or has several lines"));
    }
    Ok(elements.join("\n"))
}

/// The elements of such a list.
pub(super) fn elements(lines: &str) -> Box<[Box<str>]> {
    lines.lines().map(Into::into).collect()
}

/// Scopes as they were written.
pub(super) fn scopes(text: &str) -> Result<Scopes, StoreError> {
    Scopes::parse(text).map_err(|error| StoreError::damaged(format!("scopes that are none: {error}")))
}
