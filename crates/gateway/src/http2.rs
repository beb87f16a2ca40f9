//! One HTTP/2 connection: its streams become requests, each a task of its own on the same thread.
//!
//! Framing, flow control and the defences against resets and floods are the `h2` crate's, with the bounds below;
//! what a request means is read by the same code as for HTTP/1.1.

mod body;
mod fields;
mod gathered;
mod reply;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use h2::RecvStream;
use h2::server::{Builder, Connection, SendResponse};
use model::{Code, Door, Problem};
use tokio::task::spawn_local;
use upstream::Alarm;
use wire::{Framing, HeadLimits, Http2Request, RequestHead};

use crate::connection::Place;
use crate::forward;
use crate::http2::body::Http2Body;
use crate::http2::gathered::Gathered;
use crate::http2::reply::Http2Reply;
use crate::peer::Peer;
use crate::request::{self, Intake, Request};
use crate::settings::DoorSettings;
use crate::snapshot::Snapshot;
use crate::socket::Socket;
use crate::thread::{OpenConnection, Thread};
use crate::unwind::catch_panic;

/// Requests under way on one connection.
const STREAMS_AT_MOST: u32 = 128;
/// What a caller may send ahead on one stream, and on all of them.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// What is buffered of answers that a caller does not take.
const SEND_BUFFER: usize = 256 * 1024;
/// Streams that a caller opened and reset before they were served (CVE-2023-44487), then the connection ends.
const RESETS_AT_MOST: usize = 32;
/// How long streams under way may go on after the connection was told to end.
const GOODBYE: Duration = Duration::from_secs(60);

/// Serves the streams of one connection until either side has had enough.
pub(crate) async fn serve(open: OpenConnection, door: Door, socket: Socket, peer: Peer) {
    let place = Place::new(&open, door);
    let peer = Rc::new(peer);
    let mut alarm = Alarm::new();
    let Some(settings) = Bounds::of(&place) else { return };
    alarm.set(Some(Instant::now() + settings.handshake));
    let socket = Gathered::new(socket, open.thread());
    let handshake = settings.builder().handshake::<_, Bytes>(socket.clone());
    let Ok(Ok(connection)) = alarm.guard(handshake).await else { return };
    socket.gather();
    Session { open: &open, place, peer, socket, streams: Rc::default(), keep_alive: settings.keep_alive }
        .run(connection, &mut alarm)
        .await;
}

/// The bounds that hold for a connection from its first byte.
struct Bounds {
    handshake: Duration,
    keep_alive: Duration,
    head_bytes: usize,
}

impl Bounds {
    fn of(place: &Place<'_>) -> Option<Self> {
        let (snapshot, index) = place.peek()?;
        let (door, _) = snapshot.door(index)?;
        let patience = &door.patience;
        Some(Self { handshake: patience.head, keep_alive: patience.keep_alive, head_bytes: door.heads.bytes })
    }

    fn builder(&self) -> Builder {
        let mut builder = Builder::new();
        builder
            .max_concurrent_streams(STREAMS_AT_MOST)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(u32::try_from(self.head_bytes).unwrap_or(u32::MAX))
            .max_send_buffer_size(SEND_BUFFER)
            .max_pending_accept_reset_streams(RESETS_AT_MOST)
            .max_concurrent_reset_streams(RESETS_AT_MOST);
        builder
    }
}

/// One connection and the number of its streams that are being served.
struct Session<'a> {
    open: &'a OpenConnection,
    place: Place<'a>,
    peer: Rc<Peer>,
    socket: Gathered,
    streams: Rc<Cell<usize>>,
    keep_alive: Duration,
}

/// What the connection brought.
#[expect(clippy::large_enum_variant, reason = "it is taken apart where it is made")]
enum Next {
    Stream(http::Request<RecvStream>, SendResponse<Bytes>),
    Changed,
    Idle,
    Ended,
}

