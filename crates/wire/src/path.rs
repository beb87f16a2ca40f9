//! The path of a target: accepted only if every reader reads it alike (RFC 3986 §3.3, §6.2.2).
//!
//! A path passes exactly as it came or not at all. What a service, a framework or
//! a file system might decode, collapse or resolve differently is refused here:
//! dot segments, empty segments, encoded separators, encodings of characters that
//! need none, and encodings that are not UTF-8.

use thiserror::Error;

/// What makes a path have more than one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// A character that RFC 3986 §3.3 does not allow in a path without encoding.
    #[error("the path has a character that must be percent-encoded")]
    Character,
    /// `//`, or a segment that is empty before its `;`.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// `.` or `..` as a segment, also before `;`.
    #[error("the path has a dot segment")]
    DotSegment,
    /// `%` without two hexadecimal digits after it.
    #[error("the path has an incomplete percent-encoding")]
    Encoding,
    /// `%2F` or `%5C`.
    #[error("the path has an encoded slash or backslash")]
    EncodedSeparator,
    /// An encoded control character, NUL among them.
    #[error("the path has an encoded control character")]
    EncodedControl,
    /// An encoded letter, digit, `-`, `.` or `_`, which stands for itself.
    #[error("the path has an encoded character that needs no encoding")]
    EncodedUnreserved,
    /// Encoded octets that are not UTF-8, or are longer than needed.
    #[error("the path has encoded octets that are not valid UTF-8")]
    EncodedUtf8,
}

/// Allowed in a segment as it is: the unreserved characters, the sub-delimiters, `:` and `@`.
const PLAIN: u8 = 1;
/// Allowed in a query too: what browsers send there without encoding.
const QUERY: u8 = 2;

static CLASS: [u8; 256] = class_table();

#[expect(clippy::indexing_slicing, reason = "runs in the compiler, which refuses what is out of bounds")]
const fn class_table() -> [u8; 256] {
    let mut table = [0_u8; 256];
    let plain = b"-._~!$&'()*+,;=:@";
    let mut index = 0;
    while index < plain.len() {
        table[plain[index] as usize] = PLAIN | QUERY;
        index += 1;
    }
    let query = b"/?%[]{}|^`";
    index = 0;
    while index < query.len() {
        table[query[index] as usize] = QUERY;
        index += 1;
    }
    let mut octet = 0;
    while octet < 128 {
        if (octet as u8).is_ascii_alphanumeric() {
            table[octet] = PLAIN | QUERY;
        }
        octet += 1;
    }
    table
}

fn is(class: u8, octet: u8) -> bool {
    CLASS.get(usize::from(octet)).is_some_and(|&found| found & class != 0)
}

/// Whether the text after `?` has only what a query may hold: RFC 3986 §3.4 and ``[ ] { } | ^ ` ``, as browsers
/// send them. Encodings within are the contract's matter, as a query has no structure before it.
pub(crate) fn is_query(query: &[u8]) -> bool {
    query.iter().all(|&octet| is(QUERY, octet))
}

/// Checks that a path, without its query, has exactly one reading.
///
/// # Errors
/// The first [`PathError`] from the left.
pub fn check_path(path: &[u8]) -> Result<(), PathError> {
    let mut rest = path;
    if path.first() != Some(&b'/') {
        return Err(PathError::Character);
    }
    loop {
        let segment = rest.iter().position(|&octet| !is(PLAIN, octet)).unwrap_or(rest.len());
        rest = match rest.get(segment..).unwrap_or_default() {
            [] | [b'/'] => return Ok(()),
            [b'/', after @ ..] => {
                check_segment_start(after)?;
                after
            }
            [b'%', after @ ..] => check_encoding(after)?,
            _ => return Err(PathError::Character),
        };
    }
}

/// Refuses segments that are empty or only dots, also when parameters follow: some
/// servers cut `;…` off first and resolve then.
fn check_segment_start(segment: &[u8]) -> Result<(), PathError> {
    match segment {
        [b'/' | b';', ..] => Err(PathError::EmptySegment),
        [b'.', b'.', after @ ..] | [b'.', after @ ..] if ends_segment(after) => Err(PathError::DotSegment),
        _ => Ok(()),
    }
}

fn ends_segment(after: &[u8]) -> bool {
    matches!(after, [] | [b'/' | b';', ..] | [b'%', b'3', b'b' | b'B', ..])
}

/// Reads the encoding after a `%`, and for a character of several octets all of it; what remains after it.
fn check_encoding(after: &[u8]) -> Result<&[u8], PathError> {
    let (first, mut rest) = decode(after)?;
    let len = match first {
        b'/' | b'\\' => return Err(PathError::EncodedSeparator),
        0..=0x1F | 0x7F => return Err(PathError::EncodedControl),
        b'-' | b'.' | b'_' => return Err(PathError::EncodedUnreserved),
        _ if first.is_ascii_alphanumeric() => return Err(PathError::EncodedUnreserved),
        0x20..=0x7E => return Ok(rest),
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return Err(PathError::EncodedUtf8),
    };
    let mut character = [first, 0, 0, 0];
    for octet in character.iter_mut().take(len).skip(1) {
        let [b'%', after @ ..] = rest else { return Err(PathError::EncodedUtf8) };
        (*octet, rest) = decode(after)?;
    }
    let text = std::str::from_utf8(character.get(..len).unwrap_or_default()).map_err(|_| PathError::EncodedUtf8)?;
    if text.chars().any(char::is_control) { Err(PathError::EncodedControl) } else { Ok(rest) }
}

fn decode(after: &[u8]) -> Result<(u8, &[u8]), PathError> {
    let [high, low, rest @ ..] = after else { return Err(PathError::Encoding) };
    let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|value| u8::try_from(value).ok());
    match (digit(*high), digit(*low)) {
        (Some(high), Some(low)) => Ok((high << 4 | low, rest)),
        _ => Err(PathError::Encoding),
    }
}

#[cfg(test)]
mod tests;
