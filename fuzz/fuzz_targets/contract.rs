//! Any octets as a contract: refused with faults that lie in it, or operations that could be routes.

#![no_main]

#[path = "../../crates/contract/tests/contract/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| invariants::any_contract(input));
