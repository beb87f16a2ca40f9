//! One address of a service, and what all threads know of it: how it does, and how much it has to do.
//!
//! Everything that changes is atomic, and every moment is handed in, so that a test can say what time it is.
//! An endpoint lives as long as its address belongs to its service, over reloads and new answers of the resolver.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::latency::Latency;
use crate::settings::Http;
use crate::tls::ClientTls;

/// Failures in a row after which an endpoint is left alone.
pub(crate) const FAILURES_TO_EJECT: u32 = 5;
/// For how long, the first time; each further time in a row it is that much longer.
const EJECTED_FOR: Duration = Duration::from_secs(10);
/// Ejected at most for so many times that.
const EJECTED_TIMES_AT_MOST: u32 = 30;
/// How long an endpoint that comes, or comes back, is given less than its share.
pub(crate) const SLOW_START: Duration = Duration::from_secs(20);
/// Its share at the beginning of that.
const SLOW_START_SHARE: f32 = 0.1;
/// What an endpoint is taken to need that has a request and has never answered one, in microseconds.
const UNPROVEN: f32 = 1e6;
/// Each failure in a row doubles an endpoint's load, so often at most: who fails fast must not look idle.
const DOUBLINGS_AT_MOST: u32 = 6;

/// Where an endpoint is, and how it is connected to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Address {
    /// TCP.
    Tcp(SocketAddr, Http),
    /// TLS over TCP.
    Tls(SocketAddr, ClientTls, Http),
    /// A Unix socket.
    Unix(Arc<Path>, Http),
}

impl Address {
    /// Which HTTP it speaks, as far as that is known before anybody has connected.
    pub(crate) const fn http(&self) -> Http {
        match self {
            // There is nothing that could choose.
            Self::Tcp(_, Http::Auto) | Self::Unix(_, Http::Auto) => Http::One,
            Self::Tcp(_, http) | Self::Tls(_, _, http) | Self::Unix(_, http) => *http,
        }
    }
}

/// One address of one service.
#[derive(Debug)]
pub(crate) struct Endpoint {
    address: Address,
    /// The same in every process, so that gateways side by side hash alike.
    seed: u64,
    epoch: Instant,
    outstanding: AtomicU32,
    latency: Latency,
    failures: AtomicU32,
    ejections: AtomicU32,
    /// All moments are milliseconds since `epoch`; 0 is never.
    ejected_until: AtomicU64,
    slow_since: AtomicU64,
    unhealthy: AtomicBool,
    retired: AtomicBool,
}

impl Endpoint {
    /// An endpoint of which nothing is known.
    pub(crate) fn new(address: Address, now: Instant) -> Self {
        // An hour back, so that the moment of its making is not "never".
        let epoch = now.checked_sub(Duration::from_hours(1)).unwrap_or(now);
        Self {
            seed: seed(&address),
            address,
            epoch,
            outstanding: AtomicU32::new(0),
            latency: Latency::new(epoch),
            failures: AtomicU32::new(0),
            ejections: AtomicU32::new(0),
            ejected_until: AtomicU64::new(0),
            slow_since: AtomicU64::new(0),
            unhealthy: AtomicBool::new(false),
            retired: AtomicBool::new(false),
        }
    }

    /// Where it is.
    pub(crate) const fn address(&self) -> &Address {
        &self.address
    }

    pub(crate) const fn seed(&self) -> u64 {
        self.seed
    }

    /// Requests under way, over all threads.
    pub(crate) fn outstanding(&self) -> u32 {
        self.outstanding.load(Ordering::Relaxed)
    }

    /// Counts one request for as long as the result lives.
    pub(crate) fn take(self: &Arc<Self>) -> Outstanding {
        self.outstanding.fetch_add(1, Ordering::Relaxed);
        Outstanding(Arc::clone(self))
    }

    /// What one more request would wait for, in microseconds: what one takes, times those under way.
    pub(crate) fn load(&self, now: Instant) -> f32 {
        let outstanding = self.outstanding();
        let doublings = self.failures.load(Ordering::Relaxed).min(DOUBLINGS_AT_MOST);
        let needs = match self.latency.estimate(now) {
            Some(estimate) => estimate,
            // The first request is given freely: somebody has to find out.
            None if outstanding == 0 && doublings == 0 => 0.0,
            None => UNPROVEN,
        };
        needs * (outstanding + 1) as f32 * (1_u32 << doublings) as f32
    }

    /// Whether it may be chosen: neither ejected nor found unhealthy by a probe.
    pub(crate) fn is_healthy(&self, now: Instant) -> bool {
        !self.unhealthy.load(Ordering::Relaxed) && !self.is_ejected(now)
    }

