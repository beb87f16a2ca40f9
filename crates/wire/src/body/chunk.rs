//! The line before a chunk and the line end after it, octet by octet (RFC 9112 §7.1).
//!
//! Extensions are checked against their grammar and dropped: two parsers that disagree
//! where an extension ends disagree about the chunk. White space is taken only where
//! the grammar has it, around `;` and `=`.

use super::BodyError;
use crate::octets;

/// A CR LF of which nothing or the CR has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnd {
    Cr,
    Lf,
}

impl LineEnd {
    /// How much was read, and whether the line end is whole.
    pub(super) fn read(&mut self, input: &[u8]) -> Result<(usize, bool), BodyError> {
        match (*self, input) {
            (Self::Cr, [b'\r', b'\n', ..]) => Ok((2, true)),
            (Self::Lf, [b'\n', ..]) => Ok((1, true)),
            (Self::Cr, [b'\r']) => {
                *self = Self::Lf;
                Ok((1, false))
            }
            _ => Err(BodyError::ChunkEnd),
        }
    }
}

/// More digits than any size needs; they fill 64 bits.
const MAX_DIGITS: u8 = 16;

/// A chunk line as far as it has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChunkLine {
    place: Place,
    size: u64,
    digits: u8,
    len: usize,
}

/// Where in the grammar of a chunk line the next octet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Size,
    /// White space that only `;` may follow.
    BeforeSemicolon,
    NameStart,
    Name,
    /// White space after a name, which `=` or `;` may follow.
    AfterName,
    ValueStart,
    Token,
    Quoted,
    QuotedPair,
    AfterQuoted,
    Lf,
}

impl ChunkLine {
    pub(super) const fn new() -> Self {
        Self { place: Place::Size, size: 0, digits: 0, len: 0 }
    }

    /// How much was read, and the chunk's size once the line is whole.
    pub(super) fn read(&mut self, input: &[u8], most: usize) -> Result<(usize, Option<u64>), BodyError> {
        for (index, &octet) in input.iter().enumerate() {
            self.len += 1;
            if self.len > most {
                return Err(BodyError::ChunkLineTooLong);
            }
            match (self.place, octet) {
                (Place::Lf, b'\n') => return Ok((index + 1, Some(self.size))),
                (Place::Size, _) => self.place = self.size(octet)?,
                (place, _) => self.place = place.extension(octet)?,
            }
        }
        Ok((input.len(), None))
    }

    fn size(&mut self, octet: u8) -> Result<Place, BodyError> {
        if let Some(digit) = char::from(octet).to_digit(16) {
            if self.digits == MAX_DIGITS {
                return Err(BodyError::ChunkSize);
            }
            self.digits += 1;
            self.size = self.size << 4 | u64::from(digit);
            return Ok(Place::Size);
        }
        match octet {
            _ if self.digits == 0 => Err(BodyError::ChunkSize),
            b';' => Ok(Place::NameStart),
            b' ' | b'\t' => Ok(Place::BeforeSemicolon),
            b'\r' => Ok(Place::Lf),
            _ => Err(BodyError::ChunkSize),
        }
    }
}

impl Place {
    /// Where the octet after this one stands, if this one may stand here.
    fn extension(self, octet: u8) -> Result<Self, BodyError> {
        let next = match (self, octet) {
            (Self::BeforeSemicolon | Self::NameStart | Self::AfterName | Self::ValueStart, b' ' | b'\t') => self,
            (Self::NameStart | Self::Name, _) if octets::is_token_octet(octet) => Self::Name,
            (Self::ValueStart | Self::Token, _) if octets::is_token_octet(octet) => Self::Token,
            (Self::Name, b' ' | b'\t') => Self::AfterName,
            (Self::Name | Self::AfterName, b'=') => Self::ValueStart,
            (Self::ValueStart, b'"') => Self::Quoted,
            (Self::Token | Self::AfterQuoted, b' ' | b'\t') => Self::BeforeSemicolon,
            (Self::BeforeSemicolon | Self::Name | Self::AfterName | Self::Token | Self::AfterQuoted, b';') => {
                Self::NameStart
            }
            (Self::Name | Self::Token | Self::AfterQuoted, b'\r') => Self::Lf,
            (Self::Quoted, b'"') => Self::AfterQuoted,
            (Self::Quoted, b'\\') => Self::QuotedPair,
            (Self::Quoted | Self::QuotedPair, _) if octets::is_value(&[octet]) => Self::Quoted,
            _ => return Err(BodyError::ChunkExtension),
        };
        Ok(next)
    }
}
