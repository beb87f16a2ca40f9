//! How long a message's body is: read from two fields, and refused if they leave a choice (RFC 9112 §6).

use crate::fields::{Fields, Name};
use crate::{HeadError, Version};

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Framing {
    /// There is no body.
    None,
    /// Exactly so many octets.
    Length(u64),
    /// The chunked coding (RFC 9112 §7.1).
    Chunked,
    /// All that comes until the peer closes; answers only.
    UntilClose,
    /// HTTP/2: of unknown length, ended by the frame layer.
    Stream,
}

impl Framing {
    /// Whether content may follow.
    #[must_use]
    pub const fn has_body(self) -> bool {
        !matches!(self, Self::None | Self::Length(0))
    }
}

/// What the framing fields say, before method and status have their word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declared {
    Nothing,
    Length(u64),
    Chunked,
}

/// Reads Content-Length and Transfer-Encoding so that no second reading is left.
pub(crate) fn declared(fields: &Fields, version: Version) -> Result<Declared, HeadError> {
    match (fields.count(Name::ContentLength), fields.count(Name::TransferEncoding)) {
        (0, 0) => Ok(Declared::Nothing),
        (0, codings) => chunked(fields, codings, version),
        (1, 0) => Ok(Declared::Length(length(fields.get(Name::ContentLength).unwrap_or_default())?)),
        (_, 0) => Err(HeadError::LengthRepeated),
        _ => Err(HeadError::LengthAndCoding),
    }
}

fn chunked(fields: &Fields, codings: usize, version: Version) -> Result<Declared, HeadError> {
    if version == Version::Http10 {
        return Err(HeadError::CodingInHttp10);
    }
    match fields.get(Name::TransferEncoding) {
        Some(coding) if codings == 1 && coding.eq_ignore_ascii_case(b"chunked") => Ok(Declared::Chunked),
        _ => Err(HeadError::TransferCoding),
    }
}

/// Plain decimal digits, 19 at most. A zero in front is refused: some readers take such a number for octal.
pub(crate) fn length(text: &[u8]) -> Result<u64, HeadError> {
    let plain = match text {
        [b'0'] => true,
        [b'1'..=b'9', ..] => text.len() <= 19 && text.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !plain {
        return Err(HeadError::ContentLength);
    }
    // Nineteen digits always fit 64 bits.
    Ok(text.iter().fold(0, |length: u64, digit| length.wrapping_mul(10).wrapping_add(u64::from(digit & 0x0F))))
}
