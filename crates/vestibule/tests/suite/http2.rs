//! HTTP/2 at a door, HTTP/1.1 behind it: nothing that HTTP/2 can carry becomes framing, a field or a request of its own.

mod accepted;
mod injected;
mod lengths;
mod reset;
mod streams;
mod waiting;

use std::time::Duration;

use testkit::http2::Outcome;

/// How a field list is written in these tests.
type Field<'a> = (&'a str, &'a str);

/// How long a test waits for what should happen at once.
const SOON: Duration = crate::open_house::SOON;

/// A GET, to be changed.
const GET: [Field<'static>; 4] =
    [(":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", "/order")];
/// A POST, to be changed.
const POST: [Field<'static>; 4] =
    [(":method", "POST"), (":scheme", "https"), (":authority", "shop.example"), (":path", "/order")];

/// As bytes, which is what goes into a frame.
fn octets<'a>(fields: &[Field<'a>]) -> Vec<(&'a [u8], &'a [u8])> {
    fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect()
}

/// These fields and more.
fn with<'a>(fields: &[Field<'a>], more: &[Field<'a>]) -> Vec<Field<'a>> {
    [fields, more].concat()
}

/// The status and text of an answer.
fn answer(outcome: Outcome) -> (u16, String) {
    match outcome {
        Outcome::Answer(status, body) => (status, String::from_utf8_lossy(&body).into_owned()),
        other => panic!("no answer: {other:?}"),
    }
}

/// The problem code of an answer.
fn problem(outcome: &Outcome) -> Option<String> {
    let Outcome::Answer(status, body) = outcome else { return None };
    let document: serde_json::Value = serde_json::from_slice(body).ok()?;
    let code = document.get("type")?.as_str()?.strip_prefix("urn:vestibule:problem:")?;
    (document.get("status")?.as_u64()? == u64::from(*status)).then(|| code.to_owned())
}
