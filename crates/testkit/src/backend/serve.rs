//! One connection of a back end: read strictly, follow the script.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::{Reply, Script, Shared, Step};
use crate::Stream;
use crate::strict::{self, Head, Request};

/// Longer than any test: what ends a connection is its peer or the back end's end.
const FOREVER: Duration = Duration::from_secs(300);

/// Serves on a thread of its own.
pub(super) fn serve(shared: &Arc<Shared>, stream: Stream) {
    let number = shared.record.opened(&stream);
    let shared = Arc::clone(shared);
    std::thread::spawn(move || {
        let mut connection = Connection { shared: &shared, number, stream, pending: Vec::new() };
        let reset = stream_timeout(&connection.stream) && connection.run().is_some_and(|end| end == Ending::Reset);
        if reset {
            // The record holds a second handle of the socket; it has to go first, or nothing is reset.
            shared.record.closed(number);
            connection.stream.reset();
        } else {
            connection.shut();
            shared.record.closed(number);
        }
    });
}

fn stream_timeout(stream: &Stream) -> bool {
    stream.set_timeout(FOREVER).is_ok()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Closed,
    Reset,
}

struct Connection<'a> {
    shared: &'a Shared,
    number: usize,
    stream: Stream,
    pending: Vec<u8>,
}

impl Connection<'_> {
    /// Takes request after request; `None` when the peer ended it.
    fn run(&mut self) -> Option<Ending> {
        loop {
            let head = self.read(|bytes| strict::head(bytes).map(|read| read.map(|(head, _)| head)))?;
            let number = self.shared.record.arrived();
            let choose = Arc::clone(&self.shared.choose.lock().expect("no panic while choosing"));
            let script = choose(&head, number);
            if let Some(end) = self.follow(&head, script)? {
                return Some(end);
            }
        }
    }

    /// The outer `None` says that the peer is gone.
    fn follow(&mut self, head: &Head, script: Script) -> Option<Option<Ending>> {
        let mut request = None;
        for step in script {
            match step {
                Step::ReadBody => request = Some(self.read_request(head)?),
                Step::Reply(reply) => self.send(&reply.to_bytes(&head.method))?,
                Step::Send(bytes) => self.send(&bytes)?,
                Step::Trickle(bytes, every) => self.trickle(&bytes, every)?,
                Step::Echo => {
                    let body = request.as_ref().map(|request: &Request| request.body.clone()).unwrap_or_default();
                    self.send(&Reply::ok(body).to_bytes(&head.method))?;
                }
                Step::Hang => return self.hang(),
                Step::Cut => {
                    self.stream.cut().ok()?;
                    return self.hang();
                }
                Step::Close => return Some(Some(Ending::Closed)),
                Step::Reset => return Some(Some(Ending::Reset)),
            }
        }
        // A script that never read the body still has to find the next request behind it.
        if request.is_none() {
            self.read_request(head)?;
        }
        Some(None)
    }

    fn read_request(&mut self, head: &Head) -> Option<Request> {
        if head.text("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let (request, used) = self.read(strict::request)?;
        self.pending.drain(..used);
        self.shared.record.completed(request.clone());
        Some(request)
    }

    /// Reads until the pending bytes are what is wanted.
    fn read<T>(&mut self, want: impl Fn(&[u8]) -> Result<Option<T>, strict::Fault>) -> Option<T> {
        loop {
            match want(&self.pending) {
                Ok(Some(read)) => return Some(read),
                Ok(None) => self.fill()?,
                Err(fault) => {
                    self.shared.record.arrived();
                    self.shared.record.fault(&fault, &self.pending);
                    return None;
                }
            }
        }
    }

    fn fill(&mut self) -> Option<()> {
        let mut buffer = [0; 16 * 1024];
        let length = self.stream.read(&mut buffer).ok().filter(|length| *length > 0)?;
        let bytes = buffer.get(..length).unwrap_or_default();
        self.pending.extend_from_slice(bytes);
        self.shared.record.received(self.number, bytes);
        Some(())
    }

    fn send(&mut self, bytes: &[u8]) -> Option<()> {
        self.stream.write_all(bytes).ok()
    }

    fn trickle(&mut self, bytes: &[u8], every: Duration) -> Option<()> {
        // Nobody ever sends on this channel: waiting on it is the pause between two bytes.
        let (_never, pause) = mpsc::channel::<()>();
        for byte in bytes {
            self.send(std::slice::from_ref(byte))?;
            let _ = pause.recv_timeout(every);
        }
        Some(())
    }

    fn hang(&mut self) -> Option<Option<Ending>> {
        loop {
            self.fill()?;
        }
    }

    /// Ends in order: what was not read would otherwise turn the end into a reset.
    fn shut(&mut self) {
        let finished = self.stream.finish_sending().is_ok();
        self.shared.record.ended();
        if finished && self.stream.set_timeout(Duration::from_secs(5)).is_ok() {
            while self.fill().is_some() {}
        }
    }
}
