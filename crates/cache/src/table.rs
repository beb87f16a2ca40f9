//! Where stored answers lie: sets of a few, each an immutable list that is swapped whole.
//!
//! A key belongs to one set. Reading loads the set's list and takes no lock; writing makes a new list from the
//! current one and swaps it in, again if another thread was faster. The hash is keyed, so that nobody outside can
//! choose what meets in a set.

use std::cell::Cell;
use std::hash::RandomState;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use arc_swap::ArcSwapOption;

use crate::memory::{Memory, Reservation};
use crate::stored::{Key, Stored};

/// How many answers one set has at most.
const WAYS: usize = 8;
/// How many bytes of the store there are to a set.
const BYTES_PER_SET: u64 = 32 * 1024;
const SETS_AT_MOST: u64 = 1 << 16;
/// How many sets are looked at for the answer that was not used for longest.
const SAMPLE: usize = 8;

type List = Vec<Arc<Stored>>;

#[derive(Debug)]
pub(crate) struct Table {
    sets: Box<[Set]>,
    pub(crate) hashing: RandomState,
    pub(crate) memory: Arc<Memory>,
    /// Where the next search for something to evict begins.
    hand: AtomicUsize,
    began: Instant,
    evicted: AtomicU64,
}

#[derive(Debug, Default)]
struct Set {
    list: ArcSwapOption<List>,
    /// Counts up when something at an address of this set was changed.
    changes: AtomicU64,
}

impl Table {
    pub(crate) fn new(size: u64) -> Self {
        let sets = (size / BYTES_PER_SET).clamp(1, SETS_AT_MOST);
        Self {
            sets: (0..sets).map(|_| Set::default()).collect(),
            hashing: RandomState::new(),
            memory: Memory::new(size),
            hand: AtomicUsize::new(0),
            began: Instant::now(),
            evicted: AtomicU64::new(0),
        }
    }

    /// The ticks of last uses: 64 ms each.
    pub(crate) fn tick(&self, now: Instant) -> u32 {
        (now.saturating_duration_since(self.began).as_millis() >> 6) as u32
    }

    pub(crate) fn evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }

    pub(crate) fn count(&self) -> usize {
        self.sets.iter().map(|set| set.list.load().as_ref().map_or(0, |list| list.len())).sum()
    }

    fn set(&self, hash: u64) -> Option<&Set> {
        // The sets are few; the remainder of a hash of 64 bits is as good as even.
        self.sets.get((hash % self.sets.len().max(1) as u64) as usize)
    }

    /// The first stored answer that fits.
    pub(crate) fn find(&self, hash: u64, fits: impl Fn(&Stored) -> bool) -> Option<Arc<Stored>> {
        let list = self.set(hash)?.list.load();
        list.as_ref()?.iter().find(|stored| fits(stored)).map(Arc::clone)
    }

    /// How often something changed at the addresses of this hash.
    pub(crate) fn changes(&self, hash: u64) -> u64 {
        self.set(hash).map_or(0, |set| set.changes.load(Ordering::Acquire))
    }

    /// Stores an answer in place of what it replaces; not where something changed at its address since `changes` was
    /// read, because it may have been made before that.
    pub(crate) fn insert(&self, stored: Stored, changes: u64) -> Option<Arc<Stored>> {
        let stored = Arc::new(stored);
        let set = self.set(stored.key.hash)?;
        let crowded = Cell::new(false);
        set.edit(|list| {
            let mut new = Vec::with_capacity(WAYS);
            new.push(Arc::clone(&stored));
            new.extend(list.iter().filter(|other| !stored.replaces(other)).map(Arc::clone));
            crowded.set(new.len() > WAYS);
            if new.len() > WAYS {
                let oldest = new.iter().enumerate().skip(1).min_by_key(|(_, stored)| stored.last_use());
                if let Some((at, _)) = oldest {
                    new.remove(at);
                }
            }
            new
        });
        self.evicted.fetch_add(u64::from(crowded.get()), Ordering::Relaxed);
        if set.changes.load(Ordering::Acquire) == changes {
            return Some(stored);
        }
        self.remove(&stored);
        None
    }

    pub(crate) fn remove(&self, gone: &Arc<Stored>) {
        if let Some(set) = self.set(gone.key.hash) {
            set.edit(|list| list.iter().filter(|stored| !Arc::ptr_eq(stored, gone)).map(Arc::clone).collect());
        }
    }

    /// Removes all that is stored at an address, also what is on its way into the store now.
    pub(crate) fn invalidate(&self, key: &Key<'_>) {
        let Some(set) = self.set(key.hash) else { return };
        set.changes.fetch_add(1, Ordering::AcqRel);
        if set.list.load().as_ref().is_some_and(|list| list.iter().any(|stored| stored.key.is_at(key))) {
            set.edit(|list| list.iter().filter(|stored| !stored.key.is_at(key)).map(Arc::clone).collect());
        }
    }

    /// Grows a reservation, evicting what was not used for longest until there is room; `false` where there is none.
    pub(crate) fn grow(&self, reservation: &mut Reservation, bytes: u64) -> bool {
        // What is evicted may still be being sent, so that its bytes are not free yet: there is an end to trying.
        for _ in 0..self.sets.len().saturating_mul(WAYS) {
            if reservation.grow(bytes) {
                return true;
            }
            if !self.evict() {
                return false;
            }
        }
        reservation.grow(bytes)
    }

    /// Evicts the answer that was not used for longest among a few sets; `false` where nothing is stored.
    fn evict(&self) -> bool {
        let count = self.sets.len();
        for _ in 0..count.div_ceil(SAMPLE) {
            let from = self.hand.fetch_add(SAMPLE, Ordering::Relaxed);
            let sampled = (from..from.saturating_add(SAMPLE.min(count))).filter_map(|at| self.sets.get(at % count));
            let oldest = sampled.filter_map(Set::oldest).min_by_key(|stored| stored.last_use());
            if let Some(oldest) = oldest {
                self.remove(&oldest);
                self.evicted.fetch_add(1, Ordering::Relaxed);
                return true;
            }
        }
        false
    }
}

impl Set {
    fn oldest(&self) -> Option<Arc<Stored>> {
        self.list.load().as_ref()?.iter().min_by_key(|stored| stored.last_use()).map(Arc::clone)
    }

    fn edit(&self, edit: impl Fn(&[Arc<Stored>]) -> List) {
        self.list.rcu(|list| {
            let list = edit(list.as_ref().map_or(&[], |list| list.as_slice()));
            (!list.is_empty()).then(|| Arc::new(list))
        });
    }
}

#[cfg(test)]
mod tests;
