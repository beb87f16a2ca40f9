//! The body of a request on its stream, sent no faster than the service takes it.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::SendStream;

use super::head;
use crate::error::UpstreamError;
use crate::upload::Upload;

/// What is on its way to the service on one stream.
pub(super) struct Sending {
    stream: SendStream<Bytes>,
    /// Taken from the caller, and not yet by the stream.
    piece: Bytes,
    over: bool,
    awaits_caller: bool,
}

impl Sending {
    /// Behind a head that was sent; `over` where nothing follows it.
    pub(super) const fn new(stream: SendStream<Bytes>, over: bool) -> Self {
        Self { stream, piece: Bytes::new(), over, awaits_caller: false }
    }

    /// Whether the stream has all of the request, or the service wants no more of it.
    pub(super) const fn is_over(&self) -> bool {
        self.over
    }

    /// Whether all that came was sent and more has to come.
    pub(super) const fn awaits_caller(&self) -> bool {
        self.awaits_caller
    }

    /// Sends as much as can be sent now. A service that wants no more is noted, not an error: its answer may be there
    /// to be read (RFC 9113 §8.1).
    pub(super) fn poll(&mut self, context: &mut Context<'_>, upload: &mut Upload) -> Poll<Result<(), UpstreamError>> {
        self.awaits_caller = false;
        while !self.over {
            if self.stream.poll_reset(context).is_ready() {
                self.over = true;
                break;
            }
            if self.piece.is_empty() {
                if upload.has_ended() {
                    self.end(upload);
                    break;
                }
                let mut piece = Vec::new();
                let polled = upload.poll_content(context, &mut piece);
                self.awaits_caller = polled.is_pending();
                ready!(polled)?;
                self.piece = Bytes::from(piece);
            } else if let Some(room) = ready!(self.poll_room(context)) {
                let piece = self.piece.split_to(room);
                let last = self.piece.is_empty() && upload.has_ended();
                self.over = self.stream.send_data(piece, last).is_err() || last;
            } else {
                self.over = true;
            }
        }
        Poll::Ready(Ok(()))
    }

    /// How much of the piece may be sent now; `None` where no more of it is wanted.
    fn poll_room(&mut self, context: &mut Context<'_>) -> Poll<Option<usize>> {
        self.stream.reserve_capacity(self.piece.len());
        loop {
            let room = self.stream.capacity().min(self.piece.len());
            if room > 0 {
                return Poll::Ready(Some(room));
            }
            match ready!(self.stream.poll_capacity(context)) {
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Poll::Ready(None),
            }
        }
    }

    /// Ends a body whose end came by itself, with the trailers that came behind it.
    fn end(&mut self, upload: &mut Upload) {
        let trailers = upload.trailers().as_ref().and_then(head::map).filter(|map| !map.is_empty());
        // A stream that is closed by now needs no end: why is told where the answer is read.
        let _ = match trailers {
            Some(trailers) => self.stream.send_trailers(trailers),
            None => self.stream.send_data(Bytes::new(), true),
        };
        self.over = true;
    }
}
