//! Callers that speak HTTP/1.1: one write, one read and a comparison per request.

use super::Run;
use super::fault::Fault;
use crate::transport::Transport;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Longest head, and most that is read at once.
const BUFFER: usize = 64 * 1024;

/// A connection and what has been read from it.
pub(crate) struct Connection {
    stream: Box<dyn Transport>,
    buffer: Vec<u8>,
    answers: u64,
}

/// Asks `quota` times on one connection.
pub(crate) async fn caller(run: &Run, quota: u64) -> Result<(), Fault> {
    let mut connection = Connection::new(run.dialler.dial().await?);
    for _ in 0..quota {
        let since = Instant::now();
        connection.ask(run).await?;
        run.window.answered(since);
    }
    Ok(())
}

/// Asks for ever, each time on a connection of its own.
pub(crate) async fn handshakes(run: &Run) -> Result<(), Fault> {
    loop {
        let since = Instant::now();
        let mut connection = Connection::new(run.dialler.dial().await?);
        connection.ask(run).await?;
        run.window.answered(since);
        connection.end().await?;
    }
}

impl Connection {
    pub(crate) fn new(stream: Box<dyn Transport>) -> Self {
        Self { stream, buffer: vec![0; BUFFER], answers: 0 }
    }

    /// Sends the request and reads the answer to its last byte.
    pub(crate) async fn ask(&mut self, run: &Run) -> Result<(), Fault> {
        self.stream.write_all(run.exchange.request()).await?;
        self.stream.flush().await?;
        let compare = run.exchange.compares(self.answers);
        let (head, filled) = self.read_head().await?;
        let expected = run.exchange.length();
        check_head(self.buffer.get(..head).unwrap_or_default(), expected, run.exchange.last)?;
        run.exchange.check(0, self.buffer.get(head..filled).unwrap_or_default(), compare)?;
        let mut received = filled - head;
        while received < expected {
            let count = self.stream.read(&mut self.buffer).await?;
            if count == 0 {
                return Err(Fault::Ended);
            }
            run.exchange.check(received, self.buffer.get(..count).unwrap_or_default(), compare)?;
            received += count;
        }
        self.answers += 1;
        Ok(())
    }

    /// Reads to the end of a head; says where it ends and how much of the buffer is filled.
    async fn read_head(&mut self) -> Result<(usize, usize), Fault> {
        let mut filled = 0;
        loop {
            let count = self.stream.read(self.buffer.get_mut(filled..).unwrap_or_default()).await?;
            if count == 0 {
                return Err(if filled == BUFFER { Fault::LongHead(BUFFER) } else { Fault::Ended });
            }
            filled += count;
            if let Some(end) = memchr::memmem::find(self.buffer.get(..filled).unwrap_or_default(), b"\r\n\r\n") {
                return Ok((end + 4, filled));
            }
        }
    }

    /// Waits for the proxy to end the connection, as it was asked to.
    pub(crate) async fn end(&mut self) -> Result<(), Fault> {
        match self.stream.read(&mut self.buffer).await? {
            0 => Ok(()),
            _ => Err(Fault::Surplus),
        }
    }
}

fn check_head(head: &[u8], expected: usize, last: bool) -> Result<(), Fault> {
    let text = str::from_utf8(head).unwrap_or_default();
    let mut lines = text.split("\r\n");
    let status = lines.next().unwrap_or_default();
    if !status.starts_with("HTTP/1.1 200") {
        return Err(Fault::Status(status.chars().take(60).collect()));
    }
    let (mut length, mut closes) = (None, false);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok();
        } else if name.eq_ignore_ascii_case("connection") {
            closes = value.eq_ignore_ascii_case("close");
        }
    }
    if length != Some(expected) {
        return Err(Fault::Length { expected, found: length });
    }
    if closes && !last { Err(Fault::NotKept) } else { Ok(()) }
}
