//! HTTP/2 towards a service: one connection carries many requests, each on a stream of its own.
//!
//! ```text
//! Session  an open connection of a pool, and the task that drives it
//! Slot     the right to one stream of a session; counted for as long as it lives
//! attempt  the request on its stream, until the head of the answer has come
//! Body     the rest of both
//! ```
//!
//! What the service never looked at can be told from what it did: a stream beyond the last that a GOAWAY names, and
//! one refused with `REFUSED_STREAM` (RFC 9113 §8.7). Only that is repeated whatever its method is.
//!
//! Flow control goes from end to end: what a caller has not taken is not asked of the service, and a body is taken
//! from a caller only when the service has room for it. Framing and its bounds are the `h2` crate's.

mod attempt;
mod body;
mod error;
mod head;
mod sending;
mod session;

pub(crate) use attempt::{Incoming, attempt};
pub(crate) use body::Http2Body;
pub(crate) use head::request;
pub(crate) use session::{Session, SessionError, Slot};
