//! The server: the admin socket, and the plain addresses for scrapers and probes where the file names them.

mod connection;
mod endpoints;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use observe::{AdminRefusal, Observatory};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::error::AdminError;
use crate::house::House;
use crate::socket::Socket;

/// Open connections of each listener; whoever scrapes or asks needs one.
const CONNECTIONS: usize = 32;
/// How long running requests may take when the server stops.
const STOPPING: Duration = Duration::from_secs(2);
/// Pause where connections cannot be accepted, so that a lack of descriptors is not made worse.
const PAUSE: Duration = Duration::from_millis(100);

/// Where the admin server listens.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The admin socket.
    pub socket: PathBuf,
    /// An address that serves the metrics and nothing else.
    pub metrics: Option<SocketAddr>,
    /// An address that says whether the gateway is up and ready, and nothing else.
    pub health: Option<SocketAddr>,
}

/// The running admin server; dropping it stops it at once.
pub struct Server {
    stop: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
    metrics: Option<SocketAddr>,
    health: Option<SocketAddr>,
}

impl Server {
    /// Opens the socket and the addresses, and serves on the current runtime.
    ///
    /// # Errors
    /// The socket or an address cannot be had; nothing is left behind then.
    pub async fn start(
        settings: &Settings,
        house: Arc<dyn House>,
        observatory: Arc<Observatory>,
    ) -> Result<Self, AdminError> {
        let socket = Socket::claim(&settings.socket).await?;
        let metrics = listen(settings.metrics).await?;
        let health = listen(settings.health).await?;
        let (stop, stopped) = watch::channel(false);
        let mut server =
            Self { stop, listeners: Vec::new(), metrics: address(metrics.as_ref()), health: address(health.as_ref()) };
        let hall = |router| Hall { router, observatory: Arc::clone(&observatory), stopped: stopped.clone() };
        let all = endpoints::all(Arc::clone(&house), Arc::clone(&observatory));
        server.listeners.push(tokio::spawn(hall(all).serve(Listener::Unix(socket))));
        if let Some(listener) = metrics {
            let router = endpoints::metrics(Arc::clone(&observatory));
            server.listeners.push(tokio::spawn(hall(router).serve(Listener::Tcp(listener))));
        }
        if let Some(listener) = health {
            server.listeners.push(tokio::spawn(hall(endpoints::health(house)).serve(Listener::Tcp(listener))));
        }
        Ok(server)
    }

    /// Where metrics are served beside the socket, with the port that was really taken.
    #[must_use]
    pub const fn metrics(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// Where health is told beside the socket, with the port that was really taken.
    #[must_use]
    pub const fn health(&self) -> Option<SocketAddr> {
        self.health
    }

    /// Takes no more connections, lets running requests finish for two seconds, and removes the socket.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        for listener in std::mem::take(&mut self.listeners) {
            // A panic in there has been told on standard error already.
            let _ = listener.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
    }
}

async fn listen(address: Option<SocketAddr>) -> Result<Option<TcpListener>, AdminError> {
    let Some(address) = address else { return Ok(None) };
    let listener = TcpListener::bind(address).await.map_err(|source| AdminError::Listen { address, source })?;
    Ok(Some(listener))
}

fn address(listener: Option<&TcpListener>) -> Option<SocketAddr> {
    listener.and_then(|listener| listener.local_addr().ok())
}

enum Listener {
    Unix(Socket),
    Tcp(TcpListener),
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Listener {
    /// The next connection; `None` where its peer may not use it.
    async fn accept(&self) -> io::Result<Option<Box<dyn Stream>>> {
        match self {
            Self::Unix(socket) => Ok(socket.accept().await?.map(|stream| Box::new(stream) as Box<dyn Stream>)),
            Self::Tcp(listener) => Ok(Some(Box::new(listener.accept().await?.0))),
        }
    }
}

/// What one listener serves, and how many at a time.
struct Hall {
    router: Router,
    observatory: Arc<Observatory>,
    stopped: watch::Receiver<bool>,
}

impl Hall {
    async fn serve(mut self, listener: Listener) {
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                _ = self.stopped.changed() => break,
                Some(_) = connections.join_next() => {}
                accepted = listener.accept() => match accepted {
                    Ok(Some(stream)) => match Arc::clone(&room).try_acquire_owned() {
                        Ok(permit) => {
                            let router = self.router.clone();
                            connections.spawn(async move {
                                connection::serve(stream, router).await;
                                drop(permit);
                            });
                        }
                        Err(_) => self.observatory.admin_refused(AdminRefusal::Bound),
                    },
                    Ok(None) => self.observatory.admin_refused(AdminRefusal::Peer),
                    Err(_) => tokio::time::sleep(PAUSE).await,
                },
            }
        }
        // First of all nobody else is let in.
        drop(listener);
        let rest = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(STOPPING, rest).await;
    }
}

#[cfg(test)]
mod tests;
