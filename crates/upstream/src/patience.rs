//! How long an attempt may take: its clock stands still while the caller is waited for.

use std::cell::Cell;
use std::time::{Duration, Instant};

use model::{Code, Problem};

use crate::error::UpstreamError;
use crate::retry::Failed;

/// Whether it is the caller's body that an attempt waits for, and when that was so last.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    now: Cell<bool>,
    last: Cell<Option<Instant>>,
}

/// The two ends of an attempt's time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// The deadline of the whole request, which goes on whoever is waited for.
    pub(crate) whole: Option<Instant>,
    /// For how long the attempt waits for the service.
    pub(crate) own: Option<Duration>,
}

impl Waits {
    /// Notes how it stands; costs nothing where nobody waits for the caller.
    pub(crate) fn note(&self, waits: bool) {
        if self.now.replace(waits) || waits {
            self.last.set(Some(Instant::now()));
        }
    }
}

impl Bounds {
    /// When an attempt has to have an answer whose service has been waited for since then.
    pub(crate) fn until(&self, since: Instant) -> Option<Instant> {
        self.own.map(|own| since + own).into_iter().chain(self.whole).min()
    }

    /// Since when the service has been waited for, now that an attempt has come to an end of its time.
    ///
    /// # Errors
    /// The time is over: for the whole, or for the service.
    pub(crate) fn again(&self, now: Instant, waits: &Waits) -> Result<Instant, (UpstreamError, Failed)> {
        let awaited = waits.now.get();
        if self.whole.is_some_and(|whole| now >= whole) {
            return Err((if awaited { slow_caller() } else { UpstreamError::TimedOut }, Failed::Otherwise));
        }
        let since = if awaited { Some(now) } else { waits.last.get() };
        let goes_on = |since: &Instant| self.until(*since).is_none_or(|until| until > now);
        since.filter(goes_on).ok_or((UpstreamError::TimedOut, Failed::Slow))
    }
}

/// A service cannot answer in time what has not been asked in time.
fn slow_caller() -> UpstreamError {
    let problem = Problem::new(Code::RequestTimeout, "the body of the request did not arrive within the deadline");
    UpstreamError::Caller(Box::new(problem.maybe_sent()))
}
