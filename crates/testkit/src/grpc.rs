//! A gRPC client in a few lines: one call after another over one HTTP/2 connection, and what became of each.
//!
//! For load, where the libraries of other languages are too much; what those say of the house has tests of its own.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use http::{HeaderMap, Request};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_rustls::TlsConnector;

use crate::ClientTls;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Called {
    /// All messages came, and a status behind them.
    Ended(Vec<Vec<u8>>, String),
    /// The other side has not looked at it, and says so (RFC 9113 §6.8): it may be made again elsewhere.
    NotTaken,
    /// Anything else; it broke off.
    Broken(String),
}

/// A connection over TLS.
pub struct Grpc {
    runtime: Runtime,
    requests: SendRequest<Bytes>,
}

impl Grpc {
    /// Connects, and asks for `localhost`.
    ///
    /// # Panics
    /// When there is no handshake, of TLS or HTTP/2.
    #[must_use]
    pub fn connect(address: SocketAddr, tls: &ClientTls) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let connector = TlsConnector::from(tls.clone().alpn(&["h2"]).config());
        let requests = runtime.block_on(async {
            let stream = TcpStream::connect(address).await.expect("a connection");
            stream.set_nodelay(true).expect("TCP_NODELAY");
            let name = ServerName::try_from("localhost").expect("a name");
            let stream = connector.connect(name, stream).await.expect("a handshake");
            let (requests, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
            tokio::spawn(connection);
            requests
        });
        Self { runtime, requests }
    }

    /// Makes a call with one message.
    pub fn call(&self, method: &str, message: &[u8], within: Duration) -> Called {
        let exchange = exchange(self.requests.clone(), method, message);
        match self.runtime.block_on(async { tokio::time::timeout(within, exchange).await }) {
            Ok(Ok((messages, status))) => Called::Ended(messages, status),
            Ok(Err(Failure::Http2(error))) if is_refused(&error) => Called::NotTaken,
            Ok(Err(failure)) => Called::Broken(format!("{failure:?}")),
            Err(_) => Called::Broken("nothing in time".to_owned()),
        }
    }
}

#[derive(Debug)]
#[expect(dead_code, reason = "they are shown")]
enum Failure {
    Http2(h2::Error),
    Answer(String),
}

impl From<h2::Error> for Failure {
    fn from(error: h2::Error) -> Self {
        Self::Http2(error)
    }
}

fn is_refused(error: &h2::Error) -> bool {
    error.is_go_away() && error.reason() == Some(Reason::NO_ERROR) || error.reason() == Some(Reason::REFUSED_STREAM)
}

async fn exchange(
    requests: SendRequest<Bytes>,
    method: &str,
    message: &[u8],
) -> Result<(Vec<Vec<u8>>, String), Failure> {
    let request = Request::post(format!("https://localhost{method}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(())
        .expect("a request");
    let (answer, mut sending) = requests.ready().await?.send_request(request, false)?;
    sending.send_data(framed(message), true)?;
    let (head, mut body) = answer.await?.into_parts();
    if head.status != 200 || head.headers.contains_key("grpc-status") {
        return Err(Failure::Answer(format!("{head:?}")));
    }
    let messages = unframed(&content(&mut body).await?);
    let trailers = body.trailers().await?.unwrap_or_default();
    match (messages, status(&trailers)) {
        (Some(messages), Some(status)) => Ok((messages, status)),
        _ => Err(Failure::Answer(format!("a message broke off, or there is no status: {trailers:?}"))),
    }
}

async fn content(body: &mut RecvStream) -> Result<Vec<u8>, h2::Error> {
    let mut content = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        body.flow_control().release_capacity(piece.len())?;
        content.extend_from_slice(&piece);
    }
    Ok(content)
}

fn status(trailers: &HeaderMap) -> Option<String> {
    trailers.get("grpc-status")?.to_str().ok().map(str::to_owned)
}

/// A message as it goes over the wire: not compressed, and its length before it.
///
/// # Panics
/// When it has 4 GiB or more.
#[must_use]
pub fn framed(message: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(5 + message.len());
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(message.len()).expect("a short message"));
    bytes.put_slice(message);
    bytes.freeze()
}

/// The messages of some content, where all of them are whole.
#[must_use]
pub fn unframed(mut content: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut messages = Vec::new();
    while let Some(([_, length @ ..], rest)) = content.split_first_chunk::<5>() {
        let (message, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        messages.push(message.to_vec());
        content = rest;
    }
    content.is_empty().then_some(messages)
}

#[cfg(test)]
mod tests;
