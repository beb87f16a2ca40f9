//! Any text as a token, a proof, a set of keys, an address or an object: refused, or exactly a good one.

#![no_main]

#[path = "../../crates/auth/tests/tokens/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    invariants::any_set(input);
    invariants::any_object(input);
    if let Ok(text) = std::str::from_utf8(input) {
        invariants::any_token(text);
        invariants::any_proof(text);
        invariants::any_address(text);
    }
});
