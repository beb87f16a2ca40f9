//! Any octets as a `traceparent`: passed over, or it goes on as the same trace.

#![no_main]
#![expect(dead_code, reason = "each target uses a part of what they share")]

#[path = "../../crates/wire/tests/codec/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = invariants::trace_context(input);
});
