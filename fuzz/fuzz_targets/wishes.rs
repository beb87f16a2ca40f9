//! Any octets as `Range`, `Accept-Encoding` and lists of entity tags: what is given was asked for, and is there.

#![no_main]
#![expect(dead_code, reason = "each target uses a part of what they share")]

#[path = "../../crates/wire/tests/codec/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| invariants::wishes(input));
