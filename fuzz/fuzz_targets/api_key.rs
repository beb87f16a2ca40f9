//! Any text as a key: it is one of the keys, letter for letter, or nobody's.
//!
//! An octet `0x01` to `0x03` stands for one of the good keys, which no fuzzer would guess.

#![no_main]
#![expect(dead_code, reason = "each target uses a part of what they share")]

#[path = "../../crates/auth/tests/credentials/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &str| {
    let mut text = String::new();
    for character in input.chars() {
        match (character as usize).checked_sub(1).and_then(|at| invariants::KEYS.get(at)) {
            Some(key) => text.push_str(key.text),
            None => text.push(character),
        }
    }
    let _ = invariants::any_key(&text);
});
