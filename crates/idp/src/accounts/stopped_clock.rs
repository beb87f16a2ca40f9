//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use model::Clock;

/// Begins at a moment in 2026.
#[derive(Debug)]
pub struct StoppedClock {
    begun: Instant,
    passed_ms: AtomicU64,
}

impl Default for StoppedClock {
    fn default() -> Self {
        Self { begun: Instant::now(), passed_ms: AtomicU64::new(0) }
    }
}

impl StoppedClock {
    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.passed_ms.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn passed(&self) -> Duration {
        Duration::from_millis(self.passed_ms.load(Ordering::Relaxed))
    }
}

impl Clock for StoppedClock {
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000) + self.passed()
    }

    fn now(&self) -> Instant {
        self.begun + self.passed()
    }
}
