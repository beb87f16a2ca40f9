//! Which texts are hosts, and what they cover.

use super::{HostPattern, HostPatternError};

#[test]
fn a_host_prints_as_it_was_written() {
    for text in
        ["localhost", "shop.example", "*.shop.example", "192.0.2.1", "[2001:db8::1]", "[::1]", "a_b.c-d", "x--y"]
    {
        assert_eq!(HostPattern::parse(text).expect(text).to_string(), text);
    }
}

#[test]
fn what_breaks_a_rule_is_not_a_host() {
    let long = vec!["a"; 128].join(".");
    for (text, error) in [
        ("Shop.example", HostPatternError::UpperCase),
        ("shop.example:443", HostPatternError::Port),
        ("[::1]:443", HostPatternError::Port),
        ("*", HostPatternError::Wildcard),
        ("*.*.example", HostPatternError::Wildcard),
        ("a.*.example", HostPatternError::Wildcard),
        ("*a.example", HostPatternError::Wildcard),
        ("*.", HostPatternError::Name),
        ("", HostPatternError::Name),
        (".", HostPatternError::Name),
        ("shop.example.", HostPatternError::Name),
        ("shop..example", HostPatternError::Name),
        ("shop example", HostPatternError::Name),
        ("bücher.example", HostPatternError::Name),
        ("user@shop.example", HostPatternError::Name),
        ("shop.example/", HostPatternError::Name),
        (long.as_str(), HostPatternError::Name),
        ("[::1", HostPatternError::Address),
        ("[0:0::1]", HostPatternError::Address),
        ("[shop]", HostPatternError::Address),
        ("[::1]x", HostPatternError::Address),
    ] {
        assert_eq!(HostPattern::parse(text), Err(error), "{text}");
    }
}

#[test]
fn a_wildcard_covers_exactly_one_label() {
    let pattern = HostPattern::parse("*.shop.example").expect("pattern");
    for (host, covered) in [
        ("eu.shop.example", true),
        ("shop.example", false),
        ("a.eu.shop.example", false),
        (".shop.example", false),
        ("eu.shop.example.org", false),
        ("eushop.example", false),
    ] {
        assert_eq!(pattern.covers(host), covered, "{host}");
    }
    assert!(HostPattern::parse("shop.example").expect("host").covers("shop.example"));
}
