//! What the store of an API has to do with one request: it has the answer, or is told the service's.

mod crowd;
pub(crate) mod refresh;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use cache::{Asked, Condition, Crowd, Found, Look, Moment, Pending, Settled, Standing, Store, Waiting};
use model::{Caller, Code, OperationId, Problem};
use observe::{CacheUse, StoreFigures, WatchedStore};
use policy::Permit;
use upstream::UpstreamError;

use crate::answer::head::{self, KeptHead, cache_status};
use crate::answer::{Answer, AnswerBody, AnswerHead, say};
use crate::content::{Content, Copied};
use crate::forward;
use crate::record::Record;
use crate::request::Request;
use crate::settings::{Errors, OperationSettings, Settings};

pub(crate) use crowd::wait;

/// The stores of one configuration, by operation.
#[derive(Default)]
pub(crate) struct Stores(Vec<Option<Arc<Store>>>);

impl Stores {
    /// One for each API that keeps answers. That of an earlier configuration goes on where everything that an answer
    /// depends on is the same: door, path, service and its addresses.
    pub(crate) fn new(settings: &Settings, earlier: Option<(&Settings, &Self)>) -> Self {
        // An API has one store, found by the first of its operations that keeps anything.
        let mut firsts: HashMap<&str, usize> = HashMap::new();
        let mut stores: Vec<Option<Arc<Store>>> = Vec::with_capacity(settings.operations.len());
        for (at, operation) in settings.operations.iter().enumerate() {
            let store = operation.cache.map(|wanted| {
                let first = *firsts.entry(&operation.api).or_insert(at);
                let sibling = stores.get(first).cloned().flatten();
                sibling
                    .filter(|_| is_same_store((settings, first), (settings, at)))
                    .or_else(|| earlier.and_then(|(old, stores)| stores.like((old, settings), at)))
                    .unwrap_or_else(|| Arc::new(Store::new(wanted)))
            });
            stores.push(store);
        }
        Self(stores)
    }

    /// The stores by door and API, for metrics.
    pub(crate) fn watched(&self, settings: &Settings) -> Vec<WatchedStore> {
        let mut watched: Vec<(*const Store, WatchedStore)> = Vec::new();
        for (operation, store) in settings.operations.iter().zip(&self.0) {
            let (Some(store), Some(door)) = (store, settings.doors.get(operation.door)) else { continue };
            if watched.last().is_some_and(|(last, _)| *last == Arc::as_ptr(store)) {
                continue;
            }
            let (door, api) = (Arc::clone(&door.door.name), Arc::clone(&operation.api));
            let read = Box::new({
                let store = Arc::clone(store);
                move || figures(&store)
            });
            watched.push((Arc::as_ptr(store), WatchedStore { door, api, read }));
        }
        watched.into_iter().map(|(_, watched)| watched).collect()
    }

    fn like(&self, (old, new): (&Settings, &Settings), at: usize) -> Option<Arc<Store>> {
        let other = (0..old.operations.len()).find(|other| is_same_store((old, *other), (new, at)))?;
        self.0.get(other).cloned().flatten()
    }

    pub(crate) fn of(&self, operation: OperationId) -> Option<&Arc<Store>> {
        self.0.get(operation.0 as usize)?.as_ref()
    }
}

fn figures(store: &Store) -> StoreFigures {
    let Standing { answers, bytes, stored, evicted, .. } = store.standing();
    StoreFigures { answers: answers as u64, bytes, stored, evicted }
}

/// Whether what is stored for one operation may be given out for the other, where the rest fits.
fn is_same_store((one, at): (&Settings, usize), (other, place): (&Settings, usize)) -> bool {
    let (Some(a), Some(b)) = (one.operations.get(at), other.operations.get(place)) else { return false };
    let door = |settings: &Settings, operation: &OperationSettings| {
        settings.doors.get(operation.door).map(|door| door.door.clone())
    };
    let service = |settings: &Settings, at: usize| {
        let rule = settings.rules.rule(OperationId(u32::try_from(at).ok()?))?;
        let service = settings.services.get(rule.service?.0 as usize)?;
        Some((Arc::clone(&service.name), service.origins.clone()))
    };
    let same_place = a.api == b.api && a.prefix == b.prefix && a.cache == b.cache && a.cache.is_some();
    same_place && door(one, a) == door(other, b) && service(one, at) == service(other, place)
}

/// What the store said.
pub(crate) enum Looked<'a> {
    /// This is the answer.
    Found(Answer),
    /// This is the answer, and the service is asked for a fresh one behind the caller's back.
    Meanwhile(Answer, Box<Pending>),
    /// Somebody asks the service for the same already.
    Wait(Waiting),
    /// The service is asked; with a store, that wants to know what it says.
    Ask(Option<Asking<'a>>),
}

/// A request to the service that a store knows of.
pub(crate) struct Asking<'a> {
    store: &'a Arc<Store>,
    /// `None` where the answer is not for the store, unless it changes something.
    pending: Option<Pending>,
}

