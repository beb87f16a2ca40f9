//! Copies while the store is used, and bringing them back.

use std::fs;
use std::sync::Arc;

use super::*;

fn bring_back(directory: &Path, from: &Path) -> Result<Restored<bool>, StoreError> {
    restore(&settings(directory), &NOTES, from, &SystemClock, |_, beside| Ok(beside))
}

const fn as_it_is(_: &rusqlite::Connection, _: bool) -> Result<(), StoreError> {
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_made_while_changes_come_holds_one_state() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = Arc::new(open(directory.path()));
    let text = "some text ".repeat(300);
    for number in 0..1500 {
        drop(note(&database, number, &text));
        if number % 500 == 0 {
            note(&database, -1 - number, "so that the queue is empty").await.expect("written");
        }
    }
    note(&database, 10_000, "the last before the copy").await.expect("written");
    let copy = directory.path().join("copy");
    let copying = database.backup(&copy);
    let writing = Arc::clone(&database);
    let changes = tokio::spawn(async move {
        for number in 20_000..20_100 {
            let pair = writing.change(move |connection| {
                for half in [number * 2, number * 2 + 1] {
                    connection.execute("INSERT INTO notes VALUES (?1, 'half', NULL)", [half])?;
                }
                Ok::<_, StoreError>(())
            });
            pair.await.expect("a copy holds nobody up");
        }
    });
    copying.await.expect("copied");
    changes.await.expect("written");
    assert!(!directory.path().join("copy-wal").exists());
    let elsewhere = tempfile::tempdir().expect("a directory");
    assert_eq!(bring_back(elsewhere.path(), &copy).expect("restored"), Restored { kept: None, amended: false });
    let there = notes(&open(elsewhere.path())).await;
    let halves = there.iter().filter(|(_, text)| text == "half").count();
    assert_eq!(halves % 2, 0);
    assert_eq!(there.len() - halves, 1500 + 3 + 1);
}

#[tokio::test]
async fn a_copy_is_never_written_over_a_file_and_leaves_nothing_behind_when_it_fails() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    let taken = directory.path().join("taken");
    fs::write(&taken, "precious").expect("written");
    let error = database.backup(&taken).await.expect_err("taken");
    assert_eq!(error.code(), "store-copy-exists");
    assert_eq!(fs::read(&taken).expect("read"), b"precious");
    database.backup(&directory.path().join("no/such/directory")).await.expect_err("no directory");
    let names: Vec<_> = fs::read_dir(directory.path()).expect("the directory").flatten().collect();
    assert_eq!(names.len(), 2, "{names:?}");
    database.backup(&directory.path().join("copy")).await.expect("one after the other");
}

#[tokio::test]
async fn a_copy_is_brought_back_whole_and_what_was_there_is_kept() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    note(&database, 1, "before").await.expect("written");
    let copy = directory.path().join("copy");
    database.backup(&copy).await.expect("copied");
    note(&database, 2, "after").await.expect("written");
    let error = bring_back(directory.path(), &copy).expect_err("it is open");
    assert_eq!(error.code(), "store-in-use");
    drop(database);
    let kept = bring_back(directory.path(), &copy).expect("restored").kept.expect("there was something");
    let database = open(directory.path());
    assert_eq!(notes(&database).await, [(1, "before".to_owned())]);
    drop(database);
    // And back again: what was kept is a whole store itself.
    bring_back(directory.path(), &kept).expect("restored");
    assert_eq!(notes(&open(directory.path())).await.len(), 2);
}

#[tokio::test]
async fn a_damaged_store_can_be_replaced_by_a_copy() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    note(&database, 1, "before").await.expect("written");
    let copy = directory.path().join("copy");
    database.backup(&copy).await.expect("copied");
    drop(database);
    let path = directory.path().join("store/notes.sqlite");
    fs::write(&path, "broken").expect("written");
    let restored = bring_back(directory.path(), &copy).expect("restored");
    let kept = restored.kept.expect("kept");
    assert!(!restored.amended, "there is nothing sound beside it");
    assert_eq!(fs::read(kept).expect("read"), b"broken");
    assert_eq!(notes(&open(directory.path())).await.len(), 1);
}

#[tokio::test]
async fn a_store_that_nobody_has_open_is_looked_at_and_copied_as_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let (settings, copy) = (settings(directory.path()), directory.path().join("copy"));
    let missing = closed::check(&settings, &NOTES).expect_err("nothing is there");
    assert_eq!((missing.code(), settings.directory.exists()), ("store-missing", false));
    let database = open(directory.path());
    note(&database, 1, "first").await.expect("written");
    for outcome in [closed::check(&settings, &NOTES).map(drop), closed::backup(&settings, &NOTES, &copy)] {
        assert_eq!(outcome.expect_err("it is open").code(), "store-in-use");
    }
    drop(database);
    let report = closed::check(&settings, &NOTES).expect("checked");
    assert_eq!((report.role, report.schema, report.sealed, report.faults), ("notes", 1, 2, Vec::new()));
    closed::backup(&settings, &NOTES, &copy).expect("copied");
    let elsewhere = tempfile::tempdir().expect("a directory");
    bring_back(elsewhere.path(), &copy).expect("restored");
    assert_eq!(notes(&open(elsewhere.path())).await.len(), 1);
}

