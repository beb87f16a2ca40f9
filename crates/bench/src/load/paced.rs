//! Requests at a fixed rate, whose latency counts from when they were due.

use super::Run;
use super::fault::Fault;
use super::http1::Connection;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Requests that are due and not yet sent. A proxy that stalls lets it grow, and each entry keeps its time.
#[derive(Default)]
pub(crate) struct Queue {
    due: RefCell<VecDeque<Instant>>,
    filled: Notify,
}

/// Hands out requests at an even `rate` per second.
///
/// It polls instead of sleeping: timers are a millisecond coarse, ten requests
/// at this rate, and the core is the generator's own.
pub(crate) async fn clock(run: &Run, queue: &Queue, rate: u64) {
    let begin = Instant::now();
    let mut handed_out = 0;
    loop {
        let due = begin + Duration::from_nanos(handed_out * 1_000_000_000 / rate.max(1));
        let now = Instant::now();
        if due <= now {
            queue.due.borrow_mut().push_back(due);
            queue.filled.notify_one();
            run.window.handed_out(now - due);
            handed_out += 1;
        } else {
            tokio::task::yield_now().await;
        }
    }
}

/// Sends what is due, on one connection.
pub(crate) async fn caller(run: &Run, queue: &Queue) -> Result<(), Fault> {
    let mut connection = Connection::new(run.dialler.dial().await?);
    loop {
        let next = queue.due.borrow_mut().pop_front();
        match next {
            None => queue.filled.notified().await,
            Some(due) => {
                connection.ask(run).await?;
                run.window.answered(due);
            }
        }
    }
}
