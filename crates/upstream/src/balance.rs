//! Which endpoint takes a request: the less loaded of two, each in turn, or always the same for the same key.
//!
//! Pure: the list, the moment and the dice are handed in. What is common to all three ways: endpoints that are not
//! well are passed over, unless that would leave less than half of them, when all are taken as well (a wrong
//! verdict about many is likelier than an outage of many, and the rest could not bear the load alone); endpoints
//! that were tried for this request already come last.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use fastrand::Rng;

use crate::endpoint::Endpoint;

/// How an endpoint is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Balance {
    /// The less loaded of two drawn at random; load is peak-EWMA latency times requests under way.
    #[default]
    Ewma,
    /// Each in turn.
    RoundRobin,
    /// By rendezvous hashing with bounded load: the same key goes to the same endpoint while that has room.
    Hash(Affinity),
}

/// What is hashed, where requests that belong together go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affinity {
    /// The first value of a header field, by its name in lower case; the caller's address where it is missing.
    Header(Box<str>),
    /// The segment of the path that a parameter of this name stands for.
    Path(Box<str>),
    /// Who calls; anonymous callers by their address.
    Caller,
    /// The caller's address.
    Address,
}

/// An endpoint may have this much more under way than the average, in percent, before its keys go on to the next.
const LOAD_OF_AVERAGE_PERCENT: u64 = 125;
/// So many it may have in any case: where little is under way, averages say nothing.
const LOAD_FREE: u64 = 8;
/// How often another is drawn in the place of one that has just come.
const DRAWS_AT_MOST: usize = 8;

/// What there is to choose from.
pub(crate) struct Candidates<'a> {
    endpoints: &'a [Arc<Endpoint>],
    tried: &'a [Arc<Endpoint>],
    /// So few are well that all are taken.
    panics: bool,
    now: Instant,
}

impl<'a> Candidates<'a> {
    pub(crate) fn new(endpoints: &'a [Arc<Endpoint>], tried: &'a [Arc<Endpoint>], now: Instant) -> Self {
        let healthy = endpoints.iter().filter(|endpoint| endpoint.is_healthy(now)).count();
        Self { endpoints, tried, panics: healthy * 2 < endpoints.len(), now }
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let fits = |endpoint: &Arc<Endpoint>| {
            (self.panics || endpoint.is_healthy(self.now))
                && !self.tried.iter().any(|tried| Arc::ptr_eq(tried, endpoint))
        };
        self.endpoints.iter().enumerate().filter(move |(_, endpoint)| fits(endpoint)).map(|(index, _)| index)
    }

    fn nth(&self, place: usize) -> Option<usize> {
        self.iter().nth(place)
    }

    fn load(&self, index: usize) -> f32 {
        self.endpoints.get(index).map_or(f32::MAX, |endpoint| endpoint.load(self.now))
    }

    /// Whether an endpoint that is just starting passes this one on.
    fn passes_on(&self, index: usize, random: &mut Rng) -> bool {
        let share = self.endpoints.get(index).map_or(1.0, |endpoint| endpoint.share(self.now));
        share < 1.0 && random.f32() >= share
    }

    /// The less loaded of two.
    pub(crate) fn less_loaded(&self, random: &mut Rng) -> Option<usize> {
        let count = self.iter().count();
        if count < 2 {
            return self.nth(0);
        }
        let first_place = random.usize(..count);
        let mut first = self.nth(first_place)?;
        let mut second = self.nth((first_place + 1 + random.usize(..count - 1)) % count)?;
        for _ in 0..DRAWS_AT_MOST {
            if self.passes_on(first, random) {
                first = self.nth(random.usize(..count))?;
            } else if self.passes_on(second, random) {
                second = self.nth(random.usize(..count))?;
            } else {
                break;
            }
        }
        Some(if self.load(second) < self.load(first) { second } else { first })
    }

    /// The next in turn.
    pub(crate) fn next_in_turn(&self, turn: &AtomicUsize, random: &mut Rng) -> Option<usize> {
        let count = self.iter().count();
        let next = || self.nth(turn.fetch_add(1, Ordering::Relaxed) % count.max(1));
        let mut chosen = next()?;
        for _ in 0..DRAWS_AT_MOST.min(count - 1) {
            if !self.passes_on(chosen, random) {
                break;
            }
            chosen = next()?;
        }
        Some(chosen)
    }

    /// The one that likes the key best among those that have room.
    pub(crate) fn by_key(&self, key: u64) -> Option<usize> {
        let under_way: u64 = self.endpoints.iter().map(|endpoint| u64::from(endpoint.outstanding())).sum();
        let count = self.iter().count() as u64;
        let at_most = ((under_way + 1) * LOAD_OF_AVERAGE_PERCENT).div_ceil(100 * count.max(1)).max(LOAD_FREE);
        let score = |index: &usize| self.endpoints.get(*index).map_or(0, |endpoint| mix(key ^ endpoint.seed()));
        let has_room = |index: &usize| self.endpoints.get(*index).is_some_and(|e| u64::from(e.outstanding()) < at_most);
        self.iter().filter(has_room).max_by_key(score).or_else(|| self.iter().max_by_key(score))
    }
}

/// A hash that is the same in every process and on every machine (FNV-1a, and a finaliser that spreads it).
#[must_use]
pub fn hash(bytes: &[u8]) -> u64 {
    let fnv = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    mix(fnv)
}

/// Spreads the differences of close numbers over all bits (the finaliser of SplitMix64).
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests;
