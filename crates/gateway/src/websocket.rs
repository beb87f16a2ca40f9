//! A WebSocket between a caller and a service: frames both ways as they come, with the house's own Ping and Close between them.
//!
//! Each direction is a [`Way`]. Nothing is buffered beyond one read, so that who reads slowly slows who writes. Both
//! ends are asked for a sign of life after half of the operation's `idle` and let go after the whole. A reload asks
//! the stages again: who may not call any more is sent away, and all others stay. So is who called by a session or
//! token that has ended.

pub(crate) mod handshake;
mod way;

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use auth::{Holding, Verified};
use bytes::BytesMut;
use model::{Caller, Code, OperationId, Problem, Stage};
use upstream::{Alarm, Tunnel};
use wire::websocket::{FrameError, Frames, Sender};

use crate::ended;
use crate::peer::Peer;
use crate::record::Record;
use crate::request::{Request, decide};
use crate::settings::OperationSettings;
use crate::stages::{Decision, Follower, Question};
use crate::websocket::way::{Stop, Way};

/// How long both ends have to say goodbye.
const CLOSING: Duration = Duration::from_secs(5);

/// Status codes of a Close (RFC 6455 §7.4.1, and its registry).
const GOING_AWAY: u16 = 1001;
const PROTOCOL_ERROR: u16 = 1002;
const NOT_ALLOWED: u16 = 1008;
const TOO_LONG: u16 = 1009;
const BAD_GATEWAY: u16 = 1014;

/// One end, as the other way's frames go to it and its own come from it.
pub(crate) trait Leg {
    /// What was read and has not gone on.
    fn buffer(&mut self) -> &mut BytesMut;
    /// Reads more; 0 bytes is the end.
    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>>;
    /// Writes some of `bytes`.
    fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>>;
    /// Sends what was written.
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>>;
}

impl Leg for Tunnel {
    fn buffer(&mut self) -> &mut BytesMut {
        self.read()
    }

    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        Self::poll_fill(self, context)
    }

    fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Self::poll_write(self, context, bytes)
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// How a WebSocket ends.
enum End {
    /// With a Close of either side, or with one of the house that is nobody's mistake.
    Done,
    /// The caller went away without one.
    Abandoned,
    /// Somebody's mistake.
    Failed(Problem),
}

/// What is said to each side at the end; `None` to one that is not there any more.
struct Goodbye {
    to_caller: Option<u16>,
    to_service: Option<u16>,
}

/// Passes frames both ways until the WebSocket is over. `extended`: the handshake agreed on an extension.
pub(crate) async fn relay<L: Leg>(
    request: &Request<'_>,
    record: &mut Record<'_>,
    operation: &OperationSettings,
    caller: &RefCell<L>,
    mut service: Tunnel,
    extended: bool,
    alarm: &mut Alarm,
) {
    let now = Instant::now();
    let up = Frames::new(Sender::Client, extended, operation.body_bytes);
    let down = Frames::new(Sender::Server, extended, u64::MAX);
    let holding = record.verified.as_ref().map_or(Holding::InTheRequest, |one| Holding::Again(Arc::clone(one)));
    let mut relay = Relay {
        request,
        holding,
        up: Way::new(up, now),
        down: Way::new(down, now),
        idle: operation.idle,
        standing: record.verified.clone().map(|verified| (verified, now + ended::PULSE)),
        version: request.thread.version(),
        end: None,
        otherwise: End::Abandoned,
        until: None,
    };
    let mut sent = 0;
    poll_fn(|context| {
        let polled = relay.poll(context, &mut *caller.borrow_mut(), &mut service, alarm);
        record.bytes_in.set(relay.up.passed());
        record.sent(relay.down.passed() - std::mem::replace(&mut sent, relay.down.passed()));
        polled
    })
    .await;
    match relay.end.unwrap_or(relay.otherwise) {
        End::Done => record.complete(),
        End::Failed(problem) => record.fail(&problem),
        End::Abandoned => {}
    }
}

struct Relay<'a> {
    request: &'a Request<'a>,
    /// What its caller is asked for again: not for a proof that was used up, nor for what would have to be asked about.
    holding: Holding,
    /// From the caller to the service.
    up: Way,
    /// From the service to the caller.
    down: Way,
    idle: Duration,
    /// What the caller is known by that can end, and when it is looked next whether it has.
    standing: Option<(Arc<Verified>, Instant)>,
    /// Which configuration was asked last whether this may go on.
    version: u64,
    /// How it ends, once that is known; the first reason stands.
    end: Option<End>,
    /// How it ends where nothing else is known.
    otherwise: End,
    /// Until when the end may take.
    until: Option<Instant>,
}

