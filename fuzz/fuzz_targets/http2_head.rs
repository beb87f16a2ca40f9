//! Any octets as the fields of an HTTP/2 request: what is assembled is exactly one request of HTTP/1.1.
//!
//! The input is lines ended by `0xFF`, which no field may hold: method, scheme,
//! authority (`-` for none), path, and then names and values in turn. The stream
//! ends with the head if the input has an even number of octets.

#![no_main]
#![expect(dead_code, reason = "each target uses a part of what they share")]

#[path = "../../crates/wire/tests/codec/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut lines = input.split(|&octet| octet == 0xFF);
    let mut text = || lines.next().map(|line| std::str::from_utf8(line).unwrap_or_default()).unwrap_or_default();
    let (method, scheme, authority, path) = (text(), text(), text(), text());
    let authority = (authority != "-").then_some(authority);
    let request = wire::Http2Request { method, scheme, authority, path, end_stream: input.len().is_multiple_of(2) };
    let mut fields = Vec::new();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        fields.push((name, value));
    }
    invariants::http2_head(request, &fields);
});
