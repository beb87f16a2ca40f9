//! Any octets as an answer's head, to a GET and to a HEAD.

#![no_main]
#![expect(dead_code, reason = "each target uses a part of what they share")]

#[path = "../../crates/wire/tests/codec/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    invariants::response_head(input, wire::Method::Get);
    invariants::response_head(input, wire::Method::Head);
});
