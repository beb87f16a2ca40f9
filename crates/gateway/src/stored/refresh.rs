//! Asking a service anew behind the back of a caller who got what is stale (RFC 5861 §3).
//!
//! The permit is the caller's own, which it did not use: its answer was stored. One asks for an address at a time, and
//! has the time that the operation gives to a caller; a reload or the end of the thread ends it. It has no line in the
//! access log, because nobody called.

use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use cache::{Asked, Keeping, Moment, Pending, Settled, Store};
use model::Caller;
use policy::Permit;
use tokio::task::spawn_local;
use upstream::{Alarm, Outgoing};
use wire::RequestHead;

use crate::answer::head;
use crate::content::{Content, Copied};
use crate::forward;
use crate::record::Record;
use crate::request::Request;
use crate::settings::OperationSettings;
use crate::snapshot::Snapshot;

/// What is needed to ask once the caller has gone.
struct Refresh {
    snapshot: Rc<Snapshot>,
    store: Arc<Store>,
    pending: Pending,
    permit: Permit,
    outgoing: Outgoing,
    head: RequestHead,
    operation: Arc<str>,
    known: bool,
    until: Instant,
}

/// Begins to ask. Dropped instead, `pending` leaves it to the next caller.
pub(crate) fn begin(
    request: &Request<'_>,
    record: &mut Record<'_>,
    operation: &OperationSettings,
    permit: Permit,
    pending: Pending,
) {
    let snapshot = request.thread.snapshot();
    let store = request.snapshot.configuration.stores.of(permit.operation()).cloned();
    // Once another configuration is there, it is for the requests of that one to ask.
    let Some(store) = store.filter(|_| std::ptr::eq(&raw const *snapshot, request.snapshot)) else { return };
    if let Some(service) = permit.service() {
        record.forward(service);
    }
    // Dropped, `pending` leaves it to the next caller, who hears of the problem.
    let Ok(outgoing) = forward::toward_service(request, record, operation, None, None, pending.condition()) else {
        return;
    };
    let refresh = Refresh {
        snapshot,
        store,
        pending,
        permit,
        outgoing,
        head: request.head.clone(),
        operation: Arc::clone(&operation.name),
        known: record.caller != Caller::Anonymous,
        until: Instant::now() + operation.deadline,
    };
    spawn_local(refresh.run());
}

impl Refresh {
    async fn run(mut self) {
        let mut alarm = Alarm::new();
        alarm.set(Some(self.until));
        let answer = self.snapshot.upstreams.call(self.permit, self.outgoing, &mut alarm).await;
        let Ok(answer) = answer else { return self.pending.failed() };
        if answer.head.status() >= 500 {
            return self.pending.failed();
        }
        let asked = Asked {
            head: &self.head,
            operation: &self.operation,
            known: self.known,
            rewritten: forward::is_rewritten,
            write: head::write,
        };
        let moment = Moment { now: Instant::now(), wall: SystemTime::now() };
        let validated = self.pending.condition().is_some();
        if let Settled::Keep(keeping) = self.pending.settle(&self.store, &asked, validated, &answer.head, &moment) {
            keep(answer, *keeping, self.store, &mut alarm).await;
        }
    }
}

/// Reads the answer to its end for the store alone.
async fn keep(answer: upstream::Answer, keeping: Keeping, store: Arc<Store>, alarm: &mut Alarm) {
    let empty = !answer.head.framing().has_body();
    let mut content = Content::Copied(Box::new(Copied::new(answer.body, empty, keeping, store)));
    if empty {
        return;
    }
    let read = async {
        while let Ok(true) = poll_fn(|context| content.poll_ready(context)).await {
            let count = content.piece().len();
            content.consume(count);
        }
    };
    // In time or not: what did not come to its end is not kept.
    let _ = alarm.guard(read).await;
}
