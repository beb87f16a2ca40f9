//! One connection: its frames, its streams and its windows.

mod answer;
mod control;
mod heads;
mod receive;
mod request;
mod room;

use std::collections::VecDeque;
use std::task::{Context, Waker};

use crate::frame::{self, setting};
use crate::hpack::{Decoder, Encoder};
use crate::reason::Reason;
use crate::section::Section;
use crate::stream::Stream;

pub use answer::{HeadWriter, Written};

/// Windows where nobody has said otherwise (RFC 9113 §6.9.2).
const WINDOW: u32 = 65_535;
/// No window may be larger (RFC 9113 §6.9.1).
const WINDOW_AT_MOST: i64 = (1 << 31) - 1;
/// What may wait to be sent; beyond that, nothing more is taken, neither of answers nor of what asks for any.
const OUT_AT_MOST: usize = 64 * 1024;
/// The largest piece of an answer: the plaintext of one TLS record.
const PIECE_BYTES: usize = 16 * 1024;
/// How many streams are remembered once they are over.
const REMEMBERED: usize = 64;

/// What a caller may cost.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Requests under way.
    pub streams: u32,
    /// What may be sent ahead on one stream, in octets.
    pub stream_window: u32,
    /// What may be sent ahead on all of them, in octets.
    pub connection_window: u32,
    /// Octets of a head, as RFC 9113 §10.5.1 counts them.
    pub head_bytes: u32,
    /// Streams that were reset before anybody looked at them (CVE-2023-44487), and not made up for by others.
    pub resets: u32,
    /// Streams that broke the rules.
    pub faults: u32,
}

/// A stream that is being served. Whoever has it gives it back with [`Connection::release`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    place: usize,
    id: u32,
}

/// One connection with a caller.
#[derive(Debug)]
pub struct Connection {
    bounds: Bounds,
    phase: Phase,
    decoder: Decoder,
    encoder: Encoder,
    section: Section,
    /// A head whose end has not come.
    unfinished: Option<Unfinished>,
    /// By place; `ids` says whose each is, so that a stream is found without looking at them all.
    streams: Vec<Stream>,
    ids: Vec<u32>,
    open: u32,
    /// The last that the caller has opened.
    last: u32,
    over: Over,
    incoming: Window,
    outgoing: i64,
    /// What a stream that is opened now may be sent, and how long a frame may be.
    peer_window: i64,
    peer_frame: usize,
    /// Streams that want room, in their order.
    waiting: VecDeque<Key>,
    /// Room that was given and is not used.
    promised: usize,
    out: Vec<u8>,
    sent: usize,
    driver: Option<Waker>,
    /// Whether whoever drives the connection knows that there is something to send.
    roused: bool,
    leaving: Leaving,
    resets: u32,
    faults: u32,
}

/// How far the beginning of the connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Preface,
    Settings,
    Open,
    Ended,
}

/// Whether the connection is about to end (RFC 9113 §6.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    No,
    /// The peer was told; what it opened before it heard of that is still taken.
    Announced,
    /// The peer has heard of it.
    Final,
}

/// A block that goes on in CONTINUATION frames.
#[derive(Debug)]
struct Unfinished {
    stream: u32,
    ends_stream: bool,
    depends_on_itself: bool,
    block: Vec<u8>,
    frames: usize,
}

/// What the caller may still send on the connection, and what it was not yet told of.
#[derive(Debug)]
struct Window {
    left: i64,
    owed: u32,
}

/// The streams that were over last, and whether we broke them off: the caller may not have heard of that.
#[derive(Debug)]
struct Over {
    ids: [(u32, bool); REMEMBERED],
    next: usize,
}

