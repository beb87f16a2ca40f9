//! How many connections a door and one address hold, over all data threads.
//!
//! Touched twice in the life of a connection, at its opening and at its end,
//! never by a request. The total of a door is one atomic; the counts by address
//! are spread over [`SHARDS`] maps, each behind a lock that is held for one map
//! operation. An entry exists only while its address holds a connection, so the
//! maps together hold at most as many entries as the door has connections.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};

use crate::GuardError;

/// Enough that two of a few dozen threads seldom meet at one lock; a power of two.
const SHARDS: usize = 64;

/// A map smaller than this is never shrunk.
const SHRINK_FROM: usize = 64;

#[expect(clippy::disallowed_types, reason = "held for one map operation at the opening and end of a connection")]
type Shard = std::sync::Mutex<HashMap<IpAddr, u32>>;

/// The open connections of one door.
///
/// The bounds are given at each admission and not kept, so that a reload changes
/// them without forgetting who is connected.
#[derive(Debug)]
pub struct ConnectionCounts {
    total: AtomicU32,
    shards: Box<[Shard]>,
    /// Randomly keyed: nobody can choose addresses that meet in one shard or bucket.
    hasher: RandomState,
}

/// One admitted connection; gives its count back when dropped, also while panicking.
#[derive(Debug)]
#[must_use = "dropping it gives the count back"]
pub struct CountedConnection {
    counts: Arc<ConnectionCounts>,
    address: IpAddr,
}

impl Default for ConnectionCounts {
    fn default() -> Self {
        let shards = std::iter::repeat_with(Shard::default).take(SHARDS).collect();
        Self { total: AtomicU32::new(0), shards, hasher: RandomState::new() }
    }
}

impl ConnectionCounts {
    /// No connections yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Counts one more connection from this address, if neither bound is reached.
    ///
    /// # Errors
    /// [`GuardError::DoorFull`] or [`GuardError::AddressFull`]; nothing was counted then.
    pub fn admit(
        self: &Arc<Self>,
        address: IpAddr,
        at_most: u32,
        per_address: u32,
    ) -> Result<CountedConnection, GuardError> {
        if !self.count_in_total(at_most) {
            return Err(GuardError::DoorFull { at_most });
        }
        let counted = counted_as(address);
        if !self.count_by_address(counted, per_address) {
            self.total.fetch_sub(1, Ordering::Relaxed);
            return Err(GuardError::AddressFull { address, per_address });
        }
        Ok(CountedConnection { counts: Arc::clone(self), address: counted })
    }

    /// Connections that are open now.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.total.load(Ordering::Relaxed)
    }

    /// Connections that this address (IPv6: its /64) holds now.
    #[must_use]
    pub fn of_address(&self, address: IpAddr) -> u32 {
        let address = counted_as(address);
        self.shard(&address).and_then(|shard| shard.get(&address).copied()).unwrap_or(0)
    }

    fn count_in_total(&self, at_most: u32) -> bool {
        let one_more = |total: u32| if total < at_most { total.checked_add(1) } else { None };
        self.total.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    fn count_by_address(&self, address: IpAddr, per_address: u32) -> bool {
        if per_address == 0 {
            return false;
        }
        let Some(mut shard) = self.shard(&address) else { return false };
        let count = shard.entry(address).or_insert(0);
        // INVARIANT: an entry is never left at zero; a new one is below any bound of at least one.
        if *count >= per_address {
            return false;
        }
        *count += 1;
        true
    }

    fn give_back(&self, address: IpAddr) {
        if let Some(mut shard) = self.shard(&address)
            && let Some(count) = shard.get_mut(&address)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                shard.remove(&address);
                give_memory_back(&mut shard);
            }
        }
        self.total.fetch_sub(1, Ordering::Relaxed);
    }

    /// `None` cannot happen: the index is below the number of shards.
    fn shard(&self, address: &IpAddr) -> Option<MutexGuard<'_, HashMap<IpAddr, u32>>> {
        let index = self.hasher.hash_one(address) as usize & (SHARDS - 1);
        // A panic elsewhere cannot leave a count half changed, so a poisoned lock is as good as any.
        Some(self.shards.get(index)?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for CountedConnection {
    fn drop(&mut self) {
        self.counts.give_back(self.address);
    }
}

/// What counts as one address: IPv4 as it is; of IPv6 the /64, which is what one customer has for the asking
/// (RFC 6177 §2).
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

/// After a flood of addresses a map does not keep the memory of it.
fn give_memory_back(shard: &mut HashMap<IpAddr, u32>) {
    if shard.capacity() > SHRINK_FROM && shard.len() < shard.capacity() / 4 {
        shard.shrink_to(shard.len() * 2);
    }
}

#[cfg(test)]
mod tests;
