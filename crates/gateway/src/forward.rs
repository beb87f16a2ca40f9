//! What the service sees of a request, and what the caller sees of the service's answer: the fields that are dropped, rebuilt and added.
//!
//! Forwarding fields are rebuilt from what this house knows itself; what a caller wrote into them is dropped.
//! Hop-by-hop fields and those that `Connection` names stay on their hop (RFC 9110 §7.6.1).

mod routing;
pub(crate) mod trusted;

use cache::Condition;
use model::{Caller, Code, Problem};
use upstream::{Deadline, Outgoing, UploadFraming};
use wire::fields::{Field, Name};
use wire::{Framing, Method, RequestHead, Version, encode};

use crate::answer::{Answer, AnswerBody};
use crate::assertion;
use crate::compress;
use crate::content::Content;
use crate::grpc;
use crate::record::Record;
use crate::request::{Incoming, Request};
use crate::settings::{OperationSettings, UpstreamErrors};
use crate::websocket::handshake;

/// The name that this house goes by in `Via` (RFC 9110 §7.6.3).
const VIA: &[u8] = b"1.1 vestibule";
const VIA_HTTP2: &[u8] = b"2 vestibule";

/// The request as the service gets it.
///
/// # Errors
/// The service is to be told who called, and that cannot be signed.
pub(crate) fn toward_service(
    request: &Request<'_>,
    record: &Record<'_>,
    operation: &OperationSettings,
    body: Option<Box<dyn Incoming>>,
    deadline: Option<Deadline>,
    condition: Option<Condition<'_>>,
) -> Result<Outgoing, Problem> {
    let head = request.head;
    let mut out = request.thread.take_buffer();
    write_request_line(&mut out, head, &operation.prefix);
    encode::field(&mut out, "host", head.authority().as_bytes());
    write_received(&mut out, head, &record.caller, condition.is_some(), operation);
    if let Some(condition) = condition {
        write_condition(&mut out, &condition);
    }
    write_forwarding(&mut out, request);
    write_assertion(&mut out, request, record, operation)?;
    encode::field(&mut out, "x-request-id", &record.id_text);
    write_trace(&mut out, head, record);
    if operation.websocket {
        encode::field(&mut out, "connection", b"upgrade");
        encode::field(&mut out, "upgrade", handshake::PROTOCOL);
    }
    let framing = write_framing(&mut out, head, body.is_some());
    encode::end_of_head(&mut out);
    let body = body.zip(framing).map(|(body, framing)| (body as Box<dyn upstream::RequestBody>, framing));
    let route = routing::route(request, record, operation);
    Ok(Outgoing {
        head: out,
        method: head.method(),
        body,
        upgrade: operation.websocket,
        trailers: takes_trailers(head),
        deadline,
        answer: request.thread.take_answer(),
        route,
    })
}

/// Whether the caller says that it takes trailers (RFC 9110 §10.1.4); over HTTP/1.1 the word is for one hop, and this
/// house carries trailers on.
fn takes_trailers(head: &RequestHead) -> bool {
    let mut words = head.fields().all(Name::Te).flat_map(|value| value.split(|octet| *octet == b','));
    words.any(|word| word.trim_ascii().eq_ignore_ascii_case(b"trailers"))
}

/// The request line with the target as the service has it: without the API's own path, and still beginning with `/`.
pub(crate) fn write_request_line(out: &mut Vec<u8>, head: &RequestHead, prefix: &str) {
    let target = below(head.path_and_query(), prefix);
    if target.starts_with('/') {
        encode::request_line(out, head.method_str(), target);
    } else {
        encode::request_line(out, head.method_str(), &format!("/{target}"));
    }
}

/// What is left of a target after as many segments as the prefix has; routing has matched those already.
pub(crate) fn below<'a>(target: &'a str, prefix: &str) -> &'a str {
    let mut rest = target;
    for _ in prefix.bytes().filter(|byte| *byte == b'/') {
        let end = rest.bytes().skip(1).position(|byte| matches!(byte, b'/' | b'?')).map_or(rest.len(), |at| at + 1);
        rest = rest.get(end..).unwrap_or_default();
    }
    rest
}

fn write_received(
    out: &mut Vec<u8>,
    head: &RequestHead,
    caller: &Caller,
    validates: bool,
    operation: &OperationSettings,
) {
    let is_call = grpc::is_call(head);
    for Field { name, known, value, .. } in head.fields().end_to_end() {
        match known {
            Name::Host | Name::ContentLength | Name::Expect => {}
            _ if is_rewritten(known, name) => {}
            // What is left of it is told instead.
            Name::Other if is_call && name == grpc::TIMEOUT => {}
            // What the caller has is compared with the answer to the question of the store.
            Name::IfNoneMatch | Name::IfModifiedSince | Name::IfRange | Name::Range if validates => {}
            // A key is between the caller and this house; the service has no use for it.
            Name::Authorization | Name::XApiKey | Name::Dpop if is_ours(caller) => {}
            Name::Cookie => write_cookies(out, name, value),
            Name::IfMatch | Name::IfNoneMatch if !operation.compress.is_empty() => {
                compress::write_condition(out, name, value);
            }
            _ => encode::field(out, name, value),
        }
    }
}

/// Whether the caller is known by what it showed in a field, so that this field is between it and this house.
pub(crate) const fn is_ours(caller: &Caller) -> bool {
    matches!(caller, Caller::Key(_) | Caller::User(_) | Caller::App(_))
}

/// The cookies of a request without those of this house: with them a service could be whoever sent them.
fn write_cookies(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    let is_own = |cookie: &&[u8]| auth::is_own_cookie(cookie);
    if !value.split(|octet| *octet == b';').any(|cookie| is_own(&cookie)) {
        return encode::field(out, name, value);
    }
    let others: Vec<&[u8]> = value.split(|octet| *octet == b';').filter(|cookie| !is_own(cookie)).collect();
    if !others.is_empty() {
        encode::field(out, name, others.join(&b';').trim_ascii());
    }
}

