//! The bytes that a store may have: whatever holds some has a reservation, and gives them back when it is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The account of one store.
#[derive(Debug)]
pub(crate) struct Memory {
    used: AtomicU64,
    size: u64,
}

/// Bytes that are somebody's.
#[derive(Debug)]
pub(crate) struct Reservation {
    memory: Arc<Memory>,
    bytes: u64,
}

impl Memory {
    pub(crate) fn new(size: u64) -> Arc<Self> {
        Arc::new(Self { used: AtomicU64::new(0), size })
    }

    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Takes bytes where there are as many.
    // INVARIANT: what is used never exceeds the size, whatever threads do at once.
    fn take(&self, bytes: u64) -> bool {
        let fits = |used: u64| used.checked_add(bytes).filter(|used| *used <= self.size);
        self.used.try_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok()
    }
}

impl Reservation {
    /// None yet.
    pub(crate) const fn new(memory: Arc<Memory>) -> Self {
        Self { memory, bytes: 0 }
    }

    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes more; `false` where there are not as many left.
    pub(crate) fn grow(&mut self, bytes: u64) -> bool {
        let taken = self.memory.take(bytes);
        if taken {
            self.bytes += bytes;
        }
        taken
    }

    /// Keeps no more than this.
    pub(crate) fn shrink_to(&mut self, bytes: u64) {
        let spare = self.bytes.saturating_sub(bytes);
        self.bytes -= spare;
        self.memory.used.fetch_sub(spare, Ordering::Relaxed);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}