impl Connection {
    /// A connection on which nothing was said; our settings are ready to be sent.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        let mut connection = Self {
            bounds,
            phase: Phase::Preface,
            decoder: Decoder::new(),
            encoder: Encoder::new(),
            section: Section::new(bounds.head_bytes as usize),
            unfinished: None,
            streams: Vec::new(),
            ids: Vec::new(),
            open: 0,
            last: 0,
            over: Over { ids: [(0, false); REMEMBERED], next: 0 },
            incoming: Window { left: i64::from(bounds.connection_window.max(WINDOW)), owed: 0 },
            outgoing: i64::from(WINDOW),
            peer_window: i64::from(WINDOW),
            peer_frame: frame::PAYLOAD_BYTES,
            waiting: VecDeque::new(),
            promised: 0,
            out: Vec::new(),
            sent: 0,
            driver: None,
            roused: true,
            leaving: Leaving::No,
            resets: 0,
            faults: 0,
        };
        let settings = [
            (setting::MAX_CONCURRENT_STREAMS, bounds.streams),
            (setting::INITIAL_WINDOW_SIZE, bounds.stream_window),
            (setting::MAX_HEADER_LIST_SIZE, bounds.head_bytes),
        ];
        frame::write_settings(&mut connection.out, &settings);
        if let Some(more @ 1..) = bounds.connection_window.checked_sub(WINDOW) {
            frame::write(&mut connection.out, frame::WINDOW_UPDATE, 0, 0, &more.to_be_bytes());
        }
        connection
    }

    /// Whether the caller has begun as HTTP/2 begins (RFC 9113 §3.4).
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.phase == Phase::Open
    }

    /// The octets that are to be sent; all of them, in this order.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        self.out.get(self.sent..).unwrap_or_default()
    }

    /// So many octets of the output were sent.
    pub fn sent(&mut self, count: usize) {
        self.sent += count;
        if self.sent >= self.out.len() {
            self.sent = 0;
            self.out.clear();
            if self.out.capacity() > if self.open == 0 { answer::OUT_BYTES } else { 4 * PIECE_BYTES } {
                self.out = Vec::new();
            }
        } else if self.sent >= OUT_AT_MOST {
            self.out.drain(..self.sent);
            self.sent = 0;
        }
        self.share_out();
    }

    /// Whether so much waits to be sent that no more is to be received until it is.
    #[must_use]
    pub fn is_congested(&self) -> bool {
        self.output().len() >= OUT_AT_MOST
    }

    /// Begins a turn of whoever drives the connection; it is woken when there is something to send after the turn.
    pub fn begin_turn(&mut self, context: &Context<'_>) {
        self.roused = true;
        if !self.driver.as_ref().is_some_and(|driver| driver.will_wake(context.waker())) {
            self.driver = Some(context.waker().clone());
        }
    }

    /// Ends a turn in which all was sent.
    pub const fn end_turn(&mut self) {
        self.roused = false;
    }

    /// Tells the caller to open no more streams (RFC 9113 §6.8). What it opened before it heard of that is served.
    pub fn leave(&mut self) {
        if self.leaving == Leaving::No && self.phase != Phase::Ended {
            self.leaving = Leaving::Announced;
            self.go_away(u32::MAX >> 1, Reason::NO_ERROR);
            // Its answer says that all has come that was sent before.
            frame::write(&mut self.out, frame::PING, 0, 0, LEAVING_PING);
            self.rouse();
        }
    }

    /// Whether nothing more is to be done: the caller knows that we leave, and all streams are over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Ended || self.leaving == Leaving::Final && self.open == 0
    }

    /// The connection is gone: whoever serves a stream learns of it.
    pub fn end(&mut self) {
        self.phase = Phase::Ended;
        for stream in self.streams.iter_mut().filter(|stream| stream.id != 0) {
            stream.broken.get_or_insert(Reason::CANCEL);
            stream.wake();
        }
    }

    fn go_away(&mut self, last: u32, reason: Reason) {
        let [[a, b, c, d], [e, f, g, h]] = [last.to_be_bytes(), reason.0.to_be_bytes()];
        frame::write(&mut self.out, frame::GOAWAY, 0, 0, &[a, b, c, d, e, f, g, h]);
    }

    /// Something is to be sent.
    fn rouse(&mut self) {
        if !self.roused {
            self.roused = true;
            if let Some(driver) = &self.driver {
                driver.wake_by_ref();
            }
        }
    }

    fn stream(&mut self, key: Key) -> Option<&mut Stream> {
        self.streams.get_mut(key.place).filter(|stream| stream.id == key.id)
    }

    fn key_of(&self, id: u32) -> Option<Key> {
        // 0 is no stream, and marks a place that is free.
        let place = self.ids.iter().position(|known| *known == id).filter(|_| id != 0)?;
        Some(Key { place, id })
    }

    /// Counts a stream whose last frame has come or gone, and remembers it.
    fn note_over(&mut self, id: u32, by_us: bool) {
        self.open = self.open.saturating_sub(1);
        self.over.remember(id, by_us);
    }
}

/// What the PING holds that goes out with the first GOAWAY.
const LEAVING_PING: &[u8; 8] = b"leaving.";

impl Over {
    fn remember(&mut self, id: u32, by_us: bool) {
        if let Some(place) = self.ids.get_mut(self.next) {
            *place = (id, by_us);
        }
        self.next = (self.next + 1) % REMEMBERED;
    }

    /// Whether we broke it off; `None` where it is not known.
    fn find(&self, id: u32) -> Option<bool> {
        self.ids.iter().find(|(known, _)| *known == id).map(|(_, by_us)| *by_us)
    }
}

#[cfg(test)]
mod tests;
