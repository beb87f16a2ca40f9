//! Requests at a fixed rate, whose latency counts from when they were due.
//!
//! A request that comes alone wakes everybody concerned for itself, which costs
//! the generator, and the proxy, three times as much as one that comes with
//! others. Bursts let a generator that shares its core with the origin keep up
//! where it is the proxy's CPU that is of interest; latencies need an even rate.

#[cfg(test)]
mod tests;

use super::Run;
use super::fault::Fault;
use super::http1::Connection;
use super::timer::Timer;
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

impl Queue {
    fn push(&self, due: Instant) {
        self.due.borrow_mut().push_back(due);
        self.filled.notify_one();
    }

    /// When the next request was due, if one is.
    pub(crate) fn take(&self) -> Option<Instant> {
        self.due.borrow_mut().pop_front()
    }

    /// Waits until a request is due. One that stops waiting takes none along.
    pub(crate) async fn next(&self) -> Instant {
        loop {
            if let Some(due) = self.take() {
                return due;
            }
            self.filled.notified().await;
        }
    }
}

/// When requests are due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Requests per second.
    pub(crate) rate: u64,
    /// Those that would be due within the same so many nanoseconds are due together at their end.
    pub(crate) burst_ns: u64,
}

impl Pace {
    /// When request `number`, the first being 0, is due after the begin.
    fn due(self, number: u64) -> Duration {
        let even_ns = number * 1_000_000_000 / self.rate.max(1);
        Duration::from_nanos(even_ns.next_multiple_of(self.burst_ns.max(1)))
    }
}

/// Hands out requests for ever; sleeps in between, so that the generator's CPU is what its requests cost.
pub(crate) async fn clock(run: &Run, queue: &Queue, pace: Pace) -> Result<(), Fault> {
    let timer = Timer::new()?;
    let begin = Instant::now();
    let mut handed_out = 0;
    loop {
        let due = begin + pace.due(handed_out);
        let now = Instant::now();
        if due > now {
            timer.wait(due - now).await?;
        } else {
            queue.push(due);
            run.window.handed_out(now - due);
            handed_out += 1;
        }
    }
}

/// Sends what is due, on one connection.
pub(crate) async fn caller(run: &Run, queue: &Queue) -> Result<(), Fault> {
    let mut connection = Connection::new(run.dialler.dial().await?);
    loop {
        let due = queue.next().await;
        connection.ask(run).await?;
        run.window.answered(due);
    }
}

/// Sends what is due, each on a connection of its own.
pub(crate) async fn handshakes(run: &Run, queue: &Queue) -> Result<(), Fault> {
    loop {
        let due = queue.next().await;
        let mut connection = Connection::new(run.dialler.dial().await?);
        connection.ask(run).await?;
        run.window.answered(due);
        connection.end().await?;
    }
}
