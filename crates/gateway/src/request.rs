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
use std::time::{Duration, Instant, SystemTime};

use auth::{Asked, Holding, Identified, Told};
use model::{Caller, Code, DoorKind, Problem, RequestId, Stage};
use observe::DoorRow;
use upstream::{Alarm, Elapsed, RequestBody};
use wire::trace::{self, TraceContext};
use wire::{RequestHead, fields::Name};

use crate::answer::{self, Answer};
use crate::ask;
use crate::compress;
use crate::cors;
use crate::deadlines::{Deadlines, request_streams};
use crate::ended;
use crate::forward;
use crate::house;
use crate::peer::Peer;
use crate::record::Record;
use crate::settings::DoorSettings;
use crate::snapshot::{DoorState, Snapshot};
use crate::stages::{self, Decided, Decision, Follower, Question, Refusal};
use crate::stored::{self, Asking, Looked};
use crate::thread::Thread;
use crate::unwind::{Panicked, catch_panic};

/// How long a request waits to hear who sent it.
const FINDING_OUT: Duration = Duration::from_secs(5);

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

    /// It is a stream: as slow as it likes, and silent for this long while the answer is silent as well.
    fn let_stream(&mut self, idle: Duration);
}

/// Where an answer goes.
pub(crate) trait Reply {
    /// Sends an answer whole, telling the record as it goes; `false` if the connection cannot be used again.
    async fn send(&mut self, request: &Request<'_>, record: &mut Record<'_>, answer: Answer, alarm: &mut Alarm)
    -> bool;

    /// Breaks an answer off that was begun and may not be ended.
    fn cut(&mut self) {}

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
        Ok(answer) => compress::answer(request, &record, answer),
        Err(problem) => answer::refuse(request, &mut record, &problem),
    };
    let Some(verified) = record.verified.clone().filter(|_| !answer.head.is_upgrade()) else {
        return reply.send(request, &mut record, answer, alarm).await;
    };
    let revoked = request.snapshot.configuration.identification.verifier().revoked();
    let sent = pin!(ended::while_it_stands(revoked, &verified, reply.send(request, &mut record, answer, alarm))).await;
    sent.unwrap_or_else(|| {
        record.fail(&ended::problem());
        reply.cut();
        false
    })
}

/// The stages, in the order in which they are cheap and safe.
async fn pass(
    request: &Request<'_>,
    record: &mut Record<'_>,
    intake: Intake,
    alarm: &mut Alarm,
) -> Result<Answer, Problem> {
    let body = intake?;
    let told;
    let seen = |refusal: Refusal| refusal.seen_at(request.door.door.kind);
    let Decided { operation, permit } = match decide(&request.question(record.at()), record).map_err(seen)? {
        Decision::Goes(decided) => decided,
        Decision::Allowed => return Ok(cors::allow(request)),
        // In a box: few requests wait here, and all would carry the room for it.
        Decision::Ask(asked) => {
            told = Box::pin(find_out(request, asked, alarm)).await;
            let question = Question { told: Some(&told), ..request.question(record.at()) };
            match decide(&question, record).map_err(seen)? {
                Decision::Goes(decided) => decided,
                Decision::Ask(_) | Decision::Allowed => {
                    return Err(Problem::new(Code::IssuerUnavailable, "what was told is no answer"));
                }
            }
        }
    };
    let body = body.map(|mut body| {
        body.bound(operation.body_bytes);
        if request_streams(request.head, operation) {
            body.let_stream(operation.idle);
        }
        body
    });

    if let Some(asked) = &operation.ask {
        record.reach(Stage::Ask);
        // In a box: few requests wait here, and all would carry the room for it.
        Box::pin(ask::admit(request, record, operation, asked, alarm)).await?;
    }
    if let Some(own) = &operation.house {
        record.reach(Stage::Forward);
        alarm.set(Some(request.peer.at_most_until(record.started() + operation.deadline)));
        let answered =
            alarm.guard(Box::pin(house::answer(request, record, own, &operation.prefix, body, permit))).await;
        // A large file may take longer than a request; from here on silence ends it.
        alarm.set(request.peer.until);
        return answered.unwrap_or_else(|Elapsed| Err(house::too_late()));
    }
    let deadlines = Deadlines::of(request, operation, record.started())?;
    alarm.set(deadlines.answer);
    let looked = match stored::look(request, record, operation, &permit)? {
        Looked::Wait(waiting) => Box::pin(stored::wait(request, record, operation, &permit, waiting, alarm)).await?,
        looked => looked,
    };
    let asking = match looked {
        Looked::Found(answer) => return Ok(answer),
        Looked::Meanwhile(answer, pending) => {
            stored::refresh::begin(request, record, operation, permit, *pending);
            return Ok(answer);
        }
        Looked::Ask(asking) => asking,
        // Nobody waits twice.
        Looked::Wait(_) => None,
    };
    if let Some(service) = permit.service() {
        record.forward(service);
    }
    let condition = asking.as_ref().and_then(Asking::condition);
    let outgoing = forward::toward_service(request, record, operation, body, deadlines.told, condition)?;
    // Pinned where it lies, as above.
    let answer = pin!(request.snapshot.upstreams.call(permit, outgoing, alarm)).await;
    if let Ok(answer) = &answer {
        record.answered(answer.retries, answer.took);
        if forward::is_stream(operation, answer) {
            // The operation's deadline was for its beginning; from here on silence ends it, or the caller's own.
            alarm.set(deadlines.stream);
        }
    }
    match asking {
        Some(asking) => asking.settle(request, record, operation, answer),
        None => forward::toward_caller(request, operation, answer?),
    }
}

