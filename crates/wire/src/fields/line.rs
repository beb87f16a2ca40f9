//! One field line, judged where it lies (RFC 9112 §5).

use std::ops::Range;

use super::Name;
use crate::HeadError;
use crate::octets;

/// What stands at the start of a line of a head or trailer section; offsets are into the whole section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A field, the value trimmed; the name is checked, and `known` is what it is.
    Field { known: Name, name: Range<usize>, value: Range<usize>, next: usize },
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
    if rest.first() == Some(&b'\r') {
        // Before a colon is looked for: what follows the head may be long and have none.
        return without_name(rest, start);
    }
    let name_len = octets::colon(rest);
    let (name, after_name) = rest.split_at_checked(name_len).unwrap_or_default();
    let known = Name::of(name);
    let after_colon = match after_name {
        // A known name needs no look at its octets any more.
        [b':', after_colon @ ..] if known != Name::Other || octets::is_token(name) => after_colon,
        _ => return without_name(rest, start),
    };
    let after_blanks = skip_blanks(after_colon);
    let raw_len = octets::value_len(after_blanks);
    match after_blanks.get(raw_len..) {
        Some([b'\r', b'\n', ..]) => {}
        Some([] | [b'\r']) | None => return Ok(None),
        Some([b'\r' | b'\n', ..]) => return Err(HeadError::LineEnd),
        Some(_) => return Err(HeadError::FieldValue),
    }
    let value_len = octets::trim_end(after_blanks.get(..raw_len).unwrap_or_default()).len();
    let value_start = start + rest.len() - after_blanks.len();
    Ok(Some(Line::Field {
        known,
        name: start..start + name_len,
        value: value_start..value_start + value_len,
        next: value_start + raw_len + "\r\n".len(),
    }))
}

#[inline]
fn skip_blanks(mut text: &[u8]) -> &[u8] {
    // One space is what nearly all senders write.
    if let [b' ', rest @ ..] = text {
        text = rest;
    }
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

/// The empty line, or what is wrong with a line that has no name and colon.
fn without_name(rest: &[u8], start: usize) -> Result<Option<Line>, HeadError> {
    let name_len = octets::token_len(rest);
    match rest.get(name_len..).unwrap_or_default() {
        [] => Ok(None),
        [b'\r', b'\n', ..] if name_len == 0 => Ok(Some(Line::End { next: start + "\r\n".len() })),
        [b'\r'] if name_len == 0 => Ok(None),
        [b'\r' | b'\n', ..] => Err(HeadError::LineEnd),
        [b' ' | b'\t', ..] if name_len == 0 => Err(HeadError::Folded),
        _ => Err(HeadError::FieldName),
    }
}
