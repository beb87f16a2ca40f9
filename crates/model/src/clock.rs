//! Where the time comes from, so that a test can say what time it is.

use std::time::{Instant, SystemTime};

/// A source of wall-clock and monotonic time.
pub trait Clock: Send + Sync {
    /// Wall-clock time, for what is written down or compared with a certificate.
    fn wall(&self) -> SystemTime;
    /// Monotonic time, for deadlines and durations.
    fn now(&self) -> Instant;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}
