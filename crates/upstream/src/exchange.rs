//! One request to a service and its answer, streamed both ways.

use std::cell::Cell;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::{Buf, Bytes};
use model::{Code, Problem};
use policy::Permit;
use wire::{BodyDecoder, BodyLimits, Decoded, Framing, HeadLimits, Method, ResponseHead};

use crate::alarm::Alarm;
use crate::error::UpstreamError;
use crate::pool::{Lease, Service, Upstreams};
use crate::upload::{RequestBody, Upload, UploadFraming};

/// Bounds on the head of an answer.
const HEAD: HeadLimits = HeadLimits { head_bytes: 64 * 1024, target_bytes: 0, fields: 200 };
/// Bounds on the framing of an answer's body.
const BODY: BodyLimits = BodyLimits { chunk_line_bytes: 1024, trailer_bytes: 16 * 1024, trailer_fields: 64 };
/// Interim (1xx) answers taken before the final one.
const INTERIM_AT_MOST: usize = 16;

/// A request, ready to be written.
pub struct Outgoing {
    /// Request line and fields, complete, with the framing that `body` will have.
    pub head: Vec<u8>,
    /// The method, which decides how the answer is framed and whether the request may be repeated.
    pub method: Method,
    /// The body and its framing; `None` where the request has none.
    pub body: Option<(Box<dyn RequestBody>, UploadFraming)>,
    /// Where the head of the answer is read into; comes back in [`Answer::head`].
    pub answer: Box<ResponseHead>,
}

/// The head of a service's answer, and its body as it arrives.
#[derive(Debug)]
pub struct Answer {
    /// Status and fields.
    pub head: Box<ResponseHead>,
    /// The body; also sends what is left of the request's.
    pub body: Body,
    /// How often the exchange was begun again on another connection.
    pub retries: u8,
}

/// The body of an answer. Dropped before its end, it closes the connection.
#[derive(Debug)]
pub struct Body {
    decoder: BodyDecoder,
    exchange: Option<Exchange>,
    /// Bytes of content at the front of what was read.
    ready: usize,
    reusable: bool,
    buffer: Option<Vec<u8>>,
}

/// A lease with a request on it.
struct Exchange {
    lease: Lease,
    upload: Upload,
}

impl Upstreams {
    /// Sends a request to the service that the permit names, and waits for the head of its answer.
    ///
    /// The caller's deadline is `alarm`'s; the service's own bounds on connecting and on the first byte hold as well.
    /// A connection that turns out to have died while it was idle is replaced once, where nothing can happen twice:
    /// the method is idempotent and there is no body (RFC 9110 §9.2.2).
    ///
    /// # Errors
    /// Every [`UpstreamError`]; the connection is closed then.
    pub async fn call(&self, permit: Permit, request: Outgoing, alarm: &mut Alarm) -> Result<Answer, UpstreamError> {
        let service = self.service(permit.service())?;
        let whole = alarm.deadline();
        if let Some(first_byte) = service.first_byte() {
            let by = Instant::now() + first_byte;
            alarm.set(Some(whole.map_or(by, |whole| whole.min(by))));
        }
        // Pinned where it lies: handed on by value, it would be copied at each step.
        let caller_awaited = Cell::new(false);
        let exchanging = pin!(exchange(service, request, &caller_awaited));
        let outcome = alarm.guard(exchanging).await;
        alarm.set(whole);
        outcome.map_err(|_| if caller_awaited.get() { slow_caller() } else { UpstreamError::TimedOut })?
    }
}

/// A service cannot answer in time what has not been asked in time.
fn slow_caller() -> UpstreamError {
    let problem = Problem::new(Code::RequestTimeout, "the body of the request did not arrive within the deadline");
    UpstreamError::Caller(Box::new(problem.maybe_sent()))
}

/// `caller_awaited` says at each moment whether it is the caller's body that is waited for.
async fn exchange(service: &Service, request: Outgoing, caller_awaited: &Cell<bool>) -> Result<Answer, UpstreamError> {
    let Outgoing { head, method, body, mut answer } = request;
    let mut upload = Upload::new(head, body);
    let mut lease = service.lease(false).await?;
    let mut retries = 0;
    loop {
        let mut interim = 0;
        let received = poll_fn(|context| {
            let polled = poll_head(context, &mut lease, &mut upload, &mut answer, method, &mut interim);
            caller_awaited.set(upload.awaits_caller());
            polled
        })
        .await;
        match received {
            Ok(()) => return Ok(finish_head(Exchange { lease, upload }, answer, retries)),
            Err(Silence) if lease.reused && upload.is_repeatable() && is_idempotent(method) => {
                lease = service.lease(true).await?;
                upload.rewind();
                retries += 1;
            }
            Err(Silence) => return Err(UpstreamError::Closed),
            Err(Failed(error)) => return Err(error),
        }
    }
}

use HeadError::{Failed, Silence};

/// Why there is no head.
enum HeadError {
    /// The connection ended before the first byte.
    Silence,
    Failed(UpstreamError),
}

impl From<UpstreamError> for HeadError {
    fn from(error: UpstreamError) -> Self {
        Failed(error)
    }
}

