//! One HTTP/2 connection: its streams become requests, each a task of its own on the same thread.
//!
//! Framing, flow control and the defences against resets and floods are the room `http2`'s, with the bounds below;
//! what a request means is read by the same code as for HTTP/1.1. This file reads and writes the socket: what all
//! streams have to say at the end of a turn leaves in one call.

mod body;
mod reply;
mod stream;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use ::http2::{Bounds, Connection, Key};
use bytes::{Buf as _, BytesMut};
use model::Door;
use tokio::io::AsyncWrite as _;
use upstream::Alarm;

use crate::connection::Place;
use crate::peer::Peer;
use crate::socket::Socket;
use crate::thread::OpenConnection;

/// Requests under way on one connection.
const STREAMS_AT_MOST: u32 = 128;
/// What a caller may send ahead on one stream, and on all of them.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Streams that a caller opened and reset before they were served (CVE-2023-44487), then the connection ends.
const RESETS_AT_MOST: u32 = 32;
/// Streams that broke the rules of HTTP/2, then the connection ends.
const FAULTS_AT_MOST: u32 = 256;
/// What one read asks for; a record of TLS has no more.
const READ_BYTES: usize = 16 * 1024;
/// How long streams under way may go on after the connection was told to end.
const GOODBYE: Duration = Duration::from_secs(60);
/// How long the last octets of a connection may take.
const LAST_WORD: Duration = Duration::from_secs(2);

/// Serves the streams of one connection until either side has had enough.
pub(crate) async fn serve(open: OpenConnection, door: Door, socket: Socket, peer: Peer) {
    let place = Place::new(&open, door);
    let Some(patience) = Patience::of(&place) else { return };
    let bounds = Bounds {
        streams: STREAMS_AT_MOST,
        stream_window: STREAM_WINDOW,
        connection_window: CONNECTION_WINDOW,
        head_bytes: patience.head_bytes,
        resets: RESETS_AT_MOST,
        faults: FAULTS_AT_MOST,
    };
    let connection = Rc::new(RefCell::new(Connection::new(bounds)));
    let mut alarm = Alarm::new();
    let session = Session {
        open: &open,
        place,
        peer: Rc::new(peer),
        socket,
        input: BytesMut::new(),
        connection,
        streams: Rc::default(),
        keep_alive: patience.keep_alive,
    };
    session.run(Instant::now() + patience.handshake, &mut alarm).await;
}

/// What holds for a connection from its first byte.
struct Patience {
    handshake: Duration,
    keep_alive: Duration,
    head_bytes: u32,
}

impl Patience {
    fn of(place: &Place<'_>) -> Option<Self> {
        let (snapshot, index) = place.peek()?;
        let (door, _) = snapshot.door(index)?;
        let head_bytes = u32::try_from(door.heads.bytes).unwrap_or(u32::MAX);
        Some(Self { handshake: door.patience.head, keep_alive: door.patience.keep_alive, head_bytes })
    }
}

/// One connection and the number of its streams that are being served.
struct Session<'a> {
    open: &'a OpenConnection,
    place: Place<'a>,
    peer: Rc<Peer>,
    socket: Socket,
    /// Read, and not yet a whole frame.
    input: BytesMut,
    connection: Rc<RefCell<Connection>>,
    streams: Rc<Cell<usize>>,
    keep_alive: Duration,
}

/// What the connection brought.
enum Next {
    Stream(Key),
    Changed,
    Idle,
    Ended,
}

