//! The requests of one HTTP/2 connection: the same bytes each time, but for the stream's number.

use crate::frame::{self, Kind};
use crate::load::exchange::Exchange;

/// The first entry of the dynamic table, the newest, has this number (RFC 7541 §2.3.3).
const NEWEST: u8 = 62;

/// Makes the requests of one connection.
pub(crate) struct Requests {
    first: Vec<u8>,
    later: Vec<u8>,
    /// What is sent behind the head, if anything.
    message: Option<Vec<u8>>,
    stream: u32,
}

impl Requests {
    pub(crate) fn new(exchange: &Exchange) -> Self {
        let (first, later) = blocks(exchange);
        let message = exchange.is_call().then(|| exchange.body().to_vec());
        Self { first, later, message, stream: 1 }
    }

    /// Appends the next request and says on which stream it is.
    pub(crate) fn next(&mut self, out: &mut Vec<u8>) -> u32 {
        let stream = self.stream;
        let block = if stream == 1 { &self.first } else { &self.later };
        let last = if self.message.is_none() { frame::END_STREAM } else { 0 };
        frame::write(out, Kind::Headers, frame::END_HEADERS | last, stream, block);
        if let Some(message) = &self.message {
            frame::write(out, Kind::Data, frame::END_STREAM, stream, message);
        }
        self.stream += 2;
        stream
    }
}

/// The field block of a connection's first request, and that of all later ones.
fn blocks(exchange: &Exchange) -> (Vec<u8>, Vec<u8>) {
    const GET: u8 = 0x82;
    const POST: u8 = 0x83;
    const HTTPS: u8 = 0x87;
    let start = [if exchange.is_call() { POST } else { GET }, HTTPS];
    let mut first = start.to_vec();
    // Literals with incremental indexing; 1 and 4 are `:authority` and `:path` in the static table.
    frame::literal(&mut first, Some(1), "", &exchange.authority);
    frame::literal(&mut first, Some(4), "", &exchange.path);
    for (name, value) in exchange.fields {
        frame::literal(&mut first, None, name, value);
    }
    let entries = 2 + exchange.fields.len() as u8;
    let mut later = start.to_vec();
    later.extend((0..entries).rev().map(|age| 0x80 | (NEWEST + age)));
    (first, later)
}
