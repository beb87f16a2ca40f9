//! Whether a request that failed may be sent again, and after what pause. Pure; what it costs is in `budget`.
//!
//! Nothing may happen twice that was not meant to: what the service may have seen is repeated only if its method is
//! idempotent (RFC 9110 §9.2.2) or the file says that the operation is, and never after the first byte of an answer.

use std::time::Duration;

use fastrand::Rng;
use wire::Method;

/// The longest pause before the first retry; each further one may be twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
/// No pause is longer.
const PAUSE_AT_MOST: Duration = Duration::from_millis(400);

/// When requests to a service are sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// Further attempts, where the file says how many; the kind of the door decides otherwise.
    pub attempts: Option<u8>,
    /// Share of requests that may be repetitions, in percent.
    pub budget: u8,
    /// After what, besides what was never sent.
    pub on: RetryOn,
}

/// What a request is sent again after, where that is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryOn {
    /// The connection broke before the answer began.
    pub broken: bool,
    /// An attempt took longer than `attempt`.
    pub timeout: bool,
    /// The answer was 503.
    pub unavailable: bool,
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// No connection, or one on which the service refused the request: it saw nothing.
    Connect,
    /// A connection that had waited in the pool was dead.
    Stale,
    /// The connection broke, before a byte of an answer.
    Broken,
    /// `attempt` was over, before a byte of an answer.
    Slow,
    /// The answer was 503.
    Unavailable,
    /// Anything else.
    Otherwise,
}

/// What is known of the request when an attempt has failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    /// Whether not one byte was taken by a connection.
    pub(crate) nothing: bool,
    /// Whether it can be sent again as a whole: no part of a body was taken from the caller.
    pub(crate) repeatable: bool,
    /// Whether sending it twice is as good as once.
    pub(crate) idempotent: bool,
}

impl RetryOn {
    /// What holds where the file does not say.
    #[must_use]
    pub const fn standard() -> Self {
        Self { broken: true, timeout: true, unavailable: true }
    }
}

/// Whether an attempt that failed so may be followed by another.
pub(crate) const fn is_safe(failed: Failed, sent: Sent, on: RetryOn) -> bool {
    let wanted = match failed {
        Failed::Connect | Failed::Stale => true,
        Failed::Broken => on.broken,
        Failed::Slow => on.timeout,
        Failed::Unavailable => on.unavailable,
        Failed::Otherwise => false,
    };
    let unseen = matches!(failed, Failed::Connect) || sent.nothing;
    wanted && sent.repeatable && (unseen || sent.idempotent)
}

/// The idempotent methods of RFC 9110 §9.2.2 that this house forwards.
pub(crate) const fn is_idempotent(method: Method) -> bool {
    matches!(method, Method::Get | Method::Head | Method::Options | Method::Put | Method::Delete)
}

/// How long to wait before the `number`th retry, from 1: drawn between nothing and a bound that doubles, so that
/// callers who failed together do not come back together.
pub(crate) fn pause(number: u8, random: &mut Rng) -> Duration {
    let bound = FIRST_PAUSE.saturating_mul(1 << u32::from(number.saturating_sub(1)).min(8)).min(PAUSE_AT_MOST);
    bound.mul_f32(random.f32())
}

#[cfg(test)]
mod tests;
