//! Changes that wait together: one commit, and each alone in failing.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::sqlite::{readers, writer};

#[tokio::test]
async fn changes_that_waited_together_share_one_commit() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    let held = Held::new(&database);
    let waiting: Vec<_> = (0..200).map(|number| note(&database, number, "text")).collect();
    let before = database.figures();
    held.let_go();
    for change in waiting {
        change.await.expect("written");
    }
    let after = database.figures();
    // The change that held the writer, and all the others.
    assert_eq!((after.commits - before.commits, after.changes - before.changes), (2, 201));
    assert_eq!(notes(&database).await.len(), 200);
}

#[tokio::test]
async fn a_group_has_a_bound() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    let held = Held::new(&database);
    let waiting: Vec<_> = (0..600).map(|number| note(&database, number, "text")).collect();
    held.let_go();
    for change in waiting {
        change.await.expect("written");
    }
    assert_eq!(database.figures().commits, 1 + 600_u64.div_ceil(writer::GROUP as u64));
}

#[tokio::test]
async fn a_change_that_fails_or_panics_is_undone_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    let held = Held::new(&database);
    let first = note(&database, 1, "first");
    let failing = database.change(|connection| {
        connection.execute("INSERT INTO notes VALUES (2, 'half', NULL)", [])?;
        connection.execute("INSERT INTO notes VALUES (1, 'twice', NULL)", [])?;
        Ok::<_, StoreError>(())
    });
    let panicking = database.change(|connection| -> Result<(), StoreError> {
        connection.execute("INSERT INTO notes VALUES (3, 'half', NULL)", [])?;
        panic!("a mistake in a change");
    });
    let last = note(&database, 4, "last");
    held.let_go();
    assert!(first.await.is_ok() && last.await.is_ok());
    assert!(failing.await.is_err_and(|error| error.is_conflict()));
    assert!(matches!(panicking.await, Err(StoreError::Panicked)));
    assert_eq!(notes(&database).await, [(1, "first".to_owned()), (4, "last".to_owned())]);
}

#[tokio::test]
async fn a_change_that_ends_the_transaction_costs_all_who_share_it_and_nobody_after() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    let held = Held::new(&database);
    let before = note(&database, 1, "before");
    let ending = database.change(|connection| Ok::<_, StoreError>(connection.execute_batch("ROLLBACK")?));
    let after = note(&database, 2, "after");
    held.let_go();
    assert!(before.await.is_err() && ending.await.is_err());
    after.await.expect("in a transaction of its own");
    assert_eq!(notes(&database).await, [(2, "after".to_owned())]);
}

#[tokio::test]
async fn a_full_store_says_so_keeps_nothing_half_and_goes_on_when_there_is_space() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    note(&database, 1, "before").await.expect("written");
    let limit = |pages: i64| {
        database.change(move |connection| {
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
            Ok::<_, StoreError>(())
        })
    };
    limit(1).await.expect("limited to what it has");
    let held = Held::new(&database);
    let small = note(&database, 2, "small");
    let large = note(&database, 3, &"large ".repeat(20_000));
    held.let_go();
    let refused = large.await.expect_err("no space");
    assert!(matches!(refused, StoreError::Full { .. }) && refused.code() == "store-full", "{refused:?}");
    // Whether it shared its fate or not, it was told the truth.
    let small = small.await;
    let there = notes(&database).await;
    assert_eq!(there.iter().any(|(number, _)| *number == 2), small.is_ok());
    assert!(!there.iter().any(|(number, _)| *number == 3));
    limit(1_000_000).await.expect("space again");
    note(&database, 3, &"large ".repeat(20_000)).await.expect("written");
    assert_eq!(database.check().await.expect("checked").faults, Vec::<String>::new());
}

#[tokio::test]
async fn a_queue_that_is_full_refuses_and_loses_nothing_that_it_took() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    let held = Held::new(&database);
    let waiting: Vec<_> = (0..).map(|number| note(&database, number, "text")).take(writer::QUEUE).collect();
    let refused = note(&database, -1, "one too many").await;
    assert!(matches!(refused, Err(StoreError::Busy { .. })), "{refused:?}");
    assert_eq!(database.figures().refused, 1);
    held.let_go();
    for change in waiting {
        change.await.expect("written");
    }
    assert_eq!(notes(&database).await.len(), writer::QUEUE);
}

#[tokio::test]
async fn readers_that_are_all_busy_refuse_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    let (go, may_go) = mpsc::channel::<()>();
    let may_go = Arc::new(crossing(may_go));
    let mut reads = Vec::new();
    let refused = loop {
        let may_go = Arc::clone(&may_go);
        let mut read = Box::pin(database.read(move |_| {
            may_go();
            Ok::<(), StoreError>(())
        }));
        match futures_now(&mut read) {
            Some(outcome) => break outcome,
            None => reads.push(read),
        }
        assert!(reads.len() < 10 * readers::QUEUE, "never refused");
    };
    assert!(matches!(refused, Err(StoreError::Busy { what: "reads", .. })), "{refused:?}");
    drop(go);
    for read in reads {
        read.await.expect("read");
    }
}

