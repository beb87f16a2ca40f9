//! Every range of the registries, and what stands for an address within another.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;
use crate::dial::{Destination, Trust};

fn kind(text: &str) -> AddressKind {
    AddressKind::of(text.parse().expect("an address"))
}

#[test]
fn metadata_services_are_never_called() {
    for never in ["169.254.169.254", "::ffff:169.254.169.254", "0.0.0.0", "::", "fd00:ec2::254", "224.0.0.1"] {
        assert!(is_never_called(never.parse().expect("an address")), "{never}");
    }
    for fine in ["127.0.0.1", "10.0.0.1", "::1", "fd00::1"] {
        assert!(!is_never_called(fine.parse().expect("an address")), "{fine}");
    }
}

#[test]
fn each_kind_has_its_first_and_its_last_address() {
    use AddressKind as Kind;
    for (first, last, expected) in [
        ("0.0.0.0", "0.255.255.255", Kind::Unspecified),
        ("10.0.0.0", "10.255.255.255", Kind::Private),
        ("100.64.0.0", "100.127.255.255", Kind::Shared),
        ("127.0.0.0", "127.255.255.255", Kind::Loopback),
        ("169.254.0.0", "169.254.255.255", Kind::Metadata),
        ("172.16.0.0", "172.31.255.255", Kind::Private),
        ("192.0.0.0", "192.0.0.255", Kind::Reserved),
        ("192.0.2.0", "192.0.2.255", Kind::Reserved),
        ("192.88.99.0", "192.88.99.255", Kind::Reserved),
        ("192.168.0.0", "192.168.255.255", Kind::Private),
        ("198.18.0.0", "198.19.255.255", Kind::Reserved),
        ("224.0.0.0", "239.255.255.255", Kind::Multicast),
        ("240.0.0.0", "255.255.255.254", Kind::Reserved),
        ("255.255.255.255", "255.255.255.255", Kind::Broadcast),
        ("1.0.0.0", "9.255.255.255", Kind::Public),
        ("11.0.0.0", "100.63.255.255", Kind::Public),
        ("100.128.0.0", "126.255.255.255", Kind::Public),
        ("128.0.0.0", "169.253.255.255", Kind::Public),
        ("172.32.0.0", "172.32.0.0", Kind::Public),
        ("172.15.255.255", "172.15.255.255", Kind::Public),
        ("193.0.0.0", "198.17.255.255", Kind::Public),
        ("203.0.114.0", "223.255.255.255", Kind::Public),
        ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Kind::LinkLocal),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Kind::Private),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Kind::Multicast),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", Kind::Reserved),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", Kind::Reserved),
        ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", Kind::Reserved),
        ("100::", "100::ffff:ffff:ffff:ffff", Kind::Reserved),
        ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Kind::Reserved),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Kind::Reserved),
        ("2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", Kind::Public),
        ("2003::", "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", Kind::Public),
        ("3fff:1000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Kind::Public),
        ("4000::", "4000::1", Kind::Reserved),
    ] {
        assert_eq!((kind(first), kind(last)), (expected, expected), "{first} to {last}");
    }
}

#[test]
fn metadata_services_are_known_wherever_a_cloud_has_put_them() {
    for at in [
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fd00:c1::a9fe:a9fe",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "::ffff:0:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "2001:0:1:2:3:4:5601:5601",
        "64:ff9b::100.100.100.200",
    ] {
        assert_eq!(kind(at), AddressKind::Metadata, "{at}");
    }
    assert!(is_metadata_name("metadata.google.internal") && !is_metadata_name("metadata.example"));
}

#[test]
fn an_address_within_another_is_never_more_public_than_both() {
    assert_eq!(kind("64:ff9b::8.8.8.8"), AddressKind::Public, "what a network without IPv4 has for it");
    assert_eq!(kind("64:ff9b::10.0.0.1"), AddressKind::Private);
    for reserved in ["::ffff:8.8.8.8", "::8.8.8.8", "2002:808:808::1", "64:ff9b:1::808:808"] {
        assert_eq!(kind(reserved), AddressKind::Reserved, "{reserved}");
    }
    assert_eq!(kind("::ffff:127.0.0.1"), AddressKind::Loopback);
    assert_eq!(kind("::1"), AddressKind::Loopback);
    assert_eq!(kind("::2"), AddressKind::Unspecified, "0.0.0.2 within IPv6");
}

