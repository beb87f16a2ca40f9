//! How slowly a body may move before the wait for it ends: one coming from a caller, and one going to it.

use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use model::{Code, Problem};
use upstream::Alarm;

use crate::record::Record;
use crate::request::Request;
use crate::settings::Patience;

/// The pace of a request's body: it may neither stop nor drip.
pub(crate) struct Incoming {
    patience: Patience,
    started: Instant,
    stall: Alarm,
}

impl Incoming {
    /// A body that begins now.
    pub(crate) fn new(patience: Patience) -> Self {
        Self { patience, started: Instant::now(), stall: Alarm::new() }
    }

    /// More of it came, and makes this many bytes in all.
    ///
    /// # Errors
    /// [`Code::RequestTimeout`] where that is fewer than its time should have brought.
    pub(crate) fn came(&mut self, received: u64) -> Result<(), Problem> {
        self.stall.set(None);
        if self.patience.is_too_slow(self.started, received) { Err(too_slow()) } else { Ok(()) }
    }

    /// Nothing is there now: ready with the problem once that has lasted too long.
    pub(crate) fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<Problem> {
        if self.stall.deadline().is_none() {
            self.stall.set(Some(Instant::now() + self.patience.stall));
        }
        self.stall.poll_ring(context).map(|()| too_slow())
    }
}

fn too_slow() -> Problem {
    Problem::new(Code::RequestTimeout, "the body of the request came too slowly")
}

/// The pace of an answer: within the deadline of the whole, it may be silent for as long as the operation lets a
/// service be silent, or the door a caller that does not take what is there.
pub(crate) struct Outgoing {
    whole: Option<Instant>,
    stall: Duration,
    idle: Duration,
    /// How much had been sent, and whether the caller was waited for, when the silence began.
    silent_at: Option<(u64, bool)>,
}

impl Outgoing {
    /// An answer that has until `whole`, if it is bounded in all.
    pub(crate) fn new(request: &Request<'_>, record: &Record<'_>, whole: Option<Instant>) -> Self {
        let stall = request.door.patience.stall;
        Self { whole, stall, idle: record.idle().unwrap_or(stall), silent_at: None }
    }

    /// Nothing moves now: ready once that has lasted too long. `blocked`: it is the caller who is waited for.
    pub(crate) fn poll_silence(
        &mut self,
        context: &mut Context<'_>,
        alarm: &mut Alarm,
        sent: u64,
        blocked: bool,
    ) -> Poll<()> {
        if self.silent_at != Some((sent, blocked)) {
            self.silent_at = Some((sent, blocked));
            let silence = Instant::now() + if blocked { self.stall } else { self.idle };
            alarm.set(Some(self.whole.map_or(silence, |whole| whole.min(silence))));
        }
        alarm.poll_ring(context)
    }
}
