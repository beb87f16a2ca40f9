//! Content coding of answers on their way to a caller (RFC 9110 §8.4): what gains by it, for whom, and what has to be
//! said of it.
//!
//! Left alone: what is encoded already, parts, events, small contents, what says `no-transform`, and what carries a
//! digest of its octets. Left alone as well is the answer to a request that another site may have made a browser send
//! with a credential in it: by the length of such an answer a secret in it can be guessed (BREACH), decision 0022.
//!
//! An encoded answer is another representation: its strong entity tag becomes weak. Whoever shows the weak one in a
//! condition is understood to mean the strong one too ([`write_condition`]).

mod coded;
mod encoder;

use std::rc::Rc;

use wire::coding::{Accepted, Coding, Codings};
use wire::conditional::{EntityTag, tags};
use wire::fields::{Fields, Name};
use wire::{Framing, Method, ResponseHead, encode};

use crate::answer::{Answer, AnswerBody, say};
use crate::content::Content;
use crate::forward::is_ours;
use crate::house::FileContent;
use crate::record::Record;
use crate::request::Request;
use coded::{Counter, Place};
use encoder::Encoder;

pub(crate) use coded::{Coded, Places};

/// Smaller contents fit into a packet as they are.
const GAINS_FROM_BYTES: u64 = 1024;

/// The answer as this caller gets it.
pub(crate) fn answer(request: &Request<'_>, record: &Record<'_>, mut answer: Answer) -> Answer {
    let codings = record.operation_settings().map_or(Codings::NONE, |operation| operation.compress);
    if codings.is_empty() || is_small(&answer) {
        return answer;
    }
    if answer.head.status() == 304 {
        weaken_not_modified(request, codings, &mut answer.head);
        return answer;
    }
    if !may_gain(&answer.head) {
        return answer;
    }
    // Also where this caller gets it as it is: another one does not.
    if !varies(answer.head.fields()) {
        say(&mut answer.head, "vary", b"accept-encoding");
    }
    let accepted = Accepted::of(request.head.fields());
    let coding = accepted.best(codings.iter());
    let Some(coding) = coding.filter(|_| !may_be_made_by_others(request, record)) else { return answer };
    let AnswerBody::Streamed(content) = answer.body else { return answer };
    if request.head.method() == Method::Head {
        // How long it would be is not known; all else is said as to GET.
        let content = match content {
            Content::Kept(_) => Content::File(FileContent::none()),
            other => other,
        };
        announce(&mut answer.head, coding);
        answer.head.remove(Name::ContentLength);
        return Answer { head: answer.head, body: AnswerBody::Streamed(content) };
    }
    let content = encode(request, &accepted, codings, &mut answer.head, content);
    Answer { head: answer.head, body: AnswerBody::Streamed(content) }
}

/// The content in the coding that is wanted most of those that there is room for; as it is where there is for none.
fn encode(
    request: &Request<'_>,
    accepted: &Accepted,
    codings: Codings,
    head: &mut ResponseHead,
    content: Content,
) -> Content {
    let (observer, door) = (Rc::clone(&request.thread.observer), request.door_row());
    let Some(place) = place(&request.thread.coding_places, accepted, codings) else {
        observer.not_encoded(door);
        return content;
    };
    let length = match (&content, head.framing()) {
        (Content::Kept(kept), _) => Some(kept.len() as u64),
        (_, Framing::Length(length)) => Some(length),
        _ => None,
    };
    let coding = place.coding();
    let Ok(encoder) = Encoder::new(coding, length) else { return content };
    announce(head, coding);
    head.set_framing(Framing::Chunked);
    Content::Coded(Box::new(Coded::new(content, encoder, place, Counter { observer, door })))
}

fn place(places: &Places, accepted: &Accepted, mut codings: Codings) -> Option<Place> {
    while let Some(coding) = accepted.best(codings.iter()) {
        if let Some(place) = places.take(coding) {
            return Some(place);
        }
        codings = codings.without(coding);
    }
    None
}

/// What is said of an encoded answer.
fn announce(head: &mut ResponseHead, coding: Coding) {
    say(head, "content-encoding", coding.as_str().as_bytes());
    head.remove(Name::AcceptRanges);
    weaken(head);
}

/// A strong tag says that the octets are the same, and they are not.
fn weaken(head: &mut ResponseHead) {
    let weak = head.fields().get(Name::Etag).and_then(EntityTag::parse).filter(|tag| !tag.weak).map(weak_form);
    if let Some(weak) = weak {
        head.remove(Name::Etag);
        say(head, "etag", &weak);
    }
}

fn weak_form(tag: EntityTag<'_>) -> Vec<u8> {
    [b"W/", tag.opaque].concat()
}

/// A 304 names what the caller has, which may be the encoded one (RFC 9111 §4.3.4).
fn weaken_not_modified(request: &Request<'_>, codings: Codings, head: &mut ResponseHead) {
    let fields = request.head.fields();
    let Some(tag) = head.fields().get(Name::Etag).and_then(EntityTag::parse) else { return };
    let shown = |weak: bool| {
        tags(fields, Name::IfNoneMatch).flatten().any(|shown| shown.weak == weak && shown.opaque == tag.opaque)
    };
    if shown(true) && !shown(false) && Accepted::of(fields).best(codings.iter()).is_some() {
        weaken(head);
        if !varies(head.fields()) {
            say(head, "vary", b"accept-encoding");
        }
    }
}

