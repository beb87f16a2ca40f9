//! The log on its way out: blocks of lines in a bounded queue without locks, and what is known of those that were lost.

mod clerk;
mod escape;
mod events;
mod json;
mod stamp;
mod text;
mod writer;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Thread;

use crossbeam_queue::ArrayQueue;
use model::Event;

pub(crate) use clerk::Clerk;
pub(crate) use writer::Writer;

use crate::settings::{LogFormat, LogSettings};

/// A block is handed over once it has this many bytes.
const BLOCK: usize = 32 * 1024;
/// No line is longer, whatever a request brings; a test has the longest.
const LONGEST_LINE: usize = 28 * 1024;
/// Blocks under way to the writer: 4 MiB, some 14,000 lines. What a sink may fall behind before lines are dropped.
const BLOCKS: usize = 128;
/// Empty blocks kept for reuse; the rest of a backlog gives its memory back.
const SPARE: usize = 16;
/// Events under way to the writer.
const EVENTS: usize = 256;

/// Lines that belong together.
pub(crate) struct Block {
    bytes: Vec<u8>,
    lines: u64,
}

impl Block {
    fn with_room() -> Self {
        Self { bytes: Vec::with_capacity(BLOCK + LONGEST_LINE), lines: 0 }
    }

    pub(crate) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    pub(crate) fn line_ended(&mut self) {
        self.bytes.push(b'\n');
        self.lines += 1;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() >= BLOCK
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.lines = 0;
    }
}

/// What data threads and the writer share.
pub(crate) struct Log {
    settings: LogSettings,
    full: ArrayQueue<Block>,
    spare: ArrayQueue<Block>,
    events: ArrayQueue<Event>,
    /// The writer, once it is there.
    writer: OnceLock<Thread>,
    /// Whether there is something for the writer to look at. The token of `unpark`
    /// alone would not do: a sink that parks while it waits takes it away.
    knocked: AtomicBool,
    stopping: AtomicBool,
    pub(crate) lines_dropped: AtomicU64,
    pub(crate) events_dropped: AtomicU64,
    pub(crate) write_failures: AtomicU64,
}

impl Log {
    pub(crate) fn new(settings: LogSettings) -> Self {
        Self {
            settings,
            full: ArrayQueue::new(BLOCKS),
            spare: ArrayQueue::new(SPARE),
            events: ArrayQueue::new(EVENTS),
            writer: OnceLock::new(),
            knocked: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            lines_dropped: AtomicU64::new(0),
            events_dropped: AtomicU64::new(0),
            write_failures: AtomicU64::new(0),
        }
    }

    /// A block to write into; without memory of its own where nothing is going to be written.
    pub(crate) fn empty_block(&self) -> Block {
        if self.settings.format == LogFormat::Off {
            return Block { bytes: Vec::new(), lines: 0 };
        }
        self.spare.pop().unwrap_or_else(Block::with_room)
    }

    /// Takes the lines of a block and leaves it empty. Never waits: where there is no room, they are dropped and counted.
    pub(crate) fn hand_over(&self, block: &mut Block) {
        // Looked at beforehand, so that a stalled sink costs a request nothing, not even a fresh block.
        if !self.full.is_full() {
            let lines = std::mem::replace(block, self.empty_block());
            match self.full.push(lines) {
                Ok(()) => return self.knock(),
                Err(lines) => *block = lines,
            }
        }
        self.lines_dropped.fetch_add(block.lines, Ordering::Relaxed);
        block.clear();
        self.knock();
    }

    /// Takes an event; where there is no room, it is dropped and counted.
    pub(crate) fn event(&self, event: Event) {
        if self.settings.format != LogFormat::Off && self.events.push(event).is_err() {
            self.events_dropped.fetch_add(1, Ordering::Relaxed);
        }
        self.knock();
    }

    /// Wakes the writer; costs two atomic swaps where it is awake.
    fn knock(&self) {
        self.knocked.store(true, Ordering::Release);
        if let Some(writer) = self.writer.get() {
            writer.unpark();
        }
    }

    fn give_back(&self, mut block: Block) {
        block.clear();
        // More than are worth keeping are let go.
        drop(self.spare.push(block));
    }
}
