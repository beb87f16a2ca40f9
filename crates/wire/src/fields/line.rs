//! One field line, judged where it lies (RFC 9112 §5).

use std::ops::Range;

use crate::HeadError;
use crate::octets;

/// What stands at the start of a line of a head or trailer section; offsets are into the whole section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A field, the value trimmed.
    Field { name: Range<usize>, value: Range<usize>, next: usize },
    /// The empty line that ends the section.
    End { next: usize },
}

/// Reads the line that starts at `start`; `None` while its end has not come.
///
/// A fault is told only once the line's LF is there, so that the answer does not
/// depend on how the octets were cut on their way.
#[inline]
pub(crate) fn read_line(bytes: &[u8], start: usize) -> Result<Option<Line>, HeadError> {
    let rest = bytes.get(start..).unwrap_or_default();
    match scan(rest, start) {
        Err(_) if memchr::memchr(b'\n', rest).is_none() => Ok(None),
        result => result,
    }
}

#[inline]
fn scan(rest: &[u8], start: usize) -> Result<Option<Line>, HeadError> {
    let Some(name_len) = rest.iter().position(|&octet| !octets::is_token_octet(octet)) else {
        return Ok(None);
    };
    match rest.get(name_len) {
        Some(b':') if name_len > 0 => {}
        Some(b'\r') if name_len == 0 => return end(rest, start),
        Some(b' ' | b'\t') if name_len == 0 => return Err(HeadError::Folded),
        Some(b'\r' | b'\n') => return Err(HeadError::LineEnd),
        _ => return Err(HeadError::FieldName),
    }
    let after_colon = rest.get(name_len + 1..).unwrap_or_default();
    let raw_len = octets::value_len(after_colon);
    match after_colon.get(raw_len..) {
        Some([b'\r', b'\n', ..]) => {}
        Some([] | [b'\r']) | None => return Ok(None),
        Some([b'\r' | b'\n', ..]) => return Err(HeadError::LineEnd),
        Some(_) => return Err(HeadError::FieldValue),
    }
    let raw = after_colon.get(..raw_len).unwrap_or_default();
    let blanks = raw.iter().take_while(|&&octet| octets::is_blank(octet)).count();
    let value_len = octets::trim(raw).len();
    let value_start = start + name_len + 1 + blanks;
    Ok(Some(Line::Field {
        name: start..start + name_len,
        value: value_start..value_start + value_len,
        next: start + name_len + 1 + raw_len + 2,
    }))
}

fn end(rest: &[u8], start: usize) -> Result<Option<Line>, HeadError> {
    match rest {
        [b'\r', b'\n', ..] => Ok(Some(Line::End { next: start + 2 })),
        [b'\r'] => Ok(None),
        _ => Err(HeadError::LineEnd),
    }
}