/// Sends the request and reads until the final head is there, whichever of the two comes first.
fn poll_head(
    context: &mut Context<'_>,
    lease: &mut Lease,
    upload: &mut Upload,
    head: &mut ResponseHead,
    method: Method,
    interim: &mut usize,
) -> Poll<Result<(), HeadError>> {
    let connection = &mut lease.connection;
    if !upload.is_complete()
        && let Poll::Ready(Err(error)) = upload.poll(context, connection)
    {
        return Poll::Ready(Err(Failed(error)));
    }
    loop {
        while !connection.read.is_empty() {
            let parsed = head.parse(&connection.read, method, &HEAD).map_err(UpstreamError::Malformed)?;
            let Some(length) = parsed else { break };
            connection.read.advance(length);
            match head.status() {
                101 => return Poll::Ready(Err(Failed(UpstreamError::Unexpected))),
                100..=199 if *interim == INTERIM_AT_MOST => return Poll::Ready(Err(Failed(UpstreamError::Unexpected))),
                100..=199 => *interim += 1,
                _ => return Poll::Ready(Ok(())),
            }
        }
        match connection.poll_read(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(0)) if connection.read.is_empty() => return Poll::Ready(Err(Silence)),
            Poll::Ready(Ok(0)) => return Poll::Ready(Err(Failed(UpstreamError::Closed))),
            Poll::Ready(Ok(_)) => {}
            Poll::Ready(Err(error)) if connection.read.is_empty() && error.kind() == io::ErrorKind::ConnectionReset => {
                return Poll::Ready(Err(Silence));
            }
            Poll::Ready(Err(error)) => return Poll::Ready(Err(Failed(UpstreamError::Broken(error)))),
        }
    }
}

fn finish_head(exchange: Exchange, head: Box<ResponseHead>, retries: u8) -> Answer {
    let framing = head.framing();
    let mut body = Body {
        decoder: BodyDecoder::new(framing, &BODY),
        exchange: Some(exchange),
        ready: 0,
        reusable: head.keep_alive() && framing != Framing::UntilClose,
        buffer: None,
    };
    if body.decoder.is_done() {
        body.end();
    }
    Answer { head, body, retries }
}

/// The idempotent methods of RFC 9110 §9.2.2 that this house forwards.
const fn is_idempotent(method: Method) -> bool {
    matches!(method, Method::Get | Method::Head | Method::Options | Method::Put | Method::Delete)
}

impl Body {
    /// Ready with `true` when [`Body::content`] has bytes, with `false` at the end. Keeps sending the request meanwhile.
    ///
    /// # Errors
    /// The service broke off or broke its framing, or the caller's own body failed; nothing more can be read then.
    pub fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, UpstreamError>> {
        if self.ready > 0 {
            return Poll::Ready(Ok(true));
        }
        loop {
            let Some(Exchange { lease, upload }) = &mut self.exchange else { return Poll::Ready(Ok(false)) };
            let connection = &mut lease.connection;
            match self.decoder.decode(&connection.read).map_err(UpstreamError::MalformedBody)? {
                Decoded::Data { skip, len } => {
                    connection.read.advance(skip);
                    self.ready = len;
                    return Poll::Ready(Ok(true));
                }
                Decoded::End { skip } => {
                    connection.read.advance(skip);
                    self.end();
                    return Poll::Ready(Ok(false));
                }
                Decoded::More { skip } => connection.read.advance(skip),
            }
            if !upload.is_complete()
                && let Poll::Ready(Err(error)) = upload.poll(context, connection)
            {
                return Poll::Ready(Err(error));
            }
            match connection.poll_read(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(0)) => {
                    self.decoder.closed().map_err(|_| UpstreamError::Closed)?;
                    self.end();
                    return Poll::Ready(Ok(false));
                }
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(UpstreamError::Broken(error))),
            }
        }
    }

    /// Sends more of the request, without reading the answer: for as long as nobody takes what was read.
    ///
    /// # Errors
    /// As [`Body::poll_ready`].
    pub fn poll_upload(&mut self, context: &mut Context<'_>) -> Poll<Result<(), UpstreamError>> {
        match &mut self.exchange {
            Some(Exchange { lease, upload }) if !upload.is_complete() => upload.poll(context, &mut lease.connection),
            _ => Poll::Ready(Ok(())),
        }
    }

    /// The content that is there now; empty before [`Body::poll_ready`] said that there is some.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        let read = self.exchange.as_ref().map_or(&[][..], |exchange| &exchange.lease.connection.read);
        read.get(..self.ready).unwrap_or_default()
    }

    /// Drops `count` bytes of content that were passed on.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.ready);
        self.ready -= count;
        if let Some(exchange) = &mut self.exchange {
            exchange.lease.connection.read.advance(count);
        }
    }

    /// Takes at most `room` bytes of the content that is there now, without copying.
    pub fn take(&mut self, room: usize) -> Bytes {
        let count = room.min(self.ready);
        self.ready -= count;
        self.exchange
            .as_mut()
            .map_or_else(Bytes::new, |exchange| exchange.lease.connection.read.split_to(count).freeze())
    }

    /// Whether the whole body was read.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.exchange.is_none()
    }

    /// The buffer that the request's head was written into, once the body has ended; to be used again.
    pub const fn reclaim(&mut self) -> Option<Vec<u8>> {
        self.buffer.take()
    }

    /// The trailer fields, once the body has ended.
    #[must_use]
    pub fn trailers(&self) -> Option<&wire::fields::Fields> {
        self.decoder.trailers()
    }

    /// Ends the exchange. The connection is kept only if both sides have said all that they had to say.
    fn end(&mut self) {
        let Some(Exchange { lease, upload }) = self.exchange.take() else { return };
        let silent = lease.connection.read.is_empty();
        if self.reusable && silent && upload.is_complete() && !upload.is_refused() {
            lease.give_back();
        }
        self.buffer = Some(upload.into_buffer());
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("lease", &self.lease).field("upload", &self.upload).finish()
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("method", &self.method).finish_non_exhaustive()
    }
}
