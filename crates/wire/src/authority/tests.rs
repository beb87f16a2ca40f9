//! Hosts and ports.

use super::{Authority, HostError};

fn read(text: &str) -> Result<(String, Option<u16>), HostError> {
    let mut authority = Authority::new();
    authority.read(text.as_bytes())?;
    assert_eq!(authority.text(), text);
    Ok((authority.host().to_owned(), authority.port()))
}

#[test]
fn a_host_that_is_refused_leaves_nothing_of_the_one_before() {
    let mut authority = Authority::new();
    authority.read(b"A:1").expect("valid");
    assert_eq!(authority.read(b"A:1x"), Err(HostError::Port));
    assert_eq!((authority.text(), authority.host(), authority.port()), ("", "", None));
    authority.read(b"b").expect("valid");
    assert_eq!((authority.text(), authority.host(), authority.port()), ("b", "b", None));
    authority.clear();
    assert_eq!((authority.text(), authority.host(), authority.port()), ("", "", None));
    authority.read(b"b").expect("valid");
    assert_eq!(authority.host(), "b");
    assert_eq!(authority.read(b""), Err(HostError::Missing));
}

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
        let host: String = text.chars().take(host_len).collect();
        assert_eq!(read(text), Ok((host.to_ascii_lowercase(), port)), "{text}");
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
        assert_eq!(read(text), Err(error), "{text}");
    }
}
