//! Whether an answer may be kept, and on which terms (RFC 9111 §3, §4.2).

use std::time::{Duration, Instant, SystemTime};

use wire::conditional::parse_date;
use wire::fields::{Fields, Name};
use wire::{Framing, Method, RequestHead, ResponseHead};

use crate::age;
use crate::directives::AnswerDirectives;
use crate::look::Moment;

/// Of the time since its last change, the part that an answer with `public` and no other word is taken for fresh
/// (RFC 9111 §4.2.2).
const HEURISTIC_PART: u32 = 10;

/// The terms on which an answer is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// When it came.
    pub(crate) received: Instant,
    /// What its `Date` says, or when it came.
    pub(crate) dated: SystemTime,
    /// How old it was then.
    pub(crate) initial_age: Duration,
    /// Up to which age it is fresh.
    pub(crate) lifetime: Duration,
    /// For how long after that it may be given while the service is asked for another.
    pub(crate) stale_while_revalidate: Duration,
    /// For how long after that it may stand in for a service that fails.
    pub(crate) stale_if_error: Duration,
    /// Never given stale.
    pub(crate) must_revalidate: bool,
    /// Never given without asking.
    pub(crate) no_cache: bool,
    /// Also for callers who are known.
    pub(crate) public: bool,
}

impl Terms {
    pub(crate) fn age(&self, now: Instant) -> Duration {
        self.initial_age.saturating_add(now.saturating_duration_since(self.received))
    }

    /// Whether it may be given though it is not fresh, while the service is asked for another (RFC 5861 §3).
    pub(crate) fn may_be_late(&self, now: Instant) -> bool {
        let until = self.lifetime.saturating_add(self.stale_while_revalidate);
        !self.must_revalidate && !self.no_cache && self.age(now) < until
    }

    /// Whether those get it who waited for it, without asking themselves.
    pub(crate) fn is_of_use_to_others(&self, now: Instant) -> bool {
        !self.no_cache && (self.age(now) < self.lifetime || self.may_be_late(now))
    }
}

/// Statuses that are kept. Others may be by RFC 9111 §3, but an error that one caller's odd request brought about
/// must not become everyone's answer (CPDoS): of the errors, only those that say something of the address itself.
const fn is_kept(status: u16) -> bool {
    matches!(status, 200 | 203 | 204 | 300..=303 | 307 | 308 | 404 | 405 | 410 | 501)
}

/// How an answer came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival<'a> {
    pub(crate) moment: &'a Moment,
    /// How long it had been waited for.
    pub(crate) delay: Duration,
    /// What its `Age` said.
    pub(crate) age: Option<&'a [u8]>,
}

/// The terms for keeping an answer, or `None` where it may not be kept. `identified`: the caller is known, or showed
/// something to be known by.
pub(crate) fn terms(
    request: &RequestHead,
    identified: bool,
    answer: &ResponseHead,
    arrival: &Arrival<'_>,
    at_most: Duration,
) -> Option<Terms> {
    let fields = answer.fields();
    let says = AnswerDirectives::read(fields);
    // Where the end is known by the closing of the connection, nobody knows whether all of it came.
    let is_whole = is_kept(answer.status())
        && answer.framing() != Framing::UntilClose
        && fields.count(Name::ContentRange) == 0
        && fields.count(Name::Trailer) == 0;
    // Every status that is kept here is understood (§5.2.2.3).
    let forbidden = says.malformed || says.private || (says.no_store && !says.must_understand);
    let of_one_caller = fields.count(Name::SetCookie) > 0 || (identified && !says.public);
    if !is_whole || forbidden || request.method() != Method::Get || of_one_caller {
        return None;
    }
    let dated = date(fields, Name::Date).unwrap_or(arrival.moment.wall);
    let initial_age = age::initial(dated, arrival);
    let until = initial_age.saturating_add(at_most);
    let lifetime = lifetime(fields, &says, dated)?.min(until);
    // Fresh or not, it is given out for no longer than the file says.
    let late =
        says.stale_while_revalidate.map_or(Duration::ZERO, Duration::from_secs).min(until.saturating_sub(lifetime));
    let terms = Terms {
        received: arrival.moment.now,
        dated,
        initial_age,
        lifetime,
        stale_while_revalidate: late,
        stale_if_error: says.stale_if_error.map_or(Duration::ZERO, Duration::from_secs),
        must_revalidate: says.must_revalidate || says.s_maxage.is_some(),
        no_cache: says.no_cache,
        public: says.public,
    };
    terms.is_of_use(fields).then_some(terms)
}

impl Terms {
    /// What is stale and cannot be validated would only take room.
    fn is_of_use(&self, fields: &Fields) -> bool {
        let can_be_validated = fields.count(Name::Etag) == 1 || fields.count(Name::LastModified) == 1;
        let later = self.stale_if_error.max(self.stale_while_revalidate);
        can_be_validated || (!self.no_cache && (self.lifetime > self.initial_age || !later.is_zero()))
    }
}

/// How long an answer says that it is fresh (§4.2.1); `None` where it does not say that it may be kept.
fn lifetime(fields: &Fields, says: &AnswerDirectives, dated: SystemTime) -> Option<Duration> {
    if let Some(seconds) = says.s_maxage.or(says.max_age) {
        return Some(Duration::from_secs(seconds));
    }
    match fields.count(Name::Expires) {
        0 if says.public => {
            let unchanged = date(fields, Name::LastModified).and_then(|last| dated.duration_since(last).ok());
            Some(unchanged.unwrap_or_default() / HEURISTIC_PART)
        }
        0 if says.no_cache => Some(Duration::ZERO),
        0 => None,
        // A date in the past, also one that cannot be read (§5.3).
        _ => Some(date(fields, Name::Expires).and_then(|end| end.duration_since(dated).ok()).unwrap_or_default()),
    }
}

/// The date of a field that stands once.
fn date(fields: &Fields, name: Name) -> Option<SystemTime> {
    fields.get(name).filter(|_| fields.count(name) == 1).and_then(parse_date)
}

#[cfg(test)]
mod tests;
