//! The attempts of one request: where each goes, what its end says of the endpoint and the service, and whether another follows.
//!
//! ```text
//! admit (breaker) → way (canary or not) → choose endpoint → attempt → verdict → answer
//!                                              ↑                        │
//!                                              └── pause ← budget ← safe to repeat?
//! ```
//!
//! Every count that is taken on the way is a guard: at whichever point the caller goes away, dropping this future
//! gives back the connection, the place at the endpoint and the probe of a half-open breaker.

use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wire::proxy;

use crate::alarm::{Alarm, Elapsed};
use crate::breaker::{Admission, Outcome};
use crate::endpoint::Endpoint;
use crate::error::UpstreamError;
use crate::exchange::{Answer, Outgoing, Pending, Received, Routing, attempt, finish_head};
use crate::patience::{Bounds, Waits};
use crate::pool::{Place, Pool, Service, Way};
use crate::retry::{self, Failed};
use crate::upload::Upload;

/// Endpoints tried for one request, whatever the file says.
const ATTEMPTS_AT_MOST: u8 = 10;

/// A request on its way through attempts.
pub(crate) struct Attempts<'a> {
    service: &'a Service,
    route: Routing,
    request: Pending,
    admission: Option<Admission>,
    began: Instant,
    /// The time from then to the last answer or failure.
    took: Duration,
    /// The deadline of the whole.
    whole: Option<Instant>,
    /// Further attempts that may still be made.
    left: u8,
    retries: u8,
    tried: Vec<Arc<Endpoint>>,
}

/// How an attempt ended without an answer that is handed on.
enum Ending {
    /// Without an answer; what went wrong, and of what kind that is.
    Error(UpstreamError, Failed),
    /// With a 503, which is an answer if nobody has a better one.
    Unavailable(Received),
}

/// Where an attempt went, and when it began.
struct Trial {
    pool: Rc<Pool>,
    way: Way,
    began: Instant,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(
        service: &'a Service,
        outgoing: Outgoing,
        admission: Option<Admission>,
        whole: Option<Instant>,
        now: Instant,
    ) -> Self {
        let Outgoing { head, method, body, upgrade, trailers, deadline, answer, route } = outgoing;
        let idempotent = route.idempotent || retry::is_idempotent(method);
        let attempts = service.settings().retries.attempts.unwrap_or(route.attempts);
        let upload = Upload::new(head, body, upgrade, deadline);
        let mut introduction = Vec::new();
        if let Some(version) = service.settings().introduce {
            proxy::write(&mut introduction, version, route.caller);
        }
        Self {
            service,
            route,
            request: Pending { introduction, upload, answer, method, idempotent, trailers, renewed: 0 },
            admission,
            began: now,
            took: Duration::ZERO,
            whole,
            left: attempts.min(ATTEMPTS_AT_MOST - 1),
            retries: 0,
            tried: Vec::new(),
        }
    }

    /// Attempt after attempt, until one has an answer or no other may follow.
    pub(crate) async fn run(&mut self, alarm: &mut Alarm) -> Result<Received, UpstreamError> {
        self.service.begin();
        let mut now = self.began;
        let mut place = self.first_place(now)?;
        loop {
            let trial = Trial { pool: Rc::clone(&place.pool), way: place.way, began: now };
            let ending = match self.attempt(place, now, alarm).await {
                Ok(received) if is_unavailable(&self.request) => Ending::Unavailable(received),
                Ok(received) => {
                    self.judge_answer(&trial);
                    return Ok(received);
                }
                Err((error, failed)) => Ending::Error(error, failed),
            };
            self.judge(&trial, &ending);
            let Some(next) = self.next_place(&trial, &ending) else {
                return match ending {
                    Ending::Error(error, _) => Err(error),
                    Ending::Unavailable(received) => Ok(received),
                };
            };
            drop(ending);
            self.rest(alarm).await?;
            self.request.upload.rewind();
            (place, now) = (next, Instant::now());
        }
    }

    /// One attempt within its own bounds. While the caller is waited for their clock stands still: a service cannot
    /// answer what it has not been asked.
    async fn attempt(
        &mut self,
        place: Place,
        mut since: Instant,
        alarm: &mut Alarm,
    ) -> Result<Received, (UpstreamError, Failed)> {
        let bounds = Bounds { whole: self.whole, own: self.bound() };
        self.request.upload.tell(since);
        let waits = Waits::default();
        let mut attempting = pin!(attempt(self.service, place, &mut self.request, &waits));
        loop {
            alarm.set(bounds.until(since));
            match alarm.guard(attempting.as_mut()).await {
                Ok(ended) => return ended.map_err(of_its_kind),
                Err(Elapsed) => since = bounds.again(Instant::now(), &waits)?,
            }
        }
    }

    /// How long an attempt may take of itself.
    fn bound(&self) -> Option<Duration> {
        let settings = self.service.settings();
        [settings.attempt, settings.first_byte, self.route.attempt].into_iter().flatten().min()
    }

