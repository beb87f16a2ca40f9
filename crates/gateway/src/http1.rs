//! One HTTP/1.1 connection: wait for a request, read its head, serve it, and again.
//!
//! A connection that waits holds no buffer and no head; both come from its thread when the first byte is there.

mod body;
mod reply;
mod stream;
mod upgrade;

use std::borrow::Cow;
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Buf;
use model::{Code, Door, Problem};
use upstream::Alarm;
use wire::{BodyDecoder, BodyLimits, HeadLimits, Misplaced, RequestHead, Version};

use crate::connection::{Place, Wait};
use crate::http1::body::Http1Body;
use crate::http1::reply::Http1Reply;
use crate::http1::stream::Stream;
use crate::peer::Peer;
use crate::request::{self, Intake, Request};
use crate::settings::DoorSettings;
use crate::snapshot::Snapshot;
use crate::socket::Socket;
use crate::thread::OpenConnection;
use crate::websocket::handshake;

pub(crate) use body::too_large;

/// Bounds on the framing of a request's body.
pub(crate) const BODY: BodyLimits =
    BodyLimits { chunk_line_bytes: 256, trailer_bytes: 8 * 1024, trailer_fields: 32, misplaced: Misplaced::Refused };

/// How long a connection that was accepted at the last moment may take to send its request.
const FIRST_WHILE_DRAINING: Duration = Duration::from_secs(1);

/// Serves the requests of one connection, one after the other, until either side has had enough.
pub(crate) async fn serve(open: OpenConnection, door: Door, socket: Socket, peer: Peer) {
    let stream = Rc::new(RefCell::new(Stream::new(socket)));
    let mut alarm = Alarm::new();
    let mut place = Place::new(&open, door);
    let mut peer = Rc::new(peer);
    let mut first = true;
    // Until when the next request has to begin; kept while nothing comes, whatever wakes the connection meanwhile.
    let mut until = None;
    while let Some((snapshot, index)) = place.of(&mut peer, first) {
        let Some((settings, _)) = snapshot.door(index) else { break };
        let patience = &settings.patience;
        if stream.borrow().buffer.is_empty() {
            let wait = match first {
                true if open.thread().is_draining() => FIRST_WHILE_DRAINING.min(patience.head),
                true => patience.head,
                false => patience.keep_alive,
            };
            alarm.set(Some(*until.get_or_insert_with(|| peer.at_most_until(open.thread().about_now() + wait))));
            match wait_for_request(&open, &place, &stream, &mut alarm).await {
                Wait::Readable => {}
                Wait::Changed => {
                    until = None;
                    continue;
                }
                Wait::Ended => break,
            }
        }
        match serve_one(&open, &snapshot, index, &peer, &stream, &mut alarm).await {
            Served::Nothing => {}
            Served::One => (first, until) = (false, None),
            Served::Last => break,
        }
    }
    stream::close(&stream, &mut alarm).await;
}

async fn wait_for_request(
    open: &OpenConnection,
    place: &Place<'_>,
    stream: &RefCell<Stream>,
    alarm: &mut Alarm,
) -> Wait {
    poll_fn(|context| {
        open.register(context);
        if place.is_outdated() {
            return Poll::Ready(Wait::Changed);
        }
        if stream.borrow().socket.poll_readable(context).is_ready() {
            return Poll::Ready(Wait::Readable);
        }
        alarm.poll_ring(context).map(|()| Wait::Ended)
    })
    .await
}

/// What came of a connection on which something was to be read.
enum Served {
    /// Not one byte of a request: a socket says that it is readable when it is new, and when TLS has something to
    /// say for itself.
    Nothing,
    /// A request, and there may be another.
    One,
    /// The connection is not to be used again.
    Last,
}