/// Looks into the store of the operation, if it has one.
#[inline]
pub(crate) fn look<'a>(
    request: &Request<'a>,
    record: &mut Record<'_>,
    operation: &OperationSettings,
    permit: &Permit,
) -> Result<Looked<'a>, Problem> {
    match request.snapshot.configuration.stores.of(permit.operation()) {
        None => Ok(Looked::Ask(None)),
        Some(store) => look_into((store, Crowd::Join), request, record, operation, permit),
    }
}

fn look_into<'a>(
    (store, crowd): (&'a Arc<Store>, Crowd),
    request: &Request<'a>,
    record: &mut Record<'_>,
    operation: &OperationSettings,
    permit: &Permit,
) -> Result<Looked<'a>, Problem> {
    let now = Instant::now();
    match store.look(permit, &asked(request, record, operation), crowd, now) {
        Look::Fresh(found) => {
            record.used_cache(CacheUse::Hit);
            Ok(Looked::Found(give(request, operation, found, now)))
        }
        Look::Meanwhile(found, pending) => {
            record.used_cache(CacheUse::Meanwhile);
            let answer = give(request, operation, found, now);
            Ok(match pending {
                Some(pending) => Looked::Meanwhile(answer, pending),
                None => Looked::Found(answer),
            })
        }
        Look::StandIn(found) => {
            record.used_cache(CacheUse::StandIn);
            Ok(Looked::Found(give(request, operation, found, now)))
        }
        Look::Wait(waiting) => Ok(Looked::Wait(waiting)),
        Look::Ask(pending) => {
            record.used_cache(if pending.is_stale() { CacheUse::Stale } else { CacheUse::Miss });
            Ok(Looked::Ask(Some(Asking { store, pending: Some(pending) })))
        }
        Look::Aside => {
            record.used_cache(CacheUse::Aside);
            Ok(Looked::Ask(Some(Asking { store, pending: None })))
        }
        Look::OnlyIfCached => {
            record.used_cache(CacheUse::Miss);
            let detail = "nothing is stored that may be given without asking, and the caller does not want that";
            Err(Problem::new(Code::NotStored, detail))
        }
    }
}

fn asked<'a>(request: &Request<'a>, record: &Record<'_>, operation: &'a OperationSettings) -> Asked<'a> {
    let known = record.caller != Caller::Anonymous;
    Asked {
        head: request.head,
        operation: &operation.name,
        known,
        rewritten: forward::is_rewritten,
        write: head::write,
    }
}

impl Asking<'_> {
    /// What the service is asked with.
    pub(crate) fn condition(&self) -> Option<Condition<'_>> {
        self.pending.as_ref().and_then(Pending::condition)
    }

    /// The answer to the caller, now that the service said something, or failed.
    pub(crate) fn settle(
        mut self,
        request: &Request<'_>,
        record: &mut Record<'_>,
        operation: &OperationSettings,
        answer: Result<upstream::Answer, UpstreamError>,
    ) -> Result<Answer, Problem> {
        let now = Instant::now();
        let failed = answer.as_ref().map_or(true, |answer| answer.head.status() >= 500);
        if failed && let Some(pending) = &mut self.pending {
            pending.failed();
        }
        if failed && let Some(found) = self.pending.as_ref().and_then(|pending| pending.stand_in(now)) {
            record.used_cache(CacheUse::StandIn);
            return Ok(give(request, operation, found.clone(), now));
        }
        let answer = answer?;
        self.store.answered(request.head, &answer.head);
        let Some(pending) = self.pending else { return forward::toward_caller(request, operation, answer) };
        let moment = Moment { now, wall: request.thread.wall_clock(now) };
        let validated = pending.condition().is_some();
        let asked = asked(request, record, operation);
        match pending.settle(self.store, &asked, validated, &answer.head, &moment) {
            Settled::Pass => forward::toward_caller(request, operation, answer),
            Settled::Holds(found) => {
                record.used_cache(CacheUse::Validated);
                request.thread.give_answer(answer.head);
                Ok(give(request, operation, found, now))
            }
            Settled::Keep(keeping) => {
                let mut answer = forward::toward_caller(request, operation, answer)?;
                if let AnswerBody::Streamed(Content::Service(body)) = answer.body {
                    let copied = Copied::new(body, !answer.head.framing().has_body(), *keeping, Arc::clone(self.store));
                    answer.body = AnswerBody::Streamed(Content::Copied(Box::new(copied)));
                }
                Ok(answer)
            }
        }
    }
}

/// A stored answer on its way to the caller.
fn give(request: &Request<'_>, operation: &OperationSettings, found: Found, now: Instant) -> Answer {
    // Only where a caller may know how the house works.
    let detailed = operation.errors == Errors::Detailed;
    if let Some(content) = found.whole(request.head) {
        let head = AnswerHead::Kept(KeptHead::new(found, now, detailed));
        return Answer { head, body: AnswerBody::Streamed(Content::Kept(content)) };
    }
    let mut head = request.thread.take_answer();
    let content = found.answer(request.head, now, &mut head);
    if detailed {
        say(&mut head, "cache-status", cache_status(&found, now).as_bytes());
    }
    Answer { head: head.into(), body: AnswerBody::Streamed(Content::Kept(content)) }
}
