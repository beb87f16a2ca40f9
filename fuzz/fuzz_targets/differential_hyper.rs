//! Any octets as a connection's requests, or as an answer: whatever the codec accepts, hyper accepts and reads alike.
//!
//! The first octet chooses: `A` an answer to a GET, `H` one to a HEAD, anything else requests.

#![no_main]

#[path = "../../crates/wire/tests/codec/by_hyper.rs"]
mod by_hyper;
#[path = "../../crates/wire/tests/codec/by_wire.rs"]
mod by_wire;
#[path = "../../crates/wire/tests/codec/compare.rs"]
mod compare;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    match input {
        [b'A', answer @ ..] => drop(compare::response(answer, wire::Method::Get)),
        [b'H', answer @ ..] => drop(compare::response(answer, wire::Method::Head)),
        [_, requests @ ..] => drop(compare::requests(requests)),
        [] => {}
    }
});
