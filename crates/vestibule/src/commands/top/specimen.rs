//! Readings for the tests of this command.

use admin::{
    ApiCounters, CertificateStatus, CodeCounter, Configuration, DoorCounters, DoorStatus, FiguresAnswer, ReplicaStatus,
    ServiceStatus, Status,
};

/// A reading at that moment. Its doors and services stand as below.
pub(super) fn answer(at_ms: u64, doors: Vec<DoorCounters>, apis: Vec<ApiCounters>) -> FiguresAnswer {
    let status = Status {
        ready: true,
        version: "0.1.0".to_owned(),
        pid: 4711,
        started_at: "2026-11-22T14:00:00Z".to_owned(),
        configuration: Configuration {
            hash: "7f3a91c".to_owned(),
            file: "vestibule.yaml".to_owned(),
            loaded_at: "2026-11-22T14:02:11Z".to_owned(),
            last_refused: None,
            waits: None,
            settled: None,
        },
        doors: doors.iter().map(|door| status_of(&door.name)).collect(),
        services: vec![service()],
    };
    FiguresAnswer {
        format: 1,
        command: "top".to_owned(),
        ok: true,
        at_ms,
        status,
        bucket_bounds_us: vec![500, 1_000],
        doors,
        apis,
    }
}

/// A door with so many requests, and refusals by code.
pub(super) fn door(name: &str, requests: u64, refused: &[(&str, u64)]) -> DoorCounters {
    let code = |(problem, count): &(&str, u64)| CodeCounter { problem: (*problem).to_owned(), count: *count };
    DoorCounters {
        name: name.to_owned(),
        requests,
        active: 3,
        connections: 7,
        refused: refused.iter().map(code).collect(),
        failed: Vec::new(),
    }
}

/// An API whose requests took so long.
pub(super) fn api(door: &str, name: &str, buckets: &[u64]) -> ApiCounters {
    ApiCounters { door: door.to_owned(), name: name.to_owned(), refused: 0, failed: 0, buckets: buckets.to_vec() }
}

fn status_of(door: &str) -> DoorStatus {
    let certificate = |until: &str, note: Option<&str>| CertificateStatus {
        name: "shop.example".to_owned(),
        until: Some(until.to_owned()),
        note: note.map(str::to_owned),
    };
    DoorStatus {
        name: door.to_owned(),
        kind: "client".to_owned(),
        listen: vec!["127.0.0.1:8443".to_owned()],
        certificates: vec![
            certificate("2027-02-20T14:00:00Z", None),
            certificate("2026-11-25T14:00:00Z", Some("ends soon")),
        ],
    }
}

/// Two replicas, one of them left alone, behind a breaker that is open.
fn service() -> ServiceStatus {
    let replica = |address: &str, state: &str| ReplicaStatus {
        address: address.to_owned(),
        state: state.to_owned(),
        canary: false,
        back_in_s: (state == "ejected").then_some(9),
        outstanding: 2,
        latency_us: Some(1_812),
    };
    ServiceStatus {
        name: "shop".to_owned(),
        healthy: Some(1),
        total: 2,
        breaker: Some("open".to_owned()),
        outstanding: 4,
        replicas: vec![replica("http://10.0.0.7:3000", "healthy"), replica("http://10.0.0.8:3000", "ejected")],
    }
}
