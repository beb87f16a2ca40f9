//! Waiting for an answer that somebody else asked the service for.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Instant;

use cache::{Awaited, Crowd, Waiting};
use model::Problem;
use observe::CacheUse;
use policy::Permit;
use upstream::Alarm;

use super::{Looked, look_into};
use crate::record::Record;
use crate::request::Request;
use crate::settings::OperationSettings;

/// So often somebody waits anew because the one who asked went away; then it asks for itself.
const ROUNDS: usize = 4;

/// Waits, at most until the alarm would ring, and looks again.
pub(crate) async fn wait<'a>(
    request: &Request<'a>,
    record: &mut Record<'_>,
    operation: &OperationSettings,
    permit: &Permit,
    mut waiting: Waiting,
    alarm: &mut Alarm,
) -> Result<Looked<'a>, Problem> {
    let Some(store) = request.snapshot.configuration.stores.of(permit.operation()) else {
        return Ok(Looked::Ask(None));
    };
    let until = alarm.deadline();
    for round in 0..ROUNDS {
        let awaited = awaited(&mut waiting, alarm, until).await;
        alarm.set(until);
        let crowd = if round + 1 < ROUNDS { Crowd::after(awaited) } else { Crowd::Leave };
        match look_into((store, crowd), request, record, operation, permit)? {
            Looked::Wait(next) => waiting = next,
            Looked::Found(answer) => {
                if awaited == Awaited::Ended {
                    record.used_cache(CacheUse::Joined);
                }
                return Ok(Looked::Found(answer));
            }
            looked => return Ok(looked),
        }
    }
    Ok(Looked::Ask(None))
}

/// Ready at the deadline too: the service is asked then, and the caller hears that there was no time left.
async fn awaited(waiting: &mut Waiting, alarm: &mut Alarm, until: Option<Instant>) -> Awaited {
    poll_fn(|context| {
        loop {
            let now = Instant::now();
            if let Poll::Ready(awaited) = waiting.poll(context, now) {
                return Poll::Ready(awaited);
            }
            if until.is_some_and(|until| now >= until) {
                return Poll::Ready(Awaited::Ended);
            }
            let next = Waiting::until(now);
            alarm.set(Some(until.map_or(next, |until| until.min(next))));
            if alarm.poll_ring(context).is_pending() {
                return Poll::Pending;
            }
        }
    })
    .await
}
