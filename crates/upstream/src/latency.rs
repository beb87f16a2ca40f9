//! How long an endpoint takes to answer: an estimate that jumps to a peak at once and comes down slowly (peak-EWMA).
//!
//! Slowness is believed immediately, recovery only over [`DECAY`]. An estimate that nobody refreshes fades, so that
//! a replica which was slow once is tried again. The whole state is one atomic word: all threads share it unlocked.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// After this time an old measurement counts for 1/e.
const DECAY: Duration = Duration::from_secs(10);

/// Estimate and time of its last change: microseconds as `f32` above, milliseconds since `epoch` below.
#[derive(Debug)]
pub(crate) struct Latency {
    epoch: Instant,
    packed: AtomicU64,
}

impl Latency {
    pub(crate) const fn new(epoch: Instant) -> Self {
        Self { epoch, packed: AtomicU64::new(0) }
    }

    /// One more measurement.
    pub(crate) fn observe(&self, took: Duration, now: Instant) {
        let measured = (took.as_secs_f32() * 1e6).max(1.0);
        let stamp = self.stamp(now);
        let update = |packed| {
            let (estimate, at) = unpack(packed);
            let next = if estimate == 0.0 || measured > estimate {
                measured
            } else {
                let weight = weight(stamp.wrapping_sub(at));
                measured + (estimate - measured) * weight
            };
            Some(pack(next, stamp))
        };
        // Never refused: `update` always gives a value.
        let _ = self.packed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update);
    }

    /// The estimate in microseconds; `None` where nothing was measured yet.
    pub(crate) fn estimate(&self, now: Instant) -> Option<f32> {
        let (estimate, at) = unpack(self.packed.load(Ordering::Relaxed));
        (estimate > 0.0).then(|| estimate * weight(self.stamp(now).wrapping_sub(at)))
    }

    /// Milliseconds, which wrap after 49 days: only differences are used.
    fn stamp(&self, now: Instant) -> u32 {
        now.saturating_duration_since(self.epoch).as_millis() as u32
    }
}

/// What an estimate of that age, in milliseconds, still counts.
fn weight(age_ms: u32) -> f32 {
    // Two threads may carry measurements of which the later one arrives first: such an "age" is no age.
    let age_ms = if age_ms > u32::MAX / 2 { 0 } else { age_ms };
    (-(age_ms as f32) / DECAY.as_millis() as f32).exp()
}

fn pack(estimate: f32, stamp: u32) -> u64 {
    u64::from(estimate.to_bits()) << 32 | u64::from(stamp)
}

fn unpack(packed: u64) -> (f32, u32) {
    (f32::from_bits((packed >> 32) as u32), packed as u32)
}

#[cfg(test)]
mod tests;