/// What a future gives without waiting.
fn futures_now<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::Pin::new(future).poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

/// Waits until the sender is dropped, from any number of threads.
#[expect(clippy::disallowed_types, reason = "threads of a test wait under a plain mutex")]
fn crossing(may_go: mpsc::Receiver<()>) -> impl Fn() + Send + Sync {
    let may_go = std::sync::Mutex::new(may_go);
    move || {
        let _ = may_go.lock().expect("nobody panics with it").recv();
    }
}

#[tokio::test]
async fn a_reader_sees_one_state_and_cannot_write() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = Arc::new(open(directory.path()));
    note(&database, 1, "first").await.expect("written");
    let (counted, has_counted) = mpsc::channel();
    let (go, may_go) = mpsc::channel();
    let reading = database.read(move |connection| {
        let count = || connection.query_row("SELECT count(*) FROM notes", [], |row| row.get::<_, i64>(0));
        let before = count()?;
        counted.send(()).expect("the test waits");
        may_go.recv().expect("the test lets go");
        let after = count()?;
        let written = connection.execute("DELETE FROM notes", []);
        Ok::<_, StoreError>((before, after, written.is_err()))
    });
    has_counted.recv().expect("the reader runs");
    note(&database, 2, "second").await.expect("a reader holds nobody up");
    go.send(()).expect("the reader waits");
    assert_eq!(reading.await.expect("read"), (1, 1, true));
    assert_eq!(notes(&database).await.len(), 2);
}

#[tokio::test]
async fn what_was_taken_is_written_before_the_end_and_nothing_is_taken_after() {
    let directory = tempfile::tempdir().expect("a directory");
    let database = open(directory.path());
    let held = Held::new(&database);
    // Nobody waits for these.
    (0..50).for_each(|number| drop(note(&database, number, "text")));
    held.let_go();
    database.close().await.expect("closed");
    assert!(matches!(note(&database, 99, "late").await, Err(StoreError::Closed)));
    drop(database);
    let database = open(directory.path());
    assert_eq!(notes(&database).await.len(), 50);
}

#[derive(Clone, Debug)]
enum Step {
    Put(i64, u8),
    Remove(i64),
    /// Writes, and then fails.
    Fail(i64),
    /// Writes, and then panics.
    Panic(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let number = 0..6_i64;
    prop_oneof![
        4 => (number.clone(), any::<u8>()).prop_map(|(number, value)| Step::Put(number, value)),
        2 => number.clone().prop_map(Step::Remove),
        1 => number.clone().prop_map(Step::Fail),
        1 => number.prop_map(Step::Panic),
    ]
}

fn run(database: &Database, step: Step) -> impl Future<Output = Result<usize, StoreError>> + use<> {
    const PUT: &str = "INSERT INTO notes VALUES (?1, ?2, NULL) ON CONFLICT DO UPDATE SET text = excluded.text";
    database.change(move |connection| match step {
        Step::Put(number, value) => Ok(connection.execute(PUT, params![number, value.to_string()])?),
        Step::Remove(number) => Ok(connection.execute("DELETE FROM notes WHERE number = ?1", [number])?),
        Step::Fail(number) => {
            connection.execute(PUT, params![number, "never seen"])?;
            Err(StoreError::Closed)
        }
        Step::Panic(number) => {
            connection.execute("DELETE FROM notes WHERE number = ?1", [number])?;
            panic!("as it is meant to");
        }
    })
}

/// What a step gives, and what is there after it, by a model that knows nothing of groups.
fn expected(model: &mut BTreeMap<i64, String>, step: &Step) -> Option<usize> {
    match step {
        Step::Put(number, value) => {
            model.insert(*number, value.to_string());
            Some(1)
        }
        Step::Remove(number) => Some(usize::from(model.remove(number).is_some())),
        Step::Fail(_) | Step::Panic(_) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_groups_of_changes_come_to_what_they_would_come_to_one_by_one(
        groups in prop::collection::vec(prop::collection::vec(step(), 1..12), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let directory = tempfile::tempdir().expect("a directory");
        let mut model = BTreeMap::new();
        runtime.block_on(async {
            for group in groups {
                // Opened anew for each group: what is on disk is what counts.
                let database = open(directory.path());
                let held = Held::new(&database);
                let waiting: Vec<_> = group.iter().map(|step| run(&database, step.clone())).collect();
                held.let_go();
                for (step, change) in group.iter().zip(waiting) {
                    assert_eq!(change.await.ok(), expected(&mut model, step), "{step:?}");
                }
                assert_eq!(notes(&database).await, model.clone().into_iter().collect::<Vec<_>>());
            }
        });
    }
}
