//! One byte stream, over TCP, a Unix socket or TLS.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustls::{ClientConnection, ServerConnection, StreamOwned};

/// A connected stream whose reads and writes take a timeout.
#[derive(Debug)]
pub enum Stream {
    /// Plain TCP.
    Tcp(TcpStream),
    /// A Unix socket.
    Unix(UnixStream),
    /// TLS as a client, over TCP.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
    /// TLS as a server, over TCP.
    TlsServer(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    /// Sets the timeout of every later read and write.
    ///
    /// # Errors
    /// As the socket says.
    pub fn set_timeout(&self, limit: Duration) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_read_timeout(Some(limit)).and(stream.set_write_timeout(Some(limit))),
            Self::Unix(stream) => stream.set_read_timeout(Some(limit)).and(stream.set_write_timeout(Some(limit))),
            Self::Tls(tls) => tls.sock.set_read_timeout(Some(limit)).and(tls.sock.set_write_timeout(Some(limit))),
            Self::TlsServer(tls) => tls.sock.set_read_timeout(Some(limit)).and(tls.sock.set_write_timeout(Some(limit))),
        }
    }

    /// Ends the sending side: FIN, after a `close_notify` where there is TLS.
    ///
    /// # Errors
    /// As the socket says.
    pub fn finish_sending(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Self::Unix(stream) => stream.shutdown(Shutdown::Write),
            Self::Tls(tls) => {
                tls.conn.send_close_notify();
                tls.flush()?;
                tls.sock.shutdown(Shutdown::Write)
            }
            Self::TlsServer(tls) => {
                tls.conn.send_close_notify();
                tls.flush()?;
                tls.sock.shutdown(Shutdown::Write)
            }
        }
    }

    /// Ends the sending side of what is below TLS; TLS itself says nothing.
    ///
    /// # Errors
    /// As the socket says.
    pub fn cut(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Self::Unix(stream) => stream.shutdown(Shutdown::Write),
            Self::Tls(tls) => tls.sock.shutdown(Shutdown::Write),
            Self::TlsServer(tls) => tls.sock.shutdown(Shutdown::Write),
        }
    }

    /// Drops the connection so that the peer sees a reset instead of an end.
    pub fn reset(self) {
        let linger = match &self {
            Self::Tcp(stream) => socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO)),
            Self::Tls(tls) => socket2::SockRef::from(&tls.sock).set_linger(Some(Duration::ZERO)),
            Self::TlsServer(tls) => socket2::SockRef::from(&tls.sock).set_linger(Some(Duration::ZERO)),
            Self::Unix(_) => Ok(()),
        };
        linger.expect("SO_LINGER can be set");
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
            Self::TlsServer(tls) => tls.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(buffer),
            Self::Unix(stream) => stream.write(buffer),
            Self::Tls(tls) => tls.write(buffer),
            Self::TlsServer(tls) => tls.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.flush(),
            Self::Unix(stream) => stream.flush(),
            Self::Tls(tls) => tls.flush(),
            Self::TlsServer(tls) => tls.flush(),
        }
    }
}
