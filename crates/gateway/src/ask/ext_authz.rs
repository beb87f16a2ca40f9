//! Asked by Envoy's `ext_authz`: one call of gRPC with what is known of the request; a status in the message is the answer.
//!
//! The protocol lets a yes change the request: fields and parameters of the query may be set and taken away. This
//! house does not change requests for anybody. What would be added is left out, as what an answer by HTTP says besides
//! is. INVARIANT: a yes to a request that this one is not is no yes to this one, so what would replace or take away
//! what goes on to the service refuses.

use std::str;
use std::task::{Context, Poll};

use model::{Code, Problem};
use upstream::{Alarm, Answer, Deadline, Outgoing, RequestBody, Routing, UploadFraming, UpstreamError};
use wire::ext_authz::{self, Changes, Question, Verdict};
use wire::fields::{Fields, Name};
use wire::{Framing, Method, encode, grpc};

use super::{Asking, Read};
use crate::forward::{self, trusted};

/// The longest content of an answer.
const CONTENT_AT_MOST: usize = 64 * 1024;
/// Where gRPC says how a call ended.
const STATUS: &str = "grpc-status";
/// What the house or the connection says of every request, beside what `is_rewritten` knows.
const OWN: [&str; 3] = ["vestibule-deadline-ms", "grpc-timeout", "keep-alive"];

/// As [`super::admit`]: a `CheckResponse` whose status is 0 is a yes, and with another a no.
pub(super) async fn admit(asking: &Asking<'_>, alarm: &mut Alarm) -> Result<(), Problem> {
    let content = question(asking)?;
    let mut answer = match ask(asking, content.clone(), alarm).await {
        // A connection that had waited was dead, or ended just now: what was not answered may be asked once more.
        Err(UpstreamError::Refused | UpstreamError::Silent | UpstreamError::Broken(_)) => {
            alarm.set(Some(asking.until));
            ask(asking, content, alarm).await
        }
        asked => asked,
    }
    .map_err(|error| asking.unavailable("gave no answer").because(error))?;
    let verdict = read(&mut answer, alarm).await;
    asking.request.thread.give_answer(answer.head);
    match verdict.map_err(|what| asking.unavailable(&what))? {
        Verdict::No(code) => Err(asking.refused(code)),
        Verdict::Yes(changes) => match changed(asking, &changes) {
            None => Ok(()),
            Some(what) => Err(asking.unavailable(&format!("says yes to a request with another {what}"))),
        },
    }
}

/// The content of the call.
fn question(asking: &Asking<'_>) -> Result<Vec<u8>, Problem> {
    let Asking { request, record, .. } = asking;
    let (head, peer) = (request.head, request.peer);
    let (id, trace) = (record.id.to_ascii(), record.trace.to_traceparent());
    let (id, trace) = (str::from_utf8(&id).unwrap_or_default(), str::from_utf8(&trace).unwrap_or_default());
    let scheme = if peer.secure { "https" } else { "http" };
    let address = peer.address.ip().to_canonical().to_string();
    let mut fields = vec![
        ("x-forwarded-for", &*address),
        ("x-forwarded-proto", scheme),
        ("x-request-id", id),
        ("traceparent", trace),
    ];
    for (name, value) in asking.told() {
        // The protocol has text only. Half of what was said would be a question about another request.
        let value = str::from_utf8(value)
            .map_err(|_| Problem::new(Code::MalformedRequest, format!("`{name}` is not UTF-8, as it must be here")))?;
        fields.push((name, value));
    }
    let workload = peer.workload.as_ref().ok().and_then(Option::as_ref);
    let destination = if let [only] = request.door.listen.as_slice() { Some(*only) } else { None };
    let (operation, caller) = (asking.operation(), asking.caller());
    let context = [
        ("vestibule-door", &*request.door.door.name),
        ("vestibule-operation", &*operation),
        ("vestibule-caller", &*caller),
    ];
    let question = Question {
        id,
        at: record.at(),
        method: head.method_str(),
        path: head.path_and_query(),
        host: head.authority(),
        scheme,
        protocol: request.protocol,
        size: match head.framing() {
            Framing::None => Some(0),
            Framing::Length(length) => Some(length),
            Framing::Chunked | Framing::Stream | Framing::UntilClose => None,
        },
        fields,
        source: peer.address,
        principal: workload.map(|workload| workload.id.as_ref().map_or(&*workload.name, |id| id.as_str())),
        destination,
        context: &context,
    };
    Ok(question.write())
}

