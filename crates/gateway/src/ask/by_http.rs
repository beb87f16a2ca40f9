//! Asked by HTTP: a `GET` without a body, with the fields that other gateways use for it; the status is the answer.

use model::Problem;
use upstream::{Alarm, Deadline, Outgoing, Routing};
use wire::{Method, encode};

use super::Asking;

/// Content of its answer that is read, so that the connection can be used again. Nobody looks at it.
const CONTENT_AT_MOST: usize = 16 * 1024;

/// As [`super::admit`]: 2xx is a yes, 4xx a no.
pub(super) async fn admit(asking: &Asking<'_>, alarm: &mut Alarm) -> Result<(), Problem> {
    let request = asking.request;
    let question = Outgoing {
        head: question(asking),
        method: Method::Get,
        body: None,
        upgrade: false,
        trailers: false,
        deadline: Some(Deadline::Plain(asking.until)),
        answer: request.thread.take_answer(),
        route: Routing { attempts: 1, ..Routing::default() },
    };
    let mut answer = match request.snapshot.upstreams.ask(asking.asked.service, question, alarm).await {
        Ok(answer) => answer,
        Err(error) => return Err(asking.unavailable("gave no answer").because(error)),
    };
    let status = answer.head.status();
    let read = alarm.guard(super::read(&mut answer.body, CONTENT_AT_MOST, |_| {})).await;
    request.thread.give_answer(answer.head);
    if !matches!(read, Ok(Ok(_))) {
        // INVARIANT: an answer that breaks off while it is read is none, whatever its head said.
        return Err(asking.unavailable("did not end its answer"));
    }
    match status {
        200..=299 => Ok(()),
        400..=499 => Err(asking.refused(i32::from(status))),
        _ => Err(asking.unavailable(&format!("answered {status}, which is neither yes nor no"))),
    }
}

/// The request line and fields of the question.
fn question(asking: &Asking<'_>) -> Vec<u8> {
    let Asking { request, record, asked, .. } = asking;
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
    encode::field(&mut out, "vestibule-door", request.door.door.name.as_bytes());
    encode::field(&mut out, "vestibule-operation", asking.operation().as_bytes());
    encode::field(&mut out, "vestibule-caller", asking.caller().as_bytes());
    for (name, value) in asking.told() {
        encode::field(&mut out, name, value);
    }
    encode::end_of_head(&mut out);
    out
}
