//! The one place where a problem becomes an answer, and where every answer gets the fields that its door adds.

pub(crate) mod head;
mod sign_in;

use std::fmt::Write;

use model::{Code, DoorKind, Problem};
use serde_json::{Map, Value};
use wire::fields::Name;
use wire::{Framing, ResponseHead, encode};

pub(crate) use head::AnswerHead;

use crate::content::Content;
use crate::grpc;
use crate::record::Record;
use crate::request::Request;
use crate::settings::Errors;
use crate::websocket::handshake;

/// The media type of RFC 9457.
const PROBLEM_JSON: &[u8] = b"application/problem+json";
/// Two years, as browsers' own lists ask for (RFC 6797).
const STRICT_TRANSPORT_SECURITY: &[u8] = b"max-age=63072000";

/// An answer on its way to the caller.
pub(crate) struct Answer {
    pub(crate) head: AnswerHead,
    pub(crate) body: AnswerBody,
}

/// The body of an answer.
pub(crate) enum AnswerBody {
    /// Made by the house, and whole.
    Whole(Vec<u8>),
    /// Sent piece by piece.
    Streamed(Content),
}

/// How long an answer's body is, towards the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// There is none, and no field says anything of it.
    Absent,
    /// So many bytes follow.
    Known(u64),
    /// No content follows, but the field says how long it would be (HEAD, 304).
    Announced(u64),
    /// Known only at its end.
    Unknown,
}

/// Makes the answer for a problem, and writes it into the record.
pub(crate) fn refuse(request: &Request<'_>, record: &mut Record<'_>, problem: &Problem) -> Answer {
    let errors = detail_for(request, record);
    record.fail(problem);
    let mut head = request.thread.take_answer();
    if grpc::is_call(request.head) {
        grpc::refuse(&mut head, problem, errors);
        return Answer { head: head.into(), body: AnswerBody::Whole(Vec::new()) };
    }
    head.make(problem.status());
    say(&mut head, "content-type", PROBLEM_JSON);
    // A problem is about this one request: no cache may give it to another.
    say(&mut head, "cache-control", b"no-store");
    say_challenge(&mut head, record, problem);
    if sign_in::leads_to(request, record, problem, &mut head) {
        return Answer { head: head.into(), body: AnswerBody::Whole(Vec::new()) };
    }
    if problem.code == Code::UpgradeRequired {
        // RFC 6455 §4.4: which version would be taken.
        say(&mut head, "sec-websocket-version", handshake::VERSION);
    }
    if let Some(allow) = &problem.allow {
        say(&mut head, "allow", allow.as_bytes());
    }
    if let Some(seconds) = problem.retry_after_seconds {
        say(&mut head, "retry-after", seconds.to_string().as_bytes());
    }
    Answer { head: head.into(), body: AnswerBody::Whole(problem_json(record, problem, errors)) }
}

/// What the caller's credential lacks, where it is that.
fn say_challenge(head: &mut ResponseHead, record: &Record<'_>, problem: &Problem) {
    let resource = record.operation_settings().and_then(|operation| operation.resource.as_deref());
    for challenge in auth::challenges(problem, resource) {
        say(head, "www-authenticate", challenge.as_bytes());
    }
    let Some(told) = &problem.challenge else { return };
    if let Some(nonce) = &told.nonce {
        say(head, "dpop-nonce", nonce.as_bytes());
    }
    if told.ends_session {
        say(head, "set-cookie", sign_in::NO_SESSION);
    }
}

/// How much callers are told of a problem.
pub(crate) fn detail_for(request: &Request<'_>, record: &Record<'_>) -> Errors {
    record.operation_settings().map_or(request.door.errors, |operation| operation.errors)
}

/// Adds a field of the house's own making.
pub(crate) fn say(head: &mut ResponseHead, name: &str, value: &[u8]) {
    let said = head.push(name, value);
    debug_assert!(said.is_ok(), "the house writes only fields that it would read");
}

fn problem_json(record: &Record<'_>, problem: &Problem, errors: Errors) -> Vec<u8> {
    let mut members = Map::new();
    let mut say = |name: &str, value: Value| members.insert(name.to_owned(), value);
    say("type", problem.code.type_uri().into());
    say("title", problem.code.title().into());
    say("status", problem.status().into());
    say("code", problem.code.as_str().into());
    if errors == Errors::Detailed {
        say("detail", problem.detail.as_ref().into());
        say("stage", record.stage().as_str().into());
    }
    say("id", record.id.to_string().into());
    let mut body = Value::Object(members).to_string();
    body.push('\n');
    body.into_bytes()
}

