//! What kind of address one is: by the registries of IANA for special purposes, and where clouds keep their secrets.
//!
//! Sources: the IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and those that add to it), and what cloud
//! providers write about their metadata services. An address that stands for another (RFC 4291 §2.5.5, RFC 3056,
//! RFC 4380, RFC 6052) is judged by that one: whoever translates it would connect to that one.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of address one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressKind {
    /// One machine somewhere on the internet.
    Public,
    /// Within an organisation: RFC 1918, RFC 4193.
    Private,
    /// This machine.
    Loopback,
    /// This link: `fe80::/10`.
    LinkLocal,
    /// A cloud's metadata service, and with it all of `169.254.0.0/16`, where those are.
    Metadata,
    /// None: `0.0.0.0/8` and `::`.
    Unspecified,
    /// Many at once.
    Multicast,
    /// All of a link.
    Broadcast,
    /// Between a provider and its customers (RFC 6598).
    Shared,
    /// For documentation, measurements, protocols, translations or the future.
    Reserved,
}

impl AddressKind {
    /// What kind of address this is.
    #[must_use]
    pub fn of(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(four) => of_four(four),
            IpAddr::V6(six) => of_six(six),
        }
    }

    /// Whether nobody may be talked into calling it, by a file or by an answer of the resolver.
    #[must_use]
    pub const fn is_never_called(self) -> bool {
        matches!(self, Self::Metadata | Self::Unspecified | Self::Multicast | Self::Broadcast)
    }

    /// In words, after "is".
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "a public address",
            Self::Private => "a private address",
            Self::Loopback => "this machine itself",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "where a cloud has its metadata service",
            Self::Unspecified => "no address",
            Self::Multicast => "a multicast address",
            Self::Broadcast => "a broadcast address",
            Self::Shared => "an address between a provider and its customers",
            Self::Reserved => "an address for a special purpose",
        }
    }
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Addresses that a gateway must not be talked into calling: metadata services, and no address at all.
#[must_use]
pub fn is_never_called(ip: IpAddr) -> bool {
    AddressKind::of(ip).is_never_called()
}

/// Names by which clouds have their metadata services, in lower case.
#[must_use]
pub fn is_metadata_name(host: &str) -> bool {
    matches!(
        host,
        "metadata"
            | "metadata.google.internal"
            | "metadata.goog"
            | "instance-data"
            | "instance-data.ec2.internal"
            | "metadata.tencentyun.com"
    )
}

/// Metadata services that are not link-local: Alibaba, Oracle's older one, and what every machine at Azure is run by.
const METADATA_FOUR: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(168, 63, 129, 16)];

/// Amazon, Google, Oracle.
const METADATA_SIX: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
];

fn of_four(four: Ipv4Addr) -> AddressKind {
    if METADATA_FOUR.contains(&four) {
        return AddressKind::Metadata;
    }
    match four.octets() {
        [0, ..] => AddressKind::Unspecified,
        [127, ..] => AddressKind::Loopback,
        [169, 254, ..] => AddressKind::Metadata,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => AddressKind::Private,
        [100, 64..=127, ..] => AddressKind::Shared,
        // Protocol assignments (RFC 6890), documentation (RFC 5737), measurements (RFC 2544), the relays of 6to4
        // (RFC 7526), of AMT (RFC 7450), and AS112 (RFC 7534, RFC 7535).
        [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [198, 18 | 19, ..] => AddressKind::Reserved,
        [192, 88, 99, _] | [192, 52, 193, _] | [192, 31, 196, _] | [192, 175, 48, _] => AddressKind::Reserved,
        [224..=239, ..] => AddressKind::Multicast,
        [255, 255, 255, 255] => AddressKind::Broadcast,
        [240..=255, ..] => AddressKind::Reserved,
        _ => AddressKind::Public,
    }
}

fn of_six(six: Ipv6Addr) -> AddressKind {
    if six.is_unspecified() {
        return AddressKind::Unspecified;
    }
    if six.is_loopback() {
        return AddressKind::Loopback;
    }
    if METADATA_SIX.contains(&six) {
        return AddressKind::Metadata;
    }
    if let Some(Embedded { four, translated }) = embedded(six) {
        return match of_four(four) {
            AddressKind::Public if !translated => AddressKind::Reserved,
            kind => kind,
        };
    }
    match six.segments() {
        [0xff00..=0xffff, ..] => AddressKind::Multicast,
        [0xfe80..=0xfebf, ..] => AddressKind::LinkLocal,
        [0xfc00..=0xfdff, ..] => AddressKind::Private,
        // Protocol assignments (RFC 2928), documentation (RFC 3849, RFC 9637), AS112 (RFC 7534).
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] | [0x2620, 0x4f, 0x8000, ..] => {
            AddressKind::Reserved
        }
        // All that is given out for machines (RFC 4291 §2.4, and what IANA gives out of it).
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        _ => AddressKind::Reserved,
    }
}

/// An IPv4 address within an IPv6 address.
struct Embedded {
    four: Ipv4Addr,
    /// By the one prefix that networks without IPv4 use for the whole internet (RFC 6052 §2.1).
    translated: bool,
}

fn embedded(six: Ipv6Addr) -> Option<Embedded> {
    let plain = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Embedded { four: Ipv4Addr::new(a, b, c, d), translated: false }
    };
    Some(match six.segments() {
        // Mapped and compatible (RFC 4291 §2.5.5), and the same by SIIT (RFC 2765).
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => plain(high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Embedded { translated: true, ..plain(high, low) },
        // A prefix of somebody's own for the same (RFC 8215), used with its longest form.
        [0x64, 0xff9b, 1, _, _, _, high, low] => plain(high, low),
        [0x2002, high, low, ..] => plain(high, low),
        // Teredo has the client's address with every bit turned over (RFC 4380 §4).
        [0x2001, 0, _, _, _, _, high, low] => plain(!high, !low),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