/// What a store asks the service with (RFC 9111 §4.3.1).
fn write_condition(out: &mut Vec<u8>, condition: &Condition<'_>) {
    if let Some(etag) = condition.etag {
        encode::field(out, "if-none-match", etag);
    }
    if let Some(last_modified) = condition.last_modified {
        encode::field(out, "if-modified-since", last_modified);
    }
}

/// Whether a field is not passed on as the caller wrote it: the house says it itself, or nobody does.
#[inline]
pub(crate) fn is_rewritten(known: Name, name: &str) -> bool {
    match known {
        Name::Forwarded
        | Name::XForwardedFor
        | Name::XForwardedHost
        | Name::XForwardedProto
        | Name::XForwardedPort
        | Name::XRealIp
        | Name::RequestId
        | Name::Traceparent
        | Name::Tracestate
        | Name::VestibuleCsrf
        | Name::VestibuleIdentity
        | Name::Via => true,
        Name::Other => trusted::is_believed(name),
        _ => false,
    }
}

/// Who called, signed, where the service is told and there is somebody.
fn write_assertion(
    out: &mut Vec<u8>,
    request: &Request<'_>,
    record: &Record<'_>,
    operation: &OperationSettings,
) -> Result<(), Problem> {
    let (Some(audience), false) = (&operation.audience, record.caller == Caller::Anonymous) else { return Ok(()) };
    let assertions = &request.snapshot.configuration.settings.assertions;
    let mut asserted = request.thread.asserted.borrow_mut();
    if let Some(text) = asserted.of(&record.caller, audience, assertions, (record.started(), record.at()))? {
        encode::field(out, assertion::FIELD, text);
    }
    Ok(())
}

fn write_forwarding(out: &mut Vec<u8>, request: &Request<'_>) {
    encode::lines(out, &request.peer.forwarding);
    encode::field(out, "x-forwarded-host", request.head.authority().as_bytes());
    encode::field(out, "via", if request.head.version() == Version::Http2 { VIA_HTTP2 } else { VIA });
}

/// The caller's trace goes on, or a new one begins; our own span is the parent (W3C Trace Context §3).
fn write_trace(out: &mut Vec<u8>, head: &RequestHead, record: &Record<'_>) {
    encode::field(out, "traceparent", &record.trace.to_traceparent());
    if record.continues {
        for value in head.fields().all(Name::Tracestate) {
            encode::field(out, "tracestate", value);
        }
    }
}

/// The length that a service is told before the body. `None` where trailers may follow: HTTP/1.1 carries them behind
/// chunks only (RFC 9112 §7.1.2), and HTTP/2 behind any body (RFC 9113 §8.1).
pub(crate) fn told_length(head: &RequestHead) -> Option<u64> {
    match head.framing() {
        Framing::Length(1..) if head.version() == Version::Http2 && head.fields().count(Name::Trailer) > 0 => None,
        Framing::Length(length @ 1..) => Some(length),
        // Nothing is left to hold back until the trailers are known.
        Framing::Length(0) | Framing::None | Framing::Chunked | Framing::Stream | Framing::UntilClose => None,
    }
}

/// The framing of the body towards the service, which every HTTP/1.1 service understands.
fn write_framing(out: &mut Vec<u8>, head: &RequestHead, has_body: bool) -> Option<UploadFraming> {
    match told_length(head) {
        Some(length) if has_body => {
            encode::field_u64(out, "content-length", length);
            Some(UploadFraming::Length(length))
        }
        None if has_body => {
            encode::field(out, "transfer-encoding", b"chunked");
            Some(UploadFraming::Chunked)
        }
        // RFC 9110 §8.6: where a method usually has content, its absence is said.
        _ => {
            if matches!(head.method(), Method::Post | Method::Put | Method::Patch) {
                encode::field_u64(out, "content-length", 0);
            }
            None
        }
    }
}

/// Whether an answer may take longer than the deadline, for as long as it is not silent: the operation says so, or it
/// is a stream of events (WHATWG HTML §9.2), which has no end of its own.
pub(crate) fn is_stream(operation: &OperationSettings, answer: &upstream::Answer) -> bool {
    operation.streams.answer || answer.head.fields().get(Name::ContentType).is_some_and(is_event_stream)
}

fn is_event_stream(media_type: &[u8]) -> bool {
    const EVENT_STREAM: &[u8] = b"text/event-stream";
    let essence = media_type.split(|octet| *octet == b';').next().unwrap_or_default();
    essence.trim_ascii_end().eq_ignore_ascii_case(EVENT_STREAM)
}

/// The service's answer as the caller may see it.
pub(crate) fn toward_caller(
    request: &Request<'_>,
    operation: &OperationSettings,
    answer: upstream::Answer,
) -> Result<Answer, Problem> {
    let status = answer.head.status();
    if status >= 500 && operation.upstream_errors == UpstreamErrors::Replace {
        request.thread.give_answer(answer.head);
        return Err(Problem::new(Code::UpstreamFailed, format!("the service answered {status}")).maybe_sent());
    }
    if grpc::hides_faults(request.head, operation)
        && let Some(problem) = grpc::fault(answer.head.fields())
    {
        request.thread.give_answer(answer.head);
        return Err(problem);
    }
    if answer.head.is_upgrade() {
        handshake::confirm(request.head, &answer.head)?;
    }
    Ok(Answer { head: answer.head.into(), body: AnswerBody::Streamed(Content::Service(answer.body)) })
}

#[cfg(test)]
mod tests;
