//! Writes HTTP/1.1 heads and chunks to the end of a buffer.
//!
//! These functions write what they are given. Texts must come from a
//! [`RequestHead`](crate::RequestHead), from [`Fields`], or from the house itself:
//! all of these have been checked, and debug builds check again.

mod reason;

use crate::fields::Fields;
use crate::octets;

pub use reason::reason_phrase;

/// `METHOD target HTTP/1.1`.
pub fn request_line(out: &mut Vec<u8>, method: &str, path_and_query: &str) {
    debug_assert!(octets::is_token(method.as_bytes()) && path_and_query.bytes().all(|octet| octet.is_ascii_graphic()));
    out.extend_from_slice(method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(path_and_query.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
}

/// `HTTP/1.1 status reason`, with the registered reason phrase.
pub fn status_line(out: &mut Vec<u8>, status: u16) {
    if let Some(line) = common_status_line(status) {
        out.extend_from_slice(line);
        return;
    }
    out.extend_from_slice(b"HTTP/1.1 ");
    number(out, u64::from(status));
    out.push(b' ');
    out.extend_from_slice(reason_phrase(status).as_bytes());
    out.extend_from_slice(b"\r\n");
}

const fn common_status_line(status: u16) -> Option<&'static [u8]> {
    Some(match status {
        200 => b"HTTP/1.1 200 OK\r\n",
        201 => b"HTTP/1.1 201 Created\r\n",
        202 => b"HTTP/1.1 202 Accepted\r\n",
        204 => b"HTTP/1.1 204 No Content\r\n",
        206 => b"HTTP/1.1 206 Partial Content\r\n",
        301 => b"HTTP/1.1 301 Moved Permanently\r\n",
        302 => b"HTTP/1.1 302 Found\r\n",
        304 => b"HTTP/1.1 304 Not Modified\r\n",
        400 => b"HTTP/1.1 400 Bad Request\r\n",
        401 => b"HTTP/1.1 401 Unauthorized\r\n",
        403 => b"HTTP/1.1 403 Forbidden\r\n",
        404 => b"HTTP/1.1 404 Not Found\r\n",
        429 => b"HTTP/1.1 429 Too Many Requests\r\n",
        500 => b"HTTP/1.1 500 Internal Server Error\r\n",
        502 => b"HTTP/1.1 502 Bad Gateway\r\n",
        503 => b"HTTP/1.1 503 Service Unavailable\r\n",
        _ => return None,
    })
}

/// `name: value`.
pub fn field(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    debug_assert!(octets::is_token(name.as_bytes()) && octets::is_value(value));
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// Lines of a head that were written by these functions before.
pub fn lines(out: &mut Vec<u8>, lines: &[u8]) {
    debug_assert!(lines.ends_with(b"\r\n"));
    out.extend_from_slice(lines);
}

/// `name: number`.
pub fn field_u64(out: &mut Vec<u8>, name: &str, value: u64) {
    field(out, name, itoa::Buffer::new().format(value).as_bytes());
}

/// The empty line after the fields.
pub fn end_of_head(out: &mut Vec<u8>) {
    out.extend_from_slice(b"\r\n");
}

/// The line before a chunk of `len` octets. A chunk of none would end the body, so nothing is written for it;
/// write no [`chunk_end`] then either.
pub fn chunk_head(out: &mut Vec<u8>, len: usize) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    if len == 0 {
        return;
    }
    let mut line = *b"0000000000000000\r\n";
    let mut start = 16;
    let mut rest = len;
    while rest > 0 {
        start -= 1;
        if let (Some(place), Some(digit)) = (line.get_mut(start), DIGITS.get(rest & 0x0F)) {
            *place = *digit;
        }
        rest >>= 4;
    }
    out.extend_from_slice(line.get(start..).unwrap_or_default());
}

/// The line end after a chunk's octets.
pub fn chunk_end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"\r\n");
}

/// The chunk that ends the body, with the trailer section.
pub fn last_chunk(out: &mut Vec<u8>, trailers: Option<&Fields>) {
    out.extend_from_slice(b"0\r\n");
    for trailer in trailers.iter().flat_map(|trailers| trailers.end_to_end()) {
        field(out, trailer.name, trailer.value);
    }
    out.extend_from_slice(b"\r\n");
}

fn number(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

#[cfg(test)]
mod tests;