/// The rows of both registries and the classes beside them, each as (prefix, length); the one row that is let through
/// is the prefix of RFC 6052, where what is embedded decides.
const SPECIAL_FOUR: [(&str, u32); 20] = [
    ("0.0.0.0", 8),
    ("10.0.0.0", 8),
    ("100.64.0.0", 10),
    ("127.0.0.0", 8),
    ("169.254.0.0", 16),
    ("172.16.0.0", 12),
    ("192.0.0.0", 24),
    ("192.0.0.8", 32),
    ("192.0.2.0", 24),
    ("192.31.196.0", 24),
    ("192.52.193.0", 24),
    ("192.88.99.0", 24),
    ("192.168.0.0", 16),
    ("192.175.48.0", 24),
    ("198.18.0.0", 15),
    ("198.51.100.0", 24),
    ("203.0.113.0", 24),
    ("224.0.0.0", 4),
    ("240.0.0.0", 4),
    ("255.255.255.255", 32),
];
const SPECIAL_SIX: [(&str, u32); 20] = [
    ("::1", 128),
    ("::", 128),
    ("::ffff:0:0", 96),
    ("64:ff9b:1::", 48),
    ("100::", 64),
    ("100:0:0:1::", 64),
    ("2001::", 23),
    ("2001::", 32),
    ("2001:2::", 48),
    ("2001:20::", 28),
    ("2001:30::", 28),
    ("2001:db8::", 32),
    ("2002::", 16),
    ("2620:4f:8000::", 48),
    ("3fff::", 20),
    ("5f00::", 16),
    ("fc00::", 7),
    ("fe80::", 10),
    ("fec0::", 10),
    ("ff00::", 8),
];

fn within(prefix: &str, length: u32, bits: u128) -> IpAddr {
    match prefix.parse().expect("an address") {
        IpAddr::V4(four) => {
            let mask = u32::MAX.checked_shr(length).unwrap_or(0);
            Ipv4Addr::from_bits(four.to_bits() | (bits as u32 & mask)).into()
        }
        IpAddr::V6(six) => {
            let mask = u128::MAX.checked_shr(length).unwrap_or(0);
            Ipv6Addr::from_bits(six.to_bits() | (bits & mask)).into()
        }
    }
}

fn supplied(ip: IpAddr) -> bool {
    let text = if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
    Destination::supplied(&text, 443, &[]).is_ok_and(|to| to.trust() == Trust::Supplied)
}

proptest! {
    #[test]
    fn no_address_of_a_special_purpose_is_called_on_a_caller_s_word(
        row in 0..SPECIAL_FOUR.len() + SPECIAL_SIX.len(),
        bits: u128,
    ) {
        let (prefix, length) = *SPECIAL_FOUR.iter().chain(&SPECIAL_SIX).nth(row).expect("a row");
        let ip = within(prefix, length, bits);
        prop_assert!(AddressKind::of(ip) != AddressKind::Public, "{}", ip);
        prop_assert!(!supplied(ip), "{}", ip);
    }

    #[test]
    fn whatever_carries_an_ipv4_address_is_not_called_where_that_is_not(bits: u32, other: u128) {
        let four = Ipv4Addr::from_bits(bits);
        let [a, b, c, d] = four.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let carriers = [
            four.to_ipv6_mapped(),
            Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, other as u16, 1, 2, 3, 4),
            Ipv6Addr::new(0x2001, 0, other as u16, 1, 2, 3, !high, !low),
        ];
        let itself = AddressKind::of(four.into());
        for carrier in carriers {
            let kind = AddressKind::of(carrier.into());
            if itself != AddressKind::Public {
                prop_assert!(!supplied(carrier.into()), "{} of {}", carrier, four);
            }
            if itself.is_never_called() {
                prop_assert!(kind.is_never_called() || kind == AddressKind::Loopback, "{} of {}", carrier, four);
            }
        }
    }
}
