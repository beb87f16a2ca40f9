//! Content that is encoded as it goes by: in bounded pieces, and never held back while its source is silent.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use model::{Code, Problem};
use observe::{DoorRow, EncodedAnswer, Observer};
use upstream::UpstreamError;
use wire::coding::Coding;
use wire::fields::Fields;

use super::encoder::{Encoder, most_bytes};
use crate::content::Content;

/// So much is encoded at a time: other connections of the thread wait for it.
const INPUT_BYTES: usize = 16 * 1024;
/// What the encoders of a thread hold together at most; what does not fit goes out as it is.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Counts what the encoders of a thread may hold, in bytes.
#[derive(Debug, Default)]
pub(crate) struct Places(Rc<Cell<usize>>);

/// Held while an answer is encoded.
#[derive(Debug)]
pub(crate) struct Place {
    places: Rc<Cell<usize>>,
    coding: Coding,
}

impl Places {
    /// A place for an encoder, if there is room for it.
    pub(crate) fn take(&self, coding: Coding) -> Option<Place> {
        let taken = self.0.get() + most_bytes(coding);
        (taken <= MOST_BYTES).then(|| {
            self.0.set(taken);
            Place { places: Rc::clone(&self.0), coding }
        })
    }
}

impl Place {
    /// What it is for.
    pub(crate) const fn coding(&self) -> Coding {
        self.coding
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.set(self.places.get().saturating_sub(most_bytes(self.coding)));
    }
}

/// Where it is counted once it has ended, or was given up.
pub(crate) struct Counter {
    pub(crate) observer: Rc<Observer>,
    pub(crate) door: DoorRow,
}

/// Content on its way through an encoder.
pub(crate) struct Coded {
    content: Content,
    encoder: Option<Encoder>,
    piece: BytesMut,
    /// Something is in the encoder that has not come out.
    held: bool,
    read: u64,
    written: u64,
    place: Place,
    counter: Counter,
}

impl Coded {
    pub(crate) fn new(content: Content, encoder: Encoder, place: Place, counter: Counter) -> Self {
        let piece = BytesMut::new();
        Self { content, encoder: Some(encoder), piece, held: false, read: 0, written: 0, place, counter }
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
                    encoder.write(content.get(..count).unwrap_or_default()).map_err(failed)?;
                    self.content.consume(count);
                    self.read += count as u64;
                    self.held = true;
                }
                Poll::Ready(Ok(false)) => {
                    let rest = self.encoder.take().map_or(Ok(Vec::new()), Encoder::finish).map_err(failed)?;
                    self.written += rest.len() as u64;
                    self.piece.extend_from_slice(&rest);
                    continue;
                }
            }
            let out = encoder.output();
            self.written += out.len() as u64;
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

impl Drop for Coded {
    fn drop(&mut self) {
        let coding = match self.place.coding {
            Coding::Zstd => EncodedAnswer::Zstd,
            Coding::Brotli => EncodedAnswer::Brotli,
            Coding::Gzip => EncodedAnswer::Gzip,
        };
        self.counter.observer.encoded(self.counter.door, coding, self.read, self.written);
    }
}

/// Encoding into memory does not fail.
fn failed(error: io::Error) -> UpstreamError {
    // Not a service's fault: the variant that brings a problem of its own.
    UpstreamError::Caller(Box::new(Problem::new(Code::InternalError, "the answer could not be encoded").because(error)))
}

#[cfg(test)]
mod tests;
