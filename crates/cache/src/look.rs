//! What a store has for a request (RFC 9111 §4).

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use policy::Permit;
use wire::conditional::EntityTag;
use wire::fields::Name;
use wire::{Method, RequestHead, ResponseHead};

use crate::directives::CallerDirectives;
use crate::fetch::{Awaited, Claim, Waiting};
use crate::pending::{Condition, Pending};
use crate::serve::is_particular;
use crate::store::Store;
use crate::stored::{Key, Stored};

/// A time, by both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// By the steady one, for ages.
    pub now: Instant,
    /// By the one on the wall, for dates.
    pub wall: SystemTime,
}

/// A request that was decided about, as a store sees it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Its head.
    pub head: &'a RequestHead,
    /// The operation that it asks for, by its name within the API.
    pub operation: &'a str,
    /// Whether it is known who calls.
    pub known: bool,
    /// Whether the house writes a field itself, so that the service does not see the caller's.
    pub rewritten: fn(Name, &str) -> bool,
    /// Writes the head of an answer as callers get it, for [`Found::written`].
    pub write: fn(&ResponseHead, &mut Vec<u8>),
}

/// What there is.
#[derive(Debug)]
pub enum Look {
    /// The request is none that a cache answers; it goes on as it is, and its answer is not kept.
    Aside,
    /// An answer that needs nobody else.
    Fresh(Found),
    /// An answer that is not fresh and may be given while the service is asked for another behind the caller's back; by
    /// this request, where there is something to ask with.
    Meanwhile(Found, Option<Box<Pending>>),
    /// An answer that is not fresh, and may stand in for the service, which failed for somebody else right now.
    StandIn(Found),
    /// Somebody asks the service for the same already.
    Wait(Waiting),
    /// Nothing that may be given without asking the service.
    Ask(Pending),
    /// As [`Look::Ask`], but the caller does not want the service to be asked: 504 (RFC 9111 §5.2.1.7).
    OnlyIfCached,
}

/// A request, and what is needed to look for its answer.
struct Missed<'a> {
    key: Key<'a>,
    asked: &'a Asked<'a>,
    identified: bool,
    wishes: CallerDirectives,
    now: Instant,
}

/// How a request stands to others that miss the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowd {
    /// It asks for them, or waits for the one who asks.
    Join,
    /// It asks for itself alone.
    Leave,
    /// The same, and the service failed for the one that it waited for.
    LeaveAfterFailure,
}

impl Crowd {
    /// What somebody does who waited.
    #[must_use]
    pub const fn after(awaited: Awaited) -> Self {
        match awaited {
            Awaited::HandedOver => Self::Join,
            Awaited::Ended => Self::Leave,
            Awaited::Failed => Self::LeaveAfterFailure,
        }
    }
}

/// A stored answer for a request that has a permit.
#[derive(Clone, Debug)]
pub struct Found {
    pub(crate) stored: Arc<Stored>,
}

impl Found {
    /// How old it is.
    #[must_use]
    pub fn age(&self, now: Instant) -> Duration {
        self.stored.terms.age(now)
    }

    /// For how long it is still fresh.
    #[must_use]
    pub fn remaining(&self, now: Instant) -> Option<Duration> {
        self.stored.terms.lifetime.checked_sub(self.age(now)).filter(|rest| !rest.is_zero())
    }

    /// Whether it may be given out as it is.
    fn serves(&self, wishes: &CallerDirectives, now: Instant) -> bool {
        let terms = &self.stored.terms;
        if terms.no_cache || wishes.no_cache {
            return false;
        }
        let age = terms.age(now);
        if wishes.max_age.is_some_and(|most| age > Duration::from_secs(most)) {
            return false;
        }
        let wanted = wishes.min_fresh.map_or(Duration::ZERO, Duration::from_secs);
        if age.saturating_add(wanted) < terms.lifetime {
            return true;
        }
        let stale = wishes.max_stale.filter(|_| !terms.must_revalidate).map(Duration::from_secs);
        stale.is_some_and(|most| age.saturating_sub(terms.lifetime) <= most) && wishes.min_fresh.is_none()
    }

    /// Whether it may be given while another is asked for (RFC 5861 §3).
    #[must_use]
    pub(crate) fn may_be_late(&self, now: Instant) -> bool {
        self.stored.terms.may_be_late(now)
    }

    /// What it is validated with, where it can be.
    pub(crate) fn condition(&self) -> Option<Condition<'_>> {
        let fields = self.stored.head.fields();
        let once = |name| fields.get(name).filter(|_| fields.count(name) == 1);
        let etag = once(Name::Etag).filter(|etag| EntityTag::parse(etag).is_some());
        let condition = Condition { etag, last_modified: once(Name::LastModified) };
        (condition.etag.is_some() || condition.last_modified.is_some()).then_some(condition)
    }

    /// Whether it may stand in for a service that fails (RFC 5861 §4).
    #[must_use]
    pub fn stands_in(&self, now: Instant) -> bool {
        let terms = &self.stored.terms;
        let until = terms.lifetime.saturating_add(terms.stale_if_error);
        !terms.must_revalidate && !terms.no_cache && terms.age(now) < until
    }
}

