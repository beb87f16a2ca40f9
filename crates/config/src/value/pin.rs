//! The hash of a public key or of a secret: `sha256:` and 64 digits, as `sha256sum` prints them.

use std::fmt::Write;

use upstream::Pin;

use super::Wrong;

const SCHEME: &str = "sha256:";

/// `sha256:` and the digest of the DER form of a public key (`SubjectPublicKeyInfo`).
///
/// # Errors
/// What is wrong and what to write.
pub fn pin(text: &str) -> Result<Pin, Wrong> {
    let help = "`sha256:` and 64 digits of `0-9a-f`, over the public key in DER";
    octets(text).ok_or_else(|| Wrong::new(format!("`{text}` is not the hash of a public key"), help))
}

/// `sha256:` and the digest of a secret of 256 random bits.
///
/// # Errors
/// What is wrong and what to write.
pub fn digest(text: &str) -> Result<[u8; 32], Wrong> {
    let help = "`sha256:` and 64 digits of `0-9a-f`: `printf %s SECRET | sha256sum`";
    octets(text).ok_or_else(|| Wrong::new(format!("`{text}` is not the hash of a secret"), help))
}

fn octets(text: &str) -> Option<[u8; 32]> {
    let hex = text.strip_prefix(SCHEME)?.as_bytes();
    let mut octets = [0; 32];
    if hex.len() != 2 * octets.len() {
        return None;
    }
    for (octet, digits) in octets.iter_mut().zip(hex.chunks_exact(2)) {
        for digit in digits {
            *octet = *octet << 4 | digit_of(*digit)?;
        }
    }
    Some(octets)
}

const fn digit_of(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// As [`pin`] reads it.
#[must_use]
pub fn write_pin(pin: &Pin) -> String {
    let mut text = SCHEME.to_owned();
    for byte in pin {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
