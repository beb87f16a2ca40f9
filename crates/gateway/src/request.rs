//! The life of one request, top to bottom: this file is the table of contents of the program.
//!
//! Both doors, HTTP/1.1 and HTTP/2 run [`serve`]; they differ in data, not in code. `serve` opens the record,
//! lets the request [`pass`] the stages, turns a problem into this door's answer in one place, and sends.
//! The record is closed when it is dropped, so also when the caller goes away in the middle.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Instant, SystemTime};

use auth::identify;
use model::{Caller, Code, DoorKind, Problem, RequestId, Stage};
use observe::DoorRow;
use routing::Choice;
use upstream::{Alarm, RequestBody};
use wire::trace::{self, TraceContext};
use wire::{Framing, RequestHead, fields::Name};

use crate::answer::{self, Answer};
use crate::forward;
use crate::peer::Peer;
use crate::record::Record;
use crate::settings::{DoorSettings, OperationSettings};
use crate::snapshot::{DoorState, Snapshot};
use crate::thread::Thread;
use crate::unwind::{Panicked, catch_panic};

/// A request at a door, before anything is known of it but its head.
pub(crate) struct Request<'a> {
    pub(crate) thread: &'a Thread,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) door: &'a DoorSettings,
    pub(crate) state: &'a DoorState,
    pub(crate) door_index: usize,
    pub(crate) peer: &'a Peer,
    pub(crate) protocol: &'static str,
    pub(crate) head: &'a RequestHead,
}

/// The body of a request: what a service reads, and the bound that the operation sets.
pub(crate) trait Incoming: RequestBody {
    /// Content beyond this many bytes is refused.
    fn bound(&mut self, at_most: u64);
}

/// Where an answer goes.
pub(crate) trait Reply {
    /// Sends an answer whole, telling the record as it goes; `false` if the connection cannot be used again.
    async fn send(&mut self, request: &Request<'_>, record: &mut Record<'_>, answer: Answer, alarm: &mut Alarm)
    -> bool;

