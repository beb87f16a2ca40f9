//! Migrations: forward, once each, and a copy before.

use std::fs;

use rusqlite::Connection;

use super::*;

const FIRST: Migration =
    Migration { name: "people", sql: "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;" };
const SECOND: Migration = Migration {
    name: "pets",
    sql: "CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES people) STRICT;\n\
          INSERT INTO pets SELECT id, id FROM people;",
};
const REBUILD: Migration = Migration {
    name: "people have ages",
    sql: "CREATE TABLE people_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER) STRICT;\n\
          INSERT INTO people_new SELECT id, name, NULL FROM people;\n\
          DROP TABLE people; ALTER TABLE people_new RENAME TO people;",
};
const BREAKING: Migration = Migration { name: "breaking", sql: "DELETE FROM people;" };
const FAULTY: Migration = Migration { name: "faulty", sql: "CREATE TABLE half (x) STRICT; CREATE TABEL;" };

static ONE: Schema = Schema { role: "pets", migrations: &[FIRST], sealed: &[] };
static TWO: Schema = Schema { role: "pets", migrations: &[FIRST, SECOND], sealed: &[] };
static THREE: Schema = Schema { role: "pets", migrations: &[FIRST, SECOND, REBUILD], sealed: &[] };
static BROKEN: Schema = Schema { role: "pets", migrations: &[FIRST, SECOND, BREAKING], sealed: &[] };
static WRONG: Schema = Schema { role: "pets", migrations: &[FIRST, FAULTY], sealed: &[] };
static OTHER: Schema = Schema {
    role: "pets",
    migrations: &[Migration { name: "people", sql: "CREATE TABLE people (id INTEGER PRIMARY KEY) STRICT;" }],
    sealed: &[],
};

fn open_as(directory: &Path, schema: &'static Schema) -> Result<Database, StoreError> {
    Database::open(&settings(directory), schema, &SystemClock)
}

/// With one person in it.
async fn at_one(directory: &Path) {
    let database = open_as(directory, &ONE).expect("open");
    let insert = database
        .change(|connection| Ok::<_, StoreError>(connection.execute("INSERT INTO people VALUES (7, 'Anna')", [])?));
    insert.await.expect("written");
}

async fn count(database: &Database, table: &'static str) -> i64 {
    let read = database.read(move |connection| {
        let sql = format!("SELECT count(*) FROM {table}");
        Ok::<_, StoreError>(connection.query_row(&sql, [], |row| row.get(0))?)
    });
    read.await.expect("read")
}

#[tokio::test]
async fn an_older_store_is_brought_forward_and_kept_beside_as_it_was() {
    let directory = tempfile::tempdir().expect("a directory");
    at_one(directory.path()).await;
    let database = open_as(directory.path(), &THREE).expect("open");
    assert_eq!((count(&database, "people").await, count(&database, "pets").await), (1, 1));
    let kept = directory.path().join("store/pets.sqlite.before-2");
    let kept = Connection::open(kept).expect("the copy");
    assert_eq!(kept.query_row("SELECT name FROM people", [], |row| row.get::<_, String>(0)).expect("Anna"), "Anna");
    assert!(kept.prepare("SELECT * FROM pets").is_err());
    drop(database);
    // Once each.
    let database = open_as(directory.path(), &THREE).expect("open");
    assert_eq!(count(&database, "store_migrations").await, 3);
}

#[tokio::test]
async fn a_newer_store_is_refused_with_what_to_do_and_not_touched() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(open_as(directory.path(), &TWO).expect("open"));
    let path = directory.path().join("store/pets.sqlite");
    let before = fs::read(&path).expect("read");
    let error = open_as(directory.path(), &ONE).expect_err("newer");
    assert!(matches!(&error, StoreError::Newer { found: 2, known: 1, .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains(env!("CARGO_PKG_VERSION")) && said.contains("docs/store.md"), "{said}");
    assert_eq!(fs::read(&path).expect("read"), before);
}

#[test]
fn a_store_with_another_migration_under_a_number_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(open_as(directory.path(), &TWO).expect("open"));
    let error = open_as(directory.path(), &OTHER).expect_err("another");
    assert!(matches!(&error, StoreError::Altered { number: 1, .. }) && error.code() == "store-newer", "{error:?}");
}

#[tokio::test]
async fn a_migration_that_fails_or_breaks_references_leaves_the_store_as_it_was() {
    let directory = tempfile::tempdir().expect("a directory");
    at_one(directory.path()).await;
    open_as(directory.path(), &WRONG).expect_err("a faulty statement");
    drop(open_as(directory.path(), &TWO).expect("as if nothing had been"));
    let error = open_as(directory.path(), &BROKEN).expect_err("a pet of nobody");
    assert!(error.to_string().contains("`pets`"), "{error}");
    let database = open_as(directory.path(), &TWO).expect("open");
    assert_eq!((count(&database, "people").await, count(&database, "pets").await), (1, 1));
}

#[tokio::test]
async fn references_hold_after_migrations() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open_as(directory.path(), &TWO).expect("open");
    let orphan =
        database.change(|connection| Ok::<_, StoreError>(connection.execute("INSERT INTO pets VALUES (1, 99)", [])?));
    assert!(orphan.await.is_err());
}
