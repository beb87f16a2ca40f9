//! What `vestibule top` looks at: how things stand, and counters of which it takes the differences.

use std::time::UNIX_EPOCH;

use observe::Figures;
use serde::{Deserialize, Serialize};

use crate::answer::FORMAT;
use crate::house::Status;

/// What `GET /figures` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiguresAnswer {
    /// The shape's format.
    pub format: u32,
    /// `top`.
    pub command: String,
    /// Whether the gateway is ready.
    pub ok: bool,
    /// When the counters were read, in milliseconds since 1970.
    pub at_ms: u64,
    /// How things stand.
    pub status: Status,
    /// Upper bounds of the buckets of durations, in microseconds; the last bucket of each API holds what is above.
    pub bucket_bounds_us: Vec<u64>,
    /// The doors' counters.
    pub doors: Vec<DoorCounters>,
    /// The APIs' counters, and for each door one without a name for what was routed nowhere.
    pub apis: Vec<ApiCounters>,
}

/// The counters of a door since the process began; `active` and `connections` are of now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorCounters {
    /// Its name.
    pub name: String,
    /// Requests that are over.
    pub requests: u64,
    /// Requests under way.
    pub active: u64,
    /// Open connections.
    pub connections: u64,
    /// Requests that the house refused, by problem code.
    pub refused: Vec<CodeCounter>,
    /// Requests that the service or the house failed, by problem code.
    pub failed: Vec<CodeCounter>,
}

/// How often there was a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeCounter {
    /// Its code.
    pub problem: String,
    /// How often.
    pub count: u64,
}

/// The counters of an API since the process began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiCounters {
    /// Its door.
    pub door: String,
    /// Its name; empty for what was routed nowhere.
    pub name: String,
    /// Requests answered with 4xx.
    pub refused: u64,
    /// Requests answered with 5xx.
    pub failed: u64,
    /// Requests by how long they took.
    pub buckets: Vec<u64>,
}

impl FiguresAnswer {
    /// How things stand, with the counters of now.
    #[must_use]
    pub fn new(status: Status, figures: Figures) -> Self {
        let at_ms = figures.at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let codes = |codes: Vec<(&str, u64)>| -> Vec<CodeCounter> {
            let code = |(problem, count): (&str, u64)| CodeCounter { problem: problem.to_owned(), count };
            codes.into_iter().map(code).collect()
        };
        let doors = figures.doors.into_iter().map(|door| DoorCounters {
            name: door.name,
            requests: door.requests,
            active: door.active,
            connections: door.connections,
            refused: codes(door.refused),
            failed: codes(door.failed),
        });
        let apis = figures.apis.into_iter().map(|api| ApiCounters {
            door: api.door,
            name: api.name,
            refused: api.refused,
            failed: api.failed,
            buckets: api.buckets,
        });
        Self {
            format: FORMAT,
            command: "top".to_owned(),
            ok: status.ready,
            at_ms: u64::try_from(at_ms).unwrap_or(u64::MAX),
            bucket_bounds_us: observe::BUCKET_BOUNDS_US.to_vec(),
            doors: doors.collect(),
            apis: apis.collect(),
            status,
        }
    }
}
