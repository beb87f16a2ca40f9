//! One request on an HTTP/1.1 connection of its own, and its answer.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use wire::{BodyDecoder, Decoded, Framing, Method, ResponseHead};

use crate::error::UpstreamError;
use crate::exchange::{BODY, HEAD, INTERIM_AT_MOST, Pending};
use crate::patience::Waits;
use crate::pool::{Lease, Service};
use crate::retry::{self, RetryOn};
use crate::tunnel::Tunnel;
use crate::upload::Upload;

/// The body of an answer on its connection. Dropped before its end, it closes the connection.
#[derive(Debug)]
pub(crate) struct Http1Body {
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

/// Sends the request and reads the head of its answer into `request.answer`. A connection that turns out to have died
/// while it was idle is replaced once, where nothing can happen twice; `renewed` says so.
pub(crate) async fn attempt(
    service: &Service,
    mut lease: Lease,
    request: &mut Pending,
    waits: &Waits,
) -> Result<Lease, UpstreamError> {
    let Pending { upload, answer, method, idempotent, renewed, .. } = request;
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
                lease = service.renew(lease, upload.offers_upgrade()).await?;
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

impl Http1Body {
    /// The body behind the head that has come on this connection.
    pub(crate) fn new(lease: Lease, upload: Upload, head: &ResponseHead) -> Self {
        // What follows a change of protocol has no end but the connection's.
        let framing = if head.is_upgrade() { Framing::UntilClose } else { head.framing() };
        let mut body = Self {
            decoder: BodyDecoder::new(framing, &BODY),
            exchange: Some(Exchange { lease, upload }),
            ready: 0,
            reusable: head.keep_alive() && framing != Framing::UntilClose,
            buffer: None,
        };
        if body.decoder.is_done() {
            body.end();
        }
        body
    }

    /// Ready with `true` when [`Body::content`] has bytes, with `false` at the end. Keeps sending the request meanwhile.
    ///
    /// # Errors
    /// The service broke off or broke its framing, or the caller's own body failed; nothing more can be read then.
    pub(crate) fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, UpstreamError>> {
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
    pub(crate) fn poll_upload(&mut self, context: &mut Context<'_>) -> Poll<Result<(), UpstreamError>> {
        match &mut self.exchange {
            Some(Exchange { lease, upload }) if !upload.is_complete() => upload.poll(context, &mut lease.connection),
            _ => Poll::Ready(Ok(())),
        }
    }

    /// The content that is there now; empty before [`Body::poll_ready`] said that there is some.
    pub(crate) fn content(&self) -> &[u8] {
        let read = self.exchange.as_ref().map_or(&[][..], |exchange| &exchange.lease.connection.read);
        read.get(..self.ready).unwrap_or_default()
    }

    /// Drops `count` bytes of content that were passed on.
    pub(crate) fn consume(&mut self, count: usize) {
        let count = count.min(self.ready);
        self.ready -= count;
        if let Some(exchange) = &mut self.exchange {
            exchange.lease.connection.read.advance(count);
        }
    }

    /// Takes at most `room` bytes of the content that is there now, without copying.
    pub(crate) fn take(&mut self, room: usize) -> Bytes {
        let count = room.min(self.ready);
        self.ready -= count;
        self.exchange
            .as_mut()
            .map_or_else(Bytes::new, |exchange| exchange.lease.connection.read.split_to(count).freeze())
    }

    /// The connection itself, where the answer was 101 to an upgrade.
    pub(crate) fn into_tunnel(self) -> Option<Tunnel> {
        self.exchange.filter(|exchange| exchange.upload.is_upgrade()).map(|exchange| Tunnel::new(exchange.lease))
    }

    /// The buffer that the request's head was written into, once the body has ended; to be used again.
    pub(crate) const fn reclaim(&mut self) -> Option<Vec<u8>> {
        self.buffer.take()
    }

    /// The trailer fields, once the body has ended.
    pub(crate) fn trailers(&self) -> Option<&wire::fields::Fields> {
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
