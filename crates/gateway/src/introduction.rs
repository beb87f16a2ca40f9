//! What is found out of a new connection before anything of it is served: the word of the proxy in front, and whether cleartext is HTTP/2.
//!
//! Nothing is read that belongs to what follows: the socket is looked into first, and only what is understood is
//! taken out of it.

use std::io;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time;
use wire::proxy::{self, ProxyHeader, ProxyVersion};

/// What one look takes in.
const LOOK_BYTES: usize = 256;
/// What every HTTP/2 connection begins with (RFC 9113 §3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How long to wait for the rest of a preface that came in pieces; a socket with something in it cannot say when more comes.
const NEXT_LOOK: Duration = Duration::from_millis(10);

/// Takes the header of the PROXY protocol off the front of a connection.
///
/// # Errors
/// What is there is no such header, the connection ended, or it took too long.
pub(crate) async fn take_header(
    stream: &mut TcpStream,
    version: ProxyVersion,
    within: Duration,
) -> io::Result<ProxyHeader> {
    time::timeout(within, read_header(stream, version)).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

async fn read_header(stream: &mut TcpStream, version: ProxyVersion) -> io::Result<ProxyHeader> {
    let mut seen = Vec::with_capacity(LOOK_BYTES);
    loop {
        let mut look = [0; LOOK_BYTES];
        let count = stream.peek(&mut look).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let before = seen.len();
        seen.extend_from_slice(look.get(..count).unwrap_or_default());
        let header = proxy::read(&seen, version).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let of_header = header.map_or(count, |header| header.length.saturating_sub(before));
        stream.read_exact(look.get_mut(..of_header).unwrap_or_default()).await?;
        if let Some(header) = header {
            return Ok(header);
        }
    }
}

/// Whether a connection in cleartext begins as one of HTTP/2 by prior knowledge does (RFC 9113 §3.3).
pub(crate) async fn is_http2(stream: &TcpStream, within: Duration) -> bool {
    time::timeout(within, looks_like_http2(stream)).await.unwrap_or(false)
}

async fn looks_like_http2(stream: &TcpStream) -> bool {
    loop {
        let mut look = [0; PREFACE.len()];
        let Ok(count @ 1..) = stream.peek(&mut look).await else { return false };
        if look.get(..count) != PREFACE.get(..count) {
            return false;
        }
        if count == PREFACE.len() {
            return true;
        }
        time::sleep(NEXT_LOOK).await;
    }
}
