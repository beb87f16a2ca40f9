//! One request for a crowd: of those that miss the same answer at once, one asks the service and the others wait.
//!
//! Who asks holds a [`Lead`], and says by it what came of it; the others hold a [`Waiting`]. Nothing is handed from
//! one to the other but the word to look again: what may be shared is in the store, and nothing else is.
//!
//! No lock: a fetch is claimed by swapping it into a slot, and those who wait leave their wakers in a queue. All is
//! bounded: a fetch that finds its slot taken by another address is made without a crowd, as is one that would be one
//! too many to wait. Where an answer turned out to be of no use to others, nobody waits at its address for a while:
//! a crowd would otherwise be served one after another.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, fence};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use crossbeam_queue::SegQueue;

use crate::stored::{KeptKey, Key};

/// So many fetches of a store have a crowd at once.
const SLOTS: usize = 1024;
/// So many addresses are remembered at which nobody waits.
const APART: usize = 1024;
/// For so long.
const APART_FOR: Duration = Duration::from_secs(30);
/// So often somebody may begin to wait for one fetch.
const WAITING_AT_MOST: usize = 4096;
/// An answer that its own caller takes longer to read than this is not waited for.
const FILLING_AT_MOST: Duration = Duration::from_secs(2);

/// The fetches of a store.
#[derive(Debug)]
pub(crate) struct Fetches {
    slots: Box<[ArcSwapOption<Fetch>]>,
    /// Half of a hash and the second until which it holds.
    apart: Box<[AtomicU64]>,
    began: Instant,
}

#[derive(Debug)]
struct Fetch {
    key: KeptKey,
    identified: bool,
    state: AtomicU64,
    waiting: SegQueue<Waker>,
    begun: AtomicUsize,
}

/// The service was asked.
const ASKED: u64 = 0;
/// Who asked went away.
const HANDED_OVER: u64 = 1;
/// There is nothing to wait for any more.
const ENDED: u64 = 2;
/// The service failed.
const FAILED: u64 = 3;
/// The answer is coming since this many milliseconds, added.
const FILLING: u64 = 4;

/// What somebody is who misses an answer.
#[derive(Debug)]
pub(crate) enum Claim {
    /// The one who asks.
    Lead(Lead),
    /// One of those who wait.
    Wait(Waiting),
    /// Nobody's concern.
    Alone,
    /// Somebody who was faster each time: what was asked for may be there by now.
    Overtaken,
}

/// Held by who asks the service for a crowd. Dropped without a word, it hands over to one of those who wait.
#[derive(Debug)]
pub(crate) struct Lead {
    fetches: Arc<Fetches>,
    fetch: Arc<Fetch>,
    slot: usize,
}

/// Held by who waits for another's answer.
#[derive(Debug)]
pub struct Waiting {
    fetches: Arc<Fetches>,
    fetch: Arc<Fetch>,
    registered: Option<Waker>,
}

/// Why there is nothing to wait for any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The answer is stored, or is of no use to others, or takes too long.
    Ended,
    /// The service failed.
    Failed,
    /// Who asked went away; somebody else is to ask.
    HandedOver,
}

impl Fetches {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            slots: (0..SLOTS).map(|_| ArcSwapOption::empty()).collect(),
            apart: (0..APART).map(|_| AtomicU64::new(0)).collect(),
            began: Instant::now(),
        })
    }

    /// What somebody is who misses what `key` means. `leads`: whether its answer would be of use to others.
    pub(crate) fn claim(self: &Arc<Self>, key: &Key<'_>, identified: bool, leads: bool, now: Instant) -> Claim {
        let hash = mixed(key.hash, identified);
        let place = (hash % SLOTS as u64) as usize;
        let Some(slot) = self.slots.get(place).filter(|_| !self.is_apart(hash, now)) else { return Claim::Alone };
        // Twice: who was overtaken once finds the one who was faster.
        for _ in 0..2 {
            let current = slot.load();
            if let Some(fetch) = current.as_ref().filter(|fetch| fetch.is_open(self.milliseconds(now))) {
                if fetch.identified != identified || !fetch.key.is(key) {
                    return Claim::Alone;
                }
                let (fetches, fetch) = (Arc::clone(self), Arc::clone(fetch));
                return Claim::Wait(Waiting { fetches, fetch, registered: None });
            }
            if !leads {
                return Claim::Alone;
            }
            let fetch = Arc::new(Fetch::new(key.keep(), identified));
            let previous = slot.compare_and_swap(&current, Some(Arc::clone(&fetch)));
            if previous.as_ref().map(Arc::as_ptr) == current.as_ref().map(Arc::as_ptr) {
                return Claim::Lead(Lead { fetches: Arc::clone(self), fetch, slot: place });
            }
        }
        Claim::Overtaken
    }

    fn milliseconds(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }

    fn is_apart(&self, hash: u64, now: Instant) -> bool {
        let said = self.apart(hash).map_or(0, |apart| apart.load(Ordering::Relaxed));
        said >> 32 == hash >> 32 && self.milliseconds(now) / 1000 < said & u64::from(u32::MAX)
    }

    fn set_apart(&self, hash: u64, now: Instant) {
        let until = (self.milliseconds(now) / 1000 + APART_FOR.as_secs()).min(u64::from(u32::MAX));
        if let Some(apart) = self.apart(hash) {
            apart.store(hash >> 32 << 32 | until, Ordering::Relaxed);
        }
    }

    fn apart(&self, hash: u64) -> Option<&AtomicU64> {
        self.apart.get((hash % APART as u64) as usize)
    }
}

