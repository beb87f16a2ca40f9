//! How services, breakers and replicas stand: a picture of one moment, for people, metrics and the log.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::breaker::BreakerState;
use crate::endpoint::{Address, Endpoint};
use crate::group::Group;
use crate::services::Shared;

/// How one service stands, for people and metrics.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Its name in the file.
    pub name: Arc<str>,
    /// Endpoints, those of a canary among them.
    pub total: usize,
    /// Those that are chosen.
    pub healthy: usize,
    /// Those that are left alone because requests failed.
    pub ejected: usize,
    /// Those that the probes found not well.
    pub unhealthy: usize,
    /// Requests under way.
    pub outstanding: u64,
    /// Ejections since the process began.
    pub ejections: u64,
    /// Retries that the budget did not pay.
    pub unpaid_retries: u64,
    /// How the breaker stands, where there is one.
    pub breaker: Option<BreakerState>,
    /// Each replica, those of a canary last.
    pub replicas: Vec<Replica>,
}

/// How one replica stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Replica {
    /// Where it is, as a URL of the file would say it: `http://10.0.0.7:3000`, `unix:/run/shop.sock`.
    pub address: String,
    /// Whether it is one of the canary's.
    pub is_canary: bool,
    /// Whether it gets requests.
    pub state: ReplicaState,
    /// Requests under way.
    pub outstanding: u32,
    /// How long it takes for an answer, by the estimate that replicas are chosen by; `None` before the first answer.
    pub latency: Option<Duration>,
}

/// Whether a replica gets requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplicaState {
    /// It does.
    Healthy,
    /// It is left alone because requests failed.
    Ejected {
        /// For so long from now.
        for_another: Duration,
    },
    /// The probes found it not well.
    Unhealthy,
}

impl ReplicaState {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Ejected { .. } => "ejected",
            Self::Unhealthy => "unhealthy",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address, _) => write!(formatter, "http://{address}"),
            Self::Tls(address, ..) => write!(formatter, "https://{address}"),
            Self::Unix(path, _) => write!(formatter, "unix:{}", path.display()),
        }
    }
}

impl Standing {
    /// The picture of one service now.
    pub(crate) fn of(service: &Shared, now: Instant) -> Self {
        let of = |group: &Group, is_canary| -> Vec<Replica> {
            group.lineup().iter().map(|endpoint| Replica::of(endpoint, is_canary, now)).collect()
        };
        let mut replicas = of(&service.main, false);
        replicas.extend(service.canary.iter().flat_map(|group| of(group, true)));
        let count = |is: fn(ReplicaState) -> bool| replicas.iter().filter(|replica| is(replica.state)).count();
        Self {
            name: Arc::clone(&service.settings.name),
            total: replicas.len(),
            healthy: count(|state| state == ReplicaState::Healthy),
            ejected: count(|state| matches!(state, ReplicaState::Ejected { .. })),
            unhealthy: count(|state| state == ReplicaState::Unhealthy),
            outstanding: replicas.iter().map(|replica| u64::from(replica.outstanding)).sum(),
            ejections: service.ejections.load(Ordering::Relaxed),
            unpaid_retries: service.unpaid.load(Ordering::Relaxed),
            breaker: service.breaker.as_ref().map(|breaker| breaker.state(now)),
            replicas,
        }
    }
}

impl Replica {
    fn of(endpoint: &Endpoint, is_canary: bool, now: Instant) -> Self {
        // What the probes say comes first: it does not end by itself.
        let state = match endpoint.ejected_for(now) {
            _ if !endpoint.passes_probes() => ReplicaState::Unhealthy,
            Some(for_another) => ReplicaState::Ejected { for_another },
            None => ReplicaState::Healthy,
        };
        let latency = endpoint.latency(now).map(|estimate| Duration::from_secs_f32(estimate / 1e6));
        Self { address: endpoint.address().to_string(), is_canary, state, outstanding: endpoint.outstanding(), latency }
    }
}
