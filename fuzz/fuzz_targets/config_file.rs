//! Any octets as a configuration: refused with faults that lie in it, or it lets nobody in whom it does not name.

#![no_main]

#[path = "../../crates/config/tests/file/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| invariants::any_file(input));
