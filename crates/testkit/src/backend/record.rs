//! What a back end saw.

use std::net::Shutdown;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use crate::Stream;
use crate::strict::{Fault, Request};

#[derive(Default)]
struct Seen {
    bytes: Vec<Vec<u8>>,
    requests: Vec<Request>,
    faults: Vec<String>,
    arrivals: usize,
    /// Connections that the service itself has ended.
    ended: usize,
    /// To end connections that are still open; `None` once they ended.
    open: Vec<Option<Box<dyn Fn() + Send>>>,
    over: bool,
}

/// Shared by the threads of one back end; every change wakes whoever waits.
#[derive(Default)]
pub(super) struct Record {
    seen: Mutex<Seen>,
    changed: Condvar,
}

impl Record {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("no panic while recording")
    }

    fn change<T>(&self, change: impl FnOnce(&mut Seen) -> T) -> T {
        let result = change(&mut self.seen());
        self.changed.notify_all();
        result
    }

    /// A connection came; its number.
    pub(super) fn opened(&self, stream: &Stream) -> usize {
        let close: Box<dyn Fn() + Send> = match stream {
            Stream::Tcp(stream) => {
                let stream = stream.try_clone().expect("a second handle");
                Box::new(move || drop(stream.shutdown(Shutdown::Both)))
            }
            Stream::Unix(stream) => {
                let stream = stream.try_clone().expect("a second handle");
                Box::new(move || drop(stream.shutdown(Shutdown::Both)))
            }
            Stream::TlsServer(tls) => {
                let stream = tls.sock.try_clone().expect("a second handle");
                Box::new(move || drop(stream.shutdown(Shutdown::Both)))
            }
            Stream::Tls(_) => unreachable!("a back end is no client"),
        };
        self.change(|seen| {
            seen.bytes.push(Vec::new());
            seen.open.push(Some(close));
            seen.bytes.len() - 1
        })
    }

    pub(super) fn closed(&self, connection: usize) {
        self.change(|seen| seen.open.get_mut(connection).map(Option::take));
    }

    pub(super) fn ended(&self) {
        self.change(|seen| seen.ended += 1);
    }

    pub(super) fn ended_connections(&self) -> usize {
        self.seen().ended
    }

    pub(super) fn received(&self, connection: usize, bytes: &[u8]) {
        self.change(|seen| seen.bytes.get_mut(connection).map(|all| all.extend_from_slice(bytes)));
    }

    /// A whole head came; its number over all connections.
    pub(super) fn arrived(&self) -> usize {
        self.change(|seen| {
            seen.arrivals += 1;
            seen.arrivals - 1
        })
    }

    pub(super) fn completed(&self, request: Request) {
        self.change(|seen| seen.requests.push(request));
    }

    pub(super) fn fault(&self, fault: &Fault, bytes: &[u8]) {
        self.change(|seen| seen.faults.push(format!("{fault}: \"{}\"", bytes.escape_ascii())));
    }

    /// Ends everything.
    pub(super) fn end(&self) {
        self.change(|seen| {
            seen.over = true;
            for close in seen.open.iter().flatten() {
                close();
            }
        });
    }

    pub(super) fn wait(&self, at_most: Duration) {
        drop(self.changed.wait_timeout(self.seen(), at_most));
    }

    pub(super) fn is_over(&self) -> bool {
        self.seen().over
    }

    pub(super) fn connections(&self) -> usize {
        self.seen().bytes.len()
    }

    pub(super) fn open(&self) -> usize {
        self.seen().open.iter().flatten().count()
    }

    pub(super) fn arrivals(&self) -> usize {
        self.seen().arrivals
    }

    pub(super) fn bytes(&self) -> Vec<Vec<u8>> {
        self.seen().bytes.clone()
    }

    pub(super) fn faults(&self) -> Vec<String> {
        self.seen().faults.clone()
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.seen().requests.clone()
    }
}
