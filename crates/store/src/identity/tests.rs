//! The facts of the room `idp`, shown by SQLite; and what only this engine has to show.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use idp::conformance;
use model::SystemClock;

use super::*;

mod departures;
mod restoring;
use crate::sqlite::Settings;
use crate::{SealKeys, SealSource};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A directory with room for the stores of one test.
struct Place {
    directory: tempfile::TempDir,
    stores: AtomicUsize,
}

impl Place {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory"), stores: AtomicUsize::new(0) }
    }

    /// An empty store each time.
    async fn empty(&self) -> Identity {
        let number = self.stores.fetch_add(1, Ordering::Relaxed);
        let seal = SealSource::Given(Arc::new(SealKeys::read(KEY).expect("a key")));
        let settings = Settings { directory: self.directory.path().join(number.to_string()), seal };
        Identity::new(Arc::new(Database::open(&settings, &SCHEMA, &SystemClock).expect("open")))
    }
}

#[tokio::test]
async fn grants_on_sqlite_conform() {
    let place = Place::new();
    conformance::grants(async || place.empty().await).await;
}

#[tokio::test]
async fn codes_on_sqlite_conform() {
    let place = Place::new();
    conformance::codes(async || place.empty().await).await;
}

#[tokio::test]
async fn devices_on_sqlite_conform() {
    let place = Place::new();
    conformance::devices(async || place.empty().await).await;
}

#[tokio::test]
async fn pushed_requests_on_sqlite_conform() {
    let place = Place::new();
    conformance::pushed(async || place.empty().await).await;
}

#[tokio::test]
async fn consents_on_sqlite_conform() {
    let place = Place::new();
    conformance::consents(async || place.empty().await).await;
}

#[tokio::test]
async fn accounts_on_sqlite_conform() {
    let place = Place::new();
    conformance::accounts(async || place.empty().await).await;
}

#[tokio::test]
async fn sign_ins_on_sqlite_conform() {
    let place = Place::new();
    conformance::sign_ins(async || place.empty().await).await;
}

#[tokio::test]
async fn links_on_sqlite_conform() {
    let place = Place::new();
    conformance::links(async || place.empty().await).await;
}

#[tokio::test]
async fn externals_on_sqlite_conform() {
    let place = Place::new();
    conformance::externals(async || place.empty().await).await;
}

#[tokio::test]
async fn signing_keys_on_sqlite_conform() {
    let place = Place::new();
    conformance::signing_keys(async || place.empty().await).await;
}

#[tokio::test]
async fn sessions_on_sqlite_conform() {
    let place = Place::new();
    conformance::sessions(async || place.empty().await).await;
}

#[tokio::test]
async fn apps_on_sqlite_conform() {
    let place = Place::new();
    conformance::apps(async || place.empty().await).await;
}

#[tokio::test]
async fn api_keys_on_sqlite_conform() {
    let place = Place::new();
    auth::conformance::all(async || Arc::new(place.empty().await) as Arc<dyn auth::KeyStore>).await;
}

#[tokio::test]
async fn a_key_that_takes_the_id_of_another_is_refused_and_stays_as_it_was() {
    use auth::KeyStore as _;
    let place = Place::new();
    let store = place.empty().await;
    let conflict = store.database.change(|connection| {
        let sql =
            "INSERT INTO api_keys (name, kind, apis, scopes, origins, made_ms) VALUES (?1, 'secret', 'a', '', '', 0)";
        let secret = "INSERT INTO api_key_secrets VALUES ('0aaaaaaaaa', ?1, 0, zeroblob(32), 0, NULL)";
        for name in ["erp", "crm"] {
            connection.execute(sql, [name])?;
            connection.execute(secret, [name])?;
        }
        Ok::<_, StoreError>(())
    });
    assert!(conflict.await.is_err_and(|error| error.is_conflict()));
    assert_eq!(store.all().await.expect("listed"), []);
}

#[test]
fn times_are_kept_to_the_millisecond_on_both_sides_of_1970() {
    for ms in [0, 1, 1_790_000_000_123, -1, -86_400_000] {
        assert_eq!(sql::ms(sql::time(ms)), ms);
    }
    assert_eq!(sql::time(1500), UNIX_EPOCH + Duration::from_millis(1500));
    assert_eq!(sql::time(-1500), UNIX_EPOCH - Duration::from_millis(1500));
    assert_eq!(sql::ms(UNIX_EPOCH + Duration::from_nanos(1_999_999)), 1);
}

#[test]
fn a_list_comes_back_as_it_was_or_is_not_written() {
    let list = |elements: &[&str]| elements.iter().map(|element| Box::from(*element)).collect::<Box<[Box<str>]>>();
    for elements in [&[][..], &["one"], &["https://shop.example/a", "https://shop.example/b"]] {
        let written = sql::lines(&list(elements)).expect("it can be written");
        assert_eq!(sql::elements(&written), list(elements));
    }
    for elements in [&[""][..], &["two\nlines"], &["one", ""]] {
        assert!(sql::lines(&list(elements)).is_err(), "{elements:?}");
    }
}

/// Statements that read a whole table on purpose.
const WHOLE_TABLES: &[&str] = &[
    // Once, when a process begins.
    "SELECT id, until_ms FROM void_tokens ORDER BY id",
    accounts::DEPARTURES,
    signing_keys::ALL,
    api_keys::ALL,
    apps::ALL,
    apps::COUNT,
];

/// Called with every statement of this room in its tests: a table that grows must not make each request slower.
pub(super) fn refuse_scan(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let plan: String = row.get(3)?;
        assert!(!plan.starts_with("SCAN") || WHOLE_TABLES.contains(&sql), "{sql}: {plan}");
    }
    Ok(())
}

#[tokio::test]
async fn a_statement_that_looks_through_a_table_is_seen() {
    let place = Place::new();
    let store = place.empty().await;
    let read = store.read(|connection| sql::count(connection, "SELECT count(*) FROM grants WHERE app = ''", []));
    assert!(read.await.is_err());
}

/// Where a row goes, the rows that refer to it are looked up.
#[tokio::test]
async fn every_reference_has_an_index() {
    let place = Place::new();
    let store = place.empty().await;
    let checked = store.read(|connection| {
        let references = "SELECT tables.name, keys.\"from\" FROM pragma_table_list AS tables \
                          JOIN pragma_foreign_key_list(tables.name) AS keys";
        let mut statement = connection.prepare(references)?;
        let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let found = found.collect::<Result<Vec<(String, String)>, _>>()?;
        for (table, column) in &found {
            refuse_scan(connection, &format!("SELECT 1 FROM {table} WHERE {column} = ?1"))?;
        }
        Ok(found.len())
    });
    assert!(checked.await.expect("asked") >= 3);
}
