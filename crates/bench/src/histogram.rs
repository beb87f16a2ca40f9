//! Latencies in buckets of under one percent, from a nanosecond to over a minute, in constant space.

#[cfg(test)]
mod tests;

/// Each power of two is cut into this many buckets.
const STEPS: u64 = 1 << STEPS_LOG2;
const STEPS_LOG2: u32 = 7;
/// 2^37 ns are 137 s; what lasts longer counts as that.
const LARGEST: u64 = 1 << 37;

/// Counts of latencies.
#[derive(Debug)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
    largest_ns: u64,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        Self { counts: vec![0; bucket(LARGEST) + 1], total: 0, largest_ns: 0 }
    }

    pub(crate) fn record(&mut self, latency_ns: u64) {
        if let Some(count) = self.counts.get_mut(bucket(latency_ns.min(LARGEST))) {
            *count += 1;
        }
        self.total += 1;
        self.largest_ns = self.largest_ns.max(latency_ns);
    }

    pub(crate) fn clear(&mut self) {
        self.counts.fill(0);
        self.total = 0;
        self.largest_ns = 0;
    }

    /// The latency in nanoseconds that `share` (0 to 1) of the requests did not exceed; 0 without requests.
    pub(crate) fn quantile(&self, share: f64) -> u64 {
        let wanted = (self.total as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return upper_edge(index).min(self.largest_ns);
            }
        }
        self.largest_ns
    }

    pub(crate) fn largest(&self) -> u64 {
        self.largest_ns
    }
}

/// Below `STEPS` a bucket is one nanosecond wide; above, the leading bits choose it.
fn bucket(latency_ns: u64) -> usize {
    let shift = (u64::BITS - latency_ns.leading_zeros()).saturating_sub(STEPS_LOG2 + 1);
    (u64::from(shift) * STEPS + (latency_ns >> shift)) as usize
}

fn upper_edge(index: usize) -> u64 {
    let index = index as u64;
    let shift = (index / STEPS).saturating_sub(1);
    ((index - shift * STEPS + 1) << shift) - 1
}
