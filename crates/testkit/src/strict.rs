//! An independent, strict reader of HTTP/1.1 requests: what reaches a service must be exactly this, or the test fails.
//!
//! Written from the grammar of RFC 9112 alone and shared with nothing: slow,
//! plain, and without any leniency. It accepts less than the RFC allows a
//! recipient, because the gateway writes what it reads: no chunk extensions, no
//! absolute form, no other version than HTTP/1.1.

mod body;
mod head;

use std::fmt;

pub use head::{Framing, Head, head};

/// Why bytes are not a strict request, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Offset of the first wrong byte.
    pub at: usize,
    /// The rule it breaks.
    pub why: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {}", self.at, self.why)
    }
}

/// One request, read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Request line and fields.
    pub head: Head,
    /// The content, without its framing.
    pub body: Vec<u8>,
    /// Trailer fields, as name and value.
    pub trailers: Vec<(String, Vec<u8>)>,
}

/// Reads one request at the front: the request and how many bytes it took, or `None` where more bytes are needed.
///
/// # Errors
/// The first rule broken.
pub fn request(bytes: &[u8]) -> Result<Option<(Request, usize)>, Fault> {
    let Some((head, start)) = head(bytes)? else { return Ok(None) };
    let rest = bytes.get(start..).unwrap_or_default();
    let read = match head.framing {
        Framing::None => Some((Vec::new(), Vec::new(), 0)),
        Framing::Length(length) => body::sized(rest, length),
        Framing::Chunked => body::chunked(rest).map_err(|fault| Fault { at: fault.at + start, ..fault })?,
    };
    Ok(read.map(|(body, trailers, used)| (Request { head, body, trailers }, start + used)))
}

/// All requests that the bytes hold, with nothing left over.
///
/// # Errors
/// The first rule broken, or the last request being incomplete.
pub fn all(bytes: &[u8]) -> Result<Vec<Request>, Fault> {
    let mut requests = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let read = request(rest).map_err(|fault| Fault { at: fault.at + at, ..fault })?;
        let (one, used) = read.ok_or(Fault { at: bytes.len(), why: "the last request is incomplete" })?;
        requests.push(one);
        at += used;
    }
    Ok(requests)
}

/// The one request that the bytes are.
///
/// # Errors
/// The first rule broken, or there being none or several.
pub fn exactly_one(bytes: &[u8]) -> Result<Request, Fault> {
    let mut requests = all(bytes)?;
    match (requests.pop(), requests.len()) {
        (Some(one), 0) => Ok(one),
        (None, _) => Err(Fault { at: 0, why: "there is no request" }),
        (Some(_), _) => Err(Fault { at: 0, why: "there is more than one request" }),
    }
}

#[cfg(test)]
mod tests;
