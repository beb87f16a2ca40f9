//! What must be true of any octets at all; each function is a property test and a fuzz target.

use wire::coding::{Accepted, Coding};
use wire::conditional::{self, EntityTag, Validators, Verdict};
use wire::range::{self, Selected};
use wire::{
    BodyDecoder, BodyError, BodyLimits, Decoded, Fields, Framing, HeadError, HeadLimits, Http2Request, Method,
    Misplaced, Name, RequestHead, ResponseError, ResponseHead, encode, trace,
};

/// Small enough that short inputs reach them.
pub(crate) const LIMITS: HeadLimits = HeadLimits { head_bytes: 2048, target_bytes: 512, fields: 24 };
const BODY_LIMITS: BodyLimits =
    BodyLimits { chunk_line_bytes: 48, trailer_bytes: 256, trailer_fields: 4, misplaced: Misplaced::Refused };

/// A request head is read alike in any pieces, takes no more than there is, and is read alike when written again.
pub(crate) fn request_head(input: &[u8]) {
    let mut head = RequestHead::new();
    let whole = head.parse(input, &LIMITS);
    let mut in_pieces = RequestHead::new();
    assert_eq!(first_answer(input, |front| in_pieces.parse(front, &LIMITS)), whole);
    let Ok(Some(consumed)) = whole else { return };
    assert!(consumed <= input.len());
    assert_same_request(&head, &in_pieces);

    // A head that was used before must not remember anything.
    assert_eq!(in_pieces.parse(input, &LIMITS), Ok(Some(consumed)));
    assert_same_request(&head, &in_pieces);

    let mut again = RequestHead::new();
    let written = write_request(&head);
    let roomy = HeadLimits { head_bytes: 4096, ..LIMITS };
    match again.parse(&written, &roomy) {
        Ok(Some(consumed)) if consumed == written.len() => {
            if head.version() == again.version() {
                assert_same_request(&head, &again);
            }
        }
        result => panic!("written again it is {result:?}: {:?}", String::from_utf8_lossy(&written)),
    }
}

/// Everything of the head, as HTTP/1.1.
pub(crate) fn write_request(head: &RequestHead) -> Vec<u8> {
    let mut out = Vec::new();
    encode::request_line(&mut out, head.method_str(), head.path_and_query());
    for field in head.fields().iter() {
        encode::field(&mut out, field.name, field.value);
    }
    encode::end_of_head(&mut out);
    out
}

fn assert_same_request(one: &RequestHead, other: &RequestHead) {
    assert_eq!(one.method_str(), other.method_str());
    assert_eq!((one.path(), one.query(), one.path_and_query()), (other.path(), other.query(), other.path_and_query()));
    assert_eq!((one.host(), one.port()), (other.host(), other.port()));
    assert!(one.authority().eq_ignore_ascii_case(other.authority()));
    assert_eq!(one.fields(), other.fields());
    assert_eq!((one.framing(), one.keep_alive()), (other.framing(), other.keep_alive()));
    assert_eq!((one.expects_continue(), one.upgrade()), (other.expects_continue(), other.upgrade()));
}

/// The same for an answer.
pub(crate) fn response_head(input: &[u8], method: Method) {
    let mut head = ResponseHead::new();
    let whole = head.parse(input, method, &LIMITS);
    let mut in_pieces = ResponseHead::new();
    assert_eq!(first_answer(input, |front| in_pieces.parse(front, method, &LIMITS)), whole);
    let Ok(Some(consumed)) = whole else { return };
    assert!(consumed <= input.len());
    assert_same_response(&head, &in_pieces);

    let mut written = Vec::new();
    encode::status_line(&mut written, head.status());
    for field in head.fields().iter() {
        encode::field(&mut written, field.name, field.value);
    }
    encode::end_of_head(&mut written);
    let mut again = ResponseHead::new();
    let roomy = HeadLimits { head_bytes: 4096, ..LIMITS };
    let result: Result<_, ResponseError> = again.parse(&written, method, &roomy);
    assert_eq!(result, Ok(Some(written.len())));
    if head.version() == again.version() {
        assert_same_response(&head, &again);
    }
}

