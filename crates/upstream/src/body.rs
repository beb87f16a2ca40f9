//! The body of an answer as it arrives, over whichever HTTP it comes; also sends what is left of the request.

use std::task::{Context, Poll};

use bytes::Bytes;
use wire::fields::Fields;

use crate::error::UpstreamError;
use crate::http1::Http1Body;
use crate::http2::Http2Body;
use crate::tunnel::Tunnel;

/// The body of an answer. Dropped before its end, it closes its connection, or resets its stream.
#[derive(Debug)]
pub struct Body(Carried);

/// What the body comes on; in boxes, because an answer is handed from stage to stage by value.
#[derive(Debug)]
enum Carried {
    Http1(Box<Http1Body>),
    Http2(Box<Http2Body>),
}

impl From<Http1Body> for Body {
    fn from(body: Http1Body) -> Self {
        Self(Carried::Http1(Box::new(body)))
    }
}

impl From<Http2Body> for Body {
    fn from(body: Http2Body) -> Self {
        Self(Carried::Http2(Box::new(body)))
    }
}

impl Body {
    /// Ready with `true` when [`Body::content`] has bytes, with `false` at the end. Keeps sending the request meanwhile.
    ///
    /// # Errors
    /// The service broke off or broke its framing, or the caller's own body failed; nothing more can be read then.
    pub fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, UpstreamError>> {
        match &mut self.0 {
            Carried::Http1(body) => body.poll_ready(context),
            Carried::Http2(body) => body.poll_ready(context),
        }
    }

    /// Sends more of the request, without reading the answer: for as long as nobody takes what was read.
    ///
    /// # Errors
    /// As [`Body::poll_ready`].
    pub fn poll_upload(&mut self, context: &mut Context<'_>) -> Poll<Result<(), UpstreamError>> {
        match &mut self.0 {
            Carried::Http1(body) => body.poll_upload(context),
            Carried::Http2(body) => body.poll_upload(context),
        }
    }

    /// The content that is there now; empty before [`Body::poll_ready`] said that there is some.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        match &self.0 {
            Carried::Http1(body) => body.content(),
            Carried::Http2(body) => body.content(),
        }
    }

    /// Drops `count` bytes of content that were passed on.
    pub fn consume(&mut self, count: usize) {
        match &mut self.0 {
            Carried::Http1(body) => body.consume(count),
            Carried::Http2(body) => drop(body.take(count)),
        }
    }

    /// Takes at most `room` bytes of the content that is there now, without copying.
    pub fn take(&mut self, room: usize) -> Bytes {
        match &mut self.0 {
            Carried::Http1(body) => body.take(room),
            Carried::Http2(body) => body.take(room),
        }
    }

    /// The connection itself, where the answer was 101 to an upgrade.
    #[must_use]
    pub fn into_tunnel(self) -> Option<Tunnel> {
        match self.0 {
            Carried::Http1(body) => body.into_tunnel(),
            Carried::Http2(_) => None,
        }
    }

    /// The trailer fields, once the body has ended.
    #[must_use]
    pub fn trailers(&self) -> Option<&Fields> {
        match &self.0 {
            Carried::Http1(body) => body.trailers(),
            Carried::Http2(body) => body.trailers(),
        }
    }

    /// The buffer that the request's head was written into, once the body has ended; to be used again.
    pub const fn reclaim(&mut self) -> Option<Vec<u8>> {
        match &mut self.0 {
            Carried::Http1(body) => body.reclaim(),
            Carried::Http2(body) => body.reclaim(),
        }
    }
}
