//! A scripted service: it does to each request what a test says, and keeps the exact bytes of everything that came.
//!
//! Each request is read by [`crate::strict`]; the first byte that is not
//! strictly one request is a fault which [`Backend::requests`] reports. After
//! a fault the connection is closed: there is nothing sensible to answer.

mod record;
mod reply;
pub mod script;
mod serve;

use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use record::Record;
pub use reply::Reply;
pub use script::{Script, Step};

use crate::strict::{Head, Request};
use crate::tls::ServerTls;
use crate::{Deadline, Stream};

/// Chooses what happens to a request, by its head and its number (from 0, over all connections).
type Choose = dyn Fn(&Head, usize) -> Script + Send + Sync;

struct Shared {
    record: Record,
    choose: Mutex<Arc<Choose>>,
}

/// A running service; it ends, with all its connections, when this is dropped.
pub struct Backend {
    shared: Arc<Shared>,
    address: Option<SocketAddr>,
    url: String,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Backend {
    /// Does the same to every request.
    #[must_use]
    pub fn always(script: Script) -> Self {
        Self::choosing(move |_, _| script.clone())
    }

    /// Answers 200 with the given text to every request.
    #[must_use]
    pub fn saying(text: &str) -> Self {
        Self::always(script::answer(Reply::ok(text)))
    }

    /// Decides request by request.
    ///
    /// # Panics
    /// When no socket can be had.
    #[must_use]
    pub fn choosing(choose: impl Fn(&Head, usize) -> Script + Send + Sync + 'static) -> Self {
        Self::on(([127, 0, 0, 1], 0).into(), choose)
    }

    /// Decides request by request, at an address of the caller's choice: for a service that comes back.
    ///
    /// # Panics
    /// When the address cannot be bound.
    #[must_use]
    pub fn on(address: SocketAddr, choose: impl Fn(&Head, usize) -> Script + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap_or_else(|e| panic!("{address}: {e}"));
        let address = listener.local_addr().expect("a bound socket");
        let accept = move || {
            let (stream, _) = listener.accept().ok()?;
            stream.set_nodelay(true).ok()?;
            Some(Stream::Tcp(stream))
        };
        let wake = move || drop(std::net::TcpStream::connect(address));
        Self::start(Some(address), format!("http://{address}"), Box::new(choose), accept, Box::new(wake))
    }

    /// Speaks TLS; `https://127.0.0.1:PORT`.
    ///
    /// # Panics
    /// When no socket can be had.
    #[must_use]
    pub fn over_tls(tls: &Arc<ServerTls>, script: Script) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let tls = Arc::clone(tls);
        let accept = move || {
            let (stream, _) = listener.accept().ok()?;
            stream.set_nodelay(true).ok()?;
            Some(tls.accept(stream))
        };
        let wake = move || drop(std::net::TcpStream::connect(address));
        let choose = Box::new(move |_: &Head, _| script.clone());
        Self::start(Some(address), format!("https://{address}"), choose, accept, Box::new(wake))
    }

    /// Listens on a Unix socket.
    ///
    /// # Panics
    /// When the path cannot be bound.
    #[must_use]
    pub fn on_unix(path: &Path, script: Script) -> Self {
        let listener = UnixListener::bind(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let accept = move || listener.accept().ok().map(|(stream, _)| Stream::Unix(stream));
        let (url, path) = (format!("unix:{}", path.display()), path.to_owned());
        let wake = move || drop(std::os::unix::net::UnixStream::connect(&path));
        Self::start(None, url, Box::new(move |_, _| script.clone()), accept, Box::new(wake))
    }

    fn start(
        address: Option<SocketAddr>,
        url: String,
        choose: Box<Choose>,
        accept: impl Fn() -> Option<Stream> + Send + 'static,
        wake: Box<dyn Fn() + Send + Sync>,
    ) -> Self {
        let shared = Arc::new(Shared { record: Record::default(), choose: Mutex::new(Arc::from(choose)) });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            while let Some(stream) = accept() {
                if serving.record.is_over() {
                    break;
                }
                serve::serve(&serving, stream);
            }
        });
        Self { shared, address, url, wake }
    }

    /// Where it listens.
    ///
    /// # Panics
    /// On a Unix socket.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address.expect("a TCP back end")
    }

    /// What to write under `urls`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on does this to every request.
    pub fn change(&self, script: Script) {
        *self.shared.choose.lock().expect("no panic while choosing") = Arc::new(move |_: &Head, _| script.clone());
    }

    /// How many connections were ever made to it.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.record.connections()
    }

    /// How many of them are open now.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.shared.record.open()
    }

    /// How many of them have been ended from this side, whether or not the peer has noticed.
    #[must_use]
    pub fn ended_connections(&self) -> usize {
        self.shared.record.ended_connections()
    }

    /// How many requests began to arrive (a whole head, or a fault).
    #[must_use]
    pub fn arrivals(&self) -> usize {
        self.shared.record.arrivals()
    }

    /// The exact bytes received, connection by connection.
    #[must_use]
    pub fn bytes(&self) -> Vec<Vec<u8>> {
        self.shared.record.bytes()
    }

    /// Every request received whole, in the order of their arrival.
    ///
    /// # Panics
    /// When any byte on any connection was not strictly part of one request, showing the bytes.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        let faults = self.shared.record.faults();
        assert!(faults.is_empty(), "not strictly a request: {}", faults.join("; "));
        self.shared.record.requests()
    }

    /// Waits until the condition holds of this back end; looks again at each thing that happens to it.
    ///
    /// # Panics
    /// When it does not hold in time.
    pub fn wait_until(&self, what: &str, within: Duration, holds: impl Fn(&Self) -> bool) {
        let deadline = Deadline::within(within);
        while !holds(self) {
            let Some(left) = deadline.left() else { panic!("{what}: not within {within:?}") };
            self.shared.record.wait(left.min(Duration::from_millis(50)));
        }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.shared.record.end();
        (self.wake)();
    }
}

#[cfg(test)]
mod tests;
