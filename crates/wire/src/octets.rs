//! Which octets may stand where: the tables and scans that every other file reads bytes with.

const fn token_table() -> [u8; 256] {
    let mut table = [0_u8; 256];
    let mut octet = 0_u8;
    loop {
        let is_token = octet.is_ascii_alphanumeric()
            || matches!(
                octet,
                b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
            );
        if is_token {
            #[expect(clippy::indexing_slicing, reason = "an octet is always inside a table of 256")]
            {
                table[octet as usize] = octet.to_ascii_lowercase();
            }
        }
        if octet == u8::MAX {
            return table;
        }
        octet += 1;
    }
}

/// The lower-case form of each octet of a token (RFC 9110 §5.6.2), and 0 for all others.
static TOKEN: [u8; 256] = token_table();

/// Whether the octet may stand in a token: a field name, a method, a transfer coding.
#[inline]
pub(crate) fn is_token_octet(octet: u8) -> bool {
    TOKEN.get(usize::from(octet)).is_some_and(|&lower| lower != 0)
}

const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// How many token octets there are at the front.
#[inline]
pub(crate) fn token_len(bytes: &[u8]) -> usize {
    bytes.iter().position(|&octet| !is_token_octet(octet)).unwrap_or(bytes.len())
}

/// Where the first colon stands; the length of the text if there is none.
#[inline]
pub(crate) fn colon(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    let mut read = 0;
    for word in words {
        let flags = zeros(u64::from_le_bytes(*word) ^ (ONES * b':' as u64));
        if flags != 0 {
            return read + flags.trailing_zeros() as usize / 8;
        }
        read += 8;
    }
    read + rest.iter().position(|&octet| octet == b':').unwrap_or(rest.len())
}

/// Whether the text is a token: not empty, and token octets only.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && token_len(text) == text.len()
}

/// Whether the text is a token without upper-case letters, as HTTP/2 demands of names (RFC 9113 §8.2).
pub(crate) fn is_lower_token(text: &[u8]) -> bool {
    !text.is_empty()
        && text.iter().all(|&octet| octet != 0 && TOKEN.get(usize::from(octet)).is_some_and(|&lower| lower == octet))
}

/// Whether the octet may stand in a field value: VCHAR, SP, HTAB or obs-text (RFC 9110 §5.5).
#[inline]
const fn is_value_octet(octet: u8) -> bool {
    (octet >= b' ' && octet != 0x7F) || octet == b'\t'
}

/// How many octets at the front may stand in a field value; eight are looked at together.
#[inline]
pub(crate) fn value_len(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut read = 0;
    for word in words {
        let flags = no_value_octets(u64::from_le_bytes(*word));
        if flags != 0 {
            return read + flags.trailing_zeros() as usize / 8;
        }
        read += 8;
    }
    read + rest.iter().position(|&octet| !is_value_octet(octet)).unwrap_or(rest.len())
}

/// The high bits of those of eight octets that may not stand in a value: controls but for the tab. No sum carries into
/// the next octet, because the high bits are left out of all of them.
#[inline]
const fn no_value_octets(word: u64) -> u64 {
    let low = word & !HIGH;
    let from_space = low + ONES * (0x80 - 0x20);
    let other_than_tab = (low ^ (ONES * b'\t' as u64)) + !HIGH;
    let is_delete = low + ONES;
    ((!from_space & other_than_tab) | is_delete) & !word & HIGH
}

/// The high bits of those of eight octets that are 0; of more than one, only the lowest is certain.
#[inline]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGH
}

/// Whether the text may be a field value as it stands.
pub(crate) fn is_value(text: &[u8]) -> bool {
    value_len(text) == text.len()
}

/// The text without white space at either end.
#[inline]
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    trim_end(text)
}

/// The text without white space at its end.
#[inline]
pub(crate) fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests;
