//! A caller's connection, with or without TLS, shared by the reading of a request and the writing of its answer.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_util::io::poll_read_buf;

/// A stream of bytes to and from a caller.
#[derive(Debug)]
pub(crate) enum Socket {
    /// Cleartext.
    Plain(TcpStream),
    /// TLS, after the handshake.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Socket {
    /// Ready when a read would not have to wait; needs no buffer.
    pub(crate) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => stream.poll_read_ready(context),
            Self::Tls(stream) => match stream.get_ref() {
                // Something is decrypted already, or the peer has said that it is done: the socket may stay silent.
                (_, session) if !session.wants_read() => Poll::Ready(Ok(())),
                (stream, _) => stream.poll_read_ready(context),
            },
        }
    }

    /// Ready once the peer has reset the connection. Not when it has only ended its side, as who waits for an answer may;
    /// nor, while what it sent is still unread, before a write fails.
    pub(crate) fn poll_reset(&self, context: &mut Context<'_>) -> Poll<()> {
        let stream = match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        };
        // A reset makes a socket readable, so that as a rule nothing is asked of the system.
        match stream.poll_read_ready(context) {
            Poll::Ready(_) if !matches!(stream.take_error(), Ok(None)) => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }

    /// Reads into the spare room of `buffer`, at least `room` bytes of it; 0 bytes is the end.
    pub(crate) fn poll_fill(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut BytesMut,
        room: usize,
    ) -> Poll<io::Result<usize>> {
        if buffer.capacity() - buffer.len() < room / 4 {
            buffer.reserve(room);
        }
        poll_read_buf(Pin::new(self), context, buffer)
    }

    /// Writes some of the two slices, in this order.
    pub(crate) fn poll_write_two(
        &mut self,
        context: &mut Context<'_>,
        first: &[u8],
        second: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = match (first.is_empty(), second.is_empty()) {
            (_, true) => ready!(Pin::new(self).poll_write(context, first)),
            (true, false) => ready!(Pin::new(self).poll_write(context, second)),
            (false, false) => {
                ready!(Pin::new(self).poll_write_vectored(context, &[IoSlice::new(first), IoSlice::new(second)]))
            }
        };
        Poll::Ready(written.and_then(|count| if count == 0 { Err(io::ErrorKind::WriteZero.into()) } else { Ok(count) }))
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