/// Reads one request and serves it.
async fn serve_one(
    open: &OpenConnection,
    snapshot: &Snapshot,
    index: usize,
    peer: &Peer,
    stream: &Rc<RefCell<Stream>>,
    alarm: &mut Alarm,
) -> Served {
    let thread = open.thread();
    let Some((door, state)) = snapshot.door(index) else { return Served::Last };
    stream.borrow_mut().take_buffer(thread);
    let mut head = thread.take_head();
    let started = Instant::now();
    alarm.set(Some(peer.at_most_until(started + door.patience.head)));
    let intake = match read_head(stream, &mut head, door, alarm).await {
        HeadRead::Whole => Ok(()),
        HeadRead::Refused(problem) => Err(problem),
        HeadRead::Nothing => {
            thread.give_head(head);
            stream.borrow_mut().rest(thread);
            return Served::Nothing;
        }
        HeadRead::Closed => return Served::Last,
    };
    let directory = &snapshot.configuration.settings.directory;
    let intake = intake.and_then(|()| peer.of_request(&head, door, directory));
    let (peer, intake) = intake.map_or_else(|problem| (Cow::Borrowed(peer), Err(problem)), |peer| (peer, Ok(())));
    let request = Request {
        thread,
        snapshot,
        door,
        state,
        door_index: index,
        peer: &peer,
        protocol: protocol(&head),
        head: &head,
    };
    let intake = intake.and_then(|()| body_of(&head, stream, door));
    let received = stream.borrow_mut().begin(intake.is_ok(), &head);
    let mut reply = Http1Reply::new(stream, intake.is_ok());
    let keep = request::serve(&request, intake, started, &received, alarm, &mut reply).await;
    thread.give_head(head);
    stream.borrow_mut().rest(thread);
    if keep { Served::One } else { Served::Last }
}

fn protocol(head: &RequestHead) -> &'static str {
    match head.version() {
        Version::Http10 => "HTTP/1.0",
        Version::Http11 | Version::Http2 => "HTTP/1.1",
    }
}

/// Upgrades to other protocols than WebSocket are refused (RFC 9110 §7.8); an operation that is one is known later.
pub(crate) fn refuse_upgrade(head: &RequestHead) -> Result<(), Problem> {
    if head.upgrade().is_some() && !handshake::is_offered(head) {
        return Err(Problem::new(Code::NotImplemented, "upgrades to other protocols are not published here"));
    }
    Ok(())
}

/// The body that follows the head, if there is one.
fn body_of(head: &RequestHead, stream: &Rc<RefCell<Stream>>, door: &DoorSettings) -> Intake {
    refuse_upgrade(head)?;
    if !stream::has_content(head) {
        return Ok(None);
    }
    stream.borrow_mut().decoder = BodyDecoder::new(head.framing(), &BODY);
    Ok(Some(Box::new(Http1Body::new(stream, door.patience))))
}

enum HeadRead {
    Whole,
    Refused(Problem),
    Nothing,
    Closed,
}

/// Reads until the head is whole, within the alarm.
async fn read_head(
    stream: &RefCell<Stream>,
    head: &mut RequestHead,
    door: &DoorSettings,
    alarm: &mut Alarm,
) -> HeadRead {
    let heads = &door.heads;
    let limits = HeadLimits { head_bytes: heads.bytes, target_bytes: heads.target_bytes, fields: heads.fields };
    let reading = poll_fn(|context| {
        let Stream { socket, buffer, .. } = &mut *stream.borrow_mut();
        loop {
            if !buffer.is_empty() {
                match head.parse(buffer, &limits) {
                    Ok(Some(length)) => {
                        buffer.advance(length);
                        return Poll::Ready(HeadRead::Whole);
                    }
                    Ok(None) => {}
                    Err(error) => return Poll::Ready(HeadRead::Refused(error.into())),
                }
            }
            match socket.poll_fill(context, buffer, stream::READ_BYTES) {
                // The wait for a first byte needs no buffer.
                Poll::Pending if buffer.is_empty() => return Poll::Ready(HeadRead::Nothing),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(HeadRead::Closed),
                Poll::Ready(Ok(_)) => {}
            }
        }
    });
    alarm.guard(reading).await.unwrap_or_else(|_| {
        HeadRead::Refused(Problem::new(Code::RequestTimeout, "the head of the request did not arrive in time"))
    })
}
