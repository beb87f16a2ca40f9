//! How old an answer was when it came (RFC 9111 §4.2.3).

use std::time::{Duration, SystemTime};

use crate::directives::seconds;
use crate::terms::Arrival;

/// The corrected initial age of an answer that says it was made at `dated`.
pub(crate) fn initial(dated: SystemTime, arrival: &Arrival<'_>) -> Duration {
    let apparent = arrival.moment.wall.duration_since(dated).unwrap_or_default();
    let said = arrival.age.and_then(first).map_or(Duration::ZERO, Duration::from_secs);
    apparent.max(said.saturating_add(arrival.delay))
}

/// Of a list the first counts; what is no number is passed over (RFC 9111 §5.1).
fn first(value: &[u8]) -> Option<u64> {
    let first = value.split(|octet| *octet == b',').next()?;
    seconds(first.trim_ascii())
}
