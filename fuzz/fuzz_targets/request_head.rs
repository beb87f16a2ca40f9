//! Any octets as a request head: read alike in any pieces, and alike when written again.

#![no_main]
#![expect(dead_code, reason = "each target uses a part of what they share")]

#[path = "../../crates/wire/tests/codec/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| invariants::request_head(input));
