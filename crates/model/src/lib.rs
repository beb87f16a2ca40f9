//! The words of the house: what a door, a caller, a problem and a secret are. No input or output here.
//!
//! Every other room speaks with these types, so that a refusal, a caller or a
//! place means the same in the pipeline, in the log and on a page.
//!
//! Deliberately absent: sockets, files, clocks that tick by themselves, and any
//! type that only one room needs.

mod caller;
mod clock;
mod door;
mod event;
mod id;
pub mod problem;
mod secret;

pub use caller::{App, Bound, Caller, Claim, Key, KeyKind, OWN_ISSUER, SpiffeId, SpiffeIdError, User, Via, Workload};
pub use clock::{Clock, SystemClock};
pub use door::{Door, DoorKind};
pub use event::{Decision, Event, Outcome, Stage};
pub use id::{OperationId, RequestId, ServiceId, SpanId, TraceId};
pub use problem::{Blame, Challenge, Code, Problem, Retry};
pub use secret::Secret;
