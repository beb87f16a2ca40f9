//! One more stage for an API that says so: another service is asked whether a request may go on.
//!
//! It can only narrow. It is asked after the policy has given its permit, its yes
//! adds nothing to the request, and everything but a yes refuses: a no, an answer
//! that is neither, silence, and nobody there.
//!
//! What it is told is written by this house; of the caller's own fields it gets
//! those that the file names, and of the body nothing.

mod by_http;
mod ext_authz;

use std::future::poll_fn;
use std::task::{Poll, ready};
use std::time::Instant;

use model::{Code, Problem};
use upstream::{Alarm, UpstreamError};

use crate::forward::is_ours;
use crate::record::Record;
use crate::request::Request;
use crate::settings::{AskProtocol, AskSettings, OperationSettings};

/// A request that somebody is asked about.
struct Asking<'a> {
    request: &'a Request<'a>,
    record: &'a Record<'a>,
    operation: &'a OperationSettings,
    asked: &'a AskSettings,
    /// By when the answer has to be there.
    until: Instant,
}

/// Lets a request pass that the service says yes to.
///
/// # Errors
/// `authorization-refused`: it said no. `authorization-unavailable`: it said nothing in time, or nothing clear.
pub(crate) async fn admit(
    request: &Request<'_>,
    record: &Record<'_>,
    operation: &OperationSettings,
    asked: &AskSettings,
    alarm: &mut Alarm,
) -> Result<(), Problem> {
    let until = (Instant::now() + asked.deadline).min(record.started() + operation.deadline);
    let until = request.peer.at_most_until(until);
    alarm.set(Some(until));
    let asking = Asking { request, record, operation, asked, until };
    match asked.protocol {
        AskProtocol::Http => by_http::admit(&asking, alarm).await,
        AskProtocol::ExtAuthz => ext_authz::admit(&asking, alarm).await,
    }
}

impl<'a> Asking<'a> {
    fn unavailable(&self, what: &str) -> Problem {
        let AskSettings { name, place, .. } = self.asked;
        Problem::new(Code::AuthorizationUnavailable, format!("`{name}` {what} ({place})"))
    }

    fn refused(&self, status: i32) -> Problem {
        let AskSettings { name, place, .. } = self.asked;
        Problem::new(Code::AuthorizationRefused, format!("`{name}` answered {status} ({place})"))
    }

    /// The operation as the log writes it: `orders.list`.
    fn operation(&self) -> String {
        format!("{}.{}", self.operation.api, self.operation.name)
    }

    /// As the log writes a caller: `anonymous`, `key:till`, `workload:orders`.
    fn caller(&self) -> String {
        let caller = &self.record.caller;
        match caller.name() {
            "" => caller.kind().to_owned(),
            name => format!("{}:{name}", caller.kind()),
        }
    }

    /// The caller's fields that the file names. A key of ours is between the caller and this house, whoever is asked.
    fn told(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        let fields = self.request.head.fields();
        let named = self.asked.headers.iter().map(|name| &**name).filter(|name| !self.is_key(name));
        named.flat_map(|name| {
            fields.end_to_end().filter(move |field| field.name == name).map(move |field| (name, field.value))
        })
    }

    /// Whether a field would hold the key that this house knows the caller by.
    fn is_key(&self, name: &str) -> bool {
        match name {
            "authorization" | "x-api-key" | "dpop" => is_ours(&self.record.caller),
            // With a session's cookie whoever is asked could be its person.
            "cookie" => self.record.caller.is_revocable(),
            _ => false,
        }
    }
}

/// Reads what is left of an answer, and no more than this; what is more is not read.
async fn read(body: &mut upstream::Body, at_most: usize, mut take: impl FnMut(&[u8])) -> Result<Read, UpstreamError> {
    let mut left = at_most;
    poll_fn(|context| {
        loop {
            match ready!(body.poll_ready(context)) {
                Ok(true) => {
                    let count = body.content().len();
                    let Some(rest) = left.checked_sub(count) else { return Poll::Ready(Ok(Read::Begun)) };
                    left = rest;
                    take(body.content());
                    body.consume(count);
                }
                Ok(false) => return Poll::Ready(Ok(Read::Whole)),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    })
    .await
}

/// How much of an answer was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    /// All of it.
    Whole,
    /// Its beginning: it is longer than anybody waits for.
    Begun,
}
