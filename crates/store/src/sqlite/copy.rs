//! Copies of a database while it is used: one file, whole, checked, and never over another.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use tokio::sync::oneshot;

use super::connect;
use super::writer::spawn;
use crate::{StoreError, files};

/// Pages that are copied at once.
const PAGES: i32 = 256;

/// Lets one copy or check at a time run, on a thread of its own.
#[derive(Debug, Default)]
pub(super) struct OneAtATime(Arc<AtomicBool>);

impl OneAtATime {
    pub(super) fn begin<T, W>(
        &self,
        role: &str,
        work: W,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, W>
    where
        T: Send + 'static,
        W: FnOnce() -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let running = Arc::clone(&self.0);
        let begun = if running.swap(true, Ordering::AcqRel) {
            Err(StoreError::Busy { waiting: 1, what: "copies" })
        } else {
            let free = Free(running);
            spawn(format!("store-{role}-copy"), move || {
                let outcome = work();
                // Free before the answer: whoever hears it may begin the next one.
                drop(free);
                let _ = answer.send(outcome);
            })
        };
        async move {
            begun?;
            answered.await.unwrap_or(Err(StoreError::Panicked))
        }
    }
}

/// Lets the next one begin, also after a panic.
struct Free(Arc<AtomicBool>);

impl Drop for Free {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Writes a copy of what this connection sees now under a new name.
///
/// # Errors
/// [`StoreError::Exists`]; whatever fails, no file of that name comes to be.
pub(super) fn write_copy(from: &Connection, to: &Path) -> Result<(), StoreError> {
    if to.try_exists().map_err(|error| StoreError::file(to, error))? {
        return Err(StoreError::Exists { path: to.to_owned() });
    }
    let unfinished = files::beside(to, &format!(".{}.unfinished", std::process::id()));
    let written = write_unfinished(from, &unfinished);
    if let Err(error) = written {
        // The error is what matters; a file that cannot be removed is named for what it is.
        let _ = std::fs::remove_file(&unfinished);
        return Err(error);
    }
    files::publish_new(&unfinished, to)
}

/// Keeps what the database is before its schema changes, beside it.
pub(super) fn keep_beside(connection: &Connection, path: &Path, migrations: usize) -> Result<(), StoreError> {
    let kept = files::beside(path, &format!(".before-{}", migrations + 1));
    match write_copy(connection, &kept) {
        // From an earlier attempt at the same step, which came no further.
        Ok(()) | Err(StoreError::Exists { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn write_unfinished(from: &Connection, unfinished: &Path) -> Result<(), StoreError> {
    files::new_private(unfinished)?;
    let unfinished = &std::fs::canonicalize(unfinished).map_err(|error| StoreError::file(unfinished, error))?;
    let mut to = connect::writer(unfinished)?;
    // One state for all steps: without this, every change meanwhile would begin the copy anew.
    from.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")?;
    let copied = copy_pages(from, &mut to);
    from.execute_batch("ROLLBACK")?;
    copied?;
    // The copy says that it has a log beside it, as its original has; it shall be one file.
    to.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    connect::quick_check(&to)?;
    Ok(to.close().map_err(|(_, error)| error)?)
}

fn copy_pages(from: &Connection, to: &mut Connection) -> Result<(), StoreError> {
    let copy = Backup::new(from, to)?;
    loop {
        match copy.step(PAGES)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            // Nobody else has the copy, and nobody locks a reader out of a log.
            _ => return Err(StoreError::Busy { waiting: 1, what: "locks" }),
        }
    }
}
