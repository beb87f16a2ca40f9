//! A raw caller: it sends the bytes it is told to, and reads what comes back without trusting it.

mod answer;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};

pub use answer::Answer;
use socket2::{Domain, Socket, Type};

use crate::deadline::PATIENCE;
use crate::{ClientTls, Deadline, Stream};

/// How a wait for bytes ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The peer ended the connection in order.
    Closed,
    /// The peer reset it, or ended TLS without saying so.
    Broken,
    /// Nothing more came before the deadline; the connection is open.
    StillOpen,
}

/// One connection to a door.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    /// Read and not yet taken.
    pending: Vec<u8>,
}

impl Connection {
    /// Connects without TLS.
    ///
    /// # Panics
    /// When nothing listens there.
    #[must_use]
    pub fn plain(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap_or_else(|e| panic!("{address}: {e}"));
        stream.set_nodelay(true).expect("TCP_NODELAY");
        Self::over(Stream::Tcp(stream))
    }

    /// Connects without TLS, from this address of the machine; each of `127.0.0.0/8` is one on Linux.
    ///
    /// # Panics
    /// When nothing listens there, or the address is not the machine's.
    #[must_use]
    pub fn plain_from(from: IpAddr, address: SocketAddr) -> Self {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).expect("a socket");
        socket.bind(&SocketAddr::new(from, 0).into()).unwrap_or_else(|e| panic!("{from}: {e}"));
        socket.connect_timeout(&address.into(), PATIENCE).unwrap_or_else(|e| panic!("{address}: {e}"));
        socket.set_tcp_nodelay(true).expect("TCP_NODELAY");
        Self::over(Stream::Tcp(socket.into()))
    }

    /// Connects and shakes hands; a test that expects a refusal uses [`ClientTls::connect`].
    ///
    /// # Panics
    /// When the handshake fails.
    #[must_use]
    pub fn tls(address: SocketAddr, tls: &ClientTls) -> Self {
        Self::over(tls.connect(address).unwrap_or_else(|e| panic!("handshake with {address}: {e}")))
    }

    /// Over a stream made elsewhere.
    #[must_use]
    pub const fn over(stream: Stream) -> Self {
        Self { stream, pending: Vec::new() }
    }

    /// The stream itself.
    pub const fn stream(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// The stream, for an end of its own making.
    #[must_use]
    pub fn into_stream(self) -> Stream {
        self.stream
    }

    /// Sends these bytes.
    ///
    /// # Errors
    /// When the peer is gone.
    pub fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.set_timeout(PATIENCE)?;
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    /// Sends these bytes; a peer that is gone already is no failure, for its last word may be waiting to be read.
    pub fn send(&mut self, bytes: &[u8]) -> &mut Self {
        // The reading that follows shows what became of it.
        let _ = self.try_send(bytes);
        self
    }

    /// Says that nothing more will be sent, and goes on reading.
    pub fn finish_sending(&mut self) -> &mut Self {
        let _ = self.stream.finish_sending();
        self
    }

    /// Everything that comes until the end or the deadline.
    pub fn read_to_end(&mut self, deadline: Deadline) -> (Vec<u8>, End) {
        loop {
            if let Some(end) = self.fill(deadline) {
                return (std::mem::take(&mut self.pending), end);
            }
        }
    }

    /// The next answer (interim ones are in [`Answer::interim`]), to a request of this method.
    ///
    /// # Errors
    /// A description with all bytes read so far: no answer in time, connection closed, or not strictly HTTP/1.1.
    pub fn answer_to(&mut self, method: &str, deadline: Deadline) -> Result<Answer, String> {
        let mut ended = None;
        loop {
            match answer::read(&self.pending, method, ended == Some(End::Closed)) {
                Ok(Some((answer, used))) => {
                    self.pending.drain(..used);
                    return Ok(answer);
                }
                Ok(None) if ended.is_none() => ended = self.fill(deadline),
                Ok(None) => return Err(format!("no whole answer ({ended:?}): {}", self.pending.escape_ascii())),
                Err(why) => return Err(format!("{why}: {}", self.pending.escape_ascii())),
            }
        }
    }

    /// Sends one request and reads its answer; the method is the request's first word.
    ///
    /// # Panics
    /// When there is no strict answer within 20 s.
    pub fn exchange(&mut self, request: impl AsRef<[u8]>) -> Answer {
        let request = request.as_ref();
        let method = request.split(|b| *b == b' ').next().unwrap_or_default();
        let method = String::from_utf8_lossy(method).into_owned();
        self.send(request);
        self.answer_to(&method, Deadline::default()).unwrap_or_else(|why| panic!("{why}"))
    }

    /// Whether the peer ends the connection before the deadline, without another byte.
    pub fn is_closed_by(&mut self, deadline: Deadline) -> bool {
        let (bytes, end) = self.read_to_end(deadline);
        let closed = bytes.is_empty() && end != End::StillOpen;
        self.pending = bytes;
        closed
    }

    /// Reads once; how it ended, if it did.
    fn fill(&mut self, deadline: Deadline) -> Option<End> {
        let Some(left) = deadline.left() else { return Some(End::StillOpen) };
        if self.stream.set_timeout(left).is_err() {
            return Some(End::Broken);
        }
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => Some(End::Closed),
            Ok(length) => {
                self.pending.extend_from_slice(buffer.get(..length).unwrap_or_default());
                None
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Some(End::StillOpen),
            Err(e) if e.kind() == ErrorKind::Interrupted => None,
            Err(_) => Some(End::Broken),
        }
    }
}

#[cfg(test)]
mod tests;
