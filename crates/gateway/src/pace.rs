//! How slowly a body may move before the wait for it ends: one coming from a caller, and one going to it.

use std::cell::Cell;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use model::{Code, Problem};
use upstream::Alarm;

use crate::deadlines::request_streams;
use crate::record::Record;
use crate::request::Request;
use crate::settings::Patience;

/// The pace of a request's body: it may neither stop nor drip.
pub(crate) struct Incoming {
    patience: Patience,
    started: Instant,
    stall: Alarm,
    /// Of a stream: how much had been answered when the silence began.
    answered: Option<u64>,
}

impl Incoming {
    /// A body that begins now.
    pub(crate) fn new(patience: Patience) -> Self {
        Self { patience, started: Instant::now(), stall: Alarm::new(), answered: None }
    }

    /// It is a stream: as slow as it likes, and silent for this long while the answer is silent as well.
    pub(crate) const fn let_stream(&mut self, idle: Duration) {
        self.patience.stall = idle;
        self.patience.body_bytes_per_second = 0;
        self.answered = Some(0);
    }

    /// More of it came, and makes this many bytes in all.
    ///
    /// # Errors
    /// [`Code::RequestTimeout`] where that is fewer than its time should have brought.
    pub(crate) fn came(&mut self, received: u64) -> Result<(), Problem> {
        self.stall.set(None);
        if self.patience.is_too_slow(self.started, received) { Err(too_slow()) } else { Ok(()) }
    }

    /// Nothing is there now: ready with the problem once that has lasted too long. So many bytes were answered by now.
    pub(crate) fn poll_silence(&mut self, context: &mut Context<'_>, answered: u64) -> Poll<Problem> {
        if self.stall.deadline().is_none() || self.answered.is_some_and(|before| before != answered) {
            self.stall.set(Some(Instant::now() + self.patience.stall));
            self.answered = self.answered.map(|_| answered);
        }
        self.stall.poll_ring(context).map(|()| too_slow())
    }
}

fn too_slow() -> Problem {
    Problem::new(Code::RequestTimeout, "the body of the request came too slowly")
}

/// The pace of an answer: within the deadline of the whole, it may be silent for as long as the operation lets a
/// service be silent, or the door a caller that does not take what is there.
pub(crate) struct Outgoing<'a> {
    whole: Option<Instant>,
    stall: Duration,
    idle: Duration,
    /// How much of a request came that is a stream: a service that listens need not speak.
    received: Option<&'a Cell<u64>>,
    /// How much had moved, and whether the caller was waited for, when the silence began.
    silent_at: Option<(u64, bool)>,
}

impl<'a> Outgoing<'a> {
    /// An answer that has until `whole`, if it is bounded in all.
    pub(crate) fn new(request: &Request<'_>, record: &Record<'a>, whole: Option<Instant>) -> Self {
        let stall = request.door.patience.stall;
        let operation = record.operation_settings();
        let streams = operation.is_some_and(|operation| request_streams(request.head, operation));
        let (idle, received) =
            (operation.map_or(stall, |operation| operation.idle), streams.then_some(record.bytes_in));
        Self { whole, stall, idle, received, silent_at: None }
    }

    /// Nothing moves now: ready once that has lasted too long. `blocked`: it is the caller who is waited for.
    pub(crate) fn poll_silence(
        &mut self,
        context: &mut Context<'_>,
        alarm: &mut Alarm,
        sent: u64,
        blocked: bool,
    ) -> Poll<()> {
        let received = self.received.filter(|_| !blocked).map_or(0, Cell::get);
        let at = Some((sent.saturating_add(received), blocked));
        if self.silent_at != at {
            self.silent_at = at;
            let silence = Instant::now() + if blocked { self.stall } else { self.idle };
            alarm.set(Some(self.whole.map_or(silence, |whole| whole.min(silence))));
        }
        alarm.poll_ring(context)
    }
}
