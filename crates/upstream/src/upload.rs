//! The request on its way to a service: its head, then its body piece by piece.

use std::fmt;
use std::io;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use model::{Code, Problem};
use wire::encode;
use wire::fields::Fields;

use crate::connection::Connection;
use crate::error::UpstreamError;
use crate::retry::Sent;

/// How much of a body is taken at once.
const PIECE_BYTES: usize = 16 * 1024;
/// Room for the size line of a chunk of one piece: four digits, CR, LF.
const SIZE_LINE_BYTES: usize = 6;

/// Where the body of a request comes from.
pub trait RequestBody {
    /// Appends at most `room` bytes of content to `out`; 0 at the end of the body.
    ///
    /// # Errors
    /// Whatever the caller did wrong: the exchange ends with it.
    fn poll_append(
        &mut self,
        context: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, Problem>>;

    /// The trailers that came in; asked for once, after the end of a body whose length was not told before.
    fn trailers(&mut self) -> Option<Fields>;
}

/// How the body is framed towards the service; says the same as the head that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadFraming {
    /// `Content-Length`.
    Length(u64),
    /// `Transfer-Encoding: chunked`; over HTTP/2, which knows none, the end of the stream.
    Chunked,
}

/// By when the service has to have answered as a whole. It is told how long that is from the moment of each attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// In `vestibule-deadline-ms`, in milliseconds.
    Plain(Instant),
    /// In `grpc-timeout`.
    Grpc(Instant),
}

/// The state of one upload.
pub(crate) struct Upload {
    out: Vec<u8>,
    /// How much of the head is the same in every attempt.
    same: usize,
    deadline: Option<Deadline>,
    written: usize,
    body: Option<(Box<dyn RequestBody>, UploadFraming)>,
    ended: bool,
    /// Whether what was written left the connection's own buffers.
    flushed: bool,
    /// Some of the body was asked of the caller, who sends it once.
    begun: bool,
    /// Whether the caller was waited for.
    awaited: bool,
    /// The service stopped reading; it may have answered all the same.
    refused: bool,
    /// The head offers another protocol.
    upgrade: bool,
}

impl Upload {
    pub(crate) fn new(
        head: Vec<u8>,
        body: Option<(Box<dyn RequestBody>, UploadFraming)>,
        upgrade: bool,
        deadline: Option<Deadline>,
    ) -> Self {
        Self {
            // All but the empty line.
            same: head.len().saturating_sub(2),
            out: head,
            deadline,
            written: 0,
            flushed: false,
            ended: body.is_none(),
            body,
            begun: false,
            awaited: false,
            refused: false,
            upgrade,
        }
    }

    /// Writes into a head that has not gone out yet how much time there is from now on.
    pub(crate) fn tell(&mut self, now: Instant) {
        let Some(deadline) = self.deadline else { return };
        self.out.truncate(self.same);
        match deadline {
            Deadline::Plain(until) => {
                let left = until.saturating_duration_since(now).as_millis();
                encode::field_u64(&mut self.out, "vestibule-deadline-ms", u64::try_from(left).unwrap_or(u64::MAX));
            }
            Deadline::Grpc(until) => {
                let left = wire::grpc::write_timeout(until.saturating_duration_since(now));
                encode::field(&mut self.out, "grpc-timeout", left.as_bytes());
            }
        }
        encode::end_of_head(&mut self.out);
    }

    /// Whether every byte of the request was handed to the connection.
    pub(crate) const fn is_complete(&self) -> bool {
        self.ended && self.flushed && self.written == self.out.len()
    }

    /// Whether all that came was sent and more has to come.
    pub(crate) const fn awaits_caller(&self) -> bool {
        !self.ended && !self.refused && self.flushed && self.written == self.out.len()
    }

    /// Whether all that was asked for, a change of protocol, was sent.
    pub(crate) const fn is_upgrade(&self) -> bool {
        self.upgrade && self.is_complete()
    }

    pub(crate) const fn is_refused(&self) -> bool {
        self.refused
    }

    /// What of the request is on its way. Once the body was begun, what the caller sent is not there any more.
    pub(crate) const fn sent(&self, idempotent: bool) -> Sent {
        Sent { nothing: self.written == 0 && !self.begun, repeatable: !self.begun, idempotent }
    }

    /// Whether the caller was waited for, so that the time says nothing of the service.
    pub(crate) const fn has_awaited_caller(&self) -> bool {
        self.awaited
    }

    pub(crate) const fn rewind(&mut self) {
        self.written = 0;
        self.flushed = false;
        self.refused = false;
    }

