//! The codec held to what must be true of all octets, and to hyper's reading of them.
//!
//! The files beside this one are shared with the fuzz targets in `fuzz/`, which go
//! on searching where these tests stop. A finding becomes a unit test first.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that breaks is a test that fails"
)]

mod by_hyper;
mod by_wire;
mod compare;
mod drawn;
mod invariants;
mod properties;
