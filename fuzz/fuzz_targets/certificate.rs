//! Any octets as a verified certificate: refused, or it stands for a workload that it names.

#![no_main]
#![expect(dead_code, reason = "each target uses a part of what they share")]

#[path = "../../crates/auth/tests/credentials/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| drop(invariants::any_certificate(input)));
