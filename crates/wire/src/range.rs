//! Byte ranges: which part of a representation a request asks for (RFC 9110 §14).
//!
//! One part is answered as one part. Several that do not grow together into one are answered by the whole, which
//! §14.2 leaves open: what is asked for so is never needed, and has been used to make servers work
//! (CVE-2011-3192). What cannot be read is passed over, as §14.2 says.

use std::ops;

use crate::Method;
use crate::fields::{Fields, Name};

/// More ranges than this in one request are passed over.
const AT_MOST: usize = 16;

/// What of a representation is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selected {
    /// All of it: 200.
    Whole,
    /// These octets, which are there: 206.
    Part(ops::Range<u64>),
    /// Only octets that are not there: 416.
    Unsatisfiable,
}

/// Reads the `Range` of a request for a representation of `length` octets. Whether it is meant for this
/// representation, [`is_range_meant`](crate::conditional::is_range_meant) says.
#[must_use]
pub fn select(fields: &Fields, method: Method, length: u64) -> Selected {
    if method != Method::Get || fields.count(Name::Range) != 1 {
        return Selected::Whole;
    }
    fields.get(Name::Range).and_then(|value| read(value, length)).unwrap_or(Selected::Whole)
}

/// The value of `Content-Range` for a part of so many octets.
#[must_use]
pub fn content_range(part: &ops::Range<u64>, length: u64) -> String {
    format!("bytes {}-{}/{length}", part.start, part.end.saturating_sub(1))
}

/// The value of `Content-Range` where nothing can be given (RFC 9110 §15.5.17).
#[must_use]
pub fn unsatisfied_range(length: u64) -> String {
    format!("bytes */{length}")
}

fn read(value: &[u8], length: u64) -> Option<Selected> {
    let (unit, set) = value.split_at_checked("bytes=".len())?;
    if !unit.eq_ignore_ascii_case(b"bytes=") {
        return None;
    }
    let members = || set.split(|octet| *octet == b',').map(<[u8]>::trim_ascii).filter(|member| !member.is_empty());
    if members().nth(AT_MOST).is_some() {
        return None;
    }
    let mut parts = Vec::new();
    let mut any = false;
    for member in members() {
        any = true;
        parts.extend(part(member, length)?);
    }
    if !any {
        return None;
    }
    parts.sort_by_key(|part| part.start);
    let mut parts = parts.into_iter();
    let Some(mut whole) = parts.next() else { return Some(Selected::Unsatisfiable) };
    for part in parts {
        if part.start > whole.end {
            return Some(Selected::Whole);
        }
        whole.end = whole.end.max(part.end);
    }
    Some(Selected::Part(whole))
}

/// One member of the set: `None` where it cannot be read, `Some(None)` where nothing of it is there.
#[expect(clippy::option_option, reason = "unreadable and unsatisfiable have different consequences")]
fn part(member: &[u8], length: u64) -> Option<Option<ops::Range<u64>>> {
    let dash = member.iter().position(|octet| *octet == b'-')?;
    let (first, last) = (member.get(..dash)?, member.get(dash + 1..)?);
    let part = match (first, last) {
        ([], last) => length.saturating_sub(number(last)?)..length,
        (first, []) => number(first)?..length,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(length)
        }
    };
    Some((part.start < part.end).then_some(part))
}

/// Decimal digits; what is too large is as large as can be.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |octet: &u8| u64::from(octet - b'0');
    Some(digits.iter().fold(0_u64, |number, octet| number.saturating_mul(10).saturating_add(digit(octet))))
}

#[cfg(test)]
mod tests;
