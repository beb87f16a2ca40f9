//! Leaves a service alone that mostly fails, and asks with one request at a time whether it is back.
//!
//! ```text
//! closed     every request goes; of each what became of it is counted over `within`
//! open       when `failures` percent of at least REQUESTS_AT_LEAST failed: none goes, for `open_for`
//! half open  after that one request goes, as a probe: it closes the breaker or opens it again
//! ```
//!
//! A deadline that passes says something of the service only if nobody had an answer of it meanwhile: whoever finds the
//! one operation that is slow must not be able to shut the service off for others.
//!
//! A probe whose caller goes away gives its place back, so that the next request is one: nothing can be stuck half
//! open. All atomic, and every moment is handed in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// With fewer requests than that within the window nothing is known of the service as a whole.
const REQUESTS_AT_LEAST: u32 = 20;
/// Parts of the window; the oldest is forgotten as a whole.
const SLICES: usize = 10;

/// When the service is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Share of requests that failed, in percent.
    pub failures: u8,
    /// Over what time.
    pub within: Duration,
    /// For how long it is left alone.
    pub open_for: Duration,
}

/// How a breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Requests go.
    Closed,
    /// No request goes.
    Open,
    /// One request goes at a time.
    HalfOpen,
}

impl BreakerState {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
        }
    }
}

/// The breaker of one service.
#[derive(Debug)]
pub(crate) struct Breaker {
    settings: BreakerSettings,
    epoch: Instant,
    slices: [Slice; SLICES],
    /// Milliseconds since `epoch` at which it is half open; 0 while it is closed.
    open_until: AtomicU64,
    /// Milliseconds since `epoch` of the latest answer that was none of an outage; 0 before the first.
    answered: AtomicU64,
    probing: AtomicBool,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The service answered, whatever it said of the request, and were it nothing that can be handed on.
    Answered,
    /// There was no answer, or one that says that the service is out.
    Out,
    /// There was none in time, counted from then.
    Late(Instant),
}

/// What became of the requests of a part of the window.
#[derive(Debug, Default)]
struct Slice {
    /// Which part of all time it is.
    number: AtomicU64,
    requests: AtomicU32,
    failures: AtomicU32,
}

/// The service is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    /// After this time it may be worth asking again.
    pub(crate) retry_after: Duration,
}

/// A request that may go. Without a verdict it says nothing; a probe gives its place back.
#[derive(Debug)]
pub(crate) struct Admission {
    breaker: Arc<Breaker>,
    probe: bool,
}

impl Breaker {
    /// A closed breaker.
    pub(crate) fn new(settings: BreakerSettings, now: Instant) -> Self {
        // A millisecond back, so that no moment is 0.
        let epoch = now.checked_sub(Duration::from_millis(1)).unwrap_or(now);
        Self {
            settings,
            epoch,
            slices: Default::default(),
            open_until: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            probing: AtomicBool::new(false),
        }
    }

    /// Whether it was made of these settings.
    pub(crate) fn is_of(&self, settings: BreakerSettings) -> bool {
        self.settings == settings
    }

    /// Whether a request may go now.
    pub(crate) fn admit(self: &Arc<Self>, now: Instant) -> Result<Admission, Open> {
        let open_until = self.open_until.load(Ordering::Acquire);
        if open_until == 0 {
            return Ok(Admission { breaker: Arc::clone(self), probe: false });
        }
        let left = open_until.saturating_sub(self.ms(now));
        if left == 0 && !self.probing.swap(true, Ordering::AcqRel) {
            return Ok(Admission { breaker: Arc::clone(self), probe: true });
        }
        Err(Open { retry_after: Duration::from_millis(left).max(Duration::from_secs(1)) })
    }

    /// How it stands.
    pub(crate) fn state(&self, now: Instant) -> BreakerState {
        match self.open_until.load(Ordering::Relaxed) {
            0 => BreakerState::Closed,
            until if self.ms(now) < until => BreakerState::Open,
            _ => BreakerState::HalfOpen,
        }
    }

    fn answered(&self, now: Instant) {
        let now = self.ms(now);
        // Most requests find the millisecond noted already, and write nothing that other threads read.
        if self.answered.load(Ordering::Relaxed) < now {
            self.answered.store(now, Ordering::Relaxed);
        }
    }

    /// Whether anybody had an answer since then.
    fn has_answered(&self, since: Instant) -> bool {
        self.answered.load(Ordering::Relaxed) > self.ms(since)
    }

    fn count(&self, failed: bool, now: Instant) {
        let number = self.number(now);
        let Some(slice) = self.slices.get(number as usize % SLICES) else { return };
        let old = slice.number.load(Ordering::Relaxed);
        // Whoever begins a new part forgets the old; what others count in that moment may be lost, which is no harm.
        if old != number && slice.number.compare_exchange(old, number, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            slice.requests.store(0, Ordering::Relaxed);
            slice.failures.store(0, Ordering::Relaxed);
        }
        slice.requests.fetch_add(1, Ordering::Relaxed);
        if failed {
            slice.failures.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn is_failing(&self, now: Instant) -> bool {
        let number = self.number(now);
        let recent = |slice: &&Slice| slice.number.load(Ordering::Relaxed) + SLICES as u64 > number;
        let (requests, failures) =
            self.slices.iter().filter(recent).fold((0_u64, 0_u64), |(requests, failures), slice| {
                let add = |sum: u64, count: &AtomicU32| sum + u64::from(count.load(Ordering::Relaxed));
                (add(requests, &slice.requests), add(failures, &slice.failures))
            });
        requests >= u64::from(REQUESTS_AT_LEAST) && failures * 100 >= requests * u64::from(self.settings.failures)
    }

    fn open(&self, now: Instant) {
        self.open_until.store(self.ms(now + self.settings.open_for), Ordering::Release);
    }

    fn close(&self) {
        // What failed before is no reason to open again.
        for slice in &self.slices {
            slice.requests.store(0, Ordering::Relaxed);
            slice.failures.store(0, Ordering::Relaxed);
        }
        self.open_until.store(0, Ordering::Release);
    }

    /// The number of the window's part that is now; never 0, which no part has.
    fn number(&self, now: Instant) -> u64 {
        let slice = (self.settings.within.as_millis() as u64 / SLICES as u64).max(1);
        self.ms(now) / slice + SLICES as u64
    }

    fn ms(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.epoch).as_millis() as u64
    }
}

impl Admission {
    /// Takes note of what became of the request.
    pub(crate) fn judge(&self, outcome: Outcome, now: Instant) {
        let breaker = &self.breaker;
        let succeeded = match outcome {
            Outcome::Answered => true,
            Outcome::Out => false,
            Outcome::Late(since) if breaker.has_answered(since) => return,
            Outcome::Late(_) => false,
        };
        if succeeded {
            breaker.answered(now);
        }
        match (self.probe, succeeded) {
            (true, true) => breaker.close(),
            (true, false) => breaker.open(now),
            (false, _) => {
                breaker.count(!succeeded, now);
                if !succeeded && breaker.state(now) == BreakerState::Closed && breaker.is_failing(now) {
                    breaker.open(now);
                }
            }
        }
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.probing.store(false, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests;
