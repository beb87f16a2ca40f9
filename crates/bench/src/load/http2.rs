//! Callers that speak HTTP/2 (RFC 9113): constant requests, and just enough of a reader to check the answers.
//!
//! A whole HTTP/2 client would cost more than the proxies do. A request is the
//! same bytes each time, but for the stream's number: the first one enters its
//! fields into the proxy's table (RFC 7541 §2.3.2), the others point there, as
//! a browser's do. Of an answer's head only the first field is read, which is
//! `:status` and, for 200, the one byte 0x88 in every encoder.

mod answer;
mod frame;

use super::Run;
use super::exchange::Exchange;
use super::fault::Fault;
use crate::transport::Transport;
use answer::Answers;
use frame::{Frame, Kind};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// No push, and windows that never hold an answer back.
const SETTINGS: [u8; 12] = [0, 2, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff];
const CONNECTION_WINDOW: u32 = 0x7fff_ffff - 65_535;
/// The connection's window is refilled when this much was used.
const REFILL: u32 = 1 << 26;
const BUFFER: usize = 128 * 1024;

/// Asks `quota` times on `streams` streams of one connection, on each again as soon as it is answered.
pub(crate) async fn caller(run: &Run, streams: usize, quota: u64) -> Result<(), Fault> {
    let mut stream = run.dialler.dial().await?;
    let mut out = PREFACE.to_vec();
    frame::write(&mut out, Kind::Settings, 0, 0, &SETTINGS);
    frame::write(&mut out, Kind::WindowUpdate, 0, 0, &CONNECTION_WINDOW.to_be_bytes());
    let mut requests = Requests::new(&run.exchange);
    let mut answers = Answers::default();
    let mut unsent = quota;
    while unsent > 0 && quota - unsent < streams as u64 {
        answers.begin(requests.next(&mut out), Instant::now());
        unsent -= 1;
    }
    let mut buffer = vec![0; BUFFER];
    let mut filled = 0;
    while !answers.are_complete() {
        send(&mut stream, &mut out).await?;
        let count = stream.read(buffer.get_mut(filled..).unwrap_or_default()).await?;
        if count == 0 {
            return Err(Fault::Ended);
        }
        filled += count;
        let mut rest = buffer.get(..filled).unwrap_or_default();
        while let Some((frame, after)) = Frame::read(rest) {
            rest = after;
            if let Some(since) = answers.take(&frame, &run.exchange, &mut out)? {
                run.window.answered(since);
                if unsent > 0 {
                    answers.begin(requests.next(&mut out), Instant::now());
                    unsent -= 1;
                }
            }
        }
        let unread = rest.len();
        buffer.copy_within(filled - unread..filled, 0);
        filled = unread;
    }
    Ok(())
}

async fn send(stream: &mut Box<dyn Transport>, out: &mut Vec<u8>) -> Result<(), Fault> {
    if !out.is_empty() {
        stream.write_all(out).await?;
        stream.flush().await?;
        out.clear();
    }
    Ok(())
}

/// Makes the requests of one connection.
struct Requests {
    first: Vec<u8>,
    later: Vec<u8>,
    stream: u32,
}

impl Requests {
    fn new(exchange: &Exchange) -> Self {
        let (first, later) = frame::fields(exchange);
        Self { first, later, stream: 1 }
    }

    /// Appends the next request and says on which stream it is.
    fn next(&mut self, out: &mut Vec<u8>) -> u32 {
        let stream = self.stream;
        let block = if stream == 1 { &self.first } else { &self.later };
        frame::write(out, Kind::Headers, frame::END_HEADERS | frame::END_STREAM, stream, block);
        self.stream += 2;
        stream
    }
}
