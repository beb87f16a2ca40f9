//! Integers with a prefix of some bits (RFC 7541 §5.1).

use super::Unreadable;

/// More than this is said by nobody: no block and no table is so large.
const AT_MOST: usize = 1 << 24;

/// Reads an integer whose first octet was taken from the input already.
pub(super) fn read(first: u8, prefix: u32, input: &mut &[u8]) -> Result<usize, Unreadable> {
    let mask = (1_usize << prefix) - 1;
    let mut value = usize::from(first) & mask;
    if value < mask {
        return Ok(value);
    }
    let mut shift = 0;
    loop {
        let (&octet, rest) = input.split_first().ok_or(Unreadable)?;
        *input = rest;
        // Bounded in octets too: zeros could go on for ever.
        if shift > 21 {
            return Err(Unreadable);
        }
        value += usize::from(octet & 0x7F) << shift;
        if value > AT_MOST {
            return Err(Unreadable);
        }
        if octet & 0x80 == 0 {
            return Ok(value);
        }
        shift += 7;
    }
}

/// Appends an integer; `pattern` is what stands before the prefix in the first octet.
pub(super) fn write(value: usize, prefix: u32, pattern: u8, out: &mut Vec<u8>) {
    let mask = (1_usize << prefix) - 1;
    if value < mask {
        out.push(pattern | low_octet(value));
        return;
    }
    out.push(pattern | low_octet(mask));
    let mut rest = value - mask;
    while rest >= 0x80 {
        out.push(0x80 | low_octet(rest & 0x7F));
        rest >>= 7;
    }
    out.push(low_octet(rest));
}

/// The callers have masked it.
const fn low_octet(value: usize) -> u8 {
    value as u8
}