impl Relay<'_> {
    fn poll(
        &mut self,
        context: &mut Context<'_>,
        caller: &mut impl Leg,
        service: &mut impl Leg,
        alarm: &mut Alarm,
    ) -> Poll<()> {
        loop {
            let now = Instant::now();
            self.look_again(now);
            let up = self.up.poll(context, caller, service, now);
            let down = self.down.poll(context, service, caller, now);
            let (stopped_up, stopped_down) = (up.is_ready(), down.is_ready());
            if let Poll::Ready(stop) = up {
                self.caller_stopped(stop, now);
            }
            if let Poll::Ready(stop) = down {
                self.service_stopped(stop, now);
            }
            if self.up.is_done() && self.down.is_done() {
                return Poll::Ready(());
            }
            if stopped_up || stopped_down {
                continue;
            }
            alarm.set(Some(self.deadline()));
            if alarm.poll_ring(context).is_pending() {
                return Poll::Pending;
            }
            if !self.rang(Instant::now()) {
                return Poll::Ready(());
            }
        }
    }

    /// The way from the caller came to an end of its own.
    fn caller_stopped(&mut self, stop: Stop, now: Instant) {
        match stop {
            Stop::Closed => self.closed(now),
            Stop::Finished => {}
            Stop::Source => self.caller_gone(now),
            // Its last word may be there to be read.
            Stop::Target(error) => {
                self.otherwise = End::Failed(broken().because(error));
                self.until.get_or_insert(now + CLOSING);
            }
            Stop::Frame(FrameError::TooLong) => {
                let problem = Problem::new(Code::BodyTooLarge, FrameError::TooLong.to_string()).maybe_sent();
                self.say_goodbye(End::Failed(problem), Goodbye::to(TOO_LONG, GOING_AWAY), now);
            }
            Stop::Frame(error) => {
                let problem = Problem::new(Code::MalformedBody, error.to_string()).maybe_sent();
                self.say_goodbye(End::Failed(problem), Goodbye::to(PROTOCOL_ERROR, GOING_AWAY), now);
            }
        }
    }

    /// The way from the service came to an end of its own.
    fn service_stopped(&mut self, stop: Stop, now: Instant) {
        match stop {
            Stop::Closed => self.closed(now),
            Stop::Finished => {}
            Stop::Source => self.service_gone(now),
            Stop::Target(_) => self.caller_gone(now),
            Stop::Frame(error) => {
                let problem = Problem::new(Code::UpstreamMalformed, error.to_string()).maybe_sent();
                self.say_goodbye(End::Failed(problem), Goodbye::to(BAD_GATEWAY, PROTOCOL_ERROR), now);
            }
        }
    }

    /// A Close has gone to the other side, whose own is waited for a little.
    fn closed(&mut self, now: Instant) {
        self.end.get_or_insert(End::Done);
        self.until.get_or_insert(now + CLOSING);
    }

    fn caller_gone(&mut self, now: Instant) {
        self.say_goodbye(End::Abandoned, Goodbye { to_caller: None, to_service: Some(GOING_AWAY) }, now);
    }

    fn service_gone(&mut self, now: Instant) {
        let goodbye = Goodbye { to_caller: Some(BAD_GATEWAY), to_service: None };
        self.say_goodbye(End::Failed(broken()), goodbye, now);
    }

    /// The house's own Close to whoever is there and has not had one.
    fn say_goodbye(&mut self, end: End, goodbye: Goodbye, now: Instant) {
        self.end.get_or_insert(end);
        self.until.get_or_insert(now + CLOSING);
        let mask = self.mask();
        self.down.end(goodbye.to_caller, None);
        self.up.end(goodbye.to_service, Some(mask));
    }

    /// What is masked here is nobody's choice but ours, so that it need not withstand anybody's guessing.
    fn mask(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.request.thread.span_id().0;
        [a, b, c, d]
    }

    /// When something has to be done though nothing moves.
    fn deadline(&self) -> Instant {
        let next = self.until.unwrap_or_else(|| {
            let silence = self.up.deadline(self.idle).min(self.down.deadline(self.idle));
            self.standing.as_ref().map_or(silence, |(_, look)| silence.min(*look))
        });
        self.request.peer.at_most_until(next)
    }

    /// Whether what the caller showed has ended; looked up at the pulse.
    fn has_ended(&mut self, now: Instant) -> bool {
        let revoked = self.request.snapshot.configuration.identification.verifier().revoked();
        match &mut self.standing {
            Some((verified, look)) if *look <= now && self.end.is_none() => {
                *look = now + ended::PULSE;
                revoked.holds(verified).is_none()
            }
            _ => false,
        }
    }

    /// Nothing moved for long enough; `false` if it is over now.
    fn rang(&mut self, now: Instant) -> bool {
        if self.until.is_some_and(|until| until <= now) {
            return false;
        }
        if self.request.peer.until.is_some_and(|until| until <= now) {
            self.say_goodbye(End::Done, Goodbye::to(GOING_AWAY, GOING_AWAY), now);
            // The certificate is over, and with it the time for courtesies that have to be waited for.
            self.until = Some(now);
        } else if self.has_ended(now) {
            self.say_goodbye(End::Failed(ended::problem()), Goodbye::to(NOT_ALLOWED, GOING_AWAY), now);
        } else if self.up.is_silent(self.idle, now) {
            self.silent(!self.up.is_blocked(), now);
        } else if self.down.is_silent(self.idle, now) {
            self.silent(self.down.is_blocked(), now);
        } else {
            let mask = self.mask();
            if self.up.is_to_be_asked(self.idle, now) {
                self.down.ping(None);
            }
            if self.down.is_to_be_asked(self.idle, now) {
                self.up.ping(Some(mask));
            }
        }
        true
    }

    /// One side neither sends nor takes anything, not even what every end has to answer to a Ping.
    fn silent(&mut self, caller: bool, now: Instant) {
        let (code, to_caller, detail) = if caller {
            (Code::RequestTimeout, GOING_AWAY, "the caller gave no sign of life")
        } else {
            (Code::UpstreamTimeout, BAD_GATEWAY, "the service gave no sign of life")
        };
        let problem = Problem::new(code, detail).maybe_sent();
        self.say_goodbye(End::Failed(problem), Goodbye::to(to_caller, GOING_AWAY), now);
    }

    /// After a reload the stages are asked again; while the thread drains everybody is sent elsewhere.
    fn look_again(&mut self, now: Instant) {
        let thread = self.request.thread;
        if self.end.is_some() || self.version == thread.version() {
            return;
        }
        self.version = thread.version();
        if thread.is_draining() {
            return self.say_goodbye(End::Done, Goodbye::to(GOING_AWAY, GOING_AWAY), now);
        }
        if let Err(problem) = may_go_on(self.request, &self.holding) {
            self.say_goodbye(End::Failed(problem), Goodbye::to(NOT_ALLOWED, GOING_AWAY), now);
        }
    }
}

