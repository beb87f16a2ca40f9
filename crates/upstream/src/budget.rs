//! How many requests of a service may be repetitions: a share of all, and a few in any case. Retries must not make an outage.
//!
//! A bucket of tokens. Each request puts a fraction of a token in, each retry takes a whole one out, and when little
//! is asked for, time puts some in. One atomic word, shared by all threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// A token, in the hundredths that the balance is kept in.
const TOKEN: u32 = 100;
/// Tokens that time alone gives: one a second, up to so many.
const FLOOR: u32 = 10;
/// Tokens kept at most: what a quiet hour saved must not be a storm later.
const KEPT_AT_MOST: u32 = 100;

/// The budget of one service.
#[derive(Debug)]
pub(crate) struct Budget {
    epoch: Instant,
    /// Balance in hundredths of a token above, whole seconds since `epoch` of the last grant of time below.
    packed: AtomicU64,
}

impl Budget {
    /// A budget that begins with what time gives.
    pub(crate) const fn new(now: Instant) -> Self {
        Self { epoch: now, packed: AtomicU64::new(pack(FLOOR * TOKEN, 0)) }
    }

    /// One request, of which `percent` may be repeated.
    pub(crate) fn deposit(&self, percent: u8) {
        let update = |packed| {
            let (balance, at) = unpack(packed);
            // A full bucket is left alone, and its cache line with everybody.
            (balance < KEPT_AT_MOST * TOKEN).then(|| pack((balance + u32::from(percent)).min(KEPT_AT_MOST * TOKEN), at))
        };
        let _ = self.packed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update);
    }

    /// Whether one retry may be made; it is paid for then.
    pub(crate) fn withdraw(&self, now: Instant) -> bool {
        let second = now.saturating_duration_since(self.epoch).as_secs() as u32;
        let update = |packed| {
            let (balance, at) = unpack(packed);
            let passed = second.saturating_sub(at);
            let granted = passed.min(FLOOR) * TOKEN;
            let balance = if balance < FLOOR * TOKEN { (balance + granted).min(FLOOR * TOKEN) } else { balance };
            Some(pack(balance.checked_sub(TOKEN)?, second.max(at)))
        };
        self.packed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update).is_ok()
    }
}

const fn pack(balance: u32, second: u32) -> u64 {
    (balance as u64) << 32 | second as u64
}

const fn unpack(packed: u64) -> (u32, u32) {
    ((packed >> 32) as u32, packed as u32)
}

#[cfg(test)]
mod tests;
