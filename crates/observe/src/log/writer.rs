//! The one thread that touches the sink: it may stall for as long as the sink does, and nobody waits for it.

use std::io::{self, Write};
#[expect(clippy::disallowed_types, reason = "held by whoever stops the gateway, once")]
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, PoisonError};
use std::thread::Builder;
use std::time::{Duration, SystemTime};

use super::stamp::Stamp;
use super::{Log, events};

/// How long to wait where a sink that does not block is full; its readiness cannot be waited for.
const AGAIN: Duration = Duration::from_millis(5);

/// The handle of the writer thread. Dropping it lets the thread finish what it has and end.
pub(crate) struct Writer {
    log: Arc<Log>,
    #[expect(clippy::disallowed_types, reason = "see the import")]
    ended: Mutex<Receiver<()>>,
}

impl Writer {
    pub(crate) fn start(log: Arc<Log>, sink: Box<dyn Write + Send>) -> io::Result<Self> {
        let (end, ended) = channel();
        let desk = Desk { log: Arc::clone(&log), sink, stamp: Stamp::default(), owned_up: 0, torn: false };
        let handle = Builder::new().name("log".to_owned()).spawn(move || desk.run(end))?;
        // What was handed over before this is found by the thread's first look.
        let _ = log.writer.set(handle.thread().clone());
        log.knock();
        Ok(Self { log, ended: ended.into() })
    }

    /// Lets the thread write what it has, and waits for that, but no longer than `patience`.
    pub(crate) fn stop(&self, patience: Duration) {
        self.log.stopping.store(true, Ordering::Release);
        self.log.knock();
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        // Either the thread ended, or its sink stalls and nothing more can be done.
        let _ = ended.recv_timeout(patience);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.log.stopping.store(true, Ordering::Release);
        self.log.knock();
    }
}

/// What the thread itself works with.
struct Desk {
    log: Arc<Log>,
    sink: Box<dyn Write + Send>,
    stamp: Stamp,
    /// How many of the dropped lines the log has told of.
    owned_up: u64,
    /// Whether a failure left part of a line in the sink.
    torn: bool,
}

impl Desk {
    fn run(mut self, end: Sender<()>) {
        loop {
            // Read before the queues: what was handed over before the end was announced is written.
            let stopping = self.log.stopping.load(Ordering::Acquire);
            self.write_all();
            if stopping {
                break;
            }
            while !self.log.knocked.swap(false, Ordering::AcqRel) {
                std::thread::park();
            }
        }
        drop(end);
    }

    fn write_all(&mut self) {
        loop {
            self.write_events();
            let block = self.log.full.pop();
            let more = block.is_some();
            if let Some(block) = block {
                let lost = self.put(&block.bytes);
                self.log.lines_dropped.fetch_add(lost, Ordering::Relaxed);
                self.log.give_back(block);
            }
            self.own_up();
            if !more {
                break;
            }
        }
        let _ = self.sink.flush();
    }

    fn write_events(&mut self) {
        let mut lines = Vec::new();
        // Bounded by what the queue holds: events must not keep lines waiting for ever.
        for _ in 0..self.log.events.capacity() {
            let Some(event) = self.log.events.pop() else { break };
            events::write(&event, self.log.settings.format, &mut self.stamp, &mut lines);
        }
        let lost = self.put(&lines);
        self.log.events_dropped.fetch_add(lost, Ordering::Relaxed);
    }

    /// Says in the log itself how many of its lines are missing, where that was not said yet.
    fn own_up(&mut self) {
        let dropped = self.log.lines_dropped.load(Ordering::Relaxed);
        let missing = dropped.saturating_sub(self.owned_up);
        if missing == 0 {
            return;
        }
        let mut line = Vec::new();
        events::write_gap(missing, SystemTime::now(), self.log.settings.format, &mut self.stamp, &mut line);
        if self.put(&line) == 0 {
            self.owned_up = dropped;
        }
    }

    /// Writes whole lines and returns how many of them were lost; after a failure the rest is not tried.
    fn put(&mut self, lines: &[u8]) -> u64 {
        let mut rest = lines;
        if self.torn && !rest.is_empty() {
            match self.put_some(b"\n") {
                Ok(_) => self.torn = false,
                Err(_) => return count_lines(rest),
            }
        }
        while !rest.is_empty() {
            match self.put_some(rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(_) => {
                    let written = lines.len() - rest.len();
                    self.torn = self.torn
                        || lines.get(..written).is_some_and(|done| !matches!(done.last(), None | Some(b'\n')));
                    return count_lines(rest);
                }
            }
        }
        0
    }

    /// One write, repeated only where the sink asks for it.
    fn put_some(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.sink.write(bytes) {
                Ok(0) => return self.failed(io::ErrorKind::WriteZero.into()),
                Ok(written) => return Ok(written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Standard output shares its flags with whoever else has it open.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::park_timeout(AGAIN),
                Err(error) => return self.failed(error),
            }
        }
    }

    fn failed(&self, error: io::Error) -> io::Result<usize> {
        self.log.write_failures.fetch_add(1, Ordering::Relaxed);
        Err(error)
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |lines, byte| lines + u64::from(*byte == b'\n'))
}

#[cfg(test)]
mod tests;
