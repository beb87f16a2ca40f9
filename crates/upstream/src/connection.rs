//! One connection to a service: its stream and what was read ahead of it.

use std::any::Any;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::BytesMut;
use model::ServiceId;
use tokio::io::AsyncWrite;
use tokio::net::{TcpStream, UnixStream};
use tokio_util::io::poll_read_buf;

use crate::endpoint::Address;
use crate::watch::Watch;

/// What one read asks for; an answer of usual size arrives whole.
const READ_BYTES: usize = 16 * 1024;
/// What it asks for once a read came back full: a large body is under way.
const LARGE_READ_BYTES: usize = 64 * 1024;

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// An open connection; in use by one exchange, or idle in a pool.
pub(crate) struct Connection {
    stream: Stream,
    pub(crate) read: BytesMut,
    read_bytes: usize,
    /// When a sweep found it idle first; what is in use needs no clock for that.
    pub(crate) idle_since: Option<Instant>,
    /// Dropped with the connection, for whoever counts.
    _opened: Box<dyn Any>,
}

impl Connection {
    /// Opens a connection.
    pub(crate) async fn open(address: &Address, watch: &dyn Watch, service: ServiceId) -> io::Result<Self> {
        let started = Instant::now();
        let stream = match address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Stream::Tcp(stream)
            }
            Address::Unix(path) => Stream::Unix(UnixStream::connect(path).await?),
        };
        let now = Instant::now();
        let opened = watch.connected(service, now.duration_since(started));
        Ok(Self { stream, read: BytesMut::new(), read_bytes: READ_BYTES, idle_since: None, _opened: opened })
    }

    /// Whether an idle connection can carry a request: nothing has arrived on it, not even its end.
    ///
    /// Asks the readiness that the runtime knows already, so a live connection costs no system call.
    pub(crate) fn is_fresh(&mut self) -> bool {
        // A readiness left over from an earlier full read is told from real bytes or an end by reading.
        let read = match &self.stream {
            Stream::Tcp(stream) => stream.try_read_buf(&mut self.read),
            Stream::Unix(stream) => stream.try_read_buf(&mut self.read),
        };
        self.read.is_empty() && matches!(read, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Reads more into `read`; 0 bytes means that the service closed.
    pub(crate) fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.read.capacity() - self.read.len() < self.read_bytes / 4 {
            self.read.reserve(self.read_bytes);
        }
        let room = self.read.capacity() - self.read.len();
        let read = match &mut self.stream {
            Stream::Tcp(stream) => ready!(poll_read_buf(Pin::new(stream), context, &mut self.read)),
            Stream::Unix(stream) => ready!(poll_read_buf(Pin::new(stream), context, &mut self.read)),
        };
        if matches!(read, Ok(count) if count == room) {
            self.read_bytes = LARGE_READ_BYTES;
        }
        Poll::Ready(read)
    }

    /// Writes some of `bytes`.
    pub(crate) fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    /// Gets ready to wait in a pool: large buffers are given back.
    pub(crate) fn rest(&mut self) {
        self.idle_since = None;
        if self.read_bytes > READ_BYTES || self.read.capacity() > 2 * READ_BYTES {
            self.read = BytesMut::new();
            self.read_bytes = READ_BYTES;
        }
    }
}
