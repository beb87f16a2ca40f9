//! The record of one request: opened before anything is decided, closed exactly once, also when the caller goes away.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use auth::Verified;
use model::{Blame, Caller, OperationId, Outcome, Problem, RequestId, ServiceId, SpanId, Stage, TraceId};
use observe::{CacheUse, OperationLabel};
use wire::trace::TraceContext;

use crate::request::Request;
use crate::settings::OperationSettings;
use crate::stages::Follower;

/// What becomes known of a request on its way; written when it is closed or dropped.
pub(crate) struct Record<'a> {
    request: &'a Request<'a>,
    at: SystemTime,
    started: Instant,
    pub(crate) id: RequestId,
    /// The id as it is printed: the service and the caller are both told.
    pub(crate) id_text: [u8; RequestId::LEN],
    pub(crate) trace: TraceContext,
    /// Whether the caller's own trace goes on.
    pub(crate) continues: bool,
    stage: Stage,
    pub(crate) operation: Option<OperationId>,
    pub(crate) caller: Caller,
    /// What its token or session stands on, where it showed one.
    pub(crate) verified: Option<Arc<Verified>>,
    service: Option<ServiceId>,
    first_byte: Option<Duration>,
    outcome: Outcome,
    status: u16,
    detail: String,
    bytes_out: u64,
    retries: u8,
    cache: Option<CacheUse>,
    /// Counted by the body while it is read.
    pub(crate) bytes_in: &'a Cell<u64>,
}

impl<'a> Record<'a> {
    /// When the request began, by the clock on the wall.
    pub(crate) const fn at(&self) -> SystemTime {
        self.at
    }

    /// Opens the record; `trace` is the caller's own context, if it sent one.
    pub(crate) fn open(
        request: &'a Request<'a>,
        started: Instant,
        trace: Option<TraceContext>,
        bytes_in: &'a Cell<u64>,
    ) -> Self {
        let thread = request.thread;
        let at = thread.wall_clock(started);
        thread.observer.request_opened(request.door_row());
        let span: SpanId = thread.span_id();
        let continues = trace.is_some();
        let trace = match trace {
            Some(TraceContext { trace, sampled, .. }) => TraceContext { trace, parent: span, sampled },
            None => TraceContext { trace: thread.trace_id(), parent: span, sampled: false },
        };
        let id = thread.request_id(at);
        Self {
            request,
            at,
            started,
            id,
            id_text: id.to_ascii(),
            trace,
            continues,
            stage: Stage::Intake,
            operation: None,
            caller: Caller::Anonymous,
            verified: None,
            service: None,
            first_byte: None,
            outcome: Outcome::Abandoned,
            status: 0,
            detail: String::new(),
            bytes_out: 0,
            retries: 0,
            cache: None,
            bytes_in,
        }
    }

    pub(crate) const fn started(&self) -> Instant {
        self.started
    }

    /// The operation, once it is known.
    pub(crate) fn operation_settings(&self) -> Option<&'a OperationSettings> {
        let operations = &self.request.snapshot.configuration.settings.operations;
        self.operation.and_then(|id| operations.get(id.0 as usize))
    }

    pub(crate) const fn stage(&self) -> Stage {
        self.stage
    }

    /// The request goes to this service now.
    pub(crate) const fn forward(&mut self, service: ServiceId) {
        self.stage = Stage::Forward;
        self.service = Some(service);
    }

    /// The service that the request goes to, once it does.
    pub(crate) const fn service(&self) -> Option<ServiceId> {
        self.service
    }

    /// The head of the service's answer is here, after that time.
    pub(crate) const fn answered(&mut self, retries: u8, took: Duration) {
        self.retries = retries;
        self.first_byte = Some(took);
    }

    /// What the store of the API did; the last word counts.
    pub(crate) const fn used_cache(&mut self, used: CacheUse) {
        self.cache = Some(used);
    }

    /// Why the request was refused or failed; the first reason stands.
    pub(crate) fn fail(&mut self, problem: &Problem) {
        if self.outcome == Outcome::Abandoned {
            self.outcome = match problem.code.blame() {
                Blame::Caller => Outcome::Refused(problem.code),
                Blame::Upstream | Blame::Gateway => Outcome::Failed(problem.code),
            };
            self.detail = detail_of(problem);
        }
    }

    /// The head of the answer went out with this status.
    pub(crate) const fn sent_head(&mut self, status: u16) {
        self.status = status;
    }

    /// More of the answer's body went out.
    pub(crate) const fn sent(&mut self, bytes: u64) {
        self.bytes_out += bytes;
    }

    /// The caller has the whole answer.
    pub(crate) fn complete(&mut self) {
        if self.outcome == Outcome::Abandoned {
            self.outcome = Outcome::Answered;
        }
    }

    fn trace_id(&self) -> TraceId {
        self.trace.trace
    }
}

/// The operator's reading: the detail, and each cause behind it.
fn detail_of(problem: &Problem) -> String {
    let mut detail = problem.detail.to_string();
    let mut cause = problem.cause.as_deref().map(|cause| cause as &dyn std::error::Error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !detail.ends_with(&text) {
            detail.push_str(": ");
            detail.push_str(&text);
        }
        cause = error.source();
    }
    detail
}

/// A path as a log may hold it: without what looks like a key of ours.
fn without_keys(path: &str) -> Cow<'_, str> {
    match auth::keys::prefix_in_path(path).and_then(|at| path.get(..at)) {
        Some(before) => Cow::Owned(format!("{before}[redacted]")),
        None => Cow::Borrowed(path),
    }
}

impl Follower for Record<'_> {
    fn reach(&mut self, stage: Stage) {
        self.stage = stage;
    }

    fn operation(&mut self, id: OperationId) {
        self.operation = Some(id);
    }

    fn caller(&mut self, caller: &Caller) {
        self.caller = caller.clone();
    }

    fn verified(&mut self, verified: &Arc<Verified>) {
        self.verified = Some(Arc::clone(verified));
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        let request = self.request;
        let settings = &request.snapshot.configuration.settings;
        let catalogue = &request.snapshot.configuration.catalogue;
        let asked = self.operation.and_then(|id| Some((id, settings.operations.get(id.0 as usize)?)));
        let operation = asked.map(|(id, operation)| OperationLabel {
            row: catalogue.operation(id),
            api: &operation.api,
            operation: &operation.name,
        });
        let ending = asked.and_then(|(_, operation)| operation.ending.as_ref());
        let head = request.head;
        let observer = &request.thread.observer;
        let path = if observer.writes_lines() { without_keys(head.path()) } else { Cow::Borrowed("") };
        observer.close(&observe::Record {
            id: self.id,
            trace: Some(self.trace_id()),
            span: Some(self.trace.parent),
            at: self.at,
            door: &request.door.door,
            door_row: request.door_row(),
            address: request.peer.address,
            protocol: request.protocol,
            method: head.method_str(),
            host: head.host(),
            path: &path,
            has_query: head.query().is_some(),
            operation,
            caller: &self.caller,
            status: self.status,
            outcome: self.outcome,
            detail: &self.detail,
            stage: (self.outcome != Outcome::Answered).then_some(self.stage),
            bytes_in: self.bytes_in.get(),
            bytes_out: self.bytes_out,
            duration: self.started.elapsed(),
            service: self.service.map(|service| catalogue.service(service)),
            upstream: self.first_byte,
            retries: self.retries,
            cache: self.cache,
            life: ending.map(|ending| ending.life(self.at)),
        });
    }
}

#[cfg(test)]
mod tests;
