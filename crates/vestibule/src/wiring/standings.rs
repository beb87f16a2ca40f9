//! How the services stand: looked at once a second, for `status`, and for a line in the log wherever it is otherwise.
//!
//! What comes and goes between two looks leaves no line; an ejection lasts ten
//! seconds at least. Counted are all of them.

use std::time::SystemTime;

use admin::{ReplicaStatus, ServiceStatus};
use model::Event;
use observe::Observatory;
use upstream::{BreakerState, Replica, ReplicaState, Standing};

/// The services as they were when last looked at.
#[derive(Debug, Default)]
pub(crate) struct Standings {
    seen: Vec<Standing>,
}

impl Standings {
    /// Looks again, writes down what is otherwise, and tells how they stand.
    pub(crate) fn look(&mut self, now: Vec<Standing>, observatory: &Observatory) -> Vec<ServiceStatus> {
        let at = SystemTime::now();
        for service in &now {
            let before = self.seen.iter().find(|before| before.name == service.name);
            changes(before, service, at).into_iter().for_each(|event| observatory.event(event));
        }
        self.seen = now;
        self.seen.iter().map(status).collect()
    }
}

/// What is otherwise with one service. One that nothing was known of is taken to have been well.
fn changes(before: Option<&Standing>, service: &Standing, at: SystemTime) -> Vec<Event> {
    let mut events = Vec::new();
    let name = || std::sync::Arc::clone(&service.name);
    let stood = before.and_then(|before| before.breaker).unwrap_or(BreakerState::Closed);
    if let Some(stands) = service.breaker.filter(|stands| *stands != stood) {
        events.push(Event::Breaker { at, service: name(), state: stands.as_str() });
    }
    for replica in &service.replicas {
        let same = |other: &&Replica| other.address == replica.address && other.is_canary == replica.is_canary;
        let known = before.and_then(|before| before.replicas.iter().find(same));
        let was = known.map_or(ReplicaState::Healthy, |known| known.state);
        match (was.as_str(), replica.state) {
            (was, is) if was == is.as_str() => {}
            (_, ReplicaState::Healthy) => {
                events.push(Event::ReplicaBack { at, service: name(), replica: replica.address.clone() });
            }
            (_, state) => {
                let (replica, why) = (replica.address.clone(), state.as_str());
                events.push(Event::ReplicaOut { at, service: name(), replica, why });
            }
        }
    }
    events
}

fn status(service: &Standing) -> ServiceStatus {
    ServiceStatus {
        name: service.name.to_string(),
        healthy: Some(service.healthy),
        total: service.total,
        breaker: service.breaker.map(|state| state.as_str().to_owned()),
        outstanding: service.outstanding,
        replicas: service.replicas.iter().map(replica).collect(),
    }
}

fn replica(replica: &Replica) -> ReplicaStatus {
    ReplicaStatus {
        address: replica.address.clone(),
        state: replica.state.as_str().to_owned(),
        canary: replica.is_canary,
        back_in_s: match replica.state {
            // Rounded up: 0 would say that it is back.
            ReplicaState::Ejected { for_another } => Some(for_another.as_millis().div_ceil(1_000) as u64),
            ReplicaState::Healthy | ReplicaState::Unhealthy => None,
        },
        outstanding: replica.outstanding,
        latency_us: replica.latency.map(|latency| latency.as_micros() as u64),
    }
}

#[cfg(test)]
mod tests;
