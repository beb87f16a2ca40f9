//! Content that is encoded as it goes by: in bounded pieces, and never held back while its source is silent.

use std::cell::Cell;
use std::io::{self, Write as _};
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use flate2::Compression;
use flate2::write::GzEncoder;
use model::{Code, Problem};
use upstream::UpstreamError;
use wire::coding::Coding;
use wire::fields::Fields;

use crate::content::Content;

/// So much is encoded at a time: other connections of the thread wait for it.
const INPUT_BYTES: usize = 16 * 1024;
/// So many answers are encoded at once on a thread; further ones go out as they are.
const AT_MOST: usize = 128;
/// Low: twice the time buys a few percent more.
const GZIP_LEVEL: u32 = 5;

/// Counts the answers of a thread that are being encoded.
#[derive(Debug, Default)]
pub(crate) struct Places(Rc<Cell<usize>>);

/// Held while an answer is encoded.
#[derive(Debug)]
pub(crate) struct Place(Rc<Cell<usize>>);

impl Places {
    /// A place, if there is one.
    pub(crate) fn take(&self) -> Option<Place> {
        let taken = self.0.get();
        (taken < AT_MOST).then(|| {
            self.0.set(taken + 1);
            Place(Rc::clone(&self.0))
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// Content on its way through an encoder.
pub(crate) struct Coded {
    content: Content,
    encoder: Option<GzEncoder<Vec<u8>>>,
    piece: BytesMut,
    /// Something is in the encoder that has not come out.
    held: bool,
    _place: Place,
}

impl Coded {
    pub(crate) fn new(content: Content, coding: Coding, place: Place) -> Self {
        debug_assert_eq!(coding, Coding::Gzip, "the file offers no other");
        let encoder = GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL));
        Self { content, encoder: Some(encoder), piece: BytesMut::new(), held: false, _place: place }
    }

    /// Ready with `true` when [`Coded::piece`] has bytes, with `false` at the end.
    pub(crate) fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, UpstreamError>> {
        loop {
            if !self.piece.is_empty() {
                return Poll::Ready(Ok(true));
            }
            let Some(encoder) = &mut self.encoder else { return Poll::Ready(Ok(false)) };
            match self.content.poll_ready(context) {
                // Nothing more is there now: what is known goes out.
                Poll::Pending if self.held => {
                    encoder.flush().map_err(failed)?;
                    self.held = false;
                }
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(true)) => {
                    let content = self.content.piece();
                    let count = content.len().min(INPUT_BYTES);
                    encoder.write_all(content.get(..count).unwrap_or_default()).map_err(failed)?;
                    self.content.consume(count);
                    self.held = true;
                }
                Poll::Ready(Ok(false)) => {
                    let rest = self.encoder.take().map_or(Ok(Vec::new()), GzEncoder::finish).map_err(failed)?;
                    self.piece.extend_from_slice(&rest);
                    continue;
                }
            }
            let out = encoder.get_mut();
            self.piece.extend_from_slice(out);
            out.clear();
        }
    }

    /// The bytes that are there now.
    pub(crate) fn piece(&self) -> &[u8] {
        &self.piece
    }

    /// Takes at most `room` of the bytes that are there now.
    pub(crate) fn take(&mut self, room: usize) -> Bytes {
        self.piece.split_to(room.min(self.piece.len())).freeze()
    }

    /// What is encoded.
    pub(crate) const fn content(&self) -> &Content {
        &self.content
    }

    /// What is encoded.
    pub(crate) const fn content_mut(&mut self) -> &mut Content {
        &mut self.content
    }

    /// The trailer fields, once it has ended.
    pub(crate) fn trailers(&self) -> Option<&Fields> {
        self.content.trailers()
    }
}

/// Encoding into memory does not fail.
fn failed(error: io::Error) -> UpstreamError {
    // Not a service's fault: the variant that brings a problem of its own.
    UpstreamError::Caller(Box::new(Problem::new(Code::InternalError, "the answer could not be encoded").because(error)))
}

#[cfg(test)]
mod tests;