impl Asked<'_> {
    /// A request that a stored answer could be an answer to. `If-Match` and `If-Unmodified-Since` are for the
    /// service alone (RFC 9111 §4.3.2).
    fn is_for_caches(&self) -> bool {
        let fields = self.head.fields();
        matches!(self.head.method(), Method::Get | Method::Head)
            && !self.head.framing().has_body()
            && fields.count(Name::IfMatch) == 0
            && fields.count(Name::IfUnmodifiedSince) == 0
    }

    /// Whether the caller is known, or showed something that a service may know it by.
    pub(crate) fn is_identified(&self) -> bool {
        const CREDENTIALS: [Name; 3] = [Name::Authorization, Name::Cookie, Name::XApiKey];
        let fields = self.head.fields();
        self.known || CREDENTIALS.iter().any(|name| fields.count(*name) > 0)
    }
}

impl Store {
    /// What there is for a request. Nothing that is stored can be had in another way, and this asks for the permit.
    #[must_use]
    pub fn look(&self, _: &Permit, asked: &Asked<'_>, crowd: Crowd, now: Instant) -> Look {
        if !asked.is_for_caches() {
            return Look::Aside;
        }
        let fields = asked.head.fields();
        let wishes = if fields.count(Name::CacheControl) == 0 {
            CallerDirectives::default()
        } else {
            CallerDirectives::read(fields)
        };
        let key = Key::of(&self.table.hashing, asked.operation, asked.head);
        let missed = Missed { key, asked, identified: asked.is_identified(), wishes, now };
        let found = match self.find(&missed) {
            Ok(fresh) => return Look::Fresh(fresh),
            Err(found) => found,
        };
        if wishes.only_if_cached {
            return Look::OnlyIfCached;
        }
        if wishes != CallerDirectives::default() {
            return Look::Ask(self.pending(&missed, found));
        }
        match (crowd, found) {
            (crowd, Some(found)) if found.may_be_late(now) => self.meanwhile(&missed, found, crowd),
            (Crowd::LeaveAfterFailure, Some(found)) if found.stands_in(now) => Look::StandIn(found),
            (Crowd::Join, found) if found.as_ref().is_none_or(|found| !found.stored.terms.no_cache) => {
                self.join(&missed, found)
            }
            (_, found) => Look::Ask(self.pending(&missed, found)),
        }
    }

    /// Asks for a crowd, or is of it.
    fn join(&self, missed: &Missed<'_>, found: Option<Found>) -> Look {
        match self.claim(missed, found.as_ref()) {
            Claim::Alone => Look::Ask(self.pending(missed, found)),
            Claim::Wait(waiting) => Look::Wait(waiting),
            Claim::Overtaken => match self.find(missed) {
                Ok(fresh) => Look::Fresh(fresh),
                Err(found) => Look::Ask(self.pending(missed, found)),
            },
            Claim::Lead(lead) => match self.find(missed) {
                // Who led before may have stored the answer and gone since it was looked for.
                Ok(fresh) => {
                    lead.stored();
                    Look::Fresh(fresh)
                }
                Err(found) => Look::Ask(self.pending(missed, found).leading(lead)),
            },
        }
    }

    /// What is stale is the answer; of those who get it, one asks for a fresh one.
    fn meanwhile(&self, missed: &Missed<'_>, found: Found, crowd: Crowd) -> Look {
        found.stored.touch(self.table.tick(missed.now));
        if crowd != Crowd::Join {
            return Look::Meanwhile(found, None);
        }
        match self.claim(missed, Some(&found)) {
            Claim::Alone | Claim::Wait(_) | Claim::Overtaken => Look::Meanwhile(found, None),
            Claim::Lead(lead) => match self.find(missed) {
                Ok(fresh) => {
                    lead.stored();
                    Look::Fresh(fresh)
                }
                Err(now) => Look::Meanwhile(found, Some(Box::new(self.pending(missed, now).leading(lead)))),
            },
        }
    }

    fn claim(&self, missed: &Missed<'_>, found: Option<&Found>) -> Claim {
        let head = missed.asked.head;
        let validates = found.is_some_and(|found| found.condition().is_some());
        let leads = head.method() == Method::Get && (validates || !is_particular(head));
        self.fetches.claim(&missed.key, missed.identified, leads, missed.now)
    }

    fn pending(&self, missed: &Missed<'_>, found: Option<Found>) -> Pending {
        Pending::new(self, (&missed.key, missed.asked.head.method()), found, missed.wishes, missed.now)
    }

    /// What is stored and may be given out as it is; else what is stored.
    fn find(&self, missed: &Missed<'_>) -> Result<Found, Option<Found>> {
        let Missed { key, asked, identified, wishes, now } = missed;
        let found = self.table.find(key.hash, |stored| stored.answers(key, asked.head, *identified));
        let Some(stored) = found else { return Err(None) };
        let found = Found { stored };
        if found.serves(wishes, *now) {
            found.stored.touch(self.table.tick(*now));
            return Ok(found);
        }
        Err(Some(found))
    }
}
