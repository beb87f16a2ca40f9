//! Slows those down who guess, without letting a stranger lock anyone out.
//!
//! Every try takes one from a *lane*'s allowance and gets it back where it was right, so that only failures count. An
//! allowance is a burst and then one at a time in a steady pace (GCRA, as in ATM's traffic shaping: one number for each
//! key, the time at which the allowance is whole again).
//!
//! Bounded without forgetting: a lane is a fixed table in which each key has one cell in each of four rows, chosen by a
//! keyed hash; the lowest of the four speaks for the key. Two keys that share one or two cells do not see one another,
//! nobody can choose keys that share all four, and no flood of keys pushes another one out.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
#[expect(clippy::disallowed_types, reason = "control side; held for a few additions")]
use std::sync::Mutex;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use model::Clock;

const ROWS: usize = 4;
/// Cells of a row; 512 KiB for a lane.
const CELLS: usize = 1 << 14;

/// What a try is counted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Where it comes from; many people may share an address.
    Source,
    /// The account, asked from browsers where nobody has signed in to it before.
    Stranger,
    /// One browser in which the person had signed in: it has an allowance of its own, which strangers cannot use up.
    Device,
    /// The second factor of an account; whoever comes here knows the password already.
    Code,
    /// Mails to one address.
    MailTo,
    /// Mails that one source asked for.
    MailFrom,
    /// Sign-ins elsewhere that one source begins.
    Outside,
}

/// How much a lane lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// That many at once,
    pub burst: u32,
    /// and one more each time that this has passed.
    pub every: Duration,
}

/// Nothing more now; something again after this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);

/// One that was taken, to be given back where the try was right.
#[derive(Debug)]
#[must_use]
pub struct Taken {
    lane: Lane,
    cells: [usize; ROWS],
    until_ms: u64,
}

/// All lanes.
pub struct Throttle {
    #[expect(clippy::disallowed_types, reason = "see the import")]
    tables: [Mutex<Box<[u64]>>; Lane::ALL.len()],
    hasher: RandomState,
    start: Instant,
    clock: Arc<dyn Clock>,
}

impl Lane {
    const ALL: [Self; 7] =
        [Self::Source, Self::Stranger, Self::Device, Self::Code, Self::MailTo, Self::MailFrom, Self::Outside];

    /// How much it lets pass.
    #[must_use]
    pub const fn pace(self) -> Pace {
        let (burst, seconds) = match self {
            Self::Source => (30, 10),
            // 720 guesses a day from everywhere together; a password that is taken stands a hundred million.
            Self::Stranger => (10, 120),
            Self::Device => (10, 60),
            // 288 codes a day, of which three in a million are right at a time.
            Self::Code => (5, 300),
            Self::MailTo => (4, 900),
            Self::MailFrom => (20, 60),
            // Each is kept for ten minutes: some hundred of one source at a time.
            Self::Outside => (30, 10),
        };
        Pace { burst, every: Duration::from_secs(seconds) }
    }

    const fn place(self) -> usize {
        self as usize
    }
}

impl Throttle {
    /// Nobody has tried anything yet.
    #[must_use]
    #[expect(clippy::disallowed_types, reason = "see the import")]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let tables = std::array::from_fn(|_| Mutex::new(vec![0; ROWS * CELLS].into_boxed_slice()));
        Self { tables, hasher: RandomState::new(), start: clock.now(), clock }
    }

    /// Takes one for `key`.
    ///
    /// # Errors
    /// How long to wait for the next.
    pub fn take(&self, lane: Lane, key: &impl Hash) -> Result<Taken, Wait> {
        let Pace { burst, every } = lane.pace();
        let (now_ms, every_ms) = (millis(self.clock.now().saturating_duration_since(self.start)), millis(every));
        let cells = self.cells(lane, key);
        let mut table = self.table(lane);
        let known = cells.iter().filter_map(|cell| table.get(*cell)).min().copied().unwrap_or(u64::MAX);
        let until_ms = known.max(now_ms).saturating_add(every_ms);
        let whole_ms = now_ms.saturating_add(every_ms.saturating_mul(u64::from(burst)));
        if until_ms > whole_ms {
            return Err(Wait(Duration::from_millis(until_ms - whole_ms)));
        }
        for cell in cells {
            if let Some(cell) = table.get_mut(cell) {
                *cell = until_ms.max(*cell);
            }
        }
        drop(table);
        Ok(Taken { lane, cells, until_ms })
    }

    /// Gives one back; not where somebody else has taken since, which is on the side of caution.
    pub fn give_back(&self, taken: &Taken) {
        let every_ms = millis(taken.lane.pace().every);
        let mut table = self.table(taken.lane);
        for cell in taken.cells {
            if let Some(cell) = table.get_mut(cell).filter(|cell| **cell == taken.until_ms) {
                *cell = cell.saturating_sub(every_ms);
            }
        }
    }

    fn table(&self, lane: Lane) -> std::sync::MutexGuard<'_, Box<[u64]>> {
        // The array has a table for each lane, as the type says; the first is as good as any to a compiler.
        let [first, ..] = &self.tables;
        self.tables.get(lane.place()).unwrap_or(first).lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cells(&self, lane: Lane, key: &impl Hash) -> [usize; ROWS] {
        let hash = self.hasher.hash_one((lane, key));
        std::array::from_fn(|row| row * CELLS + ((hash >> (16 * row)) as usize) % CELLS)
    }
}

impl std::fmt::Debug for Throttle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Throttle").finish_non_exhaustive()
    }
}

/// What an address counts as: an IPv6 network of 64 bits is one source, because one machine has all of it.
#[must_use]
pub fn source(address: IpAddr) -> [u8; 16] {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => (u128::from(address) & !u128::from(u64::MAX)).to_be_bytes(),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
