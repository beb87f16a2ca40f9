//! The end of an operation, as its callers are told: `Deprecation`, `Sunset` and `Link`.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use gateway::Ending;

use crate::draft::{Api, Operation};
use crate::value::Day;

/// What the nearest `retire` says; without one, that the contract calls the operation deprecated.
pub(super) fn ending(api: &Api, operation: &Operation) -> Option<Arc<Ending>> {
    let retire = operation.retire.as_ref().or(api.retire.as_ref());
    if retire.is_none() && operation.deprecated.is_none() {
        return None;
    }
    let start = |day: &crate::draft::Said<Day>| day.value.start();
    let since = retire.and_then(|retire| retire.since.as_ref()).map_or(UNIX_EPOCH, start);
    let on: Option<SystemTime> = retire.and_then(|retire| retire.on.as_ref()).map(start);
    let link = retire.and_then(|retire| retire.link.as_ref()).map(|link| link.value.as_str());
    Some(Arc::new(Ending::new(since, on, link)))
}
