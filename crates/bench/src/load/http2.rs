//! Callers that speak HTTP/2 (RFC 9113): constant requests, and just enough of a reader to check the answers.
//!
//! A whole HTTP/2 client would cost more than the proxies do. A request is the
//! same bytes each time, but for the stream's number: the first one enters its
//! fields into the proxy's table (RFC 7541 §2.3.2), the others point there, as
//! a browser's do. Of an answer's head only the first field is read, which is
//! `:status` and, for 200, the one byte 0x88 in every encoder. Calls by gRPC
//! have a message in the request, the same one in the answer, and trailers
//! behind it whose status is read.

mod answer;
mod fields;
mod requests;

use super::Run;
use super::fault::Fault;
use super::paced::Queue;
use crate::frame::{self, Frame, Kind};
use crate::transport::Transport;
use answer::Answers;
use requests::Requests;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// No push, and windows that never hold an answer back.
const SETTINGS: [u8; 12] = [0, 2, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff];
const BUFFER: usize = 128 * 1024;

/// Asks `quota` times on `streams` streams of one connection, on each again as soon as it is answered.
pub(crate) async fn caller(run: &Run, streams: usize, quota: u64) -> Result<(), Fault> {
    let mut connection = Connection::open(run).await?;
    let mut unsent = quota;
    let mut free = streams as u64;
    loop {
        let begun = free.min(unsent);
        (0..begun).for_each(|_| connection.begin(Instant::now()));
        unsent -= begun;
        if connection.answers.waiting() == 0 {
            return Ok(());
        }
        connection.send().await?;
        connection.read().await?;
        free = connection.take(run)?;
    }
}

/// Sends what is due on `streams` streams of one connection.
pub(crate) async fn paced(run: &Run, queue: &Queue, streams: usize) -> Result<(), Fault> {
    let mut connection = Connection::open(run).await?;
    loop {
        connection.send().await?;
        tokio::select! {
            biased;
            read = connection.read() => {
                read?;
                connection.take(run)?;
            }
            due = queue.next(), if connection.answers.waiting() < streams => connection.begin(due),
        }
        while connection.answers.waiting() < streams
            && let Some(due) = queue.take()
        {
            connection.begin(due);
        }
    }
}

/// A connection, what is to be sent on it, and what was read and is not yet a whole frame.
struct Connection {
    stream: Box<dyn Transport>,
    out: Vec<u8>,
    buffer: Vec<u8>,
    filled: usize,
    requests: Requests,
    answers: Answers,
}

impl Connection {
    async fn open(run: &Run) -> Result<Self, Fault> {
        let mut out = frame::PREFACE.to_vec();
        frame::write(&mut out, Kind::Settings, 0, 0, &SETTINGS);
        frame::write(&mut out, Kind::WindowUpdate, 0, 0, &frame::CONNECTION_WINDOW.to_be_bytes());
        Ok(Self {
            stream: run.dialler.dial().await?,
            out,
            buffer: vec![0; BUFFER],
            filled: 0,
            requests: Requests::new(&run.exchange),
            answers: Answers::default(),
        })
    }

    /// Makes a request that is sent with the next `send`.
    fn begin(&mut self, since: Instant) {
        self.answers.begin(self.requests.next(&mut self.out), since);
    }

    async fn send(&mut self) -> Result<(), Fault> {
        if !self.out.is_empty() {
            self.stream.write_all(&self.out).await?;
            self.stream.flush().await?;
            self.out.clear();
        }
        Ok(())
    }

    /// Reads once. One that stops waiting takes nothing along.
    async fn read(&mut self) -> Result<(), Fault> {
        let count = self.stream.read(self.buffer.get_mut(self.filled..).unwrap_or_default()).await?;
        self.filled += count;
        if count == 0 { Err(Fault::Ended) } else { Ok(()) }
    }

    /// Takes in all whole frames that were read; says how many streams ended.
    fn take(&mut self, run: &Run) -> Result<u64, Fault> {
        let mut rest = self.buffer.get(..self.filled).unwrap_or_default();
        let mut ended = 0;
        while let Some((frame, after)) = Frame::read(rest) {
            rest = after;
            if let Some(since) = self.answers.take(&frame, &run.exchange, &mut self.out)? {
                run.window.answered(since);
                ended += 1;
            }
        }
        let unread = rest.len();
        self.buffer.copy_within(self.filled - unread..self.filled, 0);
        self.filled = unread;
        Ok(ended)
    }
}