    /// The buffer, to be used again.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.out
    }

    /// Sends as much as can be sent now. A service that stops reading is noted, not an error:
    /// its answer may be there to be read.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>, to: &mut Connection) -> Poll<Result<(), UpstreamError>> {
        while !self.refused {
            while let Some(rest) = self.out.get(self.written..).filter(|rest| !rest.is_empty()) {
                match ready!(to.poll_write(context, rest)) {
                    Ok(0) => return self.refuse(),
                    Ok(count) => self.written += count,
                    Err(error) if is_refusal(&error) => return self.refuse(),
                    Err(error) => return Poll::Ready(Err(UpstreamError::Broken(error))),
                }
            }
            if !self.flushed {
                match ready!(to.poll_flush(context)) {
                    Ok(()) => self.flushed = true,
                    Err(error) if is_refusal(&error) => return self.refuse(),
                    Err(error) => return Poll::Ready(Err(UpstreamError::Broken(error))),
                }
            }
            if self.ended {
                break;
            }
            ready!(self.poll_piece(context))?;
        }
        Poll::Ready(Ok(()))
    }

    fn refuse(&mut self) -> Poll<Result<(), UpstreamError>> {
        self.refused = true;
        Poll::Ready(Ok(()))
    }

    /// Fills `out` with the next piece of the body, framed.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<(), UpstreamError>> {
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        self.written = 0;
        let chunked = matches!(self.body, Some((_, UploadFraming::Chunked)));
        if chunked {
            out.resize(SIZE_LINE_BYTES, 0);
        }
        let polled = self.poll_content(context, &mut out);
        if !matches!(polled, Poll::Ready(Ok(count)) if count > 0) {
            out.clear();
        }
        self.out = out;
        match ready!(polled)? {
            0 if chunked => {
                let trailers = self.trailers();
                encode::last_chunk(&mut self.out, trailers.as_ref());
            }
            count if chunked => self.written = write_size_line(&mut self.out, count),
            _ => {}
        }
        self.flushed = false;
        Poll::Ready(Ok(()))
    }

    /// Appends the next piece of content; 0 at the end, which [`has_ended`](Self::has_ended) may know before.
    pub(crate) fn poll_content(
        &mut self,
        context: &mut Context<'_>,
        out: &mut Vec<u8>,
    ) -> Poll<Result<usize, UpstreamError>> {
        let Some((body, framing)) = &mut self.body else {
            self.ended = true;
            return Poll::Ready(Ok(0));
        };
        self.begun = true;
        let polled = body.poll_append(context, out, PIECE_BYTES);
        self.awaited |= polled.is_pending();
        let count = ready!(polled).map_err(|problem| UpstreamError::Caller(Box::new(problem)))?;
        match (count, &mut *framing) {
            // The head promised a length: neither less nor more may follow, or the next request would be read wrong.
            (0, UploadFraming::Length(1..)) => return Poll::Ready(Err(broken_promise())),
            (count, UploadFraming::Length(left)) => {
                *left = left.checked_sub(count as u64).ok_or_else(broken_promise)?;
            }
            (_, UploadFraming::Chunked) => {}
        }
        self.ended = count == 0 || *framing == UploadFraming::Length(0);
        Poll::Ready(Ok(count))
    }

    /// The trailers of a body that has ended; where its length was told there are none.
    pub(crate) fn trailers(&mut self) -> Option<Fields> {
        match &mut self.body {
            Some((body, UploadFraming::Chunked)) => body.trailers(),
            _ => None,
        }
    }

    /// The head, for as long as no part of the body was asked for.
    pub(crate) fn head(&self) -> &[u8] {
        &self.out
    }

    /// The head was handed to a connection as a whole.
    pub(crate) const fn pass_head(&mut self) {
        self.written = self.out.len();
        self.flushed = true;
    }

    /// Whether all content was taken from the caller, or there is none.
    pub(crate) const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether the head offers another protocol.
    pub(crate) const fn offers_upgrade(&self) -> bool {
        self.upgrade
    }
}

/// Writes the size of a chunk into the room left for it and ends the chunk; returns where the chunk starts.
fn write_size_line(out: &mut Vec<u8>, count: usize) -> usize {
    let mut line = Vec::with_capacity(SIZE_LINE_BYTES);
    encode::chunk_head(&mut line, count);
    let start = SIZE_LINE_BYTES.saturating_sub(line.len());
    for (place, byte) in out.iter_mut().skip(start).zip(&line) {
        *place = *byte;
    }
    encode::chunk_end(out);
    start
}

fn broken_promise() -> UpstreamError {
    let problem = Problem::new(Code::MalformedBody, "the body is not as long as its content-length");
    UpstreamError::Caller(Box::new(problem))
}

/// A service that does not want the rest of a body closes or resets; what it answered may still be read.
fn is_refusal(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted
    )
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("written", &self.written).field("ended", &self.ended).finish_non_exhaustive()
    }
}
