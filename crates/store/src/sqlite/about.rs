//! What every database knows about itself: its role, its form, and which master key it was sealed under.

use std::path::Path;

use model::Secret;
use rusqlite::{Connection, OptionalExtension as _, params};
use zeroize::Zeroizing;

use super::connect;
use super::header::APPLICATION_ID;
use super::migrations::Schema;
use crate::{HashKey, Seal, SealedColumn, StoreError, files};

/// The form of the tables below. A program that knows a higher one says so instead of guessing.
const FORM: i64 = 1;
const TABLES: &str = "
CREATE TABLE store_about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE store_sealed (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE store_migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum BLOB NOT NULL, program TEXT NOT NULL,
    applied_ms INTEGER NOT NULL
) STRICT;
";
/// Where the engine's own sealed values are.
pub(super) const SEALED: SealedColumn = SealedColumn { table: "store_sealed", column: "value", key: "name" };
/// Sealed last when everything is sealed anew: under which key it is, under that everything is.
pub(super) const CHECK: &str = "check";
/// The key of the keyed hashes.
const HASHES: &str = "hashes";
/// What is sealed to be opened at every start.
const CHECK_VALUE: &[u8] = b"this opens with the right master key";

/// Makes a database with nothing in it but what it knows about itself: whole, or not at all.
pub(super) fn create(path: &Path, schema: &Schema, seal: &Seal) -> Result<(), StoreError> {
    let unfinished = files::beside(path, ".unfinished");
    files::new_private(&unfinished)?;
    let mut connection = connect::writer(&unfinished)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", FORM)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.execute("INSERT INTO store_about VALUES ('role', ?1)", [schema.role])?;
    let hashes = HashKey::generate()?;
    for (name, value) in [(HASHES, hashes.as_slice()), (CHECK, CHECK_VALUE)] {
        let sealed = seal.seal(SEALED, name.as_bytes(), value)?;
        transaction.execute("INSERT INTO store_sealed VALUES (?1, ?2)", params![name, sealed])?;
    }
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)?;
    files::publish_new(&unfinished, path)
}

/// Sees that it is of this role and form and opens with these keys, before anything is written.
///
/// # Errors
/// Where it is not.
pub(super) fn check(connection: &Connection, path: &Path, schema: &Schema, seal: &Seal) -> Result<HashKey, StoreError> {
    let not_ours = |why: String| StoreError::NotOurs { path: path.to_owned(), why };
    let form: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if form != FORM {
        return Err(not_ours(format!("its form is {form}, and this program knows form {FORM}")));
    }
    let role: Option<String> =
        connection.query_row("SELECT value FROM store_about WHERE name = 'role'", [], |row| row.get(0)).optional()?;
    if role.as_deref() != Some(schema.role) {
        return Err(not_ours(format!("its role is {}, not {}", role.as_deref().unwrap_or("not said"), schema.role)));
    }
    if opened(connection, seal, CHECK)?.expose().as_slice() != CHECK_VALUE {
        return Err(StoreError::SealBroken);
    }
    HashKey::new(opened(connection, seal, HASHES)?.expose())
}

/// Whether everything in the database is under the first of the keys: the check is the last that is sealed anew.
pub(super) fn is_under_first(connection: &Connection, seal: &Seal) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM store_sealed WHERE substr(value, 2, ?1) <> ?2";
    let current = seal.current();
    let under_others: i64 = connection.query_row(sql, params![current.len(), current], |row| row.get(0))?;
    Ok(under_others == 0)
}

fn opened(connection: &Connection, seal: &Seal, name: &str) -> Result<Secret<Zeroizing<Vec<u8>>>, StoreError> {
    let sealed: Option<Vec<u8>> =
        connection.query_row("SELECT value FROM store_sealed WHERE name = ?1", [name], |row| row.get(0)).optional()?;
    let sealed = sealed.ok_or_else(|| StoreError::damaged(format!("its sealed value `{name}` is missing")))?;
    seal.open(SEALED, name.as_bytes(), &sealed)
}