impl Session<'_> {
    async fn run(mut self, begins_by: Instant, alarm: &mut Alarm) {
        let mut leaving = false;
        loop {
            let begun = self.connection.borrow().has_begun();
            alarm.set(Some(if begun { self.deadline(leaving) } else { begins_by }));
            match self.next(alarm).await {
                // Also while leaving: the peer opened it before it heard of that.
                Next::Stream(key) => match self.place.of(&mut self.peer, true) {
                    Some((snapshot, index)) => self.spawn(snapshot, index, key),
                    None => {
                        self.connection.borrow_mut().refuse(key);
                        leaving = self.leave();
                    }
                },
                Next::Changed => {
                    if self.place.of(&mut self.peer, false).is_none() {
                        leaving = self.leave();
                    }
                }
                // Only the time to begin is over, and it has begun.
                Next::Idle if !begun && self.connection.borrow().has_begun() => {}
                Next::Idle if leaving || !begun => break,
                Next::Idle if self.streams.get() > 0 && !self.is_expired() => {}
                Next::Idle => leaving = self.leave(),
                Next::Ended => break,
            }
        }
        // Whoever still serves a stream of it learns that nobody waits for the answer.
        self.connection.borrow_mut().end();
        self.close(alarm).await;
    }

    fn deadline(&self, leaving: bool) -> Instant {
        let now = Instant::now();
        if leaving { now + GOODBYE } else { self.peer.at_most_until(now + self.keep_alive) }
    }

    fn is_expired(&self) -> bool {
        self.peer.until.is_some_and(|until| until <= Instant::now())
    }

    /// Tells the peer to open no more streams.
    fn leave(&self) -> bool {
        self.connection.borrow_mut().leave();
        true
    }

    async fn next(&mut self, alarm: &mut Alarm) -> Next {
        poll_fn(|context| {
            self.open.register(context);
            if self.place.is_outdated() {
                return Poll::Ready(Next::Changed);
            }
            self.connection.borrow_mut().begin_turn(context);
            if let Poll::Ready(next) = self.poll_receive(context) {
                return Poll::Ready(next);
            }
            let congested = self.connection.borrow().is_congested();
            match self.poll_send(context) {
                // What was held up can be read now; other connections come first.
                Poll::Ready(Ok(())) if congested => context.waker().wake_by_ref(),
                Poll::Ready(Err(())) => return Poll::Ready(Next::Ended),
                Poll::Ready(Ok(())) if self.connection.borrow().is_over() => return Poll::Ready(Next::Ended),
                // What the peer does not take yet goes out when it does: that wakes this task.
                Poll::Ready(Ok(())) | Poll::Pending => {}
            }
            alarm.poll_ring(context).map(|()| Next::Idle)
        })
        .await
    }

    /// Reads frames until there is a request, or nothing more to read.
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Next> {
        let mut connection = self.connection.borrow_mut();
        loop {
            // INVARIANT: who asks for answers and does not take them is not read any further.
            if connection.is_congested() {
                return Poll::Pending;
            }
            if !self.input.is_empty() {
                match connection.receive(&self.input) {
                    Ok((read, key)) => {
                        self.input.advance(read);
                        match key {
                            Some(key) => return Poll::Ready(Next::Stream(key)),
                            // Stopped before the end.
                            None if connection.is_congested() => continue,
                            None => {}
                        }
                    }
                    // The peer is told why by what is left to send.
                    Err(_) => return Poll::Ready(Next::Ended),
                }
            }
            if self.input.is_empty() && self.streams.get() == 0 && self.socket.poll_readable(context).is_pending() {
                // A connection that waits holds no buffer.
                self.input = BytesMut::new();
                return Poll::Pending;
            }
            match ready!(self.socket.poll_fill(context, &mut self.input, READ_BYTES)) {
                Ok(1..) => {}
                Ok(0) | Err(_) => return Poll::Ready(Next::Ended),
            }
        }
    }

    /// Sends what there is.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ()>> {
        let mut connection = self.connection.borrow_mut();
        while !connection.output().is_empty() {
            match ready!(Pin::new(&mut self.socket).poll_write(context, connection.output())) {
                Ok(count @ 1..) => connection.sent(count),
                Ok(0) | Err(_) => return Poll::Ready(Err(())),
            }
        }
        let flushed = ready!(Pin::new(&mut self.socket).poll_flush(context));
        connection.end_turn();
        Poll::Ready(flushed.map_err(drop))
    }

    /// Says the last word, and that it was the last.
    async fn close(&mut self, alarm: &mut Alarm) {
        alarm.set(Some(Instant::now() + LAST_WORD));
        let closed = poll_fn(|context| {
            if ready!(self.poll_send(context)).is_err() {
                return Poll::Ready(());
            }
            Pin::new(&mut self.socket).poll_shutdown(context).map(drop)
        });
        // Late or not, the connection is dropped now.
        let _ = alarm.guard(closed).await;
    }
}