fn assert_same_response(one: &ResponseHead, other: &ResponseHead) {
    assert_eq!((one.status(), one.fields()), (other.status(), other.fields()));
    assert_eq!((one.framing(), one.keep_alive()), (other.framing(), other.keep_alive()));
}

/// The first answer other than "more is needed" when the octets come one at a time.
fn first_answer<E>(input: &[u8], mut parse: impl FnMut(&[u8]) -> Result<Option<usize>, E>) -> Result<Option<usize>, E> {
    // With nothing, then one octet more each time; long inputs by larger steps after the first thousand.
    let ends = (0..input.len().min(1024)).chain((1024..input.len()).step_by(61)).chain([input.len()]);
    for end in ends {
        match parse(&input[..end]) {
            Ok(None) => {}
            answer => return answer,
        }
    }
    Ok(None)
}

/// A chunked body is decoded alike in any pieces, and its content is decoded from what is written of it.
pub(crate) fn chunked_body(input: &[u8]) {
    let whole = decode(input, usize::MAX, &BODY_LIMITS);
    for piece in [1, 2, 3, 7] {
        assert_eq!(decode(input, piece, &BODY_LIMITS), whole, "in pieces of {piece}");
    }
    let Ok(body) = whole else { return };
    assert!(body.taken <= input.len());
    let mut written = Vec::new();
    for chunk in body.content.chunks(5) {
        encode::chunk_head(&mut written, chunk.len());
        written.extend_from_slice(chunk);
        encode::chunk_end(&mut written);
    }
    encode::last_chunk(&mut written, body.trailers.as_ref());
    // A space after each colon may be more than came.
    let roomy = BodyLimits { trailer_bytes: 512, ..BODY_LIMITS };
    let again = decode(&written, usize::MAX, &roomy).expect("what is written can be read");
    assert!(again.is_done);
    assert_eq!((again.content, again.taken), (body.content, written.len()));
    assert_eq!(again.trailers, body.trailers);
}

#[derive(Debug, PartialEq, Eq)]
struct Body {
    content: Vec<u8>,
    trailers: Option<Fields>,
    taken: usize,
    is_done: bool,
}

fn decode(input: &[u8], piece: usize, limits: &BodyLimits) -> Result<Body, BodyError> {
    let mut decoder = BodyDecoder::new(Framing::Chunked, limits);
    let mut content = Vec::new();
    let (mut at, mut end) = (0, 0);
    loop {
        match decoder.decode(&input[at..end])? {
            Decoded::Data { skip, len } => {
                assert!(len > 0);
                content.extend_from_slice(&input[at + skip..at + skip + len]);
                at += skip + len;
            }
            Decoded::More { skip } if end < input.len() => {
                at += skip;
                assert_eq!(at, end);
                end = end.saturating_add(piece).min(input.len());
            }
            Decoded::More { skip } | Decoded::End { skip } => {
                at += skip;
                let trailers = decoder.trailers().cloned();
                return Ok(Body { content, trailers, taken: at, is_done: decoder.is_done() });
            }
        }
    }
}

