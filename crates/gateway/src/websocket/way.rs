//! One direction of a WebSocket: what came from one end goes to the other, frame by frame, and own frames between.

use std::io;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Buf;
use wire::websocket::{self, FrameError, Frames};

use crate::websocket::Leg;

/// Why a direction came to its end.
pub(super) enum Stop {
    /// A Close has passed.
    Closed,
    /// The house's own Close has gone out.
    Finished,
    /// Nothing comes any more.
    Source,
    /// Nothing can be sent any more.
    Target(io::Error),
    /// What came breaks the framing.
    Frame(FrameError),
}

pub(super) struct Way {
    frames: Frames,
    /// Octets at the front of what was read that may pass.
    passing: usize,
    /// Frames of the house, for the next gap; how much of them was written.
    own: Vec<u8>,
    own_written: usize,
    /// Nothing passes behind them.
    last: bool,
    unflushed: bool,
    done: bool,
    passed: u64,
    /// When something was read or written last.
    moved: Instant,
    /// The source was asked for a sign of life since.
    asked: bool,
}

impl Way {
    pub(super) const fn new(frames: Frames, now: Instant) -> Self {
        Self {
            frames,
            passing: 0,
            own: Vec::new(),
            own_written: 0,
            last: false,
            unflushed: false,
            done: false,
            passed: 0,
            moved: now,
            asked: false,
        }
    }

    /// Octets of the source that have gone on.
    pub(super) const fn passed(&self) -> u64 {
        self.passed
    }

    pub(super) const fn is_done(&self) -> bool {
        self.done
    }

    /// Whether the target does not take what is there for it.
    pub(super) const fn is_blocked(&self) -> bool {
        self.passing > 0 || self.own_written > 0
    }

    /// When the source has to be asked for a sign of life, or the wait is over.
    pub(super) fn deadline(&self, idle: Duration) -> Instant {
        self.moved + if self.asked || self.is_blocked() { idle } else { idle / 2 }
    }

    /// Nothing moved for all of `idle`.
    pub(super) fn is_silent(&self, idle: Duration, now: Instant) -> bool {
        !self.done && now >= self.moved + idle
    }

    /// The source was silent for half of `idle`; says so once.
    pub(super) fn is_to_be_asked(&mut self, idle: Duration, now: Instant) -> bool {
        let due = !self.done && !self.asked && !self.is_blocked() && now >= self.moved + idle / 2;
        self.asked |= due;
        due
    }

    /// Asks the target for a sign of life.
    pub(super) fn ping(&mut self, mask: Option<[u8; 4]>) {
        if !self.last {
            websocket::ping(&mut self.own, mask);
        }
    }

    /// Lets nothing pass any more but a Close with this code, behind the frame under way.
    pub(super) fn end(&mut self, code: Option<u16>, mask: Option<[u8; 4]>) {
        match code {
            Some(code) if !self.done && !self.last => {
                websocket::close(&mut self.own, code, mask);
                self.last = true;
            }
            Some(_) => {}
            None => self.done = true,
        }
    }

    /// Passes what there is. Ready at the end, once.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
        source: &mut impl Leg,
        target: &mut impl Leg,
        now: Instant,
    ) -> Poll<Stop> {
        if self.done {
            return Poll::Pending;
        }
        let stop = ready!(self.poll_pass(context, source, target, now)).unwrap_or_else(|stop| stop);
        // Where the target is there and waits for the next frame, a Close of the house can still be told it.
        let room = matches!(stop, Stop::Frame(_) | Stop::Source) && self.frames.is_between() && !self.last;
        self.done = !room;
        Poll::Ready(stop)
    }

    fn poll_pass(
        &mut self,
        context: &mut Context<'_>,
        source: &mut impl Leg,
        target: &mut impl Leg,
        now: Instant,
    ) -> Poll<Result<Stop, Stop>> {
        loop {
            if self.passing == 0 && self.own_written == 0 && self.frames.is_closed() {
                ready!(target.poll_flush(context)).map_err(Stop::Target)?;
                return Poll::Ready(Ok(Stop::Closed));
            } else if self.has_gap() && !self.own.is_empty() {
                ready!(self.poll_own(context, target)).map_err(Stop::Target)?;
            } else if self.passing > 0 {
                let bytes = source.buffer().get(..self.passing).unwrap_or_default();
                let count = ready!(written(target.poll_write(context, bytes))).map_err(Stop::Target)?;
                source.buffer().advance(count);
                self.passing -= count;
                self.passed += count as u64;
                (self.moved, self.unflushed) = (now, true);
            } else if self.last && self.own.is_empty() {
                ready!(target.poll_flush(context)).map_err(Stop::Target)?;
                return Poll::Ready(Ok(Stop::Finished));
            } else if !self.judge(source.buffer()).map_err(Stop::Frame)? {
                // What was written and does not leave yet is tried again when this is: reading need not wait for it.
                if self.unflushed && target.poll_flush(context).map_err(Stop::Target)?.is_ready() {
                    self.unflushed = false;
                }
                match ready!(source.poll_fill(context)) {
                    Ok(1..) => (self.moved, self.asked) = (now, false),
                    Ok(0) | Err(_) => return Poll::Ready(Ok(Stop::Source)),
                }
            }
        }
    }

    /// Whether a frame of the house may be written now, or go on being written.
    const fn has_gap(&self) -> bool {
        self.own_written > 0 || (self.passing == 0 && self.frames.is_between())
    }

    /// Finds out how much of what was read may pass; whether there is anything.
    fn judge(&mut self, read: &[u8]) -> Result<bool, FrameError> {
        while !self.frames.is_closed() {
            let rest = read.get(self.passing..).unwrap_or_default();
            // A fault behind good frames is found again once these have passed.
            let before = self.frames.clone();
            match self.frames.pass(rest) {
                Ok(0) => break,
                Ok(count) => self.passing += count,
                Err(_) if self.passing > 0 => {
                    self.frames = before;
                    break;
                }
                Err(error) => return Err(error),
            }
            if !self.own.is_empty() && self.frames.is_between() {
                break;
            }
        }
        Ok(self.passing > 0)
    }

    fn poll_own(&mut self, context: &mut Context<'_>, target: &mut impl Leg) -> Poll<io::Result<()>> {
        while let Some(rest) = self.own.get(self.own_written..).filter(|rest| !rest.is_empty()) {
            self.own_written += ready!(written(target.poll_write(context, rest)))?;
            self.unflushed = true;
        }
        self.own.clear();
        self.own_written = 0;
        Poll::Ready(Ok(()))
    }
}

/// A write of nothing is the end of a stream.
fn written(polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
    polled.map(|written| match written {
        Ok(0) => Err(io::ErrorKind::WriteZero.into()),
        written => written,
    })
}
