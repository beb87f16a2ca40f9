//! Letters and digits: random ones, and those of a checksum.

use crate::AuthError;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Characters of a checksum: 62^6 is more than 2^32.
pub(super) const CHECKSUM_LEN: usize = 6;

pub(super) fn is_base62(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Appends so many characters, each as likely as any other.
pub(super) fn random(out: &mut String, len: usize) -> Result<(), AuthError> {
    let end = out.len() + len;
    let mut octets = [0_u8; 64];
    while out.len() < end {
        aws_lc_rs::rand::fill(&mut octets).map_err(|_| AuthError::NoRandomness)?;
        // Above 4 × 62 an octet is thrown away: taken modulo 62 it would favour the first characters.
        let even = octets.iter().filter(|&&octet| octet < 248);
        out.extend(even.filter_map(|octet| character(u64::from(*octet))).take(end - out.len()));
    }
    Ok(())
}

/// The CRC-32 of a text, as six characters. It tells a typing error, and protects nothing.
pub(super) fn checksum(text: &str) -> String {
    let mut rest = u64::from(crc32(text.as_bytes()));
    let mut digits = [0_u64; CHECKSUM_LEN];
    for digit in digits.iter_mut().rev() {
        *digit = rest;
        rest /= 62;
    }
    digits.into_iter().filter_map(character).collect()
}

fn character(value: u64) -> Option<char> {
    let index = usize::try_from(value % 62).ok()?;
    ALPHABET.get(index).copied().map(char::from)
}

/// CRC-32 as of ISO 3309, bit by bit: a table would cost more memory than the few hundred operations are worth.
fn crc32(octets: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for octet in octets {
        crc ^= u32::from(*octet);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    //! The checksum is the well-known one.

    #[test]
    fn the_checksum_is_crc32() {
        assert_eq!(super::crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(super::checksum(""), "000000");
        assert_eq!(super::checksum("123456789").len(), super::CHECKSUM_LEN);
    }
}