    fn first_place(&self, now: Instant) -> Result<Place, UpstreamError> {
        let way = self.service.way(self.route.sticky);
        let nowhere = || self.service.no_connection(io::Error::from(io::ErrorKind::AddrNotAvailable));
        let choose = |way| self.service.choose(way, self.route.affinity, &[], now);
        choose(way).or_else(|| choose(Way::Main)).ok_or_else(nowhere)
    }

    /// Where the next attempt goes, if there may be one.
    fn next_place(&mut self, trial: &Trial, ending: &Ending) -> Option<Place> {
        let failed = match ending {
            Ending::Error(_, failed) => *failed,
            Ending::Unavailable(_) => Failed::Unavailable,
        };
        let sent = self.request.upload.sent(self.request.idempotent);
        if self.left == 0 || !retry::is_safe(failed, sent, self.service.settings().retries.on) {
            return None;
        }
        let now = Instant::now();
        self.tried.push(Arc::clone(trial.pool.endpoint()));
        // What fails at the canary is the main way's to answer.
        let choose = |tried: &[Arc<Endpoint>]| self.service.choose(Way::Main, self.route.affinity, tried, now);
        let next = choose(&self.tried);
        // A service that is just being started refuses connections for a moment; there may be no other endpoint.
        let next = if failed == Failed::Connect { next.or_else(|| choose(&[])) } else { next }?;
        self.service.pay_retry(now).then_some(next)
    }

    /// The pause before the next attempt, which counts as one from now on.
    async fn rest(&mut self, alarm: &mut Alarm) -> Result<(), UpstreamError> {
        self.left -= 1;
        self.retries += 1;
        alarm.set(self.whole);
        let pause = tokio::time::sleep(self.service.pause(self.retries));
        alarm.guard(pause).await.map_err(|Elapsed| UpstreamError::TimedOut)
    }

    /// What an answer says of who gave it.
    fn judge_answer(&mut self, trial: &Trial) {
        let status = self.request.answer.status();
        let now = Instant::now();
        self.took = now.duration_since(self.began);
        let took = now.duration_since(trial.began);
        if is_failure(status) {
            self.service.failed(&trial.pool, trial.way, took, now);
        } else if self.request.upload.has_awaited_caller() {
            trial.pool.endpoint().succeeded(None, now);
        } else {
            trial.pool.endpoint().succeeded(Some(took), now);
        }
        if let Some(admission) = &self.admission {
            admission.judge(said_by(status, trial.began), now);
        }
    }

    /// What it says of endpoint and service that there was no answer, or a 503.
    fn judge(&mut self, trial: &Trial, ending: &Ending) {
        if let Ending::Error(UpstreamError::Caller(_) | UpstreamError::Exhausted { .. }, _) = ending {
            return;
        }
        let now = Instant::now();
        self.took = now.duration_since(self.began);
        self.service.failed(&trial.pool, trial.way, now.duration_since(trial.began), now);
        let said = match ending {
            Ending::Error(error, _) => said_by_error(error, trial.began),
            Ending::Unavailable(_) => Outcome::Out,
        };
        if let Some(admission) = &self.admission {
            admission.judge(said, now);
        }
    }

    /// The answer whose head has come.
    pub(crate) fn answer(self, received: Received) -> Answer {
        let retries = self.retries.saturating_add(self.request.renewed);
        finish_head(received, self.request, retries, self.took)
    }
}

fn is_unavailable(request: &Pending) -> bool {
    request.answer.status() == 503
}

/// Whether a status says that its endpoint may not be well.
const fn is_failure(status: u16) -> bool {
    matches!(status, 500 | 502..=504 | 507..)
}

/// What a status says of the service as a whole. 500 says nothing: it is the answer to one request, and whoever finds a
/// request that provokes it must not be able to shut the service off for others.
const fn said_by(status: u16, began: Instant) -> Outcome {
    match status {
        502 | 503 => Outcome::Out,
        504 => Outcome::Late(began),
        _ => Outcome::Answered,
    }
}

/// What it says of the service as a whole that there is no answer to hand on. One that came and is malformed is the
/// answer to one request, as 500 is.
const fn said_by_error(error: &UpstreamError, began: Instant) -> Outcome {
    match error {
        UpstreamError::TimedOut => Outcome::Late(began),
        UpstreamError::Malformed(_)
        | UpstreamError::MalformedBody(_)
        | UpstreamError::Rules(_)
        | UpstreamError::Unexpected => Outcome::Answered,
        _ => Outcome::Out,
    }
}

const fn of_its_kind(error: UpstreamError) -> (UpstreamError, Failed) {
    let failed = match error {
        UpstreamError::Connect { .. }
        | UpstreamError::Handshake { .. }
        | UpstreamError::NotSpoken { .. }
        | UpstreamError::Refused => Failed::Connect,
        UpstreamError::Silent | UpstreamError::Broken(_) | UpstreamError::Reset(_) => Failed::Broken,
        _ => Failed::Otherwise,
    };
    (error, failed)
}

#[cfg(test)]
mod tests;
