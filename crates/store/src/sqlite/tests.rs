//! The engine: groups, failures, files, schemas, keys and copies.

mod child;
mod copies;
mod durable;
mod files;
mod groups;
mod schemas;
mod sealed;

use std::path::Path;
use std::sync::mpsc;

use model::SystemClock;
use rusqlite::params;

use super::*;

pub(super) const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
pub(super) const OTHER_KEY: &str = "/v38+/r5+Pf29fTz8vHw7+7t7Ovq6ejn5uXk4+Lh4OA=";

pub(super) static NOTES: Schema = Schema {
    role: "notes",
    migrations: &[Migration {
        name: "notes",
        sql: "CREATE TABLE notes (number INTEGER PRIMARY KEY, text TEXT NOT NULL, secret BLOB) STRICT;",
    }],
    sealed: &[crate::SealedColumn { table: "notes", column: "secret", key: "number" }],
};

pub(super) fn settings(directory: &Path) -> Settings {
    Settings { directory: directory.join("store"), seal: given(KEY) }
}

pub(super) fn given(text: &str) -> SealSource {
    SealSource::Given(Arc::new(crate::SealKeys::read(text).expect("a key")))
}

pub(super) fn open(directory: &Path) -> Database {
    Database::open(&settings(directory), &NOTES, &SystemClock).expect("the store opens")
}

/// Writes one note.
pub(super) fn note(
    database: &Database,
    number: i64,
    text: &str,
) -> impl Future<Output = Result<(), StoreError>> + use<> {
    let text = text.to_owned();
    database.change(move |connection| {
        connection.execute("INSERT INTO notes VALUES (?1, ?2, NULL)", params![number, text])?;
        Ok(())
    })
}

/// All notes in order.
pub(super) async fn notes(database: &Database) -> Vec<(i64, String)> {
    let read = database.read(|connection| {
        let mut statement = connection.prepare("SELECT number, text FROM notes ORDER BY number")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok::<_, StoreError>(rows.collect::<Result<Vec<_>, _>>()?)
    });
    read.await.expect("read")
}

/// Keeps the writer busy until it is let go, so that what is sent meanwhile waits together.
pub(super) struct Held(mpsc::Sender<()>);

impl Held {
    pub(super) fn new(database: &Database) -> Self {
        let (begun, has_begun) = mpsc::channel();
        let (go, may_go) = mpsc::channel();
        drop(database.change(move |_| {
            begun.send(()).expect("the test waits");
            may_go.recv().expect("the test lets go");
            Ok::<(), StoreError>(())
        }));
        has_begun.recv().expect("the writer runs it");
        Self(go)
    }

    pub(super) fn let_go(self) {
        self.0.send(()).expect("the writer waits");
    }
}
