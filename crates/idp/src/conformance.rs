//! Facts that every engine shows which keeps what this room wants kept; each function is one engine's test.
//!
//! An engine calls them with a function that makes an empty store. They panic where a fact does not hold.

#![expect(clippy::expect_used, reason = "a fact that does not hold fails the test that called")]

mod apps;
mod externals;
mod keys;
mod people;
mod protocol;
mod sessions;

pub use apps::apps;
pub use externals::externals;
pub use keys::signing_keys;
pub use people::{accounts, links, sign_ins};
pub use protocol::{codes, consents, devices, grants, pushed};
pub use sessions::sessions;

#[cfg(test)]
mod tests;
