//! Any octets before a proxy's own word: the caller is whom the proxy named, or nobody.

#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use wire::fields::Fields;
use wire::forwarded::{ForwardingField, caller};

const SEEN: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    for (field, name, word) in [
        (ForwardingField::XForwardedFor, "x-forwarded-for", "192.0.2.7"),
        (ForwardingField::Forwarded, "forwarded", "for=192.0.2.7;proto=https"),
    ] {
        let one_line = [input, b", ", word.as_bytes()].concat();
        for lines in [&[one_line.as_slice()][..], &[input, word.as_bytes()]] {
            let fields = lines.iter().map(|line| (name.as_bytes(), *line));
            let Ok(fields) = read(fields) else { continue };
            match caller(&fields, field, |_| false) {
                Ok(told) => assert_eq!(told, SEEN),
                Err(_) => assert_eq!(field, ForwardingField::Forwarded),
            }
        }
    }
});

/// Fields as a request brings them.
fn read<'a>(fields: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Result<Fields, wire::HeadError> {
    let limits = wire::HeadLimits { head_bytes: 1 << 20, target_bytes: 64, fields: 8 };
    let request =
        wire::Http2Request { method: "GET", scheme: "https", authority: Some("a"), path: "/", end_stream: true };
    let mut head = wire::RequestHead::new();
    head.assemble(request, fields, &limits)?;
    Ok(head.fields().clone())
}
