//! A small client of the admin API, for the command line.
//!
//! ```no_run
//! # async fn example() -> Result<(), admin::client::ClientError> {
//! let socket = std::path::Path::new("vestibule-data/admin.sock");
//! let answer = admin::client::request(socket, "GET", "/status", std::time::Duration::from_secs(10)).await?;
//! assert_eq!(answer.status, 200);
//! # Ok(())
//! # }
//! ```

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::UnixStream;

use crate::socket::may_use;

/// Largest answer taken, in bytes: the metrics of many thousand operations.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// What the gateway answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum ClientError {
    /// There is no gateway there.
    #[error("no gateway at unix:{}", path.display())]
    Unreachable {
        /// The path of the socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The socket belongs to another user, or the process behind it runs as one.
    #[error("the gateway at unix:{} belongs to another user", path.display())]
    NotAllowed {
        /// The path of the socket.
        path: PathBuf,
    },
    /// It did not answer in time.
    #[error("the gateway at unix:{} did not answer within {} s", path.display(), timeout.as_secs())]
    TimedOut {
        /// The path of the socket.
        path: PathBuf,
        /// How long it was waited for.
        timeout: Duration,
    },
    /// It broke off, or answered what is not HTTP, or more than is taken.
    #[error("the gateway at unix:{} broke off its answer", path.display())]
    Broken {
        /// The path of the socket.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The method or path is not one.
    #[error("`{method} {target}` is not a request")]
    Request {
        /// The method.
        method: String,
        /// The path.
        target: String,
    },
}

/// Sends one request without a body and returns the answer, whatever its status.
///
/// # Errors
/// There is no gateway, it belongs to another user, or it did not answer whole and in time.
pub async fn request(socket: &Path, method: &str, target: &str, timeout: Duration) -> Result<Answer, ClientError> {
    send(socket, method, target, Bytes::new(), timeout).await
}

/// The same with a body.
///
/// # Errors
/// As [`request`].
pub async fn send(
    socket: &Path,
    method: &str,
    target: &str,
    body: Bytes,
    timeout: Duration,
) -> Result<Answer, ClientError> {
    match tokio::time::timeout(timeout, exchange(socket, method, target, body)).await {
        Ok(answer) => answer,
        Err(_) => Err(ClientError::TimedOut { path: socket.to_owned(), timeout }),
    }
}

async fn exchange(socket: &Path, method: &str, target: &str, body: Bytes) -> Result<Answer, ClientError> {
    let path = || socket.to_owned();
    let broken = |source: hyper::Error| ClientError::Broken { path: path(), source: source.into() };
    let request = http::Request::builder().method(method).uri(target).header(http::header::HOST, "vestibule");
    let request = request
        .body(Full::new(body))
        .map_err(|_| ClientError::Request { method: method.to_owned(), target: target.to_owned() })?;
    let stream = UnixStream::connect(socket).await.map_err(|source| match source.kind() {
        io::ErrorKind::PermissionDenied => ClientError::NotAllowed { path: path() },
        _ => ClientError::Unreachable { path: path(), source },
    })?;
    check_peer(&stream, socket)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(broken)?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await;
        let body = body.map_err(|source| ClientError::Broken { path: path(), source })?.to_bytes();
        Ok(Answer { status, body })
    };
    tokio::pin!(exchange, connection);
    tokio::select! {
        biased;
        answer = &mut exchange => answer,
        // The connection may end before the last of the body was taken out.
        _ = &mut connection => exchange.await,
    }
}

/// Whoever made the socket could answer anything: it has to be ourselves or root, unless we are root.
fn check_peer(stream: &UnixStream, socket: &Path) -> Result<(), ClientError> {
    let own = rustix::process::geteuid().as_raw();
    match stream.peer_cred() {
        Ok(peer) if own == 0 || may_use(peer.uid(), own) => Ok(()),
        _ => Err(ClientError::NotAllowed { path: socket.to_owned() }),
    }
}

#[cfg(test)]
mod tests;
