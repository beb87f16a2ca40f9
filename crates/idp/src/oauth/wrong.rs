//! How often each person typed a code wrong of late, so that codes of devices cannot be tried one after another.

use std::collections::HashMap;
#[expect(clippy::disallowed_types, reason = "held for one look into a map, on the control side")]
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use crate::UserId;

/// How long a wrong code counts.
const COUNTS: Duration = Duration::from_secs(60 * 60);
/// People who are remembered at a time; beyond, those that count no more make room, and then everybody else.
const AT_MOST: usize = 10_000;

/// Wrong codes by person.
#[derive(Debug, Default)]
#[expect(clippy::disallowed_types, reason = "see the import")]
pub(super) struct Wrong(Mutex<HashMap<UserId, Vec<SystemTime>>>);

impl Wrong {
    /// How many of late.
    pub(super) fn count(&self, user: UserId, now: SystemTime) -> usize {
        let wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.get(&user).map_or(0, |times| times.iter().filter(|time| counts(**time, now)).count())
    }

    /// One more.
    pub(super) fn note(&self, user: UserId, now: SystemTime) {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() >= AT_MOST {
            wrong.retain(|_, times| times.iter().any(|time| counts(*time, now)));
        }
        if wrong.len() >= AT_MOST {
            wrong.clear();
        }
        let times = wrong.entry(user).or_default();
        times.retain(|time| counts(*time, now));
        times.push(now);
    }
}

fn counts(then: SystemTime, now: SystemTime) -> bool {
    now.duration_since(then).unwrap_or_default() < COUNTS
}
