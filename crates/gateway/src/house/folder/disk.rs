//! Work that may wait for a disk, on the few threads that may; a disk that hangs must not gather work behind it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::{JoinError, JoinHandle, spawn_blocking};

/// What is done, or waits for a thread. Once nobody waits for it, it is not begun any more; what has begun goes on
/// until the disk lets it.
#[derive(Debug)]
pub(super) struct AtDisk<T>(JoinHandle<T>);

/// Has this done, on the runtime of this thread.
pub(super) fn at_disk<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> AtDisk<T> {
    AtDisk(spawn_blocking(work))
}

impl<T> Future for AtDisk<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for AtDisk<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests;
