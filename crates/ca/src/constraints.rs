//! What the local CA may vouch for: names that nobody else owns, private addresses, and no workload.
//!
//! The name constraints of RFC 5280 §4.2.1.10, written by hand because rcgen knows no
//! constraint on URIs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rcgen::CustomExtension;

/// Reserved for what is not the public Internet: RFC 6761, RFC 6762, RFC 8375, and `internal` by ICANN's board.
const NAMES: [&str; 7] = ["localhost", "test", "example", "invalid", "local", "internal", "home.arpa"];

/// Loopback, private and link-local: RFC 1122, RFC 1918, RFC 3927.
const IPV4: [(Ipv4Addr, u8); 5] = [
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
];

/// Loopback, private and link-local: RFC 4291, RFC 4193.
const IPV6: [(Ipv6Addr, u8); 3] = [
    (Ipv6Addr::LOCALHOST, 128),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
];

/// A host under which there is no SPIFFE id: with this as the only permitted one, no URI is permitted.
const URI_HOST: &str = "invalid";

const NAME_CONSTRAINTS: [u64; 4] = [2, 5, 29, 30];

/// Whether a DNS name (or a wildcard before one) may be signed.
pub(crate) fn permits_name(name: &str) -> bool {
    let name = name.strip_prefix("*.").unwrap_or(name);
    NAMES.iter().any(|base| name.strip_suffix(base).is_some_and(|front| front.is_empty() || front.ends_with('.')))
}

/// Whether an address may be signed.
pub(crate) fn permits_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => IPV4.iter().any(|(base, prefix)| address.to_bits() & mask4(*prefix) == base.to_bits()),
        IpAddr::V6(address) => IPV6.iter().any(|(base, prefix)| address.to_bits() & mask6(*prefix) == base.to_bits()),
    }
}

/// The names, for messages.
pub(crate) fn names_in_words() -> String {
    NAMES.map(|name| format!("`{name}`")).join(", ")
}

/// The critical extension that says it to everybody else.
pub(crate) fn extension() -> CustomExtension {
    const DNS_NAME: u8 = 0x82;
    const URI: u8 = 0x86;
    const IP_ADDRESS: u8 = 0x87;
    let names = NAMES.iter().map(|name| (DNS_NAME, name.as_bytes().to_vec()));
    let ipv4 = IPV4.iter().map(|(base, prefix)| (IP_ADDRESS, [base.octets(), mask4(*prefix).to_be_bytes()].concat()));
    let ipv6 = IPV6.iter().map(|(base, prefix)| (IP_ADDRESS, [base.octets(), mask6(*prefix).to_be_bytes()].concat()));
    let uri = [(URI, URI_HOST.as_bytes().to_vec())];
    let subtrees: Vec<u8> =
        names.chain(ipv4).chain(ipv6).chain(uri).flat_map(|(tag, base)| subtree(tag, &base)).collect();
    const PERMITTED: u8 = 0xA0;
    let content = der(SEQUENCE, &der(PERMITTED, &subtrees));
    let mut extension = CustomExtension::from_oid_content(&NAME_CONSTRAINTS, content);
    extension.set_criticality(true);
    extension
}

const SEQUENCE: u8 = 0x30;

/// `GeneralSubtree`: its base alone, as minimum and maximum must be left out.
fn subtree(tag: u8, base: &[u8]) -> Vec<u8> {
    der(SEQUENCE, &der(tag, base))
}

/// One DER value of at most 65,535 octets; what is written here has a few hundred.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let mut out = match (high, low) {
        (0, 0..=0x7F) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    out.extend_from_slice(content);
    out
}

const fn mask4(prefix: u8) -> u32 {
    u32::MAX << (32 - prefix)
}

const fn mask6(prefix: u8) -> u128 {
    u128::MAX << (128 - prefix)
}

#[cfg(test)]
mod tests;
