//! One timer per task, armed lazily: setting a deadline on the path of a request costs a comparison, not a timer.
//!
//! Deadlines of successive requests only move forward. The timer that is armed
//! already therefore fires no later than the newest deadline; when it fires too
//! early it is set again for the rest. A busy connection so touches the runtime's
//! timer about once per deadline length instead of several times per request.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use tokio::time::Sleep;

/// A deadline that a task waits under.
#[derive(Debug, Default)]
pub struct Alarm {
    deadline: Option<Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
    /// Whom the timer wakes when it fires.
    waker: Option<Waker>,
}

/// The deadline passed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl Alarm {
    /// An alarm that never rings until it is set.
    #[must_use]
    pub const fn new() -> Self {
        Self { deadline: None, sleep: None, waker: None }
    }

    /// Rings at `deadline` from now on, or never.
    pub const fn set(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// The deadline it is set to.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Ready once the deadline has passed; registers the task otherwise.
    pub fn poll_ring(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.deadline else { return Poll::Pending };
        let target = tokio::time::Instant::from_std(deadline);
        if self.will_wake(context.waker(), target) {
            return Poll::Pending;
        }
        loop {
            let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(target)));
            if sleep.deadline() > target {
                sleep.as_mut().reset(target);
            }
            if sleep.as_mut().poll(context).is_pending() {
                self.waker = Some(context.waker().clone());
                return Poll::Pending;
            }
            if sleep.deadline() >= target {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(target);
        }
    }

    /// Whether the timer is armed for then or earlier, has not fired, and wakes this task: then there is nothing to do.
    fn will_wake(&self, waker: &Waker, target: tokio::time::Instant) -> bool {
        let armed = self.sleep.as_ref().is_some_and(|sleep| sleep.deadline() <= target && !sleep.is_elapsed());
        armed && self.waker.as_ref().is_some_and(|known| known.will_wake(waker))
    }

    /// Runs `work`, at most until the deadline.
    ///
    /// # Errors
    /// [`Elapsed`] when the deadline passes first; `work` is dropped then.
    pub async fn guard<F: Future>(&mut self, work: F) -> Result<F::Output, Elapsed> {
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(output) = work.as_mut().poll(context) {
                return Poll::Ready(Ok(output));
            }
            self.poll_ring(context).map(|()| Err(Elapsed))
        })
        .await
    }
}

#[cfg(test)]
mod tests;
