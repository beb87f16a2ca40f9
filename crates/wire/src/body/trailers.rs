//! The trailer section after the last chunk: few fields, and none that should have come before (RFC 9110 §6.5).

use super::{BodyError, BodyLimits};
use crate::HeadError;
use crate::fields::{Field, Fields, Line, read_line};
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
                self.fields.push(name, value)?;
                if self.fields.iter().last().is_some_and(|field| must_come_before(&field)) {
                    return Err(BodyError::TrailerForbidden);
                }
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
        fields.push(name, value)?;
    }
    if fields.iter().any(|field| must_come_before(&field)) {
        return Err(BodyError::TrailerForbidden);
    }
    Ok(fields)
}

/// Fields about framing, routing, authentication, the request or the content: read after the
/// message was judged by its head, they would say something else about it (RFC 9110 §6.5.1).
fn must_come_before(field: &Field<'_>) -> bool {
    const FAMILIES: [&str; 6] = ["content-", "x-forwarded-", "proxy-", "sec-", "access-control-", "vestibule-"];
    field.known.is_head_only() || FAMILIES.iter().any(|family| field.name.starts_with(family))
}
