//! The counters of one thread: written by that thread alone, read by whoever asks, without a lock on either side.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::counts::{ApiCount, DoorCount, HouseCount, LifeCount, OperationCount, ServiceCount};

/// Most doors, APIs (per door), operations, deprecated ones among them and services that are told apart; row 0 counts
/// all beyond.
pub(crate) const DOORS: usize = 64;
pub(crate) const APIS: usize = 4_096;
pub(crate) const OPERATIONS: usize = 32_768;
pub(crate) const DEPRECATED: usize = 4_096;
pub(crate) const SERVICES: usize = 4_096;

/// One thread's counters.
pub(crate) struct Cells {
    pub(crate) house: Row<{ HouseCount::SLOTS }>,
    pub(crate) doors: Pages<{ DoorCount::SLOTS }, 4>,
    pub(crate) apis: Pages<{ ApiCount::SLOTS }, 8>,
    pub(crate) operations: Pages<{ OperationCount::SLOTS }, 256>,
    pub(crate) deprecated: Pages<{ LifeCount::SLOTS }, 16>,
    pub(crate) services: Pages<{ ServiceCount::SLOTS }, 16>,
}

impl Cells {
    pub(crate) fn new() -> Self {
        Self {
            house: Row::new(),
            doors: Pages::new(DOORS),
            apis: Pages::new(APIS),
            operations: Pages::new(OPERATIONS),
            deprecated: Pages::new(DEPRECATED),
            services: Pages::new(SERVICES),
        }
    }
}

/// A fixed number of counters.
#[repr(align(64))]
pub(crate) struct Row<const SLOTS: usize>([AtomicU64; SLOTS]);

impl<const SLOTS: usize> Row<SLOTS> {
    fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }

    /// Adds to a counter. Only the thread that owns the row may call this.
    pub(crate) fn add(&self, slot: usize, amount: u64) {
        // INVARIANT: one writer. A plain load and store is then exact, and costs
        // a tenth of a locked addition.
        if let Some(counter) = self.0.get(slot) {
            counter.store(counter.load(Ordering::Relaxed).wrapping_add(amount), Ordering::Relaxed);
        }
    }

    /// Adds this row to a sum over threads.
    pub(crate) fn add_to(&self, sum: &mut [u64; SLOTS]) {
        for (total, counter) in sum.iter_mut().zip(&self.0) {
            *total = total.wrapping_add(counter.load(Ordering::Relaxed));
        }
    }
}

/// Rows in pages of `ROWS`, each made when its first row is written: bounded, and cheap for those who have few.
pub(crate) struct Pages<const SLOTS: usize, const ROWS: usize> {
    pages: Box<[OnceLock<Box<[Row<SLOTS>]>>]>,
}

impl<const SLOTS: usize, const ROWS: usize> Pages<SLOTS, ROWS> {
    fn new(capacity: usize) -> Self {
        Self { pages: (0..capacity.div_ceil(ROWS)).map(|_| OnceLock::new()).collect() }
    }

    /// The row to count in; `None` beyond the capacity. Only the thread that owns the cells may write to it.
    pub(crate) fn row(&self, row: u32) -> Option<&Row<SLOTS>> {
        let page = self.pages.get(row as usize / ROWS)?;
        page.get_or_init(|| (0..ROWS).map(|_| Row::new()).collect()).get(row as usize % ROWS)
    }

    /// Adds a row to a sum over threads; a page that nobody wrote is all zero.
    pub(crate) fn add_to(&self, row: u32, sum: &mut [u64; SLOTS]) {
        let page = self.pages.get(row as usize / ROWS).and_then(OnceLock::get);
        if let Some(row) = page.and_then(|page| page.get(row as usize % ROWS)) {
            row.add_to(sum);
        }
    }
}
