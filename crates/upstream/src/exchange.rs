//! One request to a service and its answer, streamed both ways.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::{Buf, Bytes};
use policy::Permit;
use wire::{BodyDecoder, BodyLimits, Decoded, Framing, HeadLimits, Method, ResponseHead};

use crate::alarm::Alarm;
use crate::attempts::Attempts;
use crate::error::UpstreamError;
use crate::patience::Waits;
use crate::pool::{Lease, Place, Service, Upstreams};
use crate::retry::{self, RetryOn};
use crate::tunnel::Tunnel;
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
    /// The head offers another protocol: 101 is an answer to it, and [`Body::into_tunnel`] what follows.
    pub upgrade: bool,
    /// Where the head of the answer is read into; comes back in [`Answer::head`].
    pub answer: Box<ResponseHead>,
    /// What may be done with it.
    pub route: Routing,
}

/// How a request finds its endpoint, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    /// Hash of what it has in common with others that should go the same way, where the service balances by it.
    pub affinity: Option<u64>,
    /// Hash of who calls, where the service's canary is sticky.
    pub sticky: Option<u64>,
    /// Further attempts, where the service does not say how many.
    pub attempts: u8,
    /// Whether the file says that it may happen twice.
    pub idempotent: bool,
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
    /// The caller's deadline is `alarm`'s; the service's own bounds on connecting, on an attempt and on the first byte
    /// hold as well. Where it is safe and the budget allows, what failed is tried at another endpoint (`retry`).
    ///
    /// # Errors
    /// Every [`UpstreamError`]; the connection is closed then.
    pub async fn call(&self, permit: Permit, request: Outgoing, alarm: &mut Alarm) -> Result<Answer, UpstreamError> {
        let service = self.service(permit.service().ok_or(UpstreamError::NoService)?)?;
        let admission = service.admit(Instant::now())?;
        let whole = alarm.deadline();
        let outcome = {
            // Pinned where it lies: handed on by value, it would be copied at each step.
            let exchanging = pin!(Attempts::new(service, request, admission, whole).run(alarm));
            exchanging.await
        };
        alarm.set(whole);
        outcome
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

/// One attempt, with the head of the answer in `answer` at its end. A connection that turns out to have died while it
/// was idle is replaced once, where nothing can happen twice; `renewed` says so.
///
/// `waits` is told whether it is the caller's body that is waited for.
pub(crate) async fn attempt(
    service: &Service,
    place: Place,
    request: &mut Pending,
    waits: &Waits,
) -> Result<Lease, UpstreamError> {
    let Pending { upload, answer, method, idempotent, renewed } = request;
    let mut lease = service.lease(place).await?;
    loop {
        let mut interim = 0;
        let received = poll_fn(|context| {
            let polled = poll_head(context, &mut lease, upload, answer, *method, &mut interim);
            waits.note(upload.awaits_caller());
            polled
        })
        .await;
        match received {
            Ok(()) => return Ok(lease),
            Err(Silence) if lease.reused && retry::is_safe(retry::Failed::Stale, upload.sent(*idempotent), ALWAYS) => {
                lease = service.renew(lease).await?;
                upload.rewind();
                *renewed += 1;
            }
            Err(Silence) => return Err(UpstreamError::Silent),
            Err(Failed(error)) => return Err(error),
        }
    }
}

/// What is repeated on a new connection does not depend on the file: to the service it was never sent.
const ALWAYS: RetryOn = RetryOn { broken: false, timeout: false, unavailable: false };

/// A request that has no answer yet.
pub(crate) struct Pending {
    pub(crate) upload: Upload,
    pub(crate) answer: Box<ResponseHead>,
    pub(crate) method: Method,
    /// Whether sending it twice is as good as once.
    pub(crate) idempotent: bool,
    /// Dead connections that were replaced.
    pub(crate) renewed: u8,
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
                101 if upload.is_upgrade() => return Poll::Ready(Ok(())),
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
            Poll::Ready(Err(error)) if connection.read.is_empty() && is_end(&error) => {
                return Poll::Ready(Err(Silence));
            }
            Poll::Ready(Err(error)) => return Poll::Ready(Err(Failed(UpstreamError::Broken(error)))),
        }
    }
}

/// A reset, or the end of a TLS connection without a word of it.
fn is_end(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof)
}

/// The answer whose head has come on this connection.
pub(crate) fn finish_head(lease: Lease, request: Pending, retries: u8) -> Answer {
    let Pending { upload, answer: head, .. } = request;
    let exchange = Exchange { lease, upload };
    // What follows a change of protocol has no end but the connection's.
    let framing = if head.is_upgrade() { Framing::UntilClose } else { head.framing() };
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

    /// The connection itself, where the answer was 101 to an upgrade.
    #[must_use]
    pub fn into_tunnel(self) -> Option<Tunnel> {
        self.exchange.filter(|exchange| exchange.upload.is_upgrade()).map(|exchange| Tunnel::new(exchange.lease))
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