/// Asks who sent a request; silence is an answer as well.
async fn find_out(request: &Request<'_>, asked: Asked, alarm: &mut Alarm) -> Told {
    alarm.set(Some(request.peer.at_most_until(Instant::now() + FINDING_OUT)));
    let asking = pin!(request.snapshot.configuration.identification.ask(asked));
    let told = alarm.guard(asking).await;
    alarm.set(request.peer.until);
    told.unwrap_or_else(|Elapsed| Told::Unavailable("no answer came in time".into()))
}

/// Everything that is decided before a service hears of the request. `explain` asks the same function, so that what
/// it says is what happens.
pub(crate) fn decide<'a>(question: &Question<'a>, follower: &mut impl Follower) -> Result<Decision<'a>, Refusal> {
    let Question { settings, door, peer, head, .. } = *question;
    stages::belongs_here(question)?;

    follower.reach(Stage::Route);
    if let Some((id, operation)) = cors::asked(settings, door, head) {
        follower.operation(id);
        follower.reach(Stage::Address);
        stages::admit_address(operation, peer.address.ip())?;
        return Ok(Decision::Allowed);
    }
    let id = stages::route(door, head)?;
    let operation = settings.operations.get(id.0 as usize).ok_or_else(stages::unknown_operation)?;
    follower.operation(id);

    follower.reach(Stage::Address);
    stages::admit_address(operation, peer.address.ip())?;

    follower.reach(Stage::Identify);
    let kind = door.door.kind;
    let workload = peer.workload.as_ref().map_err(Clone::clone)?;
    // Whoever shows a certificate is known by it, also where the rest of the request is refused.
    if let (Some(workload), DoorKind::Server) = (workload, kind) {
        follower.caller(&Caller::Workload(Arc::clone(workload)));
    }
    let identified = match &operation.house {
        Some(own) if own.judges_credentials() => Identified::Caller(question.of_connection(workload.as_ref())?),
        _ => question.identify(operation, workload.as_ref())?,
    };
    let caller = match &identified {
        Identified::Caller(caller) => caller,
        Identified::Verified(verified) => {
            follower.verified(verified);
            &verified.caller
        }
        Identified::Ask(asked) => return Ok(Decision::Ask(asked.clone())),
    };
    follower.caller(caller);

    follower.reach(Stage::Policy);
    let permit = settings.rules.decide(id, caller, peer.address.ip(), question.at)?;
    // Only to those who might have called it: others learn nothing new of what is gone.
    operation.ending.as_ref().map_or(Ok(()), |ending| ending.admit(question.at))?;

    follower.reach(Stage::Inspect);
    stages::admit_announced_body(head, operation)?;
    stages::admit_upgrade(head, operation)?;
    Ok(Decision::Goes(Decided { operation, permit }))
}

/// A panic costs its request and nothing else.
fn panicked(request: &Request<'_>, id: RequestId) -> Problem {
    request.thread.observer.panicked(id, SystemTime::now());
    Problem::new(Code::InternalError, "the handling of the request panicked").maybe_sent()
}

fn trace_context(request: &Request<'_>) -> Option<TraceContext> {
    let fields = request.head.fields();
    (fields.count(Name::Traceparent) == 1).then(|| fields.get(Name::Traceparent)).flatten().and_then(trace::parse)
}

impl<'a> Request<'a> {
    /// What the stages decide about.
    pub(crate) fn question(&self, at: SystemTime) -> Question<'a> {
        Question {
            at,
            settings: &self.snapshot.configuration.settings,
            door: self.door,
            names: &self.state.names,
            peer: self.peer,
            head: self.head,
            holding: &Holding::InTheRequest,
            identification: &self.snapshot.configuration.identification,
            told: None,
        }
    }

    /// The door in the metrics.
    pub(crate) fn door_row(&self) -> DoorRow {
        self.snapshot.configuration.catalogue.door(self.door_index)
    }
}

#[cfg(test)]
mod tests;
