//! The master key of a store: where it is, what happens without it, and how it changes.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn with_key(directory: &Path, text: &str) -> Result<Database, StoreError> {
    Database::open(&Settings { seal: given(text), ..settings(directory) }, &NOTES, &SystemClock)
}

fn beside(directory: &Path) -> Result<Database, StoreError> {
    Database::open(&Settings { seal: SealSource::Beside, ..settings(directory) }, &NOTES, &SystemClock)
}

fn sealed_note(database: &Database, number: i64) -> impl Future<Output = Result<(), StoreError>> + use<> {
    let seal = database.seal().clone();
    database.change(move |connection| {
        let sealed = seal.seal(NOTES.sealed[0], &number.to_be_bytes(), b"a secret")?;
        connection.execute("INSERT INTO notes VALUES (?1, '', ?2)", params![number, sealed])?;
        Ok(())
    })
}

async fn opened(database: &Database, number: i64) -> Result<Vec<u8>, StoreError> {
    let seal = database.seal().clone();
    let read = database.read(move |connection| {
        let sql = "SELECT secret FROM notes WHERE number = ?1";
        let sealed: Vec<u8> = connection.query_row(sql, [number], |row| row.get(0))?;
        Ok(seal.open(NOTES.sealed[0], &number.to_be_bytes(), &sealed)?.expose().to_vec())
    });
    read.await
}

#[tokio::test]
async fn a_key_is_made_with_the_store_and_found_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = beside(directory.path()).expect("open");
    sealed_note(&database, 1).await.expect("written");
    let hash = database.hashes().hash("token", b"abc");
    drop(database);
    let database = beside(directory.path()).expect("open");
    assert_eq!(opened(&database, 1).await.expect("opened"), b"a secret");
    assert_eq!(database.hashes().hash("token", b"abc"), hash);
}

#[test]
fn a_key_that_is_lost_is_not_made_anew() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(beside(directory.path()).expect("open"));
    let key = directory.path().join("store/seal.key");
    fs::remove_file(&key).expect("removed");
    let error = beside(directory.path()).expect_err("no key");
    assert!(matches!(error, StoreError::SealMissing { .. }), "{error}");
    assert!(!key.exists());
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(beside(directory.path()).expect("open"));
    let key = directory.path().join("store/seal.key");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).expect("mode");
    let error = beside(directory.path()).expect_err("open to all");
    assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[test]
fn another_key_is_told_before_anything_is_written() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(with_key(directory.path(), KEY).expect("open"));
    let path = directory.path().join("store/notes.sqlite");
    let before = fs::read(&path).expect("read");
    let error = with_key(directory.path(), OTHER_KEY).expect_err("another key");
    assert!(matches!(error, StoreError::SealWrong { .. }) && error.code() == "store-sealed", "{error}");
    assert_eq!(fs::read(&path).expect("read"), before);
}

#[tokio::test]
async fn the_database_alone_shows_no_secret() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = with_key(directory.path(), KEY).expect("open");
    sealed_note(&database, 1).await.expect("written");
    drop(database);
    let octets = fs::read(directory.path().join("store/notes.sqlite")).expect("read");
    assert!(!octets.windows(8).any(|window| window == b"a secret"));
    // That this could be found at all: names of tables can.
    assert!(octets.windows(12).any(|window| window == b"store_sealed"));
}

#[tokio::test]
async fn a_key_is_changed_by_a_new_one_before_it_and_an_opening_with_both() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = with_key(directory.path(), KEY).expect("open");
    let waiting: Vec<_> = (0..600).map(|number| sealed_note(&database, number)).collect();
    for sealed in waiting {
        sealed.await.expect("written");
    }
    note(&database, 1000, "without a secret").await.expect("written");
    let hash = database.hashes().hash("token", b"abc");
    drop(database);
    let both = format!("{OTHER_KEY}\n{KEY}\n");
    let database = with_key(directory.path(), &both).expect("both");
    sealed_note(&database, 1001).await.expect("under the new key");
    let checked = database.check().await.expect("checked");
    // The secrets, the check value and the key of the hashes.
    assert_eq!((checked.sealed, checked.faults), (601 + 2, Vec::new()));
    drop(database);
    let error = with_key(directory.path(), KEY).expect_err("the old key is no key any more");
    assert!(matches!(error, StoreError::SealWrong { .. }), "{error}");
    let database = with_key(directory.path(), OTHER_KEY).expect("the new key alone");
    for number in (0..600).chain([1001]) {
        assert_eq!(opened(&database, number).await.expect("opened"), b"a secret");
    }
    assert_eq!(database.hashes().hash("token", b"abc"), hash);
}

#[tokio::test]
async fn a_secret_that_was_moved_to_another_row_is_found_by_a_check() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = with_key(directory.path(), KEY).expect("open");
    sealed_note(&database, 1).await.expect("written");
    sealed_note(&database, 2).await.expect("written");
    let sound = database.check().await.expect("checked");
    assert_eq!((sound.sealed, sound.faults.len(), sound.schema), (4, 0, 1));
    let swap = database.change(|connection| {
        let sql = "UPDATE notes SET secret = (SELECT secret FROM notes WHERE number = 1) WHERE number = 2";
        Ok::<_, StoreError>(connection.execute(sql, [])?)
    });
    swap.await.expect("written");
    assert!(matches!(opened(&database, 2).await, Err(StoreError::SealBroken)));
    assert_eq!(database.check().await.expect("checked").faults, ["a sealed `secret` of `notes` does not open"]);
}

#[tokio::test]
async fn sealing_anew_that_was_broken_off_is_gone_on_with_and_needs_the_old_key_until_then() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = with_key(directory.path(), KEY).expect("open");
    for number in 0..10 {
        sealed_note(&database, number).await.expect("written");
    }
    // As if it had come so far and no further: a value is under the new key, and the rest is not.
    let other = crate::Seal::new(Arc::new(crate::SealKeys::read(OTHER_KEY).expect("a key")), NOTES.role);
    let ahead = database.change(move |connection| {
        let sealed = other.seal(NOTES.sealed[0], &7_i64.to_be_bytes(), b"a secret")?;
        Ok::<_, StoreError>(connection.execute("UPDATE notes SET secret = ?1 WHERE number = 7", [sealed])?)
    });
    ahead.await.expect("written");
    drop(database);
    let early = with_key(directory.path(), OTHER_KEY).expect_err("the old key is still needed");
    assert!(matches!(early, StoreError::SealWrong { .. }), "{early}");
    drop(with_key(directory.path(), &format!("{OTHER_KEY}\n{KEY}")).expect("both"));
    let database = with_key(directory.path(), OTHER_KEY).expect("the new key alone");
    for number in 0..10 {
        assert_eq!(opened(&database, number).await.expect("opened"), b"a secret");
    }
}