impl Answer {
    /// How the body is framed for the caller.
    pub(crate) fn length(&self, request: &Request<'_>) -> Length {
        let without_content = request.head.method() == wire::Method::Head;
        let nothing_follows = match &self.body {
            AnswerBody::Whole(body) => body.is_empty(),
            AnswerBody::Streamed(_) => self.head.framing() == Framing::Length(0),
        };
        if nothing_follows && grpc::is_trailers_only(&self.head) {
            return Length::Absent;
        }
        match &self.body {
            AnswerBody::Whole(body) if without_content => Length::Announced(body.len() as u64),
            AnswerBody::Whole(body) => Length::Known(body.len() as u64),
            AnswerBody::Streamed(Content::Kept(_)) if matches!(self.head.status(), 204 | 304) => Length::Absent,
            AnswerBody::Streamed(Content::Kept(kept)) if without_content => Length::Announced(kept.len() as u64),
            AnswerBody::Streamed(Content::Kept(kept)) => Length::Known(kept.len() as u64),
            AnswerBody::Streamed(_) => match self.head.framing() {
                Framing::Length(length) => Length::Known(length),
                Framing::Chunked | Framing::UntilClose | Framing::Stream => Length::Unknown,
                Framing::None => self.announced_length(),
            },
        }
    }

    /// The length that an answer without content speaks of; its head was parsed strictly.
    fn announced_length(&self) -> Length {
        let mut fields = self.head.fields().end_to_end();
        let field = fields.find(|field| field.known == Name::ContentLength);
        let text = field.and_then(|field| std::str::from_utf8(field.value).ok());
        text.and_then(|text| text.parse().ok()).map_or(Length::Absent, Length::Announced)
    }

    /// Calls `write` with every field that goes to the caller, apart from those of framing and connection.
    pub(crate) fn each_field(
        &self,
        request: &Request<'_>,
        record: &Record<'_>,
        mut write: impl FnMut(Name, &str, &[u8]),
    ) {
        self.head.each_field(&mut write);
        self.each_added(request, record, write);
    }

    /// Calls `write` with each field that the house adds to those of the head.
    pub(crate) fn each_added(
        &self,
        request: &Request<'_>,
        record: &Record<'_>,
        mut write: impl FnMut(Name, &str, &[u8]),
    ) {
        let fields = self.head.fields();
        write(Name::RequestId, "x-request-id", &record.id_text);
        if fields.count(Name::Date) == 0 {
            request.thread.with_date(|date| write(Name::Date, "date", date));
        }
        let operation =
            record.operation.and_then(|id| request.snapshot.configuration.settings.operations.get(id.0 as usize));
        if let Some(cors) = operation.and_then(|operation| operation.cors.as_ref()) {
            cors.each_field(request.head.fields(), fields, &mut write);
        }
        if let Some(ending) = operation.and_then(|operation| operation.ending.as_ref()) {
            ending.each_field(fields, |name, value| write(Name::Other, name, value));
        }
        self.each_security_field(request, record, write);
    }

    /// The safe defaults of the door's kind, where the service said nothing itself.
    fn each_security_field(
        &self,
        request: &Request<'_>,
        record: &Record<'_>,
        mut write: impl FnMut(Name, &str, &[u8]),
    ) {
        let fields = self.head.fields();
        let mut default = |known: Name, value: &[u8]| {
            if fields.count(known) == 0 {
                write(known, known.as_str(), value);
            }
        };
        default(Name::XContentTypeOptions, b"nosniff");
        if request.door.door.kind == DoorKind::Client {
            default(Name::XFrameOptions, b"DENY");
            if request.peer.secure && is_public_name(request.head.host()) {
                default(Name::StrictTransportSecurity, STRICT_TRANSPORT_SECURITY);
            }
            if record.caller != model::Caller::Anonymous {
                default(Name::CacheControl, b"no-store");
            }
        }
    }
}

/// A name that browsers may remember as https-only: not an address, not of this machine.
fn is_public_name(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.') && !last.bytes().all(|byte| byte.is_ascii_digit()) && last != "localhost"
}

/// A whole answer for a connection that has no readable request, such as a redirect; HTTP/1.1 only.
pub(crate) fn redirect(location: &str) -> Vec<u8> {
    let mut out = String::with_capacity(128 + location.len());
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "HTTP/1.1 308 Permanent Redirect\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    out.into_bytes()
}

/// What a CA came for (RFC 8555 §8.3), for the same connections.
pub(crate) fn proof(key_authorization: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    encode::status_line(&mut out, 200);
    encode::field(&mut out, "content-type", b"application/octet-stream");
    encode::field_u64(&mut out, "content-length", key_authorization.len() as u64);
    encode::field(&mut out, "connection", b"close");
    encode::end_of_head(&mut out);
    out.extend_from_slice(key_authorization.as_bytes());
    out
}

/// A refusal without a body, for the same connections.
pub(crate) fn bare(code: Code) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    encode::status_line(&mut out, code.status());
    encode::field_u64(&mut out, "content-length", 0);
    encode::field(&mut out, "connection", b"close");
    encode::end_of_head(&mut out);
    out
}