    /// Whether it is left alone because it failed too often.
    pub(crate) fn is_ejected(&self, now: Instant) -> bool {
        let until = self.ejected_until.load(Ordering::Relaxed);
        until > 0 && self.ms(now) < until
    }

    /// For how long it is left alone yet.
    pub(crate) fn ejected_for(&self, now: Instant) -> Option<Duration> {
        let left = self.ejected_until.load(Ordering::Relaxed).saturating_sub(self.ms(now));
        (left > 0).then(|| Duration::from_millis(left))
    }

    /// What one request takes, in microseconds; `None` where nothing was measured yet.
    pub(crate) fn latency(&self, now: Instant) -> Option<f32> {
        self.latency.estimate(now)
    }

    /// Its share of what it would get otherwise, from a tenth to 1.
    pub(crate) fn share(&self, now: Instant) -> f32 {
        let since = self.slow_since.load(Ordering::Relaxed).max(self.ejected_until.load(Ordering::Relaxed));
        if since == 0 {
            return 1.0;
        }
        let ramp = self.ms(now).saturating_sub(since) as f32 / SLOW_START.as_millis() as f32;
        ramp.clamp(SLOW_START_SHARE, 1.0)
    }

    /// An answer came, after that time; without one where the time says nothing of the endpoint.
    pub(crate) fn succeeded(&self, took: Option<Duration>, now: Instant) {
        if let Some(took) = took {
            self.latency.observe(took, now);
        }
        // Most of the time it is 0 already; a load leaves the cache line with everybody.
        if self.failures.load(Ordering::Relaxed) > 0 {
            self.failures.store(0, Ordering::Relaxed);
        }
        let ejections = self.ejections.load(Ordering::Relaxed);
        if ejections > 0 {
            let until = self.ejected_until.load(Ordering::Relaxed);
            let proven = until + ejected_for(ejections).as_millis() as u64;
            if self.ms(now) >= proven {
                self.ejections.store(0, Ordering::Relaxed);
            }
        }
    }

    /// It failed, after that time. `true` if it has failed so often in a row that it should be left alone.
    pub(crate) fn failed(&self, took: Duration, now: Instant) -> bool {
        // A failure that was fast says nothing of how fast a good answer would be.
        if self.latency.estimate(now).is_some_and(|estimate| took.as_secs_f32() * 1e6 > estimate) {
            self.latency.observe(took, now);
        }
        self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES_TO_EJECT && !self.is_ejected(now)
    }

    /// Leaves it alone for a while: longer each time, until it has done well for as long as it was away.
    pub(crate) fn eject(&self, now: Instant) {
        let ejections = (self.ejections.load(Ordering::Relaxed) + 1).min(EJECTED_TIMES_AT_MOST);
        self.ejections.store(ejections, Ordering::Relaxed);
        // One more failure after it came back is enough.
        self.failures.store(FAILURES_TO_EJECT - 1, Ordering::Relaxed);
        self.ejected_until.store(self.ms(now + ejected_for(ejections)), Ordering::Relaxed);
    }

    /// It came after the others: it begins with less than its share.
    pub(crate) fn start_slowly(&self, now: Instant) {
        self.slow_since.store(self.ms(now), Ordering::Relaxed);
    }

    /// What the probes say of it; one that comes back begins slowly.
    pub(crate) fn probed(&self, healthy: bool, now: Instant) {
        if self.unhealthy.swap(!healthy, Ordering::Relaxed) && healthy {
            self.start_slowly(now);
        }
    }

    /// Whether the probes found it well, or there are none.
    pub(crate) fn passes_probes(&self) -> bool {
        !self.unhealthy.load(Ordering::Relaxed)
    }

    /// It belongs to its service no more, or again: what is under way is finished, nothing is kept.
    pub(crate) fn retire(&self, retired: bool) {
        self.retired.store(retired, Ordering::Relaxed);
    }

    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Relaxed)
    }

    fn ms(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.epoch).as_millis() as u64
    }
}

fn ejected_for(times: u32) -> Duration {
    EJECTED_FOR * times
}

/// Counts one request of an endpoint for as long as it lives.
#[derive(Debug)]
pub(crate) struct Outstanding(Arc<Endpoint>);

impl Outstanding {
    pub(crate) const fn endpoint(&self) -> &Arc<Endpoint> {
        &self.0
    }
}

impl Drop for Outstanding {
    fn drop(&mut self) {
        self.0.outstanding.fetch_sub(1, Ordering::Relaxed);
    }
}

fn seed(address: &Address) -> u64 {
    match address {
        Address::Tcp(address, _) | Address::Tls(address, ..) => crate::balance::hash(address.to_string().as_bytes()),
        Address::Unix(path, _) => crate::balance::hash(path.as_os_str().as_encoded_bytes()),
    }
}

#[cfg(test)]
mod tests;
