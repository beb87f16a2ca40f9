//! From two readings of the counters to what happens in a second.

use std::collections::BTreeMap;

use admin::{ApiCounters, CodeCounter, DoorCounters, FiguresAnswer};
use serde_json::{Value, json};

/// What happened between two readings, as of a second.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rates {
    /// By door, in the order of the file.
    pub(super) doors: Vec<DoorRate>,
    /// By API, the busiest first.
    pub(super) apis: Vec<ApiRate>,
    /// By problem code, the most frequent first.
    pub(super) problems: Vec<(String, f64)>,
}

/// One door.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct DoorRate {
    pub(super) name: String,
    pub(super) requests: f64,
    pub(super) active: u64,
    pub(super) connections: u64,
    pub(super) refused: f64,
    pub(super) failed: f64,
    pub(super) times: Times,
}

/// One API, or what was routed nowhere at a door.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ApiRate {
    pub(super) name: String,
    pub(super) door: String,
    pub(super) requests: f64,
    pub(super) refused: f64,
    pub(super) failed: f64,
    pub(super) times: Times,
}

/// How long requests took: upper bounds of the buckets that they fell into, in microseconds. `None` where there were
/// none; infinite above the last bound.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Times {
    pub(super) half: Option<f64>,
    pub(super) most: Option<f64>,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Only<'a> {
    pub(super) door: Option<&'a str>,
    pub(super) api: Option<&'a str>,
}

impl Only<'_> {
    pub(super) fn door(&self, name: &str) -> bool {
        self.door.is_none_or(|only| only == name)
    }

    fn api(&self, api: &ApiCounters) -> bool {
        self.door(&api.door) && self.api.is_none_or(|only| only == api.name)
    }
}

impl Rates {
    /// The differences of two readings. Counters that are smaller than before are those of another process: then they
    /// count from nothing.
    pub(super) fn between(before: &FiguresAnswer, after: &FiguresAnswer, only: Only<'_>) -> Self {
        let began_anew = before.status.pid != after.status.pid;
        let nothing = FiguresAnswer { doors: Vec::new(), apis: Vec::new(), ..before.clone() };
        let before = if began_anew { &nothing } else { before };
        let seconds = (after.at_ms.saturating_sub(before.at_ms)).max(1) as f64 / 1_000.0;
        let per_second = |before: u64, after: u64| after.saturating_sub(before) as f64 / seconds;
        let bounds = &after.bucket_bounds_us;
        let mut times_of_doors: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        let mut apis = Vec::new();
        for api in &after.apis {
            let was = before.apis.iter().find(|was| (&was.name, &was.door) == (&api.name, &api.door));
            let buckets = added(was.map_or(&[], |was| &was.buckets), &api.buckets);
            let of_door = times_of_doors.entry(&api.door).or_default();
            of_door.resize(buckets.len().max(of_door.len()), 0);
            of_door.iter_mut().zip(&buckets).for_each(|(sum, count)| *sum += count);
            if only.api(api) {
                apis.push(ApiRate {
                    name: api.name.clone(),
                    door: api.door.clone(),
                    requests: per_second(0, buckets.iter().sum()),
                    refused: per_second(was.map_or(0, |was| was.refused), api.refused),
                    failed: per_second(was.map_or(0, |was| was.failed), api.failed),
                    times: Times::of(&buckets, bounds),
                });
            }
        }
        apis.sort_by(|a, b| {
            b.requests.total_cmp(&a.requests).then_with(|| (&a.door, &a.name).cmp(&(&b.door, &b.name)))
        });
        let mut problems: BTreeMap<String, f64> = BTreeMap::new();
        let mut doors = Vec::new();
        for door in after.doors.iter().filter(|door| only.door(&door.name)) {
            let none = DoorCounters::default();
            let was = before.doors.iter().find(|was| was.name == door.name).unwrap_or(&none);
            let mut codes = |was: &[CodeCounter], now: &[CodeCounter]| -> f64 {
                let mut all = 0.0;
                for code in now {
                    let was = was.iter().find(|was| was.problem == code.problem).map_or(0, |was| was.count);
                    let rate = per_second(was, code.count);
                    *problems.entry(code.problem.clone()).or_default() += rate;
                    all += rate;
                }
                all
            };
            doors.push(DoorRate {
                name: door.name.clone(),
                requests: per_second(was.requests, door.requests),
                active: door.active,
                connections: door.connections,
                refused: codes(&was.refused, &door.refused),
                failed: codes(&was.failed, &door.failed),
                times: Times::of(times_of_doors.get(door.name.as_str()).map_or(&[], Vec::as_slice), bounds),
            });
        }
        let mut problems: Vec<_> = problems.into_iter().filter(|(_, rate)| *rate > 0.0).collect();
        problems.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Self { doors, apis, problems }
    }

    /// The members of `top --json` that were computed.
    pub(super) fn to_json(&self) -> Value {
        let round = |rate: f64| (rate * 10.0).round() / 10.0;
        let times = |times: Times| {
            let bound = |bound: Option<f64>| bound.filter(|bound| bound.is_finite());
            json!({ "half_within_us": bound(times.half), "most_within_us": bound(times.most) })
        };
        let door = |door: &DoorRate| {
            let (requests, refused, failed) = (round(door.requests), round(door.refused), round(door.failed));
            json!({ "name": door.name, "requests": requests, "refused": refused, "failed": failed,
                    "active": door.active, "connections": door.connections, "times": times(door.times) })
        };
        let api = |api: &ApiRate| {
            let (requests, refused, failed) = (round(api.requests), round(api.refused), round(api.failed));
            json!({ "name": api.name, "door": api.door, "requests": requests, "refused": refused, "failed": failed,
                    "times": times(api.times) })
        };
        let problem = |(code, rate): &(String, f64)| json!({ "problem": code, "rate": round(*rate) });
        json!({
            "doors": self.doors.iter().map(door).collect::<Vec<_>>(),
            "apis": self.apis.iter().map(api).collect::<Vec<_>>(),
            "problems": self.problems.iter().map(problem).collect::<Vec<_>>(),
        })
    }
}

fn added(before: &[u64], after: &[u64]) -> Vec<u64> {
    after.iter().enumerate().map(|(at, now)| now.saturating_sub(before.get(at).copied().unwrap_or(0))).collect()
}

impl Times {
    fn of(buckets: &[u64], bounds: &[u64]) -> Self {
        Self { half: quantile(buckets, bounds, 50), most: quantile(buckets, bounds, 99) }
    }
}

/// The upper bound of the bucket that holds the request of which so many percent were no slower.
fn quantile(buckets: &[u64], bounds: &[u64], percent: u64) -> Option<f64> {
    let all: u64 = buckets.iter().sum();
    let wanted = (all * percent).div_ceil(100).max(1);
    let mut seen = 0;
    for (at, count) in buckets.iter().enumerate() {
        seen += count;
        if all > 0 && seen >= wanted {
            return Some(bounds.get(at).map_or(f64::INFINITY, |bound| *bound as f64));
        }
    }
    None
}

#[cfg(test)]
mod tests;
