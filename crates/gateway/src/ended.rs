//! Answers that last, while what their caller showed may end: sent for as long as it stands. A WebSocket looks itself,
//! to say goodbye.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Poll, ready};
use std::time::Duration;

use auth::{Revoked, Verified};
use model::{Code, Problem};
use tokio::time::{Sleep, sleep};

/// How often it is looked.
pub(crate) const PULSE: Duration = Duration::from_millis(500);

/// Does this for as long as what was verified stands; `None` where it ended in the middle. What is done at once is
/// never looked at.
pub(crate) async fn while_it_stands<F: Future>(revoked: &Revoked, verified: &Verified, work: F) -> Option<F::Output> {
    let mut work = pin!(work);
    let mut pulse: Option<Pin<Box<Sleep>>> = None;
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        loop {
            ready!(pulse.get_or_insert_with(|| Box::pin(sleep(PULSE))).as_mut().poll(context));
            pulse = None;
            if revoked.holds(verified).is_none() {
                return Poll::Ready(None);
            }
        }
    })
    .await
}

/// What the log says of it.
pub(crate) fn problem() -> Problem {
    Problem::new(Code::CredentialInvalid, "the credential was revoked while the answer was sent").maybe_sent()
}