async fn ask(asking: &Asking<'_>, content: Vec<u8>, alarm: &mut Alarm) -> Result<Answer, UpstreamError> {
    let Asking { request, record, asked, .. } = asking;
    let mut head = request.thread.take_buffer();
    encode::request_line(&mut head, "POST", &asked.target);
    encode::field(&mut head, "host", asked.authority.as_bytes());
    encode::field(&mut head, "content-type", b"application/grpc");
    encode::field(&mut head, "x-request-id", &record.id.to_ascii());
    encode::field(&mut head, "traceparent", &record.trace.to_traceparent());
    encode::field(&mut head, "transfer-encoding", b"chunked");
    encode::end_of_head(&mut head);
    let question = Outgoing {
        head,
        method: Method::Post,
        body: Some((Box::new(Content { bytes: content, passed: 0 }), UploadFraming::Chunked)),
        upgrade: false,
        trailers: true,
        deadline: Some(Deadline::Grpc(asking.until)),
        answer: request.thread.take_answer(),
        route: Routing { attempts: 1, ..Routing::default() },
    };
    request.snapshot.upstreams.ask(asked.service, question, alarm).await
}

/// What an answer says, or why it is none.
async fn read(answer: &mut Answer, alarm: &mut Alarm) -> Result<Verdict, String> {
    let status = answer.head.status();
    let content_type = answer.head.fields().get(Name::ContentType);
    if status != 200 || !content_type.is_some_and(grpc::is_media_type) {
        return Err(format!("answered {status} and no call of gRPC"));
    }
    let mut content = Vec::new();
    let reading = super::read(&mut answer.body, CONTENT_AT_MOST, |piece| content.extend_from_slice(piece));
    match alarm.guard(reading).await {
        Ok(Ok(Read::Whole)) => {}
        Ok(Ok(Read::Begun)) => return Err(format!("answered more than {CONTENT_AT_MOST} bytes")),
        // INVARIANT: an answer that breaks off while it is read is none, whatever came before.
        Ok(Err(_)) | Err(_) => return Err("did not end its answer".to_owned()),
    }
    // A call that has nothing to say ends with its head ("Trailers-Only").
    let only_head = || content.is_empty().then(|| ended(answer.head.fields())).flatten();
    match answer.body.trailers().map_or_else(only_head, ended) {
        Some(0) => ext_authz::read(&content).map_err(|error| format!("gave an answer that is {error}")),
        Some(code) => Err(format!("ended the call with status {code}")),
        None => Err("did not say how the call ended".to_owned()),
    }
}

/// The one status of a call.
fn ended(fields: &Fields) -> Option<u32> {
    let mut said = fields.iter().filter(|field| field.name == STATUS);
    let (first, second) = (said.next()?, said.next());
    second.is_none().then(|| str::from_utf8(first.value).ok()?.parse().ok()).flatten()
}

/// The first thing of the request that a yes was not for.
fn changed<'c>(asking: &Asking<'_>, changes: &'c Changes) -> Option<&'c str> {
    if changes.query {
        return Some("query");
    }
    changes.fields.iter().find(|name| goes_on(asking, name)).map(String::as_str)
}

/// Whether the request has a field of this name when it goes on to the service.
fn goes_on(asking: &Asking<'_>, name: &str) -> bool {
    match Name::of(name.as_bytes()) {
        _ if asking.is_key(name) => false,
        // The caller's own is dropped, and nobody writes another.
        Name::Other if trusted::is_believed(name) => false,
        // As the house writes them, or what they are in HTTP/2.
        Name::Other if OWN.contains(&name) || name.starts_with(':') => true,
        Name::Host | Name::ContentLength | Name::TransferEncoding | Name::Connection | Name::Te | Name::Upgrade => true,
        known if forward::is_rewritten(known, name) => true,
        // A dash and an underscore are one to some services (RFC 3875 §4.1.18).
        _ => asking.request.head.fields().end_to_end().any(|field| is_alike(field.name, name)),
    }
}

fn is_alike(one: &str, other: &str) -> bool {
    let plain = |octet| if octet == b'_' { b'-' } else { octet };
    one.len() == other.len() && one.bytes().map(plain).eq(other.bytes().map(plain))
}

/// The content of the call, on its way.
struct Content {
    bytes: Vec<u8>,
    passed: usize,
}

impl RequestBody for Content {
    fn poll_append(&mut self, _: &mut Context<'_>, out: &mut Vec<u8>, room: usize) -> Poll<Result<usize, Problem>> {
        let rest = self.bytes.get(self.passed..).unwrap_or_default();
        let piece = rest.get(..room).unwrap_or(rest);
        out.extend_from_slice(piece);
        self.passed += piece.len();
        Poll::Ready(Ok(piece.len()))
    }

    fn trailers(&mut self) -> Option<Fields> {
        None
    }
}
