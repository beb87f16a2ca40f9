//! Messages as this codec reads them, in the form in which two readings are compared.

use wire::{
    BodyDecoder, BodyLimits, Decoded, Fields, Framing, HeadLimits, Method, Misplaced, RequestHead, ResponseHead,
};

/// Wide, so that no bound ends a reading before hyper's does.
const LIMITS: HeadLimits = HeadLimits { head_bytes: 16 * 1024, target_bytes: 8 * 1024, fields: 100 };
const BODY_LIMITS: BodyLimits =
    BodyLimits { chunk_line_bytes: 256, trailer_bytes: 4096, trailer_fields: 32, misplaced: Misplaced::Refused };

/// Fields by name; the order of different names means nothing and hyper does not keep it.
pub(crate) type SortedFields = Vec<(String, Vec<u8>)>;

/// One request as it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) fields: SortedFields,
    pub(crate) content: Vec<u8>,
    pub(crate) trailers: SortedFields,
}

/// One answer as it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) fields: SortedFields,
    pub(crate) content: Vec<u8>,
    pub(crate) trailers: SortedFields,
}

/// The requests that lie in the input whole, one after the other, up to the first fault.
pub(crate) fn requests(mut input: &[u8]) -> Vec<Request> {
    let mut requests = Vec::new();
    let mut head = RequestHead::new();
    while let Ok(Some(consumed)) = head.parse(input, &LIMITS) {
        let Some((content, trailers, taken)) = body(head.framing(), &input[consumed..]) else { break };
        input = &input[consumed + taken..];
        requests.push(Request {
            method: head.method_str().to_owned(),
            target: head.path_and_query().to_owned(),
            fields: sorted(head.fields()),
            content,
            trailers,
        });
        if !head.keep_alive() || head.upgrade().is_some() {
            break;
        }
    }
    requests
}

/// The answer that the input is, interim heads passed over; the peer closes at its end.
pub(crate) fn response(mut input: &[u8], method: Method) -> Option<Response> {
    let mut head = ResponseHead::new();
    loop {
        let consumed = head.parse(input, method, &LIMITS).ok()??;
        input = &input[consumed..];
        if !head.is_interim() {
            break;
        }
    }
    let (content, trailers, _) = body(head.framing(), input)?;
    Some(Response { status: head.status(), fields: sorted(head.fields()), content, trailers })
}

fn body(framing: Framing, input: &[u8]) -> Option<(Vec<u8>, SortedFields, usize)> {
    let mut decoder = BodyDecoder::new(framing, &BODY_LIMITS);
    let mut content = Vec::new();
    let mut at = 0;
    while !decoder.is_done() {
        match decoder.decode(&input[at..]).ok()? {
            Decoded::Data { skip, len } => {
                content.extend_from_slice(&input[at + skip..at + skip + len]);
                at += skip + len;
            }
            Decoded::More { skip } => {
                at += skip;
                decoder.closed().ok()?;
            }
            Decoded::End { skip } => at += skip,
        }
    }
    Some((content, decoder.trailers().map(sorted).unwrap_or_default(), at))
}

fn sorted(fields: &Fields) -> SortedFields {
    let mut sorted: Vec<_> = fields.iter().map(|field| (field.name.to_owned(), field.value.to_owned())).collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    sorted
}
