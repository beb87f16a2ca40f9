//! The threads that read, each with a connection of its own that cannot write.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::connect;
use super::writer::{join, spawn};
use crate::StoreError;

/// Threads. Reads are look-ups of rows by their index: short, and from memory mostly.
const THREADS: usize = 2;
/// Reads that may wait for each of them.
pub(super) const QUEUE: usize = 512;

type Read = Box<dyn FnOnce(&Connection) + Send>;

/// The way to the reading threads.
#[derive(Debug)]
pub(super) struct Readers {
    queues: Vec<mpsc::Sender<Read>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    pub(super) fn start(path: &Path, role: &str) -> Result<Self, StoreError> {
        let mut readers = Self { queues: Vec::new(), threads: Vec::new() };
        for number in 0..THREADS {
            let connection = connect::reader(path)?;
            let (queue, mut work) = mpsc::channel::<Read>(QUEUE);
            readers.threads.push(spawn(format!("store-{role}-r{number}"), move || {
                while let Some(read) = work.blocking_recv() {
                    read(&connection);
                }
            })?);
            readers.queues.push(queue);
        }
        Ok(readers)
    }

    pub(super) fn read<T, E, F>(&self, read: F) -> impl Future<Output = Result<T, E>> + Send + use<T, E, F>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let refused = self.submit(Box::new(move |connection| {
            // Whoever does not wait any more needs no answer.
            let _ = answer.send(in_one_state(connection, read));
        }));
        async move {
            match refused {
                Err(error) => Err(error.into()),
                Ok(()) => answered.await.unwrap_or_else(|_| Err(StoreError::Closed.into())),
            }
        }
    }

    /// To the thread with the shortest queue.
    fn submit(&self, read: Read) -> Result<(), StoreError> {
        let queue = self.queues.iter().max_by_key(|queue| queue.capacity()).ok_or(StoreError::Closed)?;
        queue.try_send(read).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy { waiting: QUEUE * THREADS, what: "reads" },
            mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
        })
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queues.clear();
        self.threads.drain(..).for_each(|thread| join(Some(thread)));
    }
}

/// Runs it in a transaction, so that all its statements see the same state.
fn in_one_state<T, E: From<StoreError>>(
    connection: &Connection,
    read: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    connection.execute_batch("BEGIN").map_err(StoreError::from)?;
    let outcome = catch_unwind(AssertUnwindSafe(|| read(connection)));
    // Nothing was written, so either end is the same; an open one would hold the log back.
    let _ = connection.execute_batch("ROLLBACK");
    outcome.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
}
