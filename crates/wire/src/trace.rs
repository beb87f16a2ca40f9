//! W3C Trace Context: the `traceparent` field (Level 1 and its rules for later versions).

use model::{SpanId, TraceId};

/// Where a request stands in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// The whole trace.
    pub trace: TraceId,
    /// The span that called.
    pub parent: SpanId,
    /// Whether the caller may have recorded it (§3.2.2.5).
    pub sampled: bool,
}

/// Octets of a `traceparent` of version 00.
pub const TRACEPARENT_LEN: usize = 55;

impl TraceContext {
    /// The value of a `traceparent` field, version 00, without allocation.
    #[must_use]
    pub fn to_traceparent(&self) -> [u8; TRACEPARENT_LEN] {
        let flags = [u8::from(self.sampled)];
        let mut out = [b'-'; TRACEPARENT_LEN];
        let mut rest = out.as_mut_slice();
        for part in [[0].as_slice(), &self.trace.0, &self.parent.0, &flags] {
            let Some((digits, after)) = rest.split_at_mut_checked(part.len() * 2) else { break };
            write_hex(digits, part);
            rest = after.get_mut(1..).unwrap_or_default();
        }
        out
    }
}

/// Reads the value of a `traceparent` field; `None` if it is not valid, and a new trace begins then (§3.2.3).
///
/// A version above 00 is read by the fields it shares with 00, and may have more behind a dash (§4.3).
#[must_use]
pub fn parse(value: &[u8]) -> Option<TraceContext> {
    let (fixed, more) = value.split_at_checked(TRACEPARENT_LEN)?;
    let mut parts = fixed.split(|&octet| octet == b'-');
    let [version] = read_hex(parts.next()?)?;
    let trace = TraceId(read_hex(parts.next()?)?);
    let parent = SpanId(read_hex(parts.next()?)?);
    let [flags] = read_hex(parts.next()?)?;
    let has_valid_end = match version {
        0 => more.is_empty(),
        0xFF => false,
        _ => matches!(more, [] | [b'-', ..]),
    };
    let is_valid = parts.next().is_none() && has_valid_end && trace.0 != [0; 16] && parent.0 != [0; 8];
    is_valid.then_some(TraceContext { trace, parent, sampled: flags & 1 != 0 })
}

/// Writes lower-case hexadecimal, two digits for each octet.
fn write_hex(out: &mut [u8], octets: &[u8]) {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).map_or(b'0', |digit| digit as u8);
    let (pairs, _) = out.as_chunks_mut::<2>();
    for (pair, octet) in pairs.iter_mut().zip(octets) {
        *pair = [digit(octet >> 4), digit(octet & 0x0F)];
    }
}

/// Reads exactly `N` octets of lower-case hexadecimal: other cases are not valid (§3.2.2).
fn read_hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let (pairs, rest) = text.as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut out = [0; N];
    for (octet, [high, low]) in out.iter_mut().zip(pairs) {
        *octet = hex_digit(*high)? << 4 | hex_digit(*low)?;
    }
    Some(out)
}

const fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
