//! Base64url without padding, one way only (RFC 7515 §2): no padding, no spaces, no bits that mean nothing.

use data_encoding::BASE64URL_NOPAD;

/// Octets to text.
#[must_use]
pub fn encode(octets: &[u8]) -> String {
    BASE64URL_NOPAD.encode(octets)
}

/// Text to the octets whose only form it is; `None` for any other text.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}