fn is_small(answer: &Answer) -> bool {
    let length = match (&answer.body, answer.head.framing()) {
        (AnswerBody::Whole(_), _) => Some(0),
        _ if answer.head.status() == 304 => None,
        (AnswerBody::Streamed(Content::Kept(kept)), _) => Some(kept.len() as u64),
        (AnswerBody::Streamed(_), Framing::Length(length)) => Some(length),
        // To HEAD as to GET.
        (AnswerBody::Streamed(_), Framing::None) => announced(&answer.head),
        (AnswerBody::Streamed(_), _) => None,
    };
    length.is_some_and(|length| length < GAINS_FROM_BYTES)
}

fn announced(head: &ResponseHead) -> Option<u64> {
    head.fields().get(Name::ContentLength).and_then(|value| std::str::from_utf8(value).ok()?.parse().ok())
}

/// Whether content of this kind may be encoded, and gains by it.
fn may_gain(head: &ResponseHead) -> bool {
    const DIGESTS: [&str; 4] = ["content-digest", "repr-digest", "digest", "content-md5"];
    let fields = head.fields();
    let no_transform = |member: &[u8]| member.eq_ignore_ascii_case(b"no-transform");
    !matches!(head.status(), 100..=199 | 204 | 205 | 206)
        && fields.get(Name::ContentType).is_some_and(gains)
        && fields.count(Name::ContentEncoding) == 0
        && fields.count(Name::ContentRange) == 0
        && !fields.all(Name::CacheControl).any(|value| any_member(value, no_transform))
        && !fields.has_other(&DIGESTS)
        && fields.count(Name::SignatureInput) == 0
}

/// Whether a media type is text in the wider sense. Events are left alone: each must go out as it comes.
fn gains(media_type: &[u8]) -> bool {
    const TYPES: [&[u8]; 9] = [
        b"application/json",
        b"application/javascript",
        b"application/xml",
        b"application/x-ndjson",
        b"application/yaml",
        b"application/wasm",
        b"image/svg+xml",
        b"image/vnd.microsoft.icon",
        b"font/ttf",
    ];
    let end = media_type.iter().position(|octet| *octet == b';').unwrap_or(media_type.len());
    let essence = media_type.get(..end).unwrap_or_default().trim_ascii();
    let is = |known: &&[u8]| essence.eq_ignore_ascii_case(known);
    let begins = |front: &[u8]| essence.get(..front.len()).is_some_and(|own| own.eq_ignore_ascii_case(front));
    let ends = |end: &[u8]| {
        essence
            .len()
            .checked_sub(end.len())
            .and_then(|at| essence.get(at..))
            .is_some_and(|own| own.eq_ignore_ascii_case(end))
    };
    if begins(b"text/") {
        return !is(&b"text/event-stream".as_slice());
    }
    // Messages of gRPC have a coding of their own.
    if begins(b"application/grpc") {
        return false;
    }
    TYPES.iter().any(is) || ends(b"+json") || ends(b"+xml")
}

/// Whether caches are told already that it depends on `Accept-Encoding`.
fn varies(fields: &Fields) -> bool {
    let named = |member: &[u8]| Name::of(member) == Name::AcceptEncoding || member == b"*";
    fields.all(Name::Vary).any(|value| any_member(value, named))
}

/// Whether a member of a list is what is looked for (RFC 9110 §5.6.1).
fn any_member(list: &[u8], is: impl Fn(&[u8]) -> bool) -> bool {
    // Most lists have one member.
    if is(list) {
        return true;
    }
    let mut rest = list;
    loop {
        let end = rest.iter().position(|octet| *octet == b',').unwrap_or(rest.len());
        let (member, after) = rest.split_at_checked(end).unwrap_or_default();
        if is(member.trim_ascii()) {
            return true;
        }
        match after {
            [_, after @ ..] => rest = after,
            [] => return false,
        }
    }
}

/// Whether another site may have made a browser send this with a credential: a browser sends cookies and passwords
/// by itself, and says from where it was told to; one that does not say is not believed.
fn may_be_made_by_others(request: &Request<'_>, record: &Record<'_>) -> bool {
    let fields = request.head.fields();
    let bearer = |value: &[u8]| value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "));
    let by_itself = fields.count(Name::Cookie) > 0
        || (!is_ours(&record.caller) && fields.get(Name::Authorization).is_some_and(|value| !bearer(value)));
    by_itself && !matches!(fields.get(Name::SecFetchSite), Some(b"same-origin" | b"none"))
}

/// Writes `If-Match` or `If-None-Match` for a service: beside each weak tag the strong one that it may have been made
/// from. A weak tag of the service's own is never the same as a strong one, so that nothing else comes to match.
pub(crate) fn write_condition(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    let mut line = Fields::new();
    let mut added = value.to_vec();
    if line.push(name.as_bytes(), value).is_ok() {
        for tag in tags(&line, Name::of(name.as_bytes())).flatten().filter(|tag| tag.weak) {
            added.extend_from_slice(b", ");
            added.extend_from_slice(tag.opaque);
        }
    }
    encode::field(out, name, &added);
}

#[cfg(test)]
mod tests;