/// What is assembled from HTTP/2 is, written as HTTP/1.1, exactly one request with the same meaning.
pub(crate) fn http2_head(request: Http2Request<'_>, fields: &[(&[u8], &[u8])]) {
    let mut head = RequestHead::new();
    let result: Result<(), HeadError> = head.assemble(request, fields.iter().copied(), &LIMITS);
    if result.is_err() {
        return;
    }
    let mut written = Vec::new();
    encode::request_line(&mut written, head.method_str(), head.path_and_query());
    for field in head.fields().end_to_end().filter(|field| field.known != Name::Expect) {
        encode::field(&mut written, field.name, field.value);
    }
    encode::end_of_head(&mut written);
    let mut again = RequestHead::new();
    let roomy = HeadLimits { head_bytes: 8192, fields: LIMITS.fields + 1, ..LIMITS };
    assert_eq!(again.parse(&written, &roomy), Ok(Some(written.len())), "{:?}", String::from_utf8_lossy(&written));
    assert_eq!((head.method_str(), head.path_and_query()), (again.method_str(), again.path_and_query()));
    assert_eq!((head.host(), head.port()), (again.host(), again.port()));
    let is_forwarded = |fields: &Fields| {
        let fields = fields.end_to_end().filter(|field| field.known != Name::Expect);
        fields.map(|field| (field.name.to_owned(), field.value.to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(is_forwarded(head.fields()), is_forwarded(again.fields()));
    assert_eq!(again.upgrade(), None);
}

/// A `traceparent` is passed over, or names a trace and a span in lower case, and goes on as what it was.
/// Whether it was read.
pub(crate) fn trace_context(input: &[u8]) -> bool {
    let Some(context) = trace::parse(input) else { return false };
    let written = context.to_traceparent();
    assert_eq!(trace::parse(&written), Some(context));
    assert!(context.trace.0 != [0; 16] && context.parent.0 != [0; 8], "of zeros only");
    let (version, flags) = (&input[..2], &input[53..trace::TRACEPARENT_LEN]);
    assert_eq!(&written[2..53], &input[2..53], "another trace or span");
    assert!(version != b"ff" && written.starts_with(b"00"));
    assert_eq!(context.sampled, b"13579bdf".contains(&flags[1]));
    // Only what a later version may add comes behind.
    assert!(input.len() == trace::TRACEPARENT_LEN || (version != b"00" && input[trace::TRACEPARENT_LEN] == b'-'));
    true
}

/// Any octets as what a request wants of a representation: what is given is there, is accepted, and is asked for when
/// it is written again.
pub(crate) fn wishes(input: &[u8]) {
    let (length, value) =
        input.split_first_chunk().map_or((0, input), |(first, rest)| (u16::from_le_bytes(*first), rest));
    let length = u64::from(length);
    let with = |name: &str, value: &[u8]| {
        let mut fields = Fields::new();
        fields.push(name.as_bytes(), value).ok().map(|()| fields)
    };
    let Some(fields) = with("range", value) else { return };
    if let Selected::Part(part) = range::select(&fields, Method::Get, length) {
        assert!(part.start < part.end && part.end <= length);
        let again = format!("bytes={}-{}", part.start, part.end - 1);
        let again = with("range", again.as_bytes()).map(|fields| range::select(&fields, Method::Get, length));
        assert_eq!(again, Some(Selected::Part(part)));
    }
    assert_eq!(range::select(&fields, Method::Head, length), Selected::Whole);
    if let Some(fields) = with("accept-encoding", value) {
        let accepted = Accepted::of(&fields);
        let best = accepted.best(Coding::ALL);
        assert!(
            best.is_none_or(|best| Coding::ALL.iter().all(|coding| accepted.weight(*coding) <= accepted.weight(best)))
        );
        assert!(best.is_none_or(|best| accepted.weight(best) > 0));
    }
    if let Some(fields) = with("if-none-match", value) {
        for tag in conditional::tags(&fields, Name::IfNoneMatch).flatten() {
            let written = [if tag.weak { b"W/".as_slice() } else { b"" }, tag.opaque].concat();
            assert_eq!(EntityTag::parse(&written), Some(tag));
            let current = Validators { entity_tag: Some(tag), last_modified: None };
            assert_eq!(conditional::evaluate(&fields, Method::Get, Some(&current)), Verdict::NotModified);
            assert_eq!(conditional::evaluate(&fields, Method::Put, Some(&current)), Verdict::Failed);
        }
    }
    if let Some(fields) = with("if-match", value) {
        assert_eq!(conditional::evaluate(&fields, Method::Put, None), Verdict::Failed);
    }
}
