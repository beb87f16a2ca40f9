//! One request of a run, and the one answer that is right.

use super::fault::Fault;
use crate::arguments::{Ask, Load, Protocol, Shape};
use crate::{body, grpc, websocket};
use anyhow::{Context, ensure};
use std::cell::Cell;
use std::fs;

/// Bodies from this length on are compared now and then only: comparing 100 KB each time would cost the caller
/// more than the rest of its work.
const LONG: usize = 16 * 1024;
/// Of long bodies every sixteenth is compared; of all, the length is.
const COMPARED_EVERY: u64 = 16;

type Fields = &'static [(&'static str, &'static str)];

/// The fields that a browser or a client library sends, the same for every request.
const FIELDS: [(&str, &str); 4] = [
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) bench/1"),
    ("accept", "application/json, text/plain;q=0.9, */*;q=0.8"),
    ("accept-language", "en-GB,en;q=0.7,de;q=0.3"),
    ("cache-control", "no-cache"),
];
/// As they are where something that was kept will do.
const FIELDS_CACHED: Fields = FIELDS.split_at(3).0;

pub(crate) struct Exchange {
    /// HTTP/1.1: the whole requests, which take turns.
    requests: Vec<Vec<u8>>,
    turn: Cell<usize>,
    pub(crate) authority: String,
    pub(crate) path: String,
    pub(crate) fields: Fields,
    /// Whether the connection ends after the answer, by the request's own word.
    pub(crate) last: bool,
    protocol: Protocol,
    body: Vec<u8>,
}

impl Exchange {
    /// # Errors
    /// The file of further fields cannot be read, or has none.
    pub(crate) fn new(load: &Load) -> anyhow::Result<Self> {
        let last = load.shape == Shape::Handshakes;
        let (fields, path) = match (load.protocol, load.ask) {
            (Protocol::Grpc, _) => (grpc::FIELDS, grpc::PATH.to_owned()),
            (Protocol::Websocket, _) => (websocket::FIELDS, websocket::PATH.to_owned()),
            (_, Ask::Cached) => (FIELDS_CACHED, format!("/cached/{}", load.length)),
            (_, Ask::Known) => (FIELDS.as_slice(), format!("/known/{}", load.length)),
            (_, Ask::Bytes | Ask::Routes) => (FIELDS.as_slice(), format!("/bytes/{}", load.length)),
        };
        let body = match load.protocol {
            Protocol::Grpc => grpc::message(&body::body(load.length)),
            _ => body::body(load.length),
        };
        let further = further(load)?;
        let first = further.first().map_or("", String::as_str);
        let requests = match (load.protocol, load.ask) {
            (Protocol::Http2 | Protocol::Grpc, _) => Vec::new(),
            (Protocol::Http1, Ask::Routes) => body::routes()
                .map(|route| request(&format!("{route}/{}", load.length), load, fields, first, last))
                .collect(),
            (Protocol::Http1 | Protocol::Websocket, _) => {
                further.iter().map(|further| request(&path, load, fields, further, last)).collect()
            }
        };
        let turn = Cell::new(0);
        let authority = load.authority.clone();
        Ok(Self { requests, turn, authority, path, fields, last, protocol: load.protocol, body })
    }

    /// HTTP/1.1: the whole request whose turn it is.
    pub(crate) fn request(&self) -> &[u8] {
        let turn = self.turn.get();
        self.turn.set(if turn + 1 < self.requests.len() { turn + 1 } else { 0 });
        self.requests.get(turn).map_or(&[], Vec::as_slice)
    }

    /// Whether it is a call by gRPC: a message each way, and trailers.
    pub(crate) fn is_call(&self) -> bool {
        self.protocol == Protocol::Grpc
    }

    /// The right answer's body; of a call, what is sent as well.
    pub(crate) fn body(&self) -> &[u8] {
        &self.body
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

fn request(path: &str, load: &Load, fields: Fields, further: &str, last: bool) -> Vec<u8> {
    let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let end = if last { "connection: close\r\n" } else { "" };
    format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{fields}{further}{end}\r\n", load.authority).into_bytes()
}

/// Further fields of the requests as they are sent; one line without any where there is no file of them.
fn further(load: &Load) -> anyhow::Result<Vec<String>> {
    let Some(file) = &load.fields else { return Ok(vec![String::new()]) };
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let whole = |line: &str| line.split('\t').map(|field| format!("{field}\r\n")).collect();
    let lines: Vec<String> = text.lines().map(whole).collect();
    ensure!(!lines.is_empty(), "{} has no line", file.display());
    Ok(lines)
}
