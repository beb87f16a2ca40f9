//! The ways of a service, good and bad, by name.

use std::time::Duration;

use super::Reply;

/// What is done to one request, step by step; afterwards the connection takes the next request.
pub type Script = Vec<Step>;

/// One step.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads the rest of the request. A step that ends the connection before this one never sees the body.
    ReadBody,
    /// Sends an honest answer.
    Reply(Reply),
    /// Sends exactly these bytes.
    Send(Vec<u8>),
    /// Sends these bytes one at a time, this far apart.
    Trickle(Vec<u8>, Duration),
    /// Sends back what was received as the body, with status 200.
    Echo,
    /// Does nothing more until the peer closes.
    Hang,
    /// Ends the connection in order.
    Close,
    /// Ends what carries TLS, without the word that TLS ends.
    Cut,
    /// Resets the connection.
    Reset,
}

/// Reads the request and answers; the connection stays.
#[must_use]
pub fn answer(reply: Reply) -> Script {
    vec![Step::ReadBody, Step::Reply(reply)]
}

/// Reads the request and sends its body back.
#[must_use]
pub fn echo() -> Script {
    vec![Step::ReadBody, Step::Echo]
}

/// Answers, says `connection: close`, and closes.
#[must_use]
pub fn answer_and_close(reply: Reply) -> Script {
    vec![Step::ReadBody, Step::Reply(reply.field("connection", "close")), Step::Close]
}

/// Answers as if the connection stayed, and closes it.
#[must_use]
pub fn answer_and_vanish(reply: Reply) -> Script {
    vec![Step::ReadBody, Step::Reply(reply), Step::Close]
}

/// Answers before it has read the body, and then reads it.
#[must_use]
pub fn answer_early(reply: Reply) -> Script {
    vec![Step::Reply(reply), Step::ReadBody]
}

/// Answers before it has read the body, and closes without reading it.
#[must_use]
pub fn answer_early_and_close(reply: Reply) -> Script {
    vec![Step::Reply(reply.field("connection", "close")), Step::Close]
}

/// Takes the request and never answers.
#[must_use]
pub fn hang() -> Script {
    vec![Step::ReadBody, Step::Hang]
}

/// Sends a head and this much of a longer body, and then nothing.
#[must_use]
pub fn hang_mid_body(promised: usize, sent: &[u8]) -> Script {
    vec![Step::ReadBody, promise(promised, sent), Step::Hang]
}

/// Closes instead of answering.
#[must_use]
pub fn close() -> Script {
    vec![Step::ReadBody, Step::Close]
}

/// Promises more than it sends, and closes.
#[must_use]
pub fn close_mid_body(promised: usize, sent: &[u8]) -> Script {
    vec![Step::ReadBody, promise(promised, sent), Step::Close]
}

/// Closes between two chunks.
#[must_use]
pub fn close_mid_chunks(sent: &[u8]) -> Script {
    let mut bytes = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n", sent.len()).into_bytes();
    bytes.extend_from_slice(sent);
    bytes.extend_from_slice(b"\r\n");
    vec![Step::ReadBody, Step::Send(bytes), Step::Close]
}

/// Promises less than it sends: the surplus would be the next request's answer.
#[must_use]
pub fn send_more(promised: usize, sent: &[u8]) -> Script {
    vec![Step::ReadBody, promise(promised, sent)]
}

/// Resets instead of answering.
#[must_use]
pub fn reset() -> Script {
    vec![Step::ReadBody, Step::Reset]
}

/// Resets within its answer.
#[must_use]
pub fn reset_mid_body(promised: usize, sent: &[u8]) -> Script {
    vec![Step::ReadBody, promise(promised, sent), Step::Reset]
}

/// Answers byte by byte.
#[must_use]
pub fn trickle(reply: &Reply, every: Duration) -> Script {
    vec![Step::ReadBody, Step::Trickle(reply.to_bytes("GET"), every)]
}

/// Answers with exactly these bytes, whatever they are.
#[must_use]
pub fn raw(bytes: impl Into<Vec<u8>>) -> Script {
    vec![Step::ReadBody, Step::Send(bytes.into())]
}

/// The same, and closes.
#[must_use]
pub fn raw_and_close(bytes: impl Into<Vec<u8>>) -> Script {
    vec![Step::ReadBody, Step::Send(bytes.into()), Step::Close]
}

/// The same, and ends like somebody who cuts the wire: without the word that TLS ends.
#[must_use]
pub fn raw_and_cut(bytes: impl Into<Vec<u8>>) -> Script {
    vec![Step::ReadBody, Step::Send(bytes.into()), Step::Cut]
}

fn promise(length: usize, sent: &[u8]) -> Step {
    let mut bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes();
    bytes.extend_from_slice(sent);
    Step::Send(bytes)
}
