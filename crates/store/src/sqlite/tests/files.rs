//! Directory, lock and header: whose file it is, and who may have it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use rusqlite::Connection;

use super::*;

fn fault(directory: &Path) -> StoreError {
    Database::open(&settings(directory), &NOTES, &SystemClock).expect_err("it must not open")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[tokio::test]
async fn nobody_but_the_owner_can_look_into_any_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let settings = Settings { seal: SealSource::Beside, ..settings(directory.path()) };
    let database = Database::open(&settings, &NOTES, &SystemClock).expect("open");
    note(&database, 1, "first").await.expect("written");
    assert_eq!(mode(&settings.directory), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(&settings.directory).expect("the directory") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().expect("a name").to_string_lossy().into_owned());
    }
    names.sort();
    assert_eq!(names, ["notes.lock", "notes.sqlite", "notes.sqlite-shm", "notes.sqlite-wal", "seal.key"]);
}

#[test]
fn a_directory_or_a_file_that_others_may_read_is_refused_with_what_to_do() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(open(directory.path()));
    let store = directory.path().join("store");
    fs::set_permissions(&store, Permissions::from_mode(0o750)).expect("mode");
    let error = fault(directory.path());
    assert!(error.code() == "store-directory" && error.to_string().contains("chmod 700"), "{error}");
    fs::set_permissions(&store, Permissions::from_mode(0o700)).expect("mode");
    fs::set_permissions(store.join("notes.sqlite"), Permissions::from_mode(0o640)).expect("mode");
    let error = fault(directory.path());
    assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[test]
fn a_link_in_the_place_of_the_database_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(open(directory.path()));
    let path = directory.path().join("store/notes.sqlite");
    let elsewhere = directory.path().join("elsewhere");
    fs::rename(&path, &elsewhere).expect("moved");
    symlink(&elsewhere, &path).expect("a link");
    assert_eq!(fault(directory.path()).code(), "store-directory");
}

#[tokio::test]
async fn a_second_process_is_told_who_has_the_store() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    let error = fault(directory.path());
    let StoreError::InUse { by, .. } = &error else { panic!("{error}") };
    assert_eq!(by, &format!("process {}", std::process::id()));
    assert!(error.to_string().contains("asks that gateway"), "{error}");
    note(&database, 1, "first").await.expect("the first goes on");
    drop(database);
    assert_eq!(notes(&open(directory.path())).await.len(), 1);
}

#[tokio::test]
async fn what_was_closed_may_be_opened_by_another_while_the_first_still_reads() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    drop(note(&database, 1, "first"));
    database.close().await.expect("closed");
    let other = open(directory.path());
    note(&other, 2, "second").await.expect("written");
    assert!(matches!(note(&database, 3, "late").await, Err(StoreError::Closed)));
    assert_eq!(notes(&database).await.len(), 2);
}

#[test]
fn a_file_that_is_no_database_of_ours_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(open(directory.path()));
    let path = directory.path().join("store/notes.sqlite");
    let of_others = directory.path().join("others.sqlite");
    let others = Connection::open(&of_others).expect("open");
    others.execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)").expect("made");
    drop(others);
    let foreign = fs::read(&of_others).expect("read");
    for contents in [&b"not a database at all"[..], b"", b"SQLite format 3\0 and no more", &foreign] {
        fs::write(&path, contents).expect("written");
        let error = fault(directory.path());
        assert_eq!(error.code(), "store-not-ours", "{error}");
        assert_eq!(fs::read(&path).expect("read"), contents);
    }
}

#[test]
fn a_store_of_another_role_is_refused() {
    static OTHER: Schema = Schema { role: "other", migrations: &[], sealed: &[] };
    let directory = tempfile::tempdir().expect("a directory");
    let settings = settings(directory.path());
    drop(Database::open(&settings, &OTHER, &SystemClock).expect("open"));
    fs::rename(settings.directory.join("other.sqlite"), settings.directory.join("notes.sqlite")).expect("moved");
    let error = fault(directory.path());
    assert!(error.code() == "store-not-ours" || error.code() == "store-damaged", "{error}");
}

#[tokio::test]
async fn a_damaged_store_is_said_to_be_damaged() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    for number in 0..200 {
        drop(note(&database, number, &"text ".repeat(200)));
    }
    drop(database);
    let path = directory.path().join("store/notes.sqlite");
    let whole = fs::read(&path).expect("read");
    assert!(whole.len() > 40 * 4096);
    let mut damaged = whole.clone();
    damaged[8 * 4096..9 * 4096].fill(0xa5);
    let mut no_schema = whole.clone();
    no_schema[100..4096].fill(0xa5);
    for contents in [&damaged[..], &no_schema, &whole[..whole.len() / 2]] {
        fs::write(&path, contents).expect("written");
        let error = fault(directory.path());
        assert!(error.code() == "store-damaged" && error.to_string().contains("docs/store.md"), "{error}");
    }
    fs::write(&path, &whole).expect("written");
    assert_eq!(notes(&open(directory.path())).await.len(), 200);
}

#[test]
fn the_log_of_a_database_that_is_gone_is_never_played_into_a_new_one() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(open(directory.path()));
    let path = directory.path().join("store/notes.sqlite");
    fs::rename(&path, directory.path().join("store/notes.sqlite-wal")).expect("moved");
    let error = fault(directory.path());
    assert!(error.code() == "store-damaged" && error.to_string().contains("without its database"), "{error}");
    assert!(!path.exists());
}

#[test]
fn every_connection_keeps_out_what_a_file_could_bring() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    let path = directory.path().join("store/notes.sqlite");
    for connection in [connect::writer(&path).expect("open"), connect::reader(&path).expect("open")] {
        for (pragma, expected) in [("trusted_schema", 0), ("cell_size_check", 1), ("foreign_keys", 1), ("mmap_size", 0)]
        {
            let set: i64 = connection.pragma_query_value(None, pragma, |row| row.get(0)).expect("asked");
            assert_eq!(set, expected, "{pragma}");
        }
        let attached = directory.path().join("attached");
        assert!(connection.execute("ATTACH ?1 AS other", [attached.to_str()]).is_err() && !attached.exists());
    }
    drop(database);
}
