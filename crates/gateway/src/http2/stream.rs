//! One stream: its head is read when it comes, and a task serves the request.

use std::borrow::Cow;
use std::cell::{Cell, RefCell, RefMut};
use std::pin::pin;
use std::rc::Rc;
use std::time::{Instant, SystemTime};

use ::http2::{Connection, Key, Pseudo, Reason, Section};
use model::Problem;
use tokio::task::spawn_local;
use wire::{Framing, HeadError, HeadLimits, Http2Request, RequestHead};

use crate::forward;
use crate::http2::Session;
use crate::http2::body::{self, Http2Body};
use crate::http2::reply::Http2Reply;
use crate::peer::Peer;
use crate::request::{self, Intake, Request};
use crate::settings::DoorSettings;
use crate::snapshot::Snapshot;
use crate::thread::Thread;
use crate::unwind::catch_panic;

/// One stream, shared by the reading of its request and the writing of its answer.
pub(super) struct Stream {
    connection: Rc<RefCell<Connection>>,
    pub(super) key: Key,
    /// How much of the body has come, as far as it was looked at.
    pub(super) received: Cell<u64>,
    /// How much of the answer's content was sent.
    pub(super) sent: Cell<u64>,
}

impl Stream {
    pub(super) fn connection(&self) -> RefMut<'_, Connection> {
        self.connection.borrow_mut()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.connection.borrow_mut().release(self.key);
    }
}

impl Session<'_> {
    /// Serves the request that has come last.
    pub(super) fn spawn(&self, snapshot: Rc<Snapshot>, index: usize, key: Key) {
        let (received, sent) = (Cell::default(), Cell::default());
        let stream = Stream { connection: Rc::clone(&self.connection), key, received, sent };
        let thread = Rc::clone(self.open.thread());
        let Some((door, _)) = snapshot.door(index) else { return };
        let mut head = thread.take_head();
        let read = {
            let mut connection = stream.connection();
            let ended = connection.has_ended(key);
            let read = assemble(&mut head, connection.section(), ended, door);
            match (&read, head.framing()) {
                // RFC 9113 §8.1.1 calls these malformed: they are no requests, so that there is nothing to answer.
                (Err(HeadError::FieldName | HeadError::ConnectionSpecific), _) => {
                    return connection.break_off(key, Reason::PROTOCOL_ERROR);
                }
                (Ok(()), Framing::Length(length)) => connection.expect(key, length),
                _ => {}
            }
            read.map(|()| ended).map_err(Problem::from)
        };
        let peer = Rc::clone(&self.peer);
        let count = StreamCount::new(&self.streams);
        // In a box: spawning moves the task's future several times, and this one is large.
        spawn_local(Box::pin(async move {
            let _count = count;
            let serving = pin!(serve(&thread, &snapshot, index, &peer, head, read, stream));
            if catch_panic(serving).await.is_err() {
                let now = SystemTime::now();
                thread.observer.panicked(thread.request_id(now), now);
            }
        }));
    }
}

/// Counts one stream under way for as long as it lives.
struct StreamCount(Rc<Cell<usize>>);

impl StreamCount {
    fn new(streams: &Rc<Cell<usize>>) -> Self {
        streams.set(streams.get() + 1);
        Self(Rc::clone(streams))
    }
}

impl Drop for StreamCount {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// Serves a request whose head was read; `read` says whether it had ended with its head, or why it cannot be served.
async fn serve(
    thread: &Thread,
    snapshot: &Snapshot,
    index: usize,
    peer: &Peer,
    head: Box<RequestHead>,
    read: Result<bool, Problem>,
    stream: Stream,
) {
    let Some((door, state)) = snapshot.door(index) else { return };
    // A caller that has taken it back already cost no more than its head.
    if !stream.connection().begin(stream.key) {
        return thread.give_head(head);
    }
    let started = Instant::now();
    let stream = Rc::new(stream);
    let directory = &snapshot.configuration.settings.directory;
    let intake = read.and_then(|ended| Ok((ended, peer.of_request(&head, door, directory)?)));
    let (peer, intake) =
        intake.map_or_else(|problem| (Cow::Borrowed(peer), Err(problem)), |(ended, peer)| (peer, Ok(ended)));
    let intake: Intake = intake.map(|ended| {
        // A stream that is open after a length of 0 may still bring trailers.
        let has_body = !ended && head.framing() != Framing::None;
        let (length, waiting) = (forward::told_length(&head), head.expects_continue());
        has_body.then(|| Box::new(Http2Body::new(Rc::clone(&stream), door.patience, length, waiting)) as _)
    });
    let request =
        Request { thread, snapshot, door, state, door_index: index, peer: &peer, protocol: "HTTP/2", head: &head };
    let mut reply = Http2Reply::new(Rc::clone(&stream));
    let mut alarm = thread.take_alarm();
    request::serve(&request, intake, started, &stream.received, &mut alarm, &mut reply).await;
    thread.give_head(head);
    body::let_finish(&stream, &mut alarm).await;
    thread.give_alarm(alarm);
}

/// The same strict reading as for HTTP/1.1, from HTTP/2's own pieces.
fn assemble(head: &mut RequestHead, section: &Section, end_stream: bool, door: &DoorSettings) -> Result<(), HeadError> {
    let heads = &door.heads;
    let limits = HeadLimits { head_bytes: heads.bytes, target_bytes: heads.target_bytes, fields: heads.fields };
    if section.is_too_large() {
        return Err(HeadError::TooLarge);
    }
    let authority = section.pseudo(Pseudo::Authority);
    let request = Http2Request {
        method: text(section, Pseudo::Method, HeadError::Method)?,
        scheme: text(section, Pseudo::Scheme, HeadError::Scheme)?,
        authority: authority.map(|_| text(section, Pseudo::Authority, HeadError::Target)).transpose()?,
        // All have a path but CONNECT.
        path: text(section, Pseudo::Path, HeadError::MethodNotImplemented)?,
        end_stream,
    };
    head.assemble(request, section.fields(), &limits)
}

/// A pseudo-field as text; `fault` is what is said where there is none.
fn text(section: &Section, which: Pseudo, fault: HeadError) -> Result<&str, HeadError> {
    section.pseudo(which).and_then(|value| std::str::from_utf8(value).ok()).ok_or(fault)
}