    /// Ready once the caller has taken its request back, before anything was sent.
    fn poll_withdrawn(&mut self, context: &mut Context<'_>) -> Poll<()>;
}

/// What came in on a connection: a readable request and its body, or why there is none.
pub(crate) type Intake = Result<Option<Box<dyn Incoming>>, Problem>;

/// Serves one request; `false` if the connection cannot be used for another.
pub(crate) async fn serve<R: Reply>(
    request: &Request<'_>,
    intake: Intake,
    started: Instant,
    bytes_in: &Cell<u64>,
    alarm: &mut Alarm,
    reply: &mut R,
) -> bool {
    let mut record = Record::open(request, started, trace_context(request), bytes_in);
    let passed = {
        // Pinned where it lies: handed on by value, it would be copied at each step.
        let passing = pin!(pass(request, &mut record, intake, alarm));
        let mut passing = pin!(catch_panic(passing));
        poll_fn(|context| match passing.as_mut().poll(context) {
            Poll::Ready(passed) => Poll::Ready(Some(passed)),
            Poll::Pending => reply.poll_withdrawn(context).map(|()| None),
        })
        .await
    };
    let Some(passed) = passed else { return false };
    let answer = match passed.unwrap_or_else(|Panicked| Err(panicked(request, record.id))) {
        Ok(answer) => answer,
        Err(problem) => answer::refuse(request, &mut record, &problem),
    };
    reply.send(request, &mut record, answer, alarm).await
}

/// The stages, in the order in which they are cheap and safe.
async fn pass(
    request: &Request<'_>,
    record: &mut Record<'_>,
    intake: Intake,
    alarm: &mut Alarm,
) -> Result<Answer, Problem> {
    let settings = &request.snapshot.configuration.settings;
    let body = intake?;
    belongs_here(request)?;

    record.reach(Stage::Route);
    let id = match request.door.routes.choose(request.head) {
        Choice::Operation(id) => id,
        Choice::OtherMethods(allow) => return Err(other_methods(request, allow)),
        Choice::Nothing => return Err(Problem::new(Code::NotFound, "no operation is published at this host and path")),
    };
    let operation = settings.operations.get(id.0 as usize).ok_or_else(unknown_operation)?;
    record.operation = Some(id);

    record.reach(Stage::Address);
    admit_address(request, operation)?;

    record.reach(Stage::Identify);
    let kind = request.door.door.kind;
    let workload = request.peer.workload.as_ref().map_err(Clone::clone)?;
    // Whoever shows a certificate is known by it, also where the rest of the request is refused.
    if let (Some(workload), DoorKind::Server) = (workload, kind) {
        record.caller = Caller::Workload(Arc::clone(workload));
    }
    record.caller = identify(kind, request.head, workload.as_ref(), &settings.directory)?;

    record.reach(Stage::Policy);
    let decision = settings.rules.decide(id, &record.caller, request.peer.address.ip());
    let permit = decision.map_err(|denied| denied.problem_for(kind))?;

    record.reach(Stage::Inspect);
    let body = inspect(request.head, operation, body)?;

    record.forward(permit.service());
    alarm.set(Some(request.peer.at_most_until(record.started() + operation.deadline)));
    let outgoing = forward::toward_service(request, record, operation, body);
    let answer = request.snapshot.upstreams.call(permit, outgoing, alarm).await?;
    record.answered(answer.retries);
    forward::toward_caller(request, operation, answer)
}

/// SNI, where it was sent, and authority belong to this door (RFC 9110 §7.4).
fn belongs_here(request: &Request<'_>) -> Result<(), Problem> {
    let names = &request.state.names;
    let misdirected = if !names.admit(request.head.host()) {
        "the host is not one of this door's names"
    } else if request.peer.server_name.as_deref().is_some_and(|name| !names.admit(name)) {
        "the server name of the handshake is not one of this door's names"
    } else {
        return Ok(());
    };
    Err(Problem::new(Code::MisdirectedRequest, misdirected))
}

/// At a client door an unpublished method is as unknown as an unpublished path; a back end is told which there are.
fn other_methods(request: &Request<'_>, allow: &str) -> Problem {
    match request.door.door.kind {
        DoorKind::Client => Problem::new(Code::NotFound, format!("the path is published, but only with {allow}")),
        DoorKind::Server => {
            let mut problem = Problem::new(Code::MethodNotAllowed, format!("published here: {allow}"));
            problem.allow = Some(Box::from(allow));
            problem
        }
    }
}

fn admit_address(request: &Request<'_>, operation: &OperationSettings) -> Result<(), Problem> {
    let address = request.peer.address.ip();
    if operation.networks.iter().all(|networks| networks.admits(address)) {
        return Ok(());
    }
    let code = match request.door.door.kind {
        DoorKind::Client => Code::NotFound,
        DoorKind::Server => Code::NetworkNotAllowed,
    };
    Err(Problem::new(code, format!("`{address}` is outside the networks of `{}.{}`", operation.api, operation.name)))
}

/// The body's announced length against the operation's bound; what is not announced is bounded while it is read.
fn inspect(
    head: &RequestHead,
    operation: &OperationSettings,
    body: Option<Box<dyn Incoming>>,
) -> Result<Option<Box<dyn Incoming>>, Problem> {
    let at_most = operation.body_bytes;
    if let Framing::Length(length) = head.framing()
        && length > at_most
    {
        return Err(Problem::new(Code::BodyTooLarge, format!("the body may have {at_most} bytes, not {length}")));
    }
    Ok(body.map(|mut body| {
        body.bound(at_most);
        body
    }))
}

/// A panic costs its request and nothing else.
fn panicked(request: &Request<'_>, id: RequestId) -> Problem {
    request.thread.observer.panicked(id, SystemTime::now());
    Problem::new(Code::InternalError, "the handling of the request panicked").maybe_sent()
}

fn unknown_operation() -> Problem {
    Problem::new(Code::InternalError, "the route names an operation that this configuration does not have")
}

fn trace_context(request: &Request<'_>) -> Option<TraceContext> {
    let fields = request.head.fields();
    (fields.count(Name::Traceparent) == 1).then(|| fields.get(Name::Traceparent)).flatten().and_then(trace::parse)
}

impl Request<'_> {
    /// The door in the metrics.
    pub(crate) fn door_row(&self) -> DoorRow {
        self.snapshot.configuration.catalogue.door(self.door_index)
    }
}

#[cfg(test)]
mod tests;
