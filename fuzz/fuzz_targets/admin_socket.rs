//! Any octets into the admin socket: one answer at most, and a reload only where one is asked for.

#![no_main]

#[path = "../../crates/admin/tests/socket/invariants.rs"]
mod invariants;

use std::cell::LazyCell;

thread_local! {
    static STANDING: LazyCell<invariants::Standing> = LazyCell::new(invariants::Standing::start);
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = STANDING.with(|standing| standing.any_input(input));
});
