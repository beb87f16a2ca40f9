//! Callers that keep a WebSocket open and send a message as soon as the last one has come back.

use super::Run;
use super::fault::Fault;
use super::paced::Queue;
use crate::transport::Transport;
use crate::websocket::{ACCEPT, masked, message};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Longest head, and most that is read at once, in bytes.
const BUFFER: usize = 4 * 1024;

/// Sends `quota` messages on one WebSocket.
pub(crate) async fn caller(run: &Run, quota: u64) -> Result<(), Fault> {
    let mut connection = Connection::open(run).await?;
    for _ in 0..quota {
        let since = Instant::now();
        connection.echo().await?;
        run.window.answered(since);
    }
    Ok(())
}

/// Sends what is due, on one WebSocket.
pub(crate) async fn paced(run: &Run, queue: &Queue) -> Result<(), Fault> {
    let mut connection = Connection::open(run).await?;
    loop {
        let due = queue.next().await;
        connection.echo().await?;
        run.window.answered(due);
    }
}

struct Connection {
    stream: Box<dyn Transport>,
    buffer: Vec<u8>,
    out: Vec<u8>,
    back: Vec<u8>,
}

impl Connection {
    async fn open(run: &Run) -> Result<Self, Fault> {
        let mut stream = run.dialler.dial().await?;
        stream.write_all(run.exchange.request()).await?;
        stream.flush().await?;
        let body = run.exchange.body();
        let mut connection = Self { stream, buffer: vec![0; BUFFER], out: masked(body), back: message(body) };
        connection.read_head().await?;
        Ok(connection)
    }

    /// Reads the answer to the handshake; the origin says nothing before it is spoken to.
    async fn read_head(&mut self) -> Result<(), Fault> {
        let mut filled = 0;
        while !self.buffer.get(..filled).unwrap_or_default().ends_with(b"\r\n\r\n") {
            let count = self.stream.read(self.buffer.get_mut(filled..).unwrap_or_default()).await?;
            if count == 0 {
                return Err(if filled == BUFFER { Fault::LongHead(BUFFER) } else { Fault::Ended });
            }
            filled += count;
        }
        let text = str::from_utf8(self.buffer.get(..filled).unwrap_or_default()).unwrap_or_default();
        let accepted = text.lines().filter_map(|line| line.split_once(": "));
        let mut accepted = accepted.filter(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-accept"));
        if text.starts_with("HTTP/1.1 101") && accepted.any(|(_, value)| value == ACCEPT) {
            return Ok(());
        }
        Err(Fault::Upgrade(text.lines().next().unwrap_or_default().chars().take(60).collect()))
    }

    /// Sends a message and reads until it has come back.
    async fn echo(&mut self) -> Result<(), Fault> {
        self.stream.write_all(&self.out).await?;
        self.stream.flush().await?;
        let mut received = 0;
        while received < self.back.len() {
            let count = self.stream.read(&mut self.buffer).await?;
            if count == 0 {
                return Err(Fault::Ended);
            }
            let right = self.back.get(received..received + count).ok_or(Fault::Surplus)?;
            if self.buffer.get(..count) != Some(right) {
                return Err(Fault::Body);
            }
            received += count;
        }
        Ok(())
    }
}
