//! Why a service's answer is refused.

use model::{Code, Problem};
use thiserror::Error;

use crate::HeadError;

/// What makes the octets not one unambiguous answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ResponseError {
    /// Not `version SP status SP reason` (RFC 9112 §4).
    #[error("the status line is not a version, a status and a reason")]
    StatusLine,
    /// A version other than HTTP/1.0 and HTTP/1.1.
    #[error("the HTTP version of the answer is neither 1.0 nor 1.1")]
    Version,
    /// Not three digits from 100 to 599.
    #[error("the status is not a number from 100 to 599")]
    Status,
    /// A reason phrase with a control in it.
    #[error("the reason phrase has a control character")]
    Reason,
    /// A 1xx or 204 answer that announces a body (RFC 9112 §6.3).
    #[error("the answer announces a body that its status does not allow")]
    BodyNotAllowed,
    /// A fault in the fields or in how the body is framed.
    #[error("{0}")]
    Head(#[from] HeadError),
}

impl From<ResponseError> for Problem {
    /// The service has had the request, and may have acted on it.
    fn from(error: ResponseError) -> Self {
        Self::new(Code::UpstreamMalformed, error.to_string()).maybe_sent()
    }
}
