//! What can be wrong with an answer. There is no tolerance: one fault voids the run.

use std::io;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the connection failed")]
    Connection(#[from] io::Error),
    #[error("the connection ended before the answer did")]
    Ended,
    #[error("the head of the answer is longer than {0} bytes")]
    LongHead(usize),
    #[error("the answer is no HTTP/1.1 200: `{0}`")]
    Status(String),
    #[error("the answer's length is {found:?}, not {expected}")]
    Length { expected: usize, found: Option<usize> },
    #[error("the answer's body is not what the origin sent")]
    Body,
    #[error("more came than the answer")]
    Surplus,
    #[error("the proxy closes a connection that was to be kept")]
    NotKept,
    #[error("no WebSocket was opened: `{0}`")]
    Upgrade(String),
    #[error("HTTP/2: {0}")]
    Http2(&'static str),
}
