//! Hosts and ports.

use super::{Authority, HostError, read};

#[test]
fn names_and_addresses_are_hosts() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "b".repeat(61));
    for (text, host_len, port) in [
        ("a", 1, None),
        ("a:1", 1, Some(1)),
        ("Shop.example:65535", 12, Some(65535)),
        ("127.0.0.1:80", 9, Some(80)),
        ("a_b-c.d", 7, None),
        ("[::1]", 5, None),
        ("[2001:DB8::1]:8443", 13, Some(8443)),
        (longest.as_str(), 253, None),
    ] {
        assert_eq!(read(text.as_bytes()), Ok(Authority { host_len, port }), "{text}");
    }
}

#[test]
fn everything_else_is_not() {
    let long_label = "a".repeat(64);
    let long = vec!["a"; 128].join(".");
    for (text, error) in [
        ("", HostError::Missing),
        (":80", HostError::Name),
        (".", HostError::Name),
        ("a.", HostError::Name),
        (".a", HostError::Name),
        ("a..b", HostError::Name),
        ("a%41", HostError::Name),
        ("a b", HostError::Name),
        ("a/", HostError::Name),
        ("a?", HostError::Name),
        ("a\\b", HostError::Name),
        ("a,b", HostError::Name),
        ("*", HostError::Name),
        ("a\0", HostError::Name),
        ("[::1", HostError::Name),
        ("[::1]a", HostError::Name),
        ("[]", HostError::Name),
        ("[a]", HostError::Name),
        ("[fe80::1%25eth0]", HostError::Name),
        ("[127.0.0.1]", HostError::Name),
        ("::1", HostError::Name),
        ("a@b", HostError::UserInformation),
        ("a:b@c", HostError::UserInformation),
        ("a:", HostError::Port),
        ("a:0", HostError::Port),
        ("a:01", HostError::Port),
        ("a:+1", HostError::Port),
        ("a:65536", HostError::Port),
        ("a:999999", HostError::Port),
        ("a:1:2", HostError::Port),
        ("a:1 ", HostError::Port),
        ("[::1]:", HostError::Port),
        (long_label.as_str(), HostError::Name),
        (long.as_str(), HostError::Name),
    ] {
        assert_eq!(read(text.as_bytes()), Err(error), "{text}");
    }
}
