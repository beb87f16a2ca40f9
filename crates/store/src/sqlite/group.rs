//! One transaction for all the changes that waited: run each, commit once, answer all.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::figures::Counters;
use crate::StoreError;

/// A change on its way through the writer, whatever it gives.
pub(super) trait Pending: Send {
    /// Runs it. Gives whether its effect is to be kept.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Answers what it gave; called only when that is on disk, or nothing of it is kept.
    fn answer(self: Box<Self>);
    /// Answers that it is not kept, whatever it gave.
    fn refuse(self: Box<Self>, error: StoreError);
}

/// A change with its answer.
pub(super) struct Waiting<T, E, F> {
    change: Option<F>,
    outcome: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Waiting<T, E, F> {
    pub(super) fn new(change: F, answer: oneshot::Sender<Result<T, E>>) -> Self {
        Self { change: Some(change), outcome: None, answer }
    }
}

impl<T, E, F> Pending for Waiting<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnOnce(&Connection) -> Result<T, E> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        let Some(change) = self.change.take() else { return false };
        // A panic costs its change and nothing else; what it did is rolled back.
        let outcome =
            catch_unwind(AssertUnwindSafe(|| change(connection))).unwrap_or_else(|_| Err(StoreError::Panicked.into()));
        self.outcome.insert(outcome).is_ok()
    }

    fn answer(self: Box<Self>) {
        // Whoever does not wait for the answer any more needs none.
        let _ = self.answer.send(self.outcome.unwrap_or_else(|| Err(StoreError::Closed.into())));
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        let _ = self.answer.send(Err(error.into()));
    }
}

/// The changes whose effects stand in the open transaction.
#[derive(Default)]
struct Open {
    changes: Vec<Box<dyn Pending>>,
    kept: usize,
}

impl Open {
    fn refuse(&mut self, error: &StoreError) {
        for change in self.changes.drain(..) {
            change.refuse(error.clone());
        }
        self.kept = 0;
    }
}

/// Makes these changes.
///
/// INVARIANT: nobody hears yes before the commit that holds the change is on disk, and when
/// a transaction is lost everybody in it hears no: also who was refused, because what he
/// was refused for may be gone with it.
pub(super) fn commit(connection: &Connection, changes: Vec<Box<dyn Pending>>, counters: &Counters) {
    let mut open = Open::default();
    for mut change in changes {
        if connection.is_autocommit()
            && let Err(error) = connection.execute_batch("BEGIN IMMEDIATE")
        {
            change.refuse(error.into());
            continue;
        }
        match apply(connection, change.as_mut()) {
            Ok(kept) => {
                open.kept += usize::from(kept);
                open.changes.push(change);
            }
            Err(Lost { why, by_itself }) => {
                open.refuse(&why);
                // What failed says best why it did.
                if by_itself { change.answer() } else { change.refuse(why) }
            }
        }
    }
    if open.changes.is_empty() {
        return;
    }
    match connection.execute_batch("COMMIT") {
        Ok(()) => {
            Counters::count(&counters.commits, 1);
            Counters::count(&counters.changes, open.kept);
            open.changes.into_iter().for_each(|change| change.answer());
        }
        Err(error) => {
            give_up(connection);
            open.refuse(&error.into());
        }
    }
}

/// The whole transaction is gone, and every effect in it.
struct Lost {
    why: StoreError,
    /// Whether the change that ran has an error of its own to tell.
    by_itself: bool,
}

/// Runs one change in a savepoint. Gives whether it is kept.
fn apply(connection: &Connection, change: &mut dyn Pending) -> Result<bool, Lost> {
    let lost = |error: rusqlite::Error| {
        give_up(connection);
        Lost { why: error.into(), by_itself: false }
    };
    connection.execute_batch("SAVEPOINT change").map_err(lost)?;
    let kept = change.run(connection);
    // A full disk or a failing one takes the whole transaction with it.
    if connection.is_autocommit() {
        let aborted = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT_ROLLBACK);
        let why = Some("another change in the same transaction lost all of it".to_owned());
        let why = rusqlite::Error::SqliteFailure(aborted, why).into();
        return Err(Lost { why, by_itself: !kept });
    }
    let end = if kept { "RELEASE change" } else { "ROLLBACK TO change; RELEASE change" };
    connection.execute_batch(end).map_err(lost)?;
    Ok(kept)
}

/// Ends a transaction that cannot go on.
fn give_up(connection: &Connection) {
    if !connection.is_autocommit() {
        // Where even this fails, the next BEGIN does, and says so to whoever asks.
        let _ = connection.execute_batch("ROLLBACK");
    }
}
