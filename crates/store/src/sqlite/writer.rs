//! The one thread that writes, and the bounded queue in front of it.

use std::future::Future;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::figures::{Counters, Figures};
use super::group::{self, Pending, Waiting};
use crate::StoreError;

/// Changes that may wait. At some hundred commits a second and up to a group in each this is far below a second.
pub(super) const QUEUE: usize = 1024;
/// Changes that share one commit at most, so that the first of them does not wait for all.
pub(super) const GROUP: usize = 256;

enum Work {
    Change(Box<dyn Pending>),
    Close(oneshot::Sender<()>),
}

/// The way to the writing thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Work>>,
    thread: Option<JoinHandle<()>>,
    counters: Arc<Counters>,
}

impl Writer {
    pub(super) fn start(connection: Connection, role: &str) -> Result<Self, StoreError> {
        let (queue, work) = mpsc::channel(QUEUE);
        let counters = Arc::new(Counters::default());
        let counted = Arc::clone(&counters);
        let thread = spawn(format!("store-{role}"), move || write(connection, work, &counted))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), counters })
    }

    pub(super) fn change<T, E, F>(&self, change: F) -> impl Future<Output = Result<T, E>> + Send + use<T, E, F>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let refused = self.submit(Work::Change(Box::new(Waiting::new(change, answer)))).err();
        async move {
            match refused {
                Some(error) => Err(error.into()),
                None => answered.await.unwrap_or_else(|_| Err(StoreError::Closed.into())),
            }
        }
    }

    fn submit(&self, work: Work) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.try_send(work).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                Counters::count(&self.counters.refused, 1);
                StoreError::Busy { waiting: QUEUE, what: "changes" }
            }
            mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
        })
    }

    pub(super) fn figures(&self) -> Figures {
        self.counters.read()
    }

    /// Waits until all that was accepted is written; what comes after is refused.
    pub(super) async fn close(&self) {
        let Some(queue) = &self.queue else { return };
        let (done, closed) = oneshot::channel();
        if queue.send(Work::Close(done)).await.is_ok() {
            // Also where the thread is gone already.
            let _ = closed.await;
        }
    }
}

impl Drop for Writer {
    /// Waits for what was accepted: at most the queue.
    fn drop(&mut self) {
        self.queue = None;
        join(self.thread.take());
    }
}

/// The thread: takes what waits, as one group, until nobody can send any more.
fn write(connection: Connection, mut work: mpsc::Receiver<Work>, counters: &Counters) {
    let mut closing = Vec::new();
    while let Some(first) = work.blocking_recv() {
        let mut changes = Vec::new();
        let mut next = Some(first);
        while let Some(taken) = next {
            match taken {
                Work::Change(change) => changes.push(change),
                Work::Close(done) => {
                    // What was accepted before this comes still; what comes after is refused.
                    work.close();
                    closing.push(done);
                }
            }
            next = if changes.len() < GROUP { work.try_recv().ok() } else { None };
        }
        group::commit(&connection, changes, counters);
    }
    // What is not in the log any more needs no log when the file is opened next.
    let _ = connection.pragma_query(None, "wal_checkpoint(TRUNCATE)", |_| Ok(()));
    // Before anybody hears of the end: another process may have the file then.
    drop(connection);
    for done in closing {
        let _ = done.send(());
    }
}

/// Starts a thread of the store.
pub(super) fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let wrap = |error: io::Error| StoreError::file(Path::new(&format!("thread {name}")), error);
    thread::Builder::new().name(name.clone()).spawn(work).map_err(wrap)
}

/// Waits for the end of a thread, unless it is this one: the last of a database may be dropped by a change of its own.
pub(super) fn join(thread: Option<JoinHandle<()>>) {
    if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id()) {
        // A panic in it was its own; there is nobody to tell here.
        let _ = thread.join();
    }
}
