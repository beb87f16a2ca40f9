//! A request that goes on to the service, and what the service's answer means for the store (RFC 9111 §4.3).

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bytes::Bytes;
use wire::fields::Name;
use wire::{Method, ResponseHead};

use crate::directives::CallerDirectives;
use crate::fetch::Lead;
use crate::keeping::Keeping;
use crate::look::{Asked, Found, Moment};
use crate::memory::Reservation;
use crate::selecting::Selecting;
use crate::store::Store;
use crate::stored::{KeptKey, Key, Stored, StoredHead, weight};
use crate::terms::{Arrival, Terms, terms};
use crate::{selecting, update};

/// A request that the service is asked, and what is stored for it.
#[derive(Debug)]
pub struct Pending {
    key: KeptKey,
    /// What had changed at its address when it was asked.
    changes: u64,
    stale: Option<Found>,
    wishes: CallerDirectives,
    method: Method,
    began: Instant,
    /// Others wait for what comes of it.
    lead: Option<Lead>,
}

/// What a stale answer is validated by: the values of `If-None-Match` and `If-Modified-Since`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition<'a> {
    /// Its entity tag as it came.
    pub etag: Option<&'a [u8]>,
    /// Its `Last-Modified` as it came.
    pub last_modified: Option<&'a [u8]>,
}

/// What becomes of the service's answer.
#[derive(Debug)]
pub enum Settled {
    /// It goes on to the caller, and is not kept.
    Pass,
    /// It goes on to the caller, and is kept as it goes.
    Keep(Box<Keeping>),
    /// It was 304: what was stored holds, and is the answer.
    Holds(Found),
}

impl Pending {
    pub(crate) fn new(
        store: &Store,
        (key, method): (&Key<'_>, Method),
        stale: Option<Found>,
        wishes: CallerDirectives,
        now: Instant,
    ) -> Self {
        Self { key: key.keep(), changes: store.table.changes(key.hash), stale, wishes, method, began: now, lead: None }
    }

    pub(crate) fn leading(mut self, lead: Lead) -> Self {
        self.lead = Some(lead);
        self
    }

    /// The service failed, or answered 5xx: those who wait are not to wait for another who asks it.
    pub fn failed(&mut self) {
        if let Some(lead) = self.lead.take() {
            lead.failed();
        }
    }

    /// What the service is asked with instead of the caller's own conditions, where something is stored that can be
    /// validated.
    #[must_use]
    pub fn condition(&self) -> Option<Condition<'_>> {
        self.stale.as_ref().filter(|_| self.method == Method::Get)?.condition()
    }

    /// Whether something is stored that may not be given as it is.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        self.stale.is_some()
    }

    /// What is stored and may stand in now that the service failed, or answered 5xx.
    #[must_use]
    pub fn stand_in(&self, now: Instant) -> Option<&Found> {
        self.stale.as_ref().filter(|found| found.stands_in(now))
    }

    /// What the service's answer means. `validated`: it was asked with [`Pending::condition`].
    #[must_use]
    pub fn settle(
        mut self,
        store: &Store,
        asked: &Asked<'_>,
        validated: bool,
        answer: &ResponseHead,
        moment: &Moment,
    ) -> Settled {
        if answer.status() == 304
            && validated
            && let Some(found) = &self.stale
        {
            let holds = self.freshen(store, found, asked, answer, moment);
            if let Some(lead) = self.lead.take() {
                if holds.stored.terms.is_of_use_to_others(moment.now) { lead.stored() } else { lead.alone(moment.now) }
            }
            return Settled::Holds(holds);
        }
        if self.method != Method::Get || self.wishes.no_store {
            return Settled::Pass;
        }
        let kept = self.keep(store, asked, answer, moment);
        if let Some(found) = &self.stale
            && kept.is_none()
            && answer.status() < 500
        {
            // The service says something else now, which may not be kept.
            store.table.remove(&found.stored);
        }
        match (kept, self.lead) {
            (Some(mut keeping), lead) => {
                keeping.lead(lead, moment.now);
                Settled::Keep(Box::new(keeping))
            }
            (None, Some(lead)) => {
                lead.alone(moment.now);
                Settled::Pass
            }
            (None, None) => Settled::Pass,
        }
    }

    fn keep(&self, store: &Store, asked: &Asked<'_>, answer: &ResponseHead, moment: &Moment) -> Option<Keeping> {
        let arrival = self.arrival(answer, moment);
        let terms = terms(asked.head, asked.is_identified(), answer, &arrival, store.settings.at_most)?;
        let selecting = selecting::of(answer.fields(), asked.head.fields(), asked.rewritten)?;
        let head = StoredHead::new(update::stored_head(answer, moment.wall)?, asked.write);
        let key = (self.key.clone(), selecting);
        Keeping::begin(store, key, head, terms, self.changes, answer.framing())
    }

    /// The stored answer with the fields of the 304, stored anew; as it was, once, where it cannot be.
    fn freshen(
        &self,
        store: &Store,
        found: &Found,
        asked: &Asked<'_>,
        answer: &ResponseHead,
        moment: &Moment,
    ) -> Found {
        let old = &found.stored;
        if self.wishes.no_store {
            return found.clone();
        }
        let renewed = update::is_of_the_same(&old.head, answer)
            .then(|| update::freshened(&old.head, answer, moment.wall))
            .flatten()
            .and_then(|head| {
                // The terms are those of the whole, for the one who asked now and all who asked before.
                let identified = asked.is_identified() || old.terms.public;
                let arrival = self.arrival(answer, moment);
                let terms = terms(asked.head, identified, &head, &arrival, store.settings.at_most)?;
                // The 304 may say anew what the answer varies by; it was given to this request.
                let selecting = selecting::of(head.fields(), asked.head.fields(), asked.rewritten)?;
                if selecting != old.selecting {
                    store.table.remove(old);
                }
                self.stored_anew(store, old, (selecting, StoredHead::new(head, asked.write), terms), moment.now)
            });
        match renewed {
            Some(stored) => Found { stored },
            None => {
                store.table.remove(old);
                found.clone()
            }
        }
    }

    fn arrival<'a>(&self, answer: &'a ResponseHead, moment: &'a Moment) -> Arrival<'a> {
        let delay = moment.now.saturating_duration_since(self.began);
        Arrival { moment, delay, age: answer.fields().get(Name::Age) }
    }

    fn stored_anew(
        &self,
        store: &Store,
        old: &Arc<Stored>,
        (selecting, head, terms): (Box<[Selecting]>, StoredHead, Terms),
        now: Instant,
    ) -> Option<Arc<Stored>> {
        let content = Bytes::clone(&old.content);
        let mut reservation = Reservation::new(Arc::clone(&store.table.memory));
        let weight = weight(&old.key, &selecting, &head) + content.len() as u64;
        // The content is counted for both until the old one is gone.
        if !store.table.grow(&mut reservation, weight) {
            return None;
        }
        let place = (old.key.clone(), selecting);
        let stored = Stored::new(place, head, content, terms, store.table.tick(now), reservation);
        store.stored.fetch_add(1, Ordering::Relaxed);
        store.table.insert(stored, self.changes)
    }
}
