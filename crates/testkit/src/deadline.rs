//! A moment after which a test stops waiting.

use std::time::{Duration, Instant};

/// How long a test waits where nothing else is said: generous for a busy machine, short for a hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The end of one wait.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// That long from now.
    #[must_use]
    pub fn within(limit: Duration) -> Self {
        Self(Instant::now() + limit)
    }

    /// What is left, or nothing once it has passed; never zero, since a zero timeout means "for ever" to a socket.
    #[must_use]
    pub fn left(self) -> Option<Duration> {
        self.0.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    /// Whether it has passed.
    #[must_use]
    pub fn passed(self) -> bool {
        self.left().is_none()
    }
}

impl Default for Deadline {
    fn default() -> Self {
        Self::within(PATIENCE)
    }
}
