//! One connection to a service: its stream and what was read ahead of it.

use std::any::Any;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use model::ServiceId;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::client::TlsStream;
use tokio_util::io::poll_read_buf;

use crate::endpoint::Address;
use crate::settings::Http;
use crate::tls::{agreed_on_http2, say_goodbye};
use crate::watch::Watch;

/// What one read asks for; an answer of usual size arrives whole.
const READ_BYTES: usize = 16 * 1024;
/// What it asks for once a read came back full: a large body is under way.
const LARGE_READ_BYTES: usize = 64 * 1024;

enum Stream {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Unix(UnixStream),
}

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum OpenError {
    /// Nobody was reached.
    Connect(io::Error),
    /// Somebody was, and TLS could not be agreed on.
    Handshake(io::Error),
}

/// An open connection; in use by one exchange, or idle in a pool.
pub(crate) struct Connection {
    stream: Stream,
    pub(crate) read: BytesMut,
    read_bytes: usize,
    /// When a sweep found it idle first; what is in use needs no clock for that.
    pub(crate) idle_since: Option<Instant>,
    /// It began with the address of a caller.
    introduced: bool,
    /// Dropped with the connection, for whoever counts.
    _opened: Box<dyn Any>,
}

impl Connection {
    /// Opens a connection, the handshake of TLS included, within a time; where there is TLS, `offer` is offered. The
    /// `introduction` comes before all else.
    pub(crate) async fn open(
        address: &Address,
        offer: Http,
        introduction: &[u8],
        within: Duration,
        watch: &dyn Watch,
        service: ServiceId,
    ) -> Result<Self, OpenError> {
        let started = Instant::now();
        let until = tokio::time::Instant::from_std(started + within);
        let stream = Stream::open(address, offer, introduction, until).await?;
        let now = Instant::now();
        let opened = watch.connected(service, now.duration_since(started));
        Ok(Self {
            stream,
            read: BytesMut::new(),
            read_bytes: READ_BYTES,
            idle_since: None,
            introduced: !introduction.is_empty(),
            _opened: opened,
        })
    }

    /// Whether it is one caller's alone.
    pub(crate) const fn is_introduced(&self) -> bool {
        self.introduced
    }

    /// Whether the handshake of TLS agreed on HTTP/2; `None` where there was none.
    pub(crate) fn agreed_on_http2(&self) -> Option<bool> {
        match &self.stream {
            Stream::Tls(stream) => Some(agreed_on_http2(stream)),
            Stream::Tcp(_) | Stream::Unix(_) => None,
        }
    }

    /// The connection as bytes both ways, for whoever reads and writes it in another way than by the calls below.
    pub(crate) const fn bytes(&mut self) -> &mut (impl AsyncRead + AsyncWrite + Unpin + use<>) {
        &mut self.stream
    }

    /// Whether an idle connection can carry a request: nothing has arrived on it, not even its end.
    ///
    /// Asks the readiness that the runtime knows already, so a live connection costs no system call. What TLS itself has
    /// to say meanwhile, as its tickets, is taken.
    pub(crate) fn is_fresh(&mut self) -> bool {
        // A readiness left over from an earlier full read is told from real bytes or an end by reading.
        let read = match &mut self.stream {
            Stream::Tcp(stream) => stream.try_read_buf(&mut self.read),
            Stream::Tls(stream) => {
                let mut context = Context::from_waker(Waker::noop());
                let polled = poll_read_buf(Pin::new(&mut **stream), &mut context, &mut self.read);
                return polled.is_pending() && self.read.is_empty();
            }
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
            Stream::Tls(stream) => ready!(poll_read_buf(Pin::new(&mut **stream), context, &mut self.read)),
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
            Stream::Tls(stream) => Pin::new(&mut **stream).poll_write(context, bytes),
            Stream::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    /// Writes what TLS has taken and not yet sent.
    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
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

impl Stream {
    async fn open(
        address: &Address,
        offer: Http,
        introduction: &[u8],
        until: tokio::time::Instant,
    ) -> Result<Self, OpenError> {
        use OpenError::{Connect, Handshake};
        let tcp = async |address| {
            let mut stream = by(until, TcpStream::connect(address)).await?;
            stream.set_nodelay(true)?;
            by(until, stream.write_all(introduction)).await?;
            Ok(stream)
        };
        Ok(match address {
            Address::Tcp(address, _) => Self::Tcp(tcp(*address).await.map_err(Connect)?),
            Address::Tls(address, tls, _) => {
                let stream = tcp(*address).await.map_err(Connect)?;
                Self::Tls(Box::new(by(until, tls.connect(stream, offer)).await.map_err(Handshake)?))
            }
            Address::Unix(path, _) => {
                let mut stream = by(until, UnixStream::connect(path)).await.map_err(Connect)?;
                by(until, stream.write_all(introduction)).await.map_err(Connect)?;
                Self::Unix(stream)
            }
        })
    }
}

async fn by<T>(until: tokio::time::Instant, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout_at(until, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, into),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_read(context, into),
            Self::Unix(stream) => Pin::new(stream).poll_read(context, into),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_write_vectored(context, slices),
            Self::Unix(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tls(stream) => Pin::new(&mut **stream).poll_flush(context),
            Self::Tcp(_) | Self::Unix(_) => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(&mut **stream).poll_shutdown(context),
            Self::Unix(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Stream::Tls(stream) = &mut self.stream {
            say_goodbye(stream);
        }
    }
}