impl Session<'_> {
    async fn run(mut self, mut connection: Connection<Gathered, Bytes>, alarm: &mut Alarm) {
        let mut leaving = false;
        loop {
            alarm.set(Some(self.deadline(leaving)));
            match self.next(&mut connection, alarm).await {
                // Also while leaving: the peer opened it before it heard of that.
                Next::Stream(request, respond) => match self.place.of(&mut self.peer, true) {
                    Some((snapshot, index)) => self.spawn(snapshot, index, request, respond),
                    None => leaving = leave(&mut connection),
                },
                Next::Changed => {
                    if self.place.of(&mut self.peer, false).is_none() {
                        leaving = leave(&mut connection);
                    }
                }
                Next::Idle if leaving => break,
                Next::Idle if self.streams.get() > 0 && !self.is_expired() => {}
                Next::Idle => leaving = leave(&mut connection),
                Next::Ended => break,
            }
        }
    }

    fn deadline(&self, leaving: bool) -> Instant {
        let now = Instant::now();
        if leaving { now + GOODBYE } else { self.peer.at_most_until(now + self.keep_alive) }
    }

    fn is_expired(&self) -> bool {
        self.peer.until.is_some_and(|until| until <= Instant::now())
    }

    async fn next(&self, connection: &mut Connection<Gathered, Bytes>, alarm: &mut Alarm) -> Next {
        poll_fn(|context| {
            self.open.register(context);
            if self.place.is_outdated() {
                return Poll::Ready(Next::Changed);
            }
            match connection.poll_accept(context) {
                Poll::Ready(Some(Ok((request, respond)))) => Poll::Ready(Next::Stream(request, respond)),
                // A connection error; h2 has told the peer what it had to be told.
                Poll::Ready(Some(Err(_)) | None) => Poll::Ready(Next::Ended),
                Poll::Pending => match self.socket.poll_send(context) {
                    Poll::Ready(Err(_)) => Poll::Ready(Next::Ended),
                    // What the peer does not take yet goes out when it does: that wakes this task.
                    Poll::Ready(Ok(())) | Poll::Pending => alarm.poll_ring(context).map(|()| Next::Idle),
                },
            }
        })
        .await
    }

    fn spawn(
        &self,
        snapshot: Rc<Snapshot>,
        index: usize,
        request: http::Request<RecvStream>,
        respond: SendResponse<Bytes>,
    ) {
        let thread = Rc::clone(self.open.thread());
        let peer = Rc::clone(&self.peer);
        let count = StreamCount::new(&self.streams);
        // In a box: spawning moves the task's future several times, and this one is large.
        spawn_local(Box::pin(async move {
            let _count = count;
            let serving = pin!(serve_stream(&thread, &snapshot, index, &peer, request, respond));
            if catch_panic(serving).await.is_err() {
                let now = SystemTime::now();
                thread.observer.panicked(thread.request_id(now), now);
            }
        }));
    }
}

/// Tells the peer to open no more streams (RFC 9113 §6.8).
fn leave(connection: &mut Connection<Gathered, Bytes>) -> bool {
    connection.graceful_shutdown();
    true
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

/// One stream, shared by the reading of its request and the writing of its answer.
struct Stream {
    body: RefCell<RecvStream>,
    respond: RefCell<SendResponse<Bytes>>,
    /// How much of the body was received.
    received: Cell<u64>,
    /// How much of the answer's content was sent.
    sent: Cell<u64>,
}

async fn serve_stream(
    thread: &Thread,
    snapshot: &Snapshot,
    index: usize,
    peer: &Peer,
    request: http::Request<RecvStream>,
    respond: SendResponse<Bytes>,
) {
    let Some((door, state)) = snapshot.door(index) else { return };
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let ended = body.is_end_stream();
    let stream = Rc::new(Stream {
        body: body.into(),
        respond: respond.into(),
        received: Cell::default(),
        sent: Cell::default(),
    });
    let mut head = thread.take_head();
    let intake = assemble(&mut head, &parts, ended, door);
    let directory = &snapshot.configuration.settings.directory;
    let intake = intake.and_then(|()| peer.of_request(&head, door, directory));
    let (peer, intake) = intake.map_or_else(|problem| (Cow::Borrowed(peer), Err(problem)), |peer| (peer, Ok(())));
    let intake: Intake = intake.map(|()| {
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
fn assemble(
    head: &mut RequestHead,
    parts: &http::request::Parts,
    end_stream: bool,
    door: &DoorSettings,
) -> Result<(), Problem> {
    let heads = &door.heads;
    let limits = HeadLimits { head_bytes: heads.bytes, target_bytes: heads.target_bytes, fields: heads.fields };
    let path = parts.uri.path_and_query().map(http::uri::PathAndQuery::as_str);
    let authority = parts.uri.authority().map(http::uri::Authority::as_str);
    let request = Http2Request {
        method: parts.method.as_str(),
        // Without `:authority`, where Host stands in, h2 checks that there is a scheme and then cannot keep it.
        scheme: parts.uri.scheme_str().unwrap_or(if authority.is_none() { "https" } else { "" }),
        authority,
        path: path.ok_or_else(|| Problem::new(Code::MalformedRequest, "the request has no path"))?,
        end_stream,
    };
    let fields = parts.headers.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()));
    head.assemble(request, fields, &limits)?;
    Ok(())
}
