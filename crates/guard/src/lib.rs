//! The guard: cheap refusals by address and by number, and the bound on a body.
//!
//! Three things, none of which knows who is calling:
//!
//! - [`Networks`] says whether an address may come in at all;
//! - [`ConnectionCounts`] bounds how many connections a door and one address may hold;
//! - [`BodyBudget`] counts a body down to its bound.
//!
//! Deliberately absent: limits per caller, contracts and detectors. They need a
//! caller or a body's meaning and come with their own capability.

mod body;
mod connections;
mod error;
mod networks;

pub use body::BodyBudget;
pub use connections::{ConnectionCounts, CountedConnection};
pub use error::GuardError;
pub use networks::{Networks, is_private};
