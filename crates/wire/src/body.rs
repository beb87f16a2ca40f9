//! Takes a message body out of its framing, where it lies and as it arrives.
//!
//! The decoder owns no content: it says which octets of the input to skip and which
//! are content. Every call takes what it was given, so any cut of the octets gives
//! the same body:
//!
//! ```text
//! loop {
//!     match decoder.decode(input)? {
//!         Decoded::Data { skip, len } => content(&input[skip..skip + len]), advance by skip + len
//!         Decoded::More { skip }      => advance by skip, read more
//!         Decoded::End { skip }       => advance by skip, done
//!     }
//! }
//! ```

mod chunk;
mod error;
mod trailers;

use chunk::{ChunkLine, LineEnd};
use trailers::Trailers;
pub use trailers::http2_trailers;

use crate::Framing;
use crate::fields::Fields;

pub use error::BodyError;

/// What becomes of a trailer field that may only stand in a head (RFC 9110 §6.5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Misplaced {
    /// The body is refused.
    #[default]
    Refused,
    /// It alone is dropped, and the others count.
    Dropped,
}

/// How large the framing of a body may be; content has its own bounds elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyLimits {
    /// Octets of one chunk line: the size, its extensions, CR LF.
    pub chunk_line_bytes: usize,
    /// Octets of the trailer section with its line ends.
    pub trailer_bytes: usize,
    /// Trailer fields.
    pub trailer_fields: usize,
    /// What becomes of those that should have come before.
    pub misplaced: Misplaced,
}

impl Default for BodyLimits {
    /// 256 octets a chunk line, 8 KiB and 32 fields of trailers.
    fn default() -> Self {
        Self { chunk_line_bytes: 256, trailer_bytes: 8 * 1024, trailer_fields: 32, misplaced: Misplaced::Refused }
    }
}

/// What the front of the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// Skip so many octets of framing; then come so many of content.
    Data {
        /// Octets of framing.
        skip: usize,
        /// Octets of content after them.
        len: usize,
    },
    /// Skip so many octets; nothing of the input is left.
    More {
        /// Octets of framing.
        skip: usize,
    },
    /// Skip so many octets; the body is whole, and what is left belongs to the next message.
    End {
        /// Octets of framing.
        skip: usize,
    },
}

/// Takes one body out of its framing.
#[derive(Clone, Debug)]
pub struct BodyDecoder {
    state: State,
    limits: BodyLimits,
    /// Made when the last chunk has come, which most bodies do without.
    trailers: Option<Box<Trailers>>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// So many octets of content are left, and then the body is whole.
    Content(u64),
    /// Content until the peer closes, or the frame layer says so.
    Unbounded,
    /// Within the line before a chunk.
    Line(ChunkLine),
    /// So many octets of the chunk are left.
    Chunk(u64),
    /// The CR LF after a chunk's octets.
    ChunkEnd(LineEnd),
    /// After the last chunk.
    Trailers,
    Done,
}

impl BodyDecoder {
    /// A decoder for one body.
    #[must_use]
    pub const fn new(framing: Framing, limits: &BodyLimits) -> Self {
        let state = match framing {
            Framing::None | Framing::Length(0) => State::Done,
            Framing::Length(length) => State::Content(length),
            Framing::Chunked => State::Line(ChunkLine::new()),
            Framing::UntilClose | Framing::Stream => State::Unbounded,
        };
        Self { state, limits: *limits, trailers: None }
    }

    /// Says what the front of the input is. An empty input is `More`, or `End` after a whole body.
    ///
    /// # Errors
    /// The first fault in the framing; the body ends there, and so must the connection.
    pub fn decode(&mut self, input: &[u8]) -> Result<Decoded, BodyError> {
        let mut skip = 0;
        loop {
            let rest = input.get(skip..).unwrap_or_default();
            match self.state {
                State::Done => return Ok(Decoded::End { skip }),
                _ if rest.is_empty() => return Ok(Decoded::More { skip }),
                State::Unbounded => return Ok(Decoded::Data { skip, len: rest.len() }),
                State::Content(left) => {
                    let len = take(left, rest);
                    self.state = match left - len as u64 {
                        0 => State::Done,
                        left => State::Content(left),
                    };
                    return Ok(Decoded::Data { skip, len });
                }
                State::Chunk(left) => {
                    let len = take(left, rest);
                    self.state = match left - len as u64 {
                        0 => State::ChunkEnd(LineEnd::Cr),
                        left => State::Chunk(left),
                    };
                    return Ok(Decoded::Data { skip, len });
                }
                State::Line(mut line) => {
                    let (read, size) = line.read(rest, self.limits.chunk_line_bytes)?;
                    skip += read;
                    self.state = match size {
                        None => State::Line(line),
                        Some(0) => State::Trailers,
                        Some(size) => State::Chunk(size),
                    };
                }
                State::ChunkEnd(mut end) => {
                    let (read, is_over) = end.read(rest)?;
                    skip += read;
                    self.state = if is_over { State::Line(ChunkLine::new()) } else { State::ChunkEnd(end) };
                }
                State::Trailers => {
                    let (read, is_over) = self.read_trailers(rest)?;
                    skip += read;
                    if is_over {
                        self.state = State::Done;
                    }
                }
            }
        }
    }

    /// Whether the body is whole.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// How much content is certainly still to come, where that is known: of the body, or of the current chunk.
    #[must_use]
    pub const fn remaining_hint(&self) -> Option<u64> {
        match self.state {
            State::Content(left) | State::Chunk(left) => Some(left),
            State::Done => Some(0),
            State::Unbounded | State::Line(_) | State::ChunkEnd(_) | State::Trailers => None,
        }
    }

    /// The peer closed, or the frame layer ended the stream.
    ///
    /// # Errors
    /// [`BodyError::Truncated`] if the framing promised more.
    pub const fn closed(&mut self) -> Result<(), BodyError> {
        match self.state {
            State::Done | State::Unbounded => {
                self.state = State::Done;
                Ok(())
            }
            _ => Err(BodyError::Truncated),
        }
    }

    /// The trailer fields, once the body is whole and if it has any.
    #[must_use]
    pub fn trailers(&self) -> Option<&Fields> {
        let trailers = self.trailers.as_deref().filter(|_| self.is_done())?;
        (!trailers.fields().is_empty()).then_some(trailers.fields())
    }

    fn read_trailers(&mut self, input: &[u8]) -> Result<(usize, bool), BodyError> {
        // Most trailer sections are an empty line, for which no memory is needed.
        if self.trailers.is_none() && input.starts_with(b"\r\n") {
            return Ok((2, true));
        }
        self.trailers.get_or_insert_default().read(input, &self.limits)
    }
}

fn take(left: u64, input: &[u8]) -> usize {
    usize::try_from(left).map_or(input.len(), |left| left.min(input.len()))
}

#[cfg(test)]
mod tests;
