//! What can go wrong between the house and a service.

use std::io;
use std::time::Duration;

use model::{Code, Problem};
use thiserror::Error;
use wire::{BodyError, ResponseError};

use crate::tls::is_of_tls;

/// Why there is no whole answer from a service.
#[derive(Debug, Error)]
pub enum UpstreamError {
    /// The permit names a service that this configuration does not have.
    #[error("the permit names no service of this configuration")]
    NoService,
    /// No connection to any address of the service.
    #[error("no connection to service `{service}`")]
    Connect {
        /// The service's name.
        service: String,
        /// The last attempt's error.
        source: io::Error,
    },
    /// Somebody was reached at an address of the service, and TLS could not be agreed on; nothing was sent.
    #[error("no trusted connection to service `{service}`")]
    Handshake {
        /// The service's name.
        service: String,
        /// What the handshake ended with.
        source: io::Error,
    },
    /// Somebody was reached who does not speak the HTTP that the file says; nothing was sent.
    #[error("service `{service}` does not speak HTTP/2, as `http` says")]
    NotSpoken {
        /// The service's name.
        service: String,
        /// What came instead, where something did.
        source: Option<h2::Error>,
    },
    /// The service speaks HTTP/2, and the request cannot be said in it.
    #[error("the request cannot be said in HTTP/2")]
    Unsayable,
    /// The service says that it has not looked at the request.
    #[error("the service did not take the request")]
    Refused,
    /// As many connections to the service are in use as may be.
    #[error("all connections to service `{service}` are in use")]
    Exhausted {
        /// The service's name.
        service: String,
    },
    /// The service mostly fails and is left alone for a while: its breaker is open.
    #[error("service `{service}` fails too often and is left alone for a while")]
    Open {
        /// The service's name.
        service: String,
        /// After this time it may be worth asking again.
        retry_after: Duration,
    },
    /// The connection ended before the first byte of an answer.
    #[error("the service closed the connection before its answer was whole")]
    Silent,
    /// The connection ended before the answer was whole.
    #[error("the service closed the connection before its answer was whole")]
    Closed,
    /// The connection failed.
    #[error("the connection to the service failed")]
    Broken(#[source] io::Error),
    /// The service ended the stream of its answer before that was whole (RFC 9113 §5.4.2).
    #[error("the service broke off its answer")]
    Reset(#[source] h2::Error),
    /// The service broke the rules of HTTP/2, or a bound on what it may send.
    #[error("the service broke the rules of HTTP/2")]
    Rules(#[source] h2::Error),
    /// The answer's head is not one unambiguous HTTP head.
    #[error("the service gave a malformed answer")]
    Malformed(#[source] ResponseError),
    /// The answer's body breaks its framing.
    #[error("the service gave a malformed body")]
    MalformedBody(#[source] BodyError),
    /// The service switched protocols unasked, or sent interim answers without end.
    #[error("the service sent an answer that was not asked for")]
    Unexpected,
    /// The deadline passed first.
    #[error("the service did not answer in time")]
    TimedOut,
    /// The caller's part failed: its body was malformed, too large, too slow, or it went away.
    #[error("the request's body failed")]
    Caller(#[source] Box<Problem>),
}

impl From<UpstreamError> for Problem {
    fn from(error: UpstreamError) -> Self {
        let detail = error.to_string();
        match error {
            UpstreamError::Caller(problem) => *problem,
            UpstreamError::NoService | UpstreamError::Unsayable => {
                Self::new(Code::InternalError, detail).because(error)
            }
            UpstreamError::Connect { .. } => Self::new(Code::UpstreamUnreachable, detail).because(error),
            UpstreamError::Handshake { .. } => Self::new(Code::UpstreamTls, detail).because(error),
            // With TLS 1.3 a service judges our certificate when the request may be on its way already.
            UpstreamError::Broken(ref source) if is_of_tls(source) => {
                Self::new(Code::UpstreamTls, detail).because(error).maybe_sent()
            }
            UpstreamError::Open { retry_after, .. } => {
                let mut problem = Self::new(Code::UpstreamUnavailable, detail).because(error);
                // Rounded up: who asks a moment too early has asked in vain.
                problem.retry_after_seconds = u32::try_from(retry_after.as_millis().div_ceil(1000)).ok();
                problem
            }
            UpstreamError::NotSpoken { .. } => Self::new(Code::UpstreamMalformed, detail).because(error),
            UpstreamError::Refused => Self::new(Code::UpstreamUnavailable, detail).because(error),
            UpstreamError::Exhausted { .. } => Self::new(Code::Overloaded, detail).because(error),
            UpstreamError::Silent | UpstreamError::Closed | UpstreamError::Broken(_) | UpstreamError::Reset(_) => {
                Self::new(Code::UpstreamBroken, detail).because(error).maybe_sent()
            }
            UpstreamError::Malformed(_)
            | UpstreamError::MalformedBody(_)
            | UpstreamError::Rules(_)
            | UpstreamError::Unexpected => Self::new(Code::UpstreamMalformed, detail).because(error).maybe_sent(),
            UpstreamError::TimedOut => Self::new(Code::UpstreamTimeout, detail).because(error).maybe_sent(),
        }
    }
}
