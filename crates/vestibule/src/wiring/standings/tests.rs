//! What leaves a line in the log, and what does not.

use std::time::Duration;

use super::*;

fn service(breaker: BreakerState, states: &[ReplicaState]) -> Standing {
    let replica = |(at, state): (usize, &ReplicaState)| Replica {
        address: format!("http://10.0.0.{at}:80"),
        is_canary: false,
        state: *state,
        outstanding: 0,
        latency: None,
    };
    Standing {
        name: "shop".into(),
        total: states.len(),
        healthy: states.iter().filter(|state| **state == ReplicaState::Healthy).count(),
        ejected: 0,
        unhealthy: 0,
        outstanding: 0,
        ejections: 0,
        unpaid_retries: 0,
        breaker: Some(breaker),
        replicas: states.iter().enumerate().map(replica).collect(),
    }
}

fn told(before: Option<&Standing>, now: &Standing) -> Vec<String> {
    let words = |event: Event| match event {
        Event::ReplicaOut { replica, why, .. } => format!("{replica} out: {why}"),
        Event::ReplicaBack { replica, .. } => format!("{replica} back"),
        Event::Breaker { state, .. } => format!("breaker {state}"),
        other => format!("{other:?}"),
    };
    changes(before, now, SystemTime::UNIX_EPOCH).into_iter().map(words).collect()
}

const fn ejected(seconds: u64) -> ReplicaState {
    ReplicaState::Ejected { for_another: Duration::from_secs(seconds) }
}

#[test]
fn each_change_of_a_replica_or_breaker_is_told_once() {
    use ReplicaState::{Healthy, Unhealthy};
    let well = service(BreakerState::Closed, &[Healthy, Healthy]);
    assert!(told(None, &well).is_empty());
    let out = service(BreakerState::Open, &[ejected(10), Unhealthy]);
    let lines = ["breaker open", "http://10.0.0.0:80 out: ejected", "http://10.0.0.1:80 out: unhealthy"];
    assert_eq!(told(Some(&well), &out), lines);
    assert_eq!(told(None, &out), lines, "of a service that is new as well");
    // A second later: the same, though the time that is left is another.
    assert!(told(Some(&out), &service(BreakerState::Open, &[ejected(9), Unhealthy])).is_empty());
    let half = service(BreakerState::HalfOpen, &[Healthy, ejected(10)]);
    let lines = ["breaker half-open", "http://10.0.0.0:80 back", "http://10.0.0.1:80 out: ejected"];
    assert_eq!(told(Some(&out), &half), lines);
}

#[test]
fn an_ejected_replica_is_never_said_to_be_back_in_0_seconds() {
    let state = ReplicaState::Ejected { for_another: Duration::from_millis(1) };
    let status = status(&service(BreakerState::Closed, &[state]));
    assert_eq!(status.replicas.first().and_then(|replica| replica.back_in_s), Some(1));
}
