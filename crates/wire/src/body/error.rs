//! Why a body is refused.

use model::{Code, Problem};
use thiserror::Error;

use crate::HeadError;

/// What breaks the framing of a body. Where the next message begins is unknown then: the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BodyError {
    /// Not 1 to 16 hexadecimal digits.
    #[error("a chunk size is not 1 to 16 hexadecimal digits")]
    ChunkSize,
    /// An extension against its grammar (RFC 9112 §7.1.1).
    #[error("a chunk extension is not well formed")]
    ChunkExtension,
    /// Longer than [`BodyLimits::chunk_line_bytes`](super::BodyLimits::chunk_line_bytes).
    #[error("a chunk line has more bytes than the bound")]
    ChunkLineTooLong,
    /// A chunk's octets are not followed by CR LF.
    #[error("a chunk does not end with CR LF")]
    ChunkEnd,
    /// A trailer field line is not well formed.
    #[error("the trailer section is not well formed: {0}")]
    Trailer(#[from] HeadError),
    /// A trailer field that may only stand in a head.
    #[error("a trailer field may only be sent in the header section")]
    TrailerForbidden,
    /// More octets or fields than the bounds.
    #[error("the trailer section is larger than the bound")]
    TrailersTooLarge,
    /// The peer closed before the body was whole.
    #[error("the connection closed before the body was whole")]
    Truncated,
}

impl BodyError {
    /// The problem when a service's answer breaks off or is malformed.
    #[must_use]
    pub fn of_upstream(self) -> Problem {
        let code = match self {
            Self::Truncated => Code::UpstreamBroken,
            Self::ChunkSize
            | Self::ChunkExtension
            | Self::ChunkLineTooLong
            | Self::ChunkEnd
            | Self::Trailer(_)
            | Self::TrailerForbidden
            | Self::TrailersTooLarge => Code::UpstreamMalformed,
        };
        Problem::new(code, self.to_string()).maybe_sent()
    }
}

impl From<BodyError> for Problem {
    /// The problem when a caller's body is malformed.
    fn from(error: BodyError) -> Self {
        let code = match error {
            BodyError::TrailersTooLarge => Code::HeadersTooLarge,
            BodyError::ChunkSize
            | BodyError::ChunkExtension
            | BodyError::ChunkLineTooLong
            | BodyError::ChunkEnd
            | BodyError::Trailer(_)
            | BodyError::TrailerForbidden
            | BodyError::Truncated => Code::MalformedBody,
        };
        Self::new(code, error.to_string())
    }
}
