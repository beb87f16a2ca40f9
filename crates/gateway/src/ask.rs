//! One more stage for an API that says so: another service is asked whether a request may go on.
//!
//! It can only narrow. It is asked after the policy has given its permit, its yes
//! adds nothing to the request, and everything but a yes refuses: a no, an answer
//! that is neither, silence, and nobody there.
//!
//! It is asked with a `GET` without a body. What it is told is written by this
//! house, in the fields that other gateways use for it; of the caller's own fields
//! it gets those that the file names.

use std::future::poll_fn;
use std::task::{Poll, ready};
use std::time::Instant;

use model::{Caller, Code, Problem};
use upstream::{Alarm, Outgoing, Routing, UpstreamError};
use wire::{Method, encode};

use crate::record::Record;
use crate::request::Request;
use crate::settings::{AskSettings, OperationSettings};

/// Content of its answer that is read, so that the connection can be used again. Nobody looks at it.
const CONTENT_AT_MOST: usize = 16 * 1024;

/// Lets a request pass that the service says yes to.
///
/// # Errors
/// `authorization-refused`: it said no (4xx). `authorization-unavailable`: it said nothing in time, or nothing clear.
pub(crate) async fn admit(
    request: &Request<'_>,
    record: &Record<'_>,
    operation: &OperationSettings,
    asked: &AskSettings,
    alarm: &mut Alarm,
) -> Result<(), Problem> {
    let until = (Instant::now() + asked.deadline).min(record.started() + operation.deadline);
    alarm.set(Some(request.peer.at_most_until(until)));
    let question = Outgoing {
        head: question(request, record, operation, asked),
        method: Method::Get,
        body: None,
        upgrade: false,
        trailers: false,
        deadline: None,
        answer: request.thread.take_answer(),
        route: Routing { attempts: 1, ..Routing::default() },
    };
    let mut answer = match request.snapshot.upstreams.ask(asked.service, question, alarm).await {
        Ok(answer) => answer,
        Err(error) => return Err(unavailable(asked, "gave no answer").because(error)),
    };
    let status = answer.head.status();
    let read = alarm.guard(read_over(&mut answer.body)).await;
    request.thread.give_answer(answer.head);
    if !matches!(read, Ok(Ok(()))) {
        // INVARIANT: an answer that breaks off while it is read is none, whatever its head said.
        return Err(unavailable(asked, "did not end its answer"));
    }
    match status {
        200..=299 => Ok(()),
        400..=499 => {
            let detail = format!("`{}` answered {status} ({})", asked.name, asked.place);
            Err(Problem::new(Code::AuthorizationRefused, detail))
        }
        _ => Err(unavailable(asked, &format!("answered {status}, which is neither yes nor no"))),
    }
}

fn unavailable(asked: &AskSettings, what: &str) -> Problem {
    Problem::new(Code::AuthorizationUnavailable, format!("`{}` {what} ({})", asked.name, asked.place))
}

/// The request line and fields of the question.
fn question(request: &Request<'_>, record: &Record<'_>, operation: &OperationSettings, asked: &AskSettings) -> Vec<u8> {
    let head = request.head;
    let mut out = request.thread.take_buffer();
    encode::request_line(&mut out, "GET", &asked.target);
    encode::field(&mut out, "host", asked.authority.as_bytes());
    encode::lines(&mut out, &request.peer.forwarding);
    encode::field(&mut out, "x-forwarded-host", head.authority().as_bytes());
    encode::field(&mut out, "x-forwarded-method", head.method_str().as_bytes());
    encode::field(&mut out, "x-forwarded-uri", head.path_and_query().as_bytes());
    encode::field(&mut out, "x-request-id", &record.id.to_ascii());
    encode::field(&mut out, "traceparent", &record.trace.to_traceparent());
    let door = &request.door.door;
    encode::field(&mut out, "vestibule-door", door.name.as_bytes());
    encode::field(&mut out, "vestibule-operation", format!("{}.{}", operation.api, operation.name).as_bytes());
    encode::field(&mut out, "vestibule-caller", caller(&record.caller).as_bytes());
    for name in &asked.headers {
        // A key of ours is between the caller and this house, whoever is asked.
        let ours = matches!(record.caller, Caller::Key(_)) && matches!(&**name, "authorization" | "x-api-key");
        for field in head.fields().end_to_end().filter(|field| !ours && field.name == &**name) {
            encode::field(&mut out, name, field.value);
        }
    }
    encode::end_of_head(&mut out);
    out
}

/// As the log writes a caller: `anonymous`, `key:till`, `workload:orders`.
fn caller(caller: &Caller) -> String {
    match caller.name() {
        "" => caller.kind().to_owned(),
        name => format!("{}:{name}", caller.kind()),
    }
}

/// Reads what is left of an answer and drops it.
async fn read_over(body: &mut upstream::Body) -> Result<(), UpstreamError> {
    let mut left = CONTENT_AT_MOST;
    poll_fn(|context| {
        loop {
            match ready!(body.poll_ready(context)) {
                Ok(true) => {
                    let count = body.content().len();
                    let Some(rest) = left.checked_sub(count) else { return Poll::Ready(Ok(())) };
                    left = rest;
                    body.consume(count);
                }
                Ok(false) => return Poll::Ready(Ok(())),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    })
    .await
}
