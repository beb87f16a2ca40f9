//! The service behind every proxy of a comparison: known bytes at `…/N`, a WebSocket and a method of gRPC that echo.

mod http1;
mod http2;
#[cfg(test)]
mod tests;

use crate::frame;
use anyhow::Context;
use http1::Answers;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::spawn_local;

/// Heads longer than this end the connection, and frames of HTTP/2 too.
const BUFFER: usize = 32 * 1024;
const BACKLOG: u32 = 4096;

/// What all connections to the origin share.
#[derive(Clone, Default)]
pub(crate) struct Origin(Rc<Shared>);

#[derive(Default)]
struct Shared {
    answers: RefCell<Answers>,
    requests: Cell<u64>,
}

impl Origin {
    /// How many requests, calls and messages have come so far.
    pub(crate) fn requests(&self) -> u64 {
        self.0.requests.get()
    }

    fn count(&self) {
        self.0.requests.set(self.0.requests.get() + 1);
    }
}

/// Listens at `address`.
///
/// # Errors
/// When the address cannot be bound.
pub(crate) fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listen = || {
        let socket = TcpSocket::new_v4()?;
        // The origin of the last run has connections that are still remembered.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().with_context(|| format!("the origin cannot listen at {address}"))
}

/// Serves until the runtime ends.
///
/// # Errors
/// When connections can no longer be accepted.
pub(crate) async fn serve(listener: TcpListener, origin: Origin) -> anyhow::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let origin = origin.clone();
        // A proxy may close its connection at any time; that is its right and no event here.
        spawn_local(async move { connection(stream, &origin).await.ok() });
    }
}

/// Serves one connection, which speaks HTTP/2 if it begins with that version's preface.
async fn connection(stream: TcpStream, origin: &Origin) -> std::io::Result<()> {
    let mut input = Input { stream, buffer: vec![0; BUFFER], filled: 0 };
    while input.filled < frame::PREFACE.len() {
        let filled = input.filled;
        if filled > 0 && !frame::PREFACE.starts_with(input.unread()) {
            break;
        }
        if !input.read().await? {
            return Ok(());
        }
    }
    if input.unread().starts_with(frame::PREFACE) {
        http2::serve(input, origin).await
    } else {
        http1::serve(input, origin).await
    }
}

/// A connection and what was read from it and not yet taken.
struct Input {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Input {
    fn unread(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    /// Reads once; says whether there was anything to read. A buffer that is full is the end, too.
    async fn read(&mut self) -> std::io::Result<bool> {
        let count = self.stream.read(self.buffer.get_mut(self.filled..).unwrap_or_default()).await?;
        self.filled += count;
        Ok(count > 0)
    }

    /// Lets go of the first bytes.
    fn take(&mut self, taken: usize) {
        self.buffer.copy_within(taken..self.filled, 0);
        self.filled -= taken;
    }
}
