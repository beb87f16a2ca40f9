//! What gRPC writes into the fields of HTTP/2: its media type, its timeouts and its messages (gRPC over HTTP/2, "Requests" and "Responses").
//! And how it frames what is said.

use std::time::Duration;

/// Digits of a timeout at most.
const DIGITS_AT_MOST: usize = 8;
const LARGEST: u64 = 99_999_999;
/// Whether it is compressed, and its length as four octets.
const PREFIX: usize = 5;

/// Whether a `content-type` is gRPC's: `application/grpc`, with a subtype behind `+` or parameters or neither.
/// `application/grpc-web` is another protocol.
#[must_use]
pub fn is_media_type(content_type: &[u8]) -> bool {
    const TYPE: &[u8] = b"application/grpc";
    content_type.split_at_checked(TYPE.len()).is_some_and(|(start, rest)| {
        start.eq_ignore_ascii_case(TYPE) && matches!(rest.first(), None | Some(b'+' | b';' | b' ' | b'\t'))
    })
}

/// A `grpc-timeout`: at most eight digits and a unit; `None` for anything else.
#[must_use]
pub fn read_timeout(value: &[u8]) -> Option<Duration> {
    let (unit, digits) = value.split_last()?;
    if digits.is_empty() || digits.len() > DIGITS_AT_MOST || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let count = digits.iter().fold(0_u64, |count, digit| count * 10 + u64::from(digit & 0x0F));
    Some(match unit {
        b'H' => Duration::from_secs(count * 3600),
        b'M' => Duration::from_secs(count * 60),
        b'S' => Duration::from_secs(count),
        b'm' => Duration::from_millis(count),
        b'u' => Duration::from_micros(count),
        b'n' => Duration::from_nanos(count),
        _ => return None,
    })
}

/// The same written, in milliseconds where they fit, and never longer than it is.
#[must_use]
pub fn write_timeout(timeout: Duration) -> String {
    let milliseconds = timeout.as_millis();
    if milliseconds <= u128::from(LARGEST) {
        format!("{milliseconds}m")
    } else {
        format!("{}S", timeout.as_secs().min(LARGEST))
    }
}

/// A `grpc-message`: UTF-8, percent-encoded where it is not plain ASCII.
#[must_use]
pub fn write_message(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let hex = |nibble: u8| HEX.get(usize::from(nibble)).copied().map_or('0', char::from);
    let mut message = String::with_capacity(text.len());
    for octet in text.bytes() {
        if matches!(octet, b' '..=b'~') && octet != b'%' {
            message.push(char::from(octet));
        } else {
            message.extend(['%', hex(octet >> 4), hex(octet & 0x0F)]);
        }
    }
    message
}

/// One message, not compressed, as the content of a call ("Length-Prefixed-Message").
#[must_use]
pub fn frame(message: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(PREFIX + message.len());
    framed.push(0);
    // Nobody frames 4 GiB: what is said here is made of heads.
    framed.extend_from_slice(&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
    framed.extend_from_slice(message);
    framed
}

/// The message of a content that is one message, whole and not compressed; `None` for anything else.
#[must_use]
pub fn unframe(content: &[u8]) -> Option<&[u8]> {
    let ([compressed, length @ ..], message) = content.split_first_chunk::<PREFIX>()?;
    let whole = u32::from_be_bytes(*length) as usize == message.len();
    (*compressed == 0 && whole).then_some(message)
}

#[cfg(test)]
mod tests;
