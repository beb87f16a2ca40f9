//! Bodies with a length, and chunked ones with their trailers.

use super::Fault;
use super::head::{field, line};

/// Content, trailers, and how many bytes they took.
type Read = (Vec<u8>, Vec<(String, Vec<u8>)>, usize);

pub(super) fn sized(bytes: &[u8], length: usize) -> Option<Read> {
    bytes.get(..length).map(|content| (content.to_vec(), Vec::new(), length))
}

pub(super) fn chunked(bytes: &[u8]) -> Result<Option<Read>, Fault> {
    let mut content = Vec::new();
    let mut at = 0;
    loop {
        let Some((size, start)) = line(bytes, at)? else { return Ok(None) };
        let hexadecimal = (1..=8).contains(&size.len()) && size.iter().all(u8::is_ascii_hexdigit);
        let size = std::str::from_utf8(size).ok().filter(|_| hexadecimal);
        let size = size.and_then(|size| usize::from_str_radix(size, 16).ok());
        let size = size.ok_or(Fault { at, why: "a chunk size is 1 to 8 hexadecimal digits, without extensions" })?;
        if size == 0 {
            return trailers(bytes, start).map(|read| read.map(|(trailers, end)| (content, trailers, end)));
        }
        let end = start + size;
        let (Some(chunk), Some(after)) = (bytes.get(start..end), bytes.get(end..end + 2)) else { return Ok(None) };
        if after != b"\r\n" {
            return Err(Fault { at: end, why: "a chunk ends in CRLF" });
        }
        content.extend_from_slice(chunk);
        at = end + 2;
    }
}

type Trailers = Vec<(String, Vec<u8>)>;

fn trailers(bytes: &[u8], mut at: usize) -> Result<Option<(Trailers, usize)>, Fault> {
    let mut fields = Vec::new();
    while let Some((text, next)) = line(bytes, at)? {
        if text.is_empty() {
            return Ok(Some((fields, next)));
        }
        let (name, value) = field(text).map_err(|why| Fault { at, why })?;
        if ["content-length", "transfer-encoding", "host"].iter().any(|banned| name.eq_ignore_ascii_case(banned)) {
            return Err(Fault { at, why: "a trailer that would change framing or routing" });
        }
        fields.push((name, value));
        at = next;
    }
    Ok(None)
}
