//! What a caller is told when something is refused or fails: the one error type that leaves the house (RFC 9457).
//!
//! A room has its own error; beside it stands `From<RoomError> for Problem`.
//! The public message may be shown to a stranger, the private cause never leaves
//! the logs and the answers of server doors.

mod challenge;
mod codes;

use std::borrow::Cow;
use std::fmt;

pub use challenge::Challenge;
pub use codes::Code;

/// Whose mistake it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blame {
    /// The caller sent what cannot be served.
    Caller,
    /// The service behind did not do its part.
    Upstream,
    /// The house itself failed or is at its limits.
    Gateway,
}

/// Whether the same request may be sent again without doing something twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// Nothing reached a service.
    Safe,
    /// The service may have acted on it.
    Unsafe,
}

/// A refusal or failure on its way to the caller.
#[derive(Debug)]
pub struct Problem {
    /// The stable code; status, title and page follow from it.
    pub code: Code,
    /// What operators and callers at server doors may read: which rule, which bound, which byte.
    pub detail: Cow<'static, str>,
    /// What only logs may hold.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    /// Whether a repetition is harmless.
    pub retry: Retry,
    /// Seconds for `Retry-After`, where there is an honest figure.
    pub retry_after_seconds: Option<u32>,
    /// The methods for `Allow`, where the path is published with others (RFC 9110 §10.2.1).
    pub allow: Option<Box<str>>,
    /// The status that the service ended a gRPC call with, where it is told in place of the code's own.
    pub grpc_status: Option<u8>,
    /// What the caller is told of its credential beside the code. In a box: few problems have it.
    pub challenge: Option<Box<Challenge>>,
}

impl Problem {
    /// A problem of this code; nothing has reached a service yet.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            detail: detail.into(),
            cause: None,
            retry: Retry::Safe,
            retry_after_seconds: None,
            allow: None,
            grpc_status: None,
            challenge: None,
        }
    }

    /// Keeps the error that led here, for the logs.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Says that the service may have acted already.
    #[must_use]
    pub const fn maybe_sent(mut self) -> Self {
        self.retry = Retry::Unsafe;
        self
    }

    /// The HTTP status that tells of it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.code.status()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests;
