//! The trailer section after the last chunk: few fields, and none that should have come before (RFC 9110 §6.5).

use super::{BodyError, BodyLimits, Misplaced};
use crate::HeadError;
use crate::fields::{Fields, Line, Name, read_line};
use crate::request::check_http2_field;

/// A trailer section as far as it has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Trailers {
    fields: Fields,
    /// The beginning of a line whose end has not come.
    line: Vec<u8>,
    /// Octets read.
    len: usize,
}

impl Trailers {
    pub(super) const fn fields(&self) -> &Fields {
        &self.fields
    }

    /// How much was read, and whether the section is whole.
    pub(super) fn read(&mut self, input: &[u8], limits: &BodyLimits) -> Result<(usize, bool), BodyError> {
        let mut read = 0;
        loop {
            let rest = input.get(read..).unwrap_or_default();
            let line_len = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let piece = rest.get(..line_len).unwrap_or_default();
            self.len += piece.len();
            if self.len > limits.trailer_bytes {
                return Err(BodyError::TrailersTooLarge);
            }
            self.line.extend_from_slice(piece);
            read += piece.len();
            if piece.last() != Some(&b'\n') {
                return Ok((read, false));
            }
            if self.end_line(limits)? {
                return Ok((read, true));
            }
        }
    }

    /// Judges a whole line; whether it was the empty one.
    fn end_line(&mut self, limits: &BodyLimits) -> Result<bool, BodyError> {
        let is_last = match read_line(&self.line, 0)? {
            Some(Line::End { .. }) => true,
            Some(Line::Field { name, value, .. }) => {
                if self.fields.len() >= limits.trailer_fields {
                    return Err(BodyError::TrailersTooLarge);
                }
                let name = self.line.get(name).unwrap_or_default();
                let value = self.line.get(value).unwrap_or_default();
                take(&mut self.fields, name, value, limits.misplaced)?;
                false
            }
            None => return Err(HeadError::LineEnd.into()),
        };
        self.line.clear();
        Ok(is_last)
    }
}

/// The trailers of an HTTP/2 message (RFC 9113 §8.1), under the same rules and bounds as those after a last chunk.
///
/// # Errors
/// [`BodyError::TrailersTooLarge`], [`BodyError::TrailerForbidden`], or what is wrong with a field.
pub fn http2_trailers<'a>(
    trailers: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    limits: &BodyLimits,
) -> Result<Fields, BodyError> {
    let mut fields = Fields::new();
    let mut len = 0;
    for (name, value) in trailers {
        len += name.len() + value.len();
        if len > limits.trailer_bytes || fields.len() >= limits.trailer_fields {
            return Err(BodyError::TrailersTooLarge);
        }
        check_http2_field(name, value)?;
        take(&mut fields, name, value, limits.misplaced)?;
    }
    Ok(fields)
}

/// Adds a field, if it may stand in a trailer section. One that is malformed is a fault wherever it stands.
fn take(fields: &mut Fields, name: &[u8], value: &[u8], misplaced: Misplaced) -> Result<(), BodyError> {
    if !must_come_before(name) {
        return Ok(fields.push(name, value)?);
    }
    match misplaced {
        Misplaced::Refused => Err(BodyError::TrailerForbidden),
        Misplaced::Dropped => Ok(Fields::new().push(name, value)?),
    }
}

/// Fields about framing, routing, authentication, the request or the content: read after the
/// message was judged by its head, they would say something else about it (RFC 9110 §6.5.1).
fn must_come_before(name: &[u8]) -> bool {
    const FAMILIES: [&str; 6] = ["content-", "x-forwarded-", "proxy-", "sec-", "access-control-", "vestibule-"];
    let begins =
        |family: &&str| name.get(..family.len()).is_some_and(|start| start.eq_ignore_ascii_case(family.as_bytes()));
    Name::of(name).is_head_only() || FAMILIES.iter().any(begins)
}
