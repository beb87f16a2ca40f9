//! One stream: what has come on it, what may go, and how far both sides are.

use std::task::{Context, Waker};

use crate::reason::Reason;
use crate::section::Section;

/// Memory for content that a stream keeps when all of it was taken.
const KEPT_BYTES: usize = 64 * 1024;

/// A stream that somebody serves, or a place for one.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    /// 0 where the place is free.
    pub(crate) id: u32,
    /// Whom to wake when anything changes; the one task that serves the stream.
    waker: Option<Waker>,
    /// Whether that task has begun.
    pub(crate) begun: bool,
    /// How the stream was broken off, by either side.
    pub(crate) broken: Option<Reason>,
    pub(crate) incoming: Incoming,
    pub(crate) outgoing: Outgoing,
}

/// The request of a stream.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    /// Content that nobody has taken from `taken` on.
    content: Vec<u8>,
    taken: usize,
    pub(crate) trailers: Option<Section>,
    /// How much the caller may still send.
    pub(crate) window: i64,
    /// Taken, and not yet told to the caller.
    pub(crate) owed: u32,
    /// How much is to come, where the request says it.
    pub(crate) left: Option<u64>,
    pub(crate) ended: bool,
    /// Nobody wants the rest.
    pub(crate) unwanted: bool,
}

/// The answer of a stream.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    pub(crate) begun: bool,
    pub(crate) ended: bool,
    /// How much the caller takes; below 0 after it has made its windows smaller.
    pub(crate) window: i64,
    /// Room that was given to this stream, out of both windows.
    pub(crate) granted: usize,
    /// Room that it wants.
    pub(crate) wanted: usize,
    /// Whether it stands in the queue of those that want some.
    pub(crate) queued: bool,
}

impl Stream {
    /// Opens a stream at this place.
    pub(crate) fn open(&mut self, id: u32, ended: bool, window: i64, sending_window: i64) {
        *self = Self {
            id,
            incoming: Incoming { window, ended, ..Incoming::default() },
            outgoing: Outgoing { window: sending_window, ..Outgoing::default() },
            ..Self::default()
        };
    }

    /// Whether frames may still come or go.
    pub(crate) const fn is_open(&self) -> bool {
        self.id != 0 && self.broken.is_none() && !(self.incoming.ended && self.outgoing.ended)
    }

    /// Nobody serves it any more.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn register(&mut self, context: &Context<'_>) {
        if !self.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            self.waker = Some(context.waker().clone());
        }
    }

    pub(crate) fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }
}

impl Incoming {
    pub(crate) fn content(&self) -> &[u8] {
        self.content.get(self.taken..).unwrap_or_default()
    }

    pub(crate) fn append(&mut self, content: &[u8]) {
        if self.taken > 0 {
            self.content.drain(..self.taken);
            self.taken = 0;
        }
        self.content.extend_from_slice(content);
    }

    pub(crate) fn consume(&mut self, count: usize) {
        self.taken += count;
        if self.taken >= self.content.len() {
            self.taken = 0;
            self.content.clear();
            if self.content.capacity() > KEPT_BYTES {
                self.content = Vec::new();
            }
        }
    }
}