fn broken() -> Problem {
    Problem::new(Code::UpstreamBroken, "the service ended the WebSocket without a Close").maybe_sent()
}

impl Goodbye {
    const fn to(caller: u16, service: u16) -> Self {
        Self { to_caller: Some(caller), to_service: Some(service) }
    }
}

/// Whether the request that began this would be let through by the configuration of now.
fn may_go_on(request: &Request<'_>, holding: &Holding) -> Result<(), Problem> {
    let now = request.thread.wall_clock(Instant::now());
    let snapshot = request.thread.snapshot();
    let gone = || Problem::new(Code::NotFound, "the door is gone, or would not let this peer in any more").maybe_sent();
    let index = snapshot.configuration.door_named(&request.door.door).ok_or_else(gone)?;
    let (door, state) = snapshot.door(index).ok_or_else(gone)?;
    let settings = &snapshot.configuration.settings;
    let mut peer = Rc::new(request.peer.clone());
    Peer::recognise(&mut peer, &settings.directory);
    if !snapshot.lets_in(index, &peer) {
        return Err(gone());
    }
    let question = Question { settings, door, names: &state.names, peer: &peer, holding, ..request.question(now) };
    match decide(&question, &mut Nobody).map_err(|refusal| refusal.seen_at(door.door.kind).maybe_sent())? {
        Decision::Goes(_) => Ok(()),
        Decision::Ask(_) | Decision::Allowed => Err(gone()),
    }
}

/// Nobody follows a question that was asked before.
struct Nobody;

impl Follower for Nobody {
    fn reach(&mut self, _: Stage) {}
    fn operation(&mut self, _: OperationId) {}
    fn caller(&mut self, _: &Caller) {}
}
