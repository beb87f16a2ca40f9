//! Which addresses are admitted.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Networks, is_private};

fn nets(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().map(|text| text.parse().expect(text)).collect()
}

fn address(text: &str) -> IpAddr {
    text.parse().expect(text)
}

#[test]
fn no_ranges_admit_any_address() {
    for text in ["192.0.2.1", "::1", "2001:db8::1", "0.0.0.0"] {
        assert!(Networks::any().admits(address(text)), "{text}");
    }
}

#[test]
fn a_denied_range_wins_over_an_allowed_one() {
    let networks = Networks::new(nets(&["10.0.0.0/8"]), nets(&["10.6.6.0/24"]));
    assert!(networks.admits(address("10.6.5.1")));
    assert!(!networks.admits(address("10.6.6.1")));
    assert!(!networks.admits(address("11.0.0.1")));
    let further = networks.denying(nets(&["10.6.5.0/24"]));
    assert!(!further.admits(address("10.6.5.1")) && !further.admits(address("10.6.6.1")));
}

#[test]
fn a_mapped_address_is_its_ipv4_address() {
    let denied = Networks::new(Vec::new(), nets(&["203.0.113.0/24"]));
    assert!(!denied.admits(address("::ffff:203.0.113.9")));
    let written_mapped = Networks::new(nets(&["::ffff:10.0.0.0/104"]), Vec::new());
    assert_eq!(written_mapped.allow(), nets(&["10.0.0.0/8"]));
    assert!(written_mapped.admits(address("10.1.2.3")));
    assert!(written_mapped.admits(address("::ffff:10.1.2.3")));
    assert!(!written_mapped.admits(address("11.1.2.3")));
}

#[test]
fn private_ranges_are_those_of_the_registries() {
    for text in [
        "10.255.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.168.1.1",
        "127.0.0.53",
        "169.254.169.254",
        "::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "febf::1",
        "::ffff:10.0.0.1",
    ] {
        assert!(is_private(address(text)), "{text}");
        assert!(Networks::private_and_loopback().check(address(text)).is_ok(), "{text}");
    }
    for text in [
        "0.0.0.0",
        "::",
        "11.0.0.0",
        "9.255.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.169.0.0",
        "100.64.0.1",
        "8.8.8.8",
        "2001:db8::1",
        "fec0::1",
        "::2",
        "::ffff:8.8.8.8",
    ] {
        assert!(!is_private(address(text)), "{text}");
        assert!(Networks::private_and_loopback().check(address(text)).is_err(), "{text}");
    }
}
