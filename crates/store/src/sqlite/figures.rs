//! What the writer counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of one database since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Changes that were answered with `Ok`.
    pub changes: u64,
    /// Transactions that were committed; fewer than changes where changes waited together.
    pub commits: u64,
    /// Changes that were refused because too many waited.
    pub refused: u64,
}

/// The counters behind them; only the writer and whoever is refused write them.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) changes: AtomicU64,
    pub(super) commits: AtomicU64,
    pub(super) refused: AtomicU64,
}

impl Counters {
    pub(super) fn read(&self) -> Figures {
        Figures {
            changes: self.changes.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    pub(super) fn count(counter: &AtomicU64, many: usize) {
        counter.fetch_add(many as u64, Ordering::Relaxed);
    }
}
