//! The bytes of one HTTP/1.1 connection: its socket, what was read ahead, and how far the body under way has been read.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use tokio::io::AsyncWrite;
use upstream::Alarm;
use wire::{BodyDecoder, BodyLimits, Decoded, Framing, Misplaced, RequestHead};

use crate::socket::Socket;
use crate::thread::Thread;

/// What one read asks for.
pub(super) const READ_BYTES: usize = 16 * 1024;
/// Of a body that nobody wanted, this much is read away so that the connection can be used again.
const DISCARD_BYTES: u64 = 64 * 1024;
/// How long, and how much, is read away before a connection with unread input is closed: closing at once would
/// reset it, and the reset could overtake the answer (RFC 9112 §9.6).
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 1024 * 1024;
const NO_BODY: BodyLimits =
    BodyLimits { chunk_line_bytes: 0, trailer_bytes: 0, trailer_fields: 0, misplaced: Misplaced::Refused };

/// One connection's socket and its reading state.
pub(super) struct Stream {
    pub(super) socket: Socket,
    pub(super) buffer: BytesMut,
    pub(super) decoder: BodyDecoder,
    /// Bytes of content at the front of `buffer`.
    pub(super) content: usize,
    /// The caller waits for `100 Continue` before it sends the body.
    pub(super) continue_due: bool,
    /// How much of the body was received.
    pub(super) received: Rc<Cell<u64>>,
    /// Input may be left unread that the peer is still sending.
    pub(super) linger: bool,
    /// The answer was cut short: the connection ends without the courtesies.
    pub(super) broken: bool,
}

impl Stream {
    pub(super) fn new(socket: Socket) -> Self {
        Self {
            socket,
            buffer: BytesMut::new(),
            decoder: BodyDecoder::new(Framing::None, &NO_BODY),
            content: 0,
            continue_due: false,
            received: Rc::new(Cell::new(0)),
            linger: false,
            broken: false,
        }
    }

    /// Gets a buffer to read into.
    pub(super) fn take_buffer(&mut self, thread: &Thread) {
        if self.buffer.capacity() == 0 {
            self.buffer = thread.take_read_buffer();
        }
    }

    /// Gives the buffer back while there is nothing in it.
    pub(super) fn rest(&mut self, thread: &Thread) {
        if self.buffer.is_empty() {
            thread.give_read_buffer(std::mem::take(&mut self.buffer));
        }
    }

    /// A request begins; returns the count of its body's bytes.
    pub(super) fn begin(&mut self, readable: bool, head: &RequestHead) -> Rc<Cell<u64>> {
        self.content = 0;
        self.linger = !readable;
        self.continue_due = readable && head.expects_continue();
        if !readable || !has_content(head) {
            self.decoder = BodyDecoder::new(Framing::None, &NO_BODY);
        }
        self.received.set(0);
        Rc::clone(&self.received)
    }

    /// Reads away what is here already of a body that nobody will read; `true` if that was all of it.
    pub(super) fn discard(&mut self) -> bool {
        if self.decoder.is_done() && self.content == 0 {
            return true;
        }
        if self.continue_due {
            return false;
        }
        let mut discarded = 0;
        while discarded <= DISCARD_BYTES {
            self.buffer.advance(self.content);
            discarded += self.content as u64;
            self.content = 0;
            match self.decoder.decode(&self.buffer) {
                Ok(Decoded::Data { skip, len }) => {
                    self.buffer.advance(skip);
                    self.content = len;
                }
                Ok(Decoded::End { skip }) => {
                    self.buffer.advance(skip);
                    return true;
                }
                Ok(Decoded::More { .. }) | Err(_) => return false,
            }
        }
        false
    }
}

/// Whether content follows a head.
pub(super) const fn has_content(head: &RequestHead) -> bool {
    !matches!(head.framing(), Framing::None | Framing::Length(0))
}

/// Ends a connection: says so, and lets the last answer arrive where the peer may still be sending.
pub(super) async fn close(stream: &RefCell<Stream>, alarm: &mut Alarm) {
    if stream.borrow().broken {
        return;
    }
    alarm.set(Some(Instant::now() + LINGER));
    let mut left = if stream.borrow().linger { LINGER_BYTES } else { 0 };
    let goodbye = poll_fn(|context| {
        let Stream { socket, buffer, .. } = &mut *stream.borrow_mut();
        // A peer that is gone already cannot be told.
        let _ = ready!(Pin::new(&mut *socket).poll_shutdown(context));
        while left > 0 {
            buffer.clear();
            match ready!(socket.poll_fill(context, buffer, READ_BYTES)) {
                Ok(count) if count > 0 => left = left.saturating_sub(count),
                Ok(_) | Err(_) => break,
            }
        }
        Poll::Ready(())
    });
    // Whoever is not gone by then is left behind.
    let _ = alarm.guard(goodbye).await;
}
