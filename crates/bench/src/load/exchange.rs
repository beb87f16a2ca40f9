//! One request of a run, and the one answer that is right.

use super::fault::Fault;
use crate::arguments::{Load, Protocol, Shape};

/// Bodies from this length on are compared now and then only: comparing 100 KB each time would cost the caller
/// more than the rest of its work.
const LONG: usize = 16 * 1024;
/// Of long bodies every sixteenth is compared; of all, the length is.
const COMPARED_EVERY: u64 = 16;

/// The fields that a browser or a client library sends, the same for every request.
pub(crate) const FIELDS: [(&str, &str); 4] = [
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) bench/1"),
    ("accept", "application/json, text/plain;q=0.9, */*;q=0.8"),
    ("accept-language", "en-GB,en;q=0.7,de;q=0.3"),
    ("cache-control", "no-cache"),
];

pub(crate) struct Exchange {
    /// HTTP/1.1: the whole request.
    pub(crate) request: Vec<u8>,
    pub(crate) authority: String,
    pub(crate) path: String,
    /// Whether the connection ends after the answer, by the request's own word.
    pub(crate) last: bool,
    body: Vec<u8>,
}

impl Exchange {
    pub(crate) fn new(load: &Load, body: Vec<u8>) -> Self {
        let path = format!("/bytes/{}", load.length);
        let last = load.shape == Shape::Handshakes;
        let request = match load.protocol {
            Protocol::Http1 => request(&path, &load.authority, last),
            Protocol::Http2 => Vec::new(),
        };
        Self { request, authority: load.authority.clone(), path, last, body }
    }

    /// Length of the right answer's body, in bytes.
    pub(crate) fn length(&self) -> usize {
        self.body.len()
    }

    /// Whether the body of a connection's `count`-th answer is to be compared.
    pub(crate) fn compares(&self, count: u64) -> bool {
        self.length() < LONG || count.is_multiple_of(COMPARED_EVERY)
    }

    /// Compares `part` with the right body from `offset` on; its length always, its bytes if `compare`.
    pub(crate) fn check(&self, offset: usize, part: &[u8], compare: bool) -> Result<(), Fault> {
        let right = self.body.get(offset..offset + part.len()).ok_or(Fault::Surplus)?;
        if compare && right != part { Err(Fault::Body) } else { Ok(()) }
    }
}

fn request(path: &str, authority: &str, last: bool) -> Vec<u8> {
    let fields: String = FIELDS.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let end = if last { "connection: close\r\n" } else { "" };
    format!("GET {path} HTTP/1.1\r\nhost: {authority}\r\n{fields}{end}\r\n").into_bytes()
}
