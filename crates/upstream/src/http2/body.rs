//! The body of an answer on its stream; also sends what is left of the request.

use std::fmt;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use wire::fields::Fields;
use wire::{Framing, http2_trailers};

use super::attempt::Incoming;
use super::error::error_of;
use crate::error::UpstreamError;
use crate::exchange::BODY;
use crate::upload::Upload;

/// The body of an answer. Dropped before its end, it resets the stream.
pub(crate) struct Http2Body {
    exchange: Option<(Incoming, Upload)>,
    /// Received, and not yet passed on: the service is not told to send more in its place.
    content: Bytes,
    /// How much is still to come, where the head says it.
    left: Option<u64>,
    trailers: Option<Fields>,
    buffer: Option<Vec<u8>>,
}

impl Http2Body {
    /// The body behind a head.
    pub(crate) fn new(incoming: Incoming, upload: Upload, framing: Framing) -> Self {
        let ended = incoming.receiving.is_end_stream();
        let left = if let Framing::Length(length) = framing { Some(length) } else { None };
        let exchange = Some((incoming, upload));
        let mut body = Self { exchange, content: Bytes::new(), left, trailers: None, buffer: None };
        if ended {
            body.end();
        }
        body
    }

    /// As `Body::poll_ready`.
    pub(crate) fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, UpstreamError>> {
        if !self.content.is_empty() {
            return Poll::Ready(Ok(true));
        }
        if let Poll::Ready(Err(error)) = self.poll_upload(context) {
            return Poll::Ready(Err(error));
        }
        let Some((incoming, _)) = &mut self.exchange else { return Poll::Ready(Ok(false)) };
        while self.content.is_empty() {
            match ready!(incoming.receiving.poll_data(context)) {
                Some(Ok(content)) => {
                    self.left = self.left.map(|left| left.saturating_sub(content.len() as u64));
                    self.content = content;
                }
                Some(Err(error)) if is_satisfied(&error) && matches!(self.left, None | Some(0)) => {
                    self.end();
                    return Poll::Ready(Ok(false));
                }
                Some(Err(error)) => return Poll::Ready(Err(broken_off(error))),
                None => {
                    let trailers = ready!(incoming.receiving.poll_trailers(context)).map_err(broken_off)?;
                    self.trailers = trailers.as_ref().map(fields).transpose()?;
                    self.end();
                    return Poll::Ready(Ok(false));
                }
            }
        }
        Poll::Ready(Ok(true))
    }

    /// As `Body::poll_upload`.
    pub(crate) fn poll_upload(&mut self, context: &mut Context<'_>) -> Poll<Result<(), UpstreamError>> {
        match &mut self.exchange {
            Some((incoming, upload)) if !incoming.sending.is_over() => incoming.sending.poll(context, upload),
            _ => Poll::Ready(Ok(())),
        }
    }

    /// The content that is there now.
    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }

    /// Takes at most `room` bytes of it, and lets the service send as many.
    pub(crate) fn take(&mut self, room: usize) -> Bytes {
        let taken = self.content.split_to(room.min(self.content.len()));
        if let Some((incoming, _)) = &mut self.exchange {
            // Refused only where the stream is closed, and then nothing more comes.
            let _ = incoming.receiving.flow_control().release_capacity(taken.len());
        }
        taken
    }

    /// The trailer fields, once the body has ended.
    pub(crate) const fn trailers(&self) -> Option<&Fields> {
        self.trailers.as_ref()
    }

    /// The buffer that the request's head was written into.
    pub(crate) const fn reclaim(&mut self) -> Option<Vec<u8>> {
        self.buffer.take()
    }

    /// Ends the exchange. A request that is not over by then is not wanted any more: its stream is reset.
    fn end(&mut self) {
        if let Some((_, upload)) = self.exchange.take() {
            self.buffer = Some(upload.into_buffer());
        }
    }
}

/// The same trailers as behind a last chunk of HTTP/1.1.
fn fields(trailers: &HeaderMap) -> Result<Fields, UpstreamError> {
    let trailers = trailers.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()));
    http2_trailers(trailers, &BODY).map_err(UpstreamError::MalformedBody)
}

/// Whether the service says that its answer is whole, and that it wants no more of the request (RFC 9113 §8.1). The
/// library forgets the end of an answer over that.
fn is_satisfied(error: &h2::Error) -> bool {
    error.is_remote() && error.is_reset() && error.reason() == Some(h2::Reason::NO_ERROR)
}

/// In the middle of an answer nothing was refused any more, and an end is one before the answer is whole.
fn broken_off(error: h2::Error) -> UpstreamError {
    match error_of(error) {
        UpstreamError::Silent | UpstreamError::Refused => UpstreamError::Closed,
        error => error,
    }
}

impl fmt::Debug for Http2Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http2Body").field("content", &self.content.len()).finish_non_exhaustive()
    }
}
