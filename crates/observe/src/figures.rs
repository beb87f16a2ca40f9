//! The counters of the things that the running configuration has, summed over threads: for whoever looks on.
//!
//! Everything only grows, but what is under way; whoever wants a rate takes the
//! difference of two. Deliberately absent: operations, of which there may be
//! thousands; the metrics have them. Those that should not be used any more and
//! are used most are told apart, for `status`.

use std::time::SystemTime;

use model::Code;

use crate::cells::Cells;
use crate::counts::{ApiCount, BUCKETS, DoorCount, HistogramCount, LifeCount, StatusClass};
use crate::observatory::{Observatory, Registry, sum};
use crate::record::Life;

/// Deprecated operations that are told of.
const DEPRECATED_AT_MOST: usize = 100;

/// Upper bounds of the buckets of durations, in microseconds; a last bucket holds what is above them all.
pub const BUCKET_BOUNDS_US: [u64; BUCKETS.len()] = bounds();

const fn bounds() -> [u64; BUCKETS.len()] {
    let mut bounds = [0; BUCKETS.len()];
    let mut rest: &[(u64, &str)] = &BUCKETS;
    let mut left: &mut [u64] = &mut bounds;
    while let ([(nanoseconds, _), others @ ..], [bound, free @ ..]) = (rest, left) {
        *bound = *nanoseconds / 1_000;
        (rest, left) = (others, free);
    }
    bounds
}

/// The counters of one moment.
#[derive(Clone, Debug)]
pub struct Figures {
    /// When.
    pub at: SystemTime,
    /// The doors.
    pub doors: Vec<DoorFigures>,
    /// The APIs, and for each door one without a name for what was routed nowhere.
    pub apis: Vec<ApiFigures>,
}

/// One door.
#[derive(Clone, Debug)]
pub struct DoorFigures {
    /// Its name.
    pub name: String,
    /// Requests that are over.
    pub requests: u64,
    /// Requests under way.
    pub active: u64,
    /// Open connections.
    pub connections: u64,
    /// Requests that the house refused, by code; only codes that there were.
    pub refused: Vec<(&'static str, u64)>,
    /// Requests that the service or the house failed, by code.
    pub failed: Vec<(&'static str, u64)>,
}

/// One API.
#[derive(Clone, Debug)]
pub struct ApiFigures {
    /// Its door.
    pub door: String,
    /// Its name; empty for what was routed nowhere.
    pub name: String,
    /// Requests answered with 4xx.
    pub refused: u64,
    /// Requests answered with 5xx.
    pub failed: u64,
    /// Requests by how long they took, in the buckets of [`BUCKET_BOUNDS_US`] and one above.
    pub buckets: Vec<u64>,
}

/// An operation of the running configuration that should not be used any more, and was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeprecatedFigures {
    /// Its door.
    pub door: String,
    /// Its API.
    pub api: String,
    /// Its name within the API.
    pub operation: String,
    /// Requests while it was deprecated.
    pub deprecated: u64,
    /// Requests since it is gone.
    pub retired: u64,
}

impl Observatory {
    /// The deprecated operations that were asked for, the most wanted first, 100 at most.
    #[must_use]
    pub fn deprecated(&self) -> Vec<DeprecatedFigures> {
        let registry = self.registry();
        let add = |row| sum(&registry.threads, |cells: &Cells, sum| cells.deprecated.add_to(row, sum));
        let all = registry.deprecated.counted_now(registry.generation(), add).map(|(name, counts)| DeprecatedFigures {
            door: name.door.to_string(),
            api: name.api.to_string(),
            operation: name.operation.to_string(),
            deprecated: slot(&counts, LifeCount(Life::Deprecated).slot()),
            retired: slot(&counts, LifeCount(Life::Retired).slot()),
        });
        let mut all: Vec<_> = all.filter(|figures| figures.deprecated + figures.retired > 0).collect();
        all.sort_by_key(|figures| std::cmp::Reverse(figures.deprecated + figures.retired));
        all.truncate(DEPRECATED_AT_MOST);
        all
    }

    /// The counters now.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let registry = self.registry();
        Figures { at: SystemTime::now(), doors: doors(&registry), apis: apis(&registry) }
    }
}

fn slot<const SLOTS: usize>(counts: &[u64; SLOTS], slot: usize) -> u64 {
    counts.get(slot).copied().unwrap_or(0)
}

fn doors(registry: &Registry) -> Vec<DoorFigures> {
    let add = |row| sum(&registry.threads, |cells: &Cells, sum| cells.doors.add_to(row, sum));
    let door = |(name, counts): (&std::sync::Arc<str>, [u64; DoorCount::SLOTS])| {
        let open = |opened: DoorCount, closed: DoorCount| {
            slot(&counts, opened.slot()).saturating_sub(slot(&counts, closed.slot()))
        };
        let codes = |count: fn(Code) -> DoorCount| -> Vec<(&'static str, u64)> {
            let all = Code::ALL.iter().map(|code| (code.as_str(), slot(&counts, count(*code).slot())));
            all.filter(|(_, count)| *count > 0).collect()
        };
        DoorFigures {
            name: name.to_string(),
            requests: slot(&counts, DoorCount::RequestsClosed.slot()),
            active: open(DoorCount::RequestsOpened, DoorCount::RequestsClosed),
            connections: open(DoorCount::ConnectionsOpened, DoorCount::ConnectionsClosed),
            refused: codes(DoorCount::Refused),
            failed: codes(DoorCount::Failed),
        }
    };
    registry.doors.counted_now(registry.generation(), add).map(door).collect()
}

fn apis(registry: &Registry) -> Vec<ApiFigures> {
    let add = |row| sum(&registry.threads, |cells: &Cells, sum| cells.apis.add_to(row, sum));
    registry
        .apis
        .counted_now(registry.generation(), add)
        .map(|(name, counts)| {
            let of = |class: StatusClass, bucket| slot(&counts, ApiCount(class, HistogramCount::Bucket(bucket)).slot());
            let all = 0..=BUCKETS.len();
            let class = |class: StatusClass| all.clone().map(|bucket| of(class, bucket)).sum();
            let bucket = |bucket| StatusClass::ALL.iter().map(|class| of(*class, bucket)).sum();
            ApiFigures {
                door: name.door.to_string(),
                name: name.api.to_string(),
                refused: class(StatusClass::ClientError),
                failed: class(StatusClass::ServerError),
                buckets: all.clone().map(bucket).collect(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
