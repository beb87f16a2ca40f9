//! Certificate authorities: the local CA that signs the doors, and the root that signs workloads.
//!
//! They are two types on purpose, with two files each, and neither can stand in for
//! the other:
//!
//! | | [`LocalAuthority`] | [`WorkloadAuthority`] |
//! | --- | --- | --- |
//! | signs | certificates of doors, for names under `localhost`, `test`, … and private addresses | certificates of back ends, by SPIFFE id |
//! | may be trusted by | browsers and `curl` of whoever develops here | server doors, as anchor for callers |
//! | its certificate says | server authentication only; no URI but under `invalid` | one URI, the trust domain |
//!
//! A developer puts the local CA into a trust store, so its own name constraints
//! keep it from ever vouching for a name that somebody else owns, and from vouching
//! for any workload: even a door that was given it as anchor would let nobody in.
//!
//! Keys are ECDSA P-256; serial numbers are 128 random bits; files of keys are
//! readable by their owner only, written whole or not at all, and never overwritten.
//!
//! [`acme`] has certificates of somebody else's CA, for names that others own.
//!
//! Deliberately absent: enrolment, revocation and an ACME server, which come with
//! the embedded CA, and path validation, which is rustls'.

pub mod acme;
mod authority;
mod constraints;
mod error;
mod files;
mod leaf;
mod local;
mod pem;
mod workloads;

pub use authority::Issued;
pub use error::CaError;
pub use files::write_new;
pub use leaf::Leaf;
pub use local::LocalAuthority;
pub use pem::{read_chain, read_key};
pub use workloads::{WorkloadAuthority, read_workload_anchors};