#[tokio::test]
async fn a_copy_that_is_not_sound_is_refused_and_the_store_stays() {
    static EMPTY: Schema = Schema { role: "notes", migrations: &[], sealed: &[] };
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    for number in 0..100 {
        drop(note(&database, number, &"text ".repeat(200)));
    }
    note(&database, 100, "last").await.expect("written");
    let copy = directory.path().join("copy");
    database.backup(&copy).await.expect("copied");
    drop(database);
    let whole = fs::read(&copy).expect("read");
    let mut damaged = whole.clone();
    damaged[8 * 4096..9 * 4096].fill(0xa5);
    for (contents, code) in
        [(&damaged[..], "store-damaged"), (&whole[..whole.len() / 2], "store-damaged"), (b"text", "store-not-ours")]
    {
        fs::write(&copy, contents).expect("written");
        assert_eq!(bring_back(directory.path(), &copy).expect_err("not sound").code(), code);
    }
    fs::write(&copy, &whole).expect("written");
    let other = Settings { seal: given(OTHER_KEY), ..settings(directory.path()) };
    assert_eq!(restore(&other, &NOTES, &copy, &SystemClock, as_it_is).expect_err("another key").code(), "store-sealed");
    let older = restore(&settings(directory.path()), &EMPTY, &copy, &SystemClock, as_it_is);
    assert_eq!(older.expect_err("newer than this program").code(), "store-newer");
    let left: Vec<_> = fs::read_dir(directory.path().join("store")).expect("the directory").flatten().collect();
    assert!(!left.iter().any(|entry| entry.file_name().to_string_lossy().contains("restor")), "{left:?}");
    assert_eq!(notes(&open(directory.path())).await.len(), 101);
}

#[tokio::test]
async fn a_database_that_is_open_gives_way_to_a_copy_and_takes_nothing_more() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    note(&database, 1, "before").await.expect("written");
    let copy = directory.path().join("copy");
    database.backup(&copy).await.expect("copied");
    note(&database, 2, "after").await.expect("written");
    let prepared = Prepared::new(&settings(directory.path()), &NOTES, &copy, &SystemClock).expect("prepared");
    note(&database, 3, "meanwhile").await.expect("it is used until then");
    let given = database.give_way(prepared, |connection, beside| {
        assert!(beside);
        let count = "SELECT (SELECT count(*) FROM notes), (SELECT count(*) FROM replaced.notes)";
        Ok::<(i64, i64), StoreError>(connection.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
    });
    let restored = given.await.expect("in place");
    assert_eq!(restored.amended, (1, 3), "what it replaces stands beside it, with the last that was written");
    assert_eq!(note(&database, 4, "late").await.expect_err("closed").code(), "store-failed");
    // Another process may have it at once.
    let other = open(directory.path());
    assert_eq!(notes(&other).await, [(1, "before".to_owned())]);
    note(&other, 5, "on").await.expect("written");
    drop((database, other));
    let mut names: Vec<_> = fs::read_dir(directory.path().join("store")).expect("the directory").flatten().collect();
    names.retain(|entry| entry.file_name().to_string_lossy().contains("restoring"));
    assert!(names.is_empty(), "{names:?}");
    let kept = restored.kept.expect("kept");
    bring_back(directory.path(), &kept).expect("what was there is a whole store");
    assert_eq!(notes(&open(directory.path())).await.len(), 3);
}

#[tokio::test]
async fn a_copy_that_cannot_be_amended_leaves_the_store_as_it_was() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    note(&database, 1, "before").await.expect("written");
    let copy = directory.path().join("copy");
    database.backup(&copy).await.expect("copied");
    note(&database, 2, "after").await.expect("written");
    let prepared = Prepared::new(&settings(directory.path()), &NOTES, &copy, &SystemClock).expect("prepared");
    let refused = database.give_way(prepared, |_, _| Err::<(), _>(StoreError::damaged("no"))).await;
    assert_eq!(refused.expect_err("not amended").code(), "store-damaged");
    drop(database);
    assert_eq!(notes(&open(directory.path())).await.len(), 2);
    let left = fs::read_dir(directory.path().join("store")).expect("the directory").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(!left.iter().any(|name| name.contains("restor")), "{left:?}");
}
