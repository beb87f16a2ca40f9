//! Lists of every shape, and that nothing a caller writes before them changes who it is.

use std::net::IpAddr;

use proptest::prelude::*;

use super::ForwardingError::{Malformed, Missing, NoAddress};
use super::ForwardingField::{Forwarded, XForwardedFor};
use super::{ForwardingError, ForwardingField, caller};
use crate::{HeadLimits, RequestHead};

const LIMITS: HeadLimits = HeadLimits { head_bytes: 64 * 1024, target_bytes: 1024, fields: 64 };

/// Who it is behind proxies in 10.0.0.0/8 and fd00::/8.
fn by(field: ForwardingField, lines: &[&str]) -> Result<IpAddr, ForwardingError> {
    let name = if field == Forwarded { "Forwarded" } else { "X-Forwarded-For" };
    let lines: String = lines.iter().map(|line| format!("{name}: {line}\r\n")).collect();
    let mut head = RequestHead::new();
    head.parse(format!("GET / HTTP/1.1\r\nhost: a\r\n{lines}\r\n").as_bytes(), &LIMITS).expect("fine").expect("whole");
    caller(head.fields(), field, |ip| match ip {
        IpAddr::V4(four) => four.octets()[0] == 10,
        IpAddr::V6(six) => six.octets()[0] == 0xfd,
    })
}

fn is(text: &str) -> Result<IpAddr, ForwardingError> {
    Ok(text.parse().expect("an address"))
}

#[test]
fn the_last_address_that_is_no_proxy_s_is_the_caller() {
    for (lines, expected) in [
        (&["192.0.2.7"][..], "192.0.2.7"),
        (&["192.0.2.7, 10.0.0.2,10.0.0.3"], "192.0.2.7"),
        (&["1.1.1.1, 192.0.2.7"], "192.0.2.7"),
        (&["1.1.1.1", "192.0.2.7", "10.0.0.2"], "192.0.2.7"),
        (&["whatever, , \"<", "192.0.2.7"], "192.0.2.7"),
        (&["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
        (&["2001:db8::1"], "2001:db8::1"),
        (&["[2001:db8::1]"], "2001:db8::1"),
        (&["[2001:db8::1]:4711"], "2001:db8::1"),
        (&["192.0.2.7:4711"], "192.0.2.7"),
        (&["::ffff:192.0.2.7, ::ffff:10.0.0.1"], "192.0.2.7"),
    ] {
        assert_eq!(by(XForwardedFor, lines), is(expected), "{lines:?}");
    }
    for (lines, expected) in [
        (&["for=192.0.2.7"][..], "192.0.2.7"),
        (&["For=\"192.0.2.7:80\";proto=http;by=10.0.0.1"], "192.0.2.7"),
        (&["for=1.1.1.1 ,\tproto=https ; for=\"[2001:db8::1]:80\" , for=10.0.0.2"], "2001:db8::1"),
        (&["for=_hidden", "for=unknown, by=x, for=192.0.2.7"], "192.0.2.7"),
        (&["host=\"a,for=9.9.9.9;\\\"\";for=192.0.2.7"], "192.0.2.7"),
    ] {
        assert_eq!(by(Forwarded, lines), is(expected), "{lines:?}");
    }
}

#[test]
fn where_a_proxy_names_nobody_nobody_is_told() {
    for (lines, error) in [
        (&[][..], Missing),
        (&[""], NoAddress),
        (&["192.0.2.7,"], NoAddress),
        (&["192.0.2.7, unknown"], NoAddress),
        (&["192.0.2.7, 10.0.0.2, _x"], NoAddress),
        (&["192.0.2.07"], NoAddress),
        (&["192.0.2.7 10.0.0.1"], NoAddress),
        (&["fe80::1%eth0"], NoAddress),
        (&["[fe80::1%1]:80"], NoAddress),
        (&["192.0.2.7:"], NoAddress),
        (&["for=192.0.2.7"], NoAddress),
    ] {
        assert_eq!(by(XForwardedFor, lines), Err(error), "{lines:?}");
    }
    for (lines, error) in [
        (&[][..], Missing),
        (&[""], Malformed),
        (&["192.0.2.7"], Malformed),
        (&["for=192.0.2.7,"], Malformed),
        (&["for=192.0.2.7;"], Malformed),
        (&["for=192.0.2.7;for=192.0.2.8"], Malformed),
        (&["for = 192.0.2.7"], Malformed),
        (&["for=2001:db8::1"], Malformed),
        (&["for=\"192.0.2.7"], Malformed),
        (&["for=\"192.0.2.7\"x"], Malformed),
        (&["for=\"192.0.2\\.7\""], NoAddress),
        (&["for=192.0.2.7, for=unknown"], NoAddress),
        (&["for=192.0.2.7, proto=http"], NoAddress),
    ] {
        assert_eq!(by(Forwarded, lines), Err(error), "{lines:?}");
    }
}

#[test]
fn what_a_caller_leaves_open_swallows_nothing_that_the_proxy_wrote() {
    for open in ["for=9.9.9.9;x=\"", "\"", "for=9.9.9.9;", "for=\"a\\", "x=\"\\\""] {
        for written in ["for=192.0.2.7", "for=\"[2001:db8::1]\"", "for=\"192.0.2.7:80\";proto=https"] {
            let told = by(Forwarded, &[&format!("{open}, {written}")]);
            assert!(told.is_err(), "{open}, {written}: {told:?}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_a_caller_writes_it_is_who_the_proxy_saw(made_up in "[ -~]{0,40}") {
        prop_assert_eq!(by(XForwardedFor, &[&format!("{made_up},192.0.2.7")]), is("192.0.2.7"));
        prop_assert_eq!(by(XForwardedFor, &[&made_up, "192.0.2.7"]), is("192.0.2.7"));
        for lines in [&[&*made_up, "for=192.0.2.7"][..], &[&format!("{made_up},for=192.0.2.7")]] {
            let told = by(Forwarded, lines);
            prop_assert!(told == is("192.0.2.7") || told == Err(Malformed), "{:?}", told);
        }
    }
}