/// Callers who are known and those who are not get different answers: neither waits for the other.
const fn mixed(hash: u64, identified: bool) -> u64 {
    if identified { hash.rotate_left(29) ^ 0x9e37_79b9_7f4a_7c15 } else { hash }
}

impl Fetch {
    const fn new(key: KeptKey, identified: bool) -> Self {
        let (state, begun) = (AtomicU64::new(ASKED), AtomicUsize::new(0));
        Self { key, identified, state, waiting: SegQueue::new(), begun }
    }

    /// Whether somebody may wait for it.
    fn is_open(&self, now: u64) -> bool {
        match self.state.load(Ordering::SeqCst) {
            ASKED => true,
            HANDED_OVER | ENDED | FAILED => false,
            filling => now < (filling - FILLING).saturating_add(FILLING_AT_MOST.as_millis() as u64),
        }
    }

    fn awaited(&self, now: u64) -> Option<Awaited> {
        match self.state.load(Ordering::SeqCst) {
            HANDED_OVER => Some(Awaited::HandedOver),
            FAILED => Some(Awaited::Failed),
            _ => (!self.is_open(now)).then_some(Awaited::Ended),
        }
    }

    fn end(&self, state: u64) {
        self.state.store(state, Ordering::SeqCst);
        // Against the one in `Waiting::poll`: either the waker is seen here, or the state there.
        fence(Ordering::SeqCst);
        while let Some(waker) = self.waiting.pop() {
            waker.wake();
        }
    }
}

impl Lead {
    /// The answer may be kept, and is on its way.
    pub(crate) fn fills(&self, now: Instant) {
        self.fetch.state.store(FILLING.saturating_add(self.fetches.milliseconds(now)), Ordering::SeqCst);
    }

    /// What was asked for is in the store.
    pub(crate) fn stored(self) {
        self.end(ENDED);
    }

    /// The service failed: who waits may have something better than to ask it too.
    pub(crate) fn failed(self) {
        self.end(FAILED);
    }

    /// The answer is of no use to others, and the next at this address will not be either.
    pub(crate) fn alone(self, now: Instant) {
        self.fetches.set_apart(mixed(self.fetch.key.hash, self.fetch.identified), now);
        self.end(ENDED);
    }

    fn end(&self, state: u64) {
        if matches!(self.fetch.state.load(Ordering::SeqCst), HANDED_OVER | ENDED | FAILED) {
            return;
        }
        self.fetch.end(state);
        if let Some(slot) = self.fetches.slots.get(self.slot) {
            // Not where another has the slot already.
            slot.compare_and_swap(&self.fetch, None);
        }
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        self.end(HANDED_OVER);
    }
}

impl Waiting {
    /// When to look again at the latest, though nobody woke the task: an answer may take too long to come.
    #[must_use]
    pub fn until(now: Instant) -> Instant {
        now + FILLING_AT_MOST
    }

    /// Ready once there is nothing to wait for any more.
    pub fn poll(&mut self, context: &mut Context<'_>, now: Instant) -> Poll<Awaited> {
        let now = self.fetches.milliseconds(now);
        if let Some(awaited) = self.fetch.awaited(now) {
            return Poll::Ready(awaited);
        }
        if self.registered.as_ref().is_some_and(|known| known.will_wake(context.waker())) {
            return Poll::Pending;
        }
        if self.fetch.begun.fetch_add(1, Ordering::Relaxed) >= WAITING_AT_MOST {
            return Poll::Ready(Awaited::Ended);
        }
        self.fetch.waiting.push(context.waker().clone());
        self.registered = Some(context.waker().clone());
        fence(Ordering::SeqCst);
        self.fetch.awaited(now).map_or(Poll::Pending, Poll::Ready)
    }
}

#[cfg(test)]
mod tests;
