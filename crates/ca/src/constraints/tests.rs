//! What the local CA may and may not sign.

use std::net::IpAddr;

use x509_parser::prelude::FromDer;

use super::{extension, permits_address, permits_name};

#[test]
fn only_reserved_names_are_signed() {
    for name in
        ["localhost", "shop.localhost", "*.shop.localhost", "a.b.test", "vestibule.internal", "printer.home.arpa"]
    {
        assert!(permits_name(name), "{name}");
    }
    for name in
        ["", "shop.com", "notlocalhost", "localhost.com", "home", "arpa", "xhome.arpa", "vestibule", "com.", "*.com"]
    {
        assert!(!permits_name(name), "{name}");
    }
}

#[test]
fn only_private_addresses_are_signed() {
    for address in [
        "127.0.0.1",
        "127.255.0.1",
        "10.0.0.5",
        "172.31.0.1",
        "192.168.0.1",
        "169.254.0.1",
        "::1",
        "fd00::1",
        "fe80::1",
    ] {
        assert!(permits_address(address.parse::<IpAddr>().expect(address)), "{address}");
    }
    for address in ["0.0.0.0", "8.8.8.8", "172.32.0.1", "::", "::2", "2001:db8::1", "::ffff:10.0.0.1"] {
        assert!(!permits_address(address.parse::<IpAddr>().expect(address)), "{address}");
    }
}

#[test]
fn the_extension_says_the_same_to_others() {
    use x509_parser::extensions::{GeneralName, NameConstraints};
    let extension = extension();
    assert!(extension.criticality());
    let (rest, constraints) = NameConstraints::from_der(extension.content()).expect("well formed");
    assert!(rest.is_empty() && constraints.excluded_subtrees.is_none());
    let permitted = constraints.permitted_subtrees.expect("permitted");
    let uris: Vec<_> = permitted.iter().filter(|tree| matches!(tree.base, GeneralName::URI("invalid"))).collect();
    let names: Vec<_> = permitted.iter().filter(|tree| matches!(tree.base, GeneralName::DNSName(_))).collect();
    let addresses: Vec<_> = permitted.iter().filter(|tree| matches!(tree.base, GeneralName::IPAddress(_))).collect();
    assert_eq!((uris.len(), names.len(), addresses.len(), permitted.len()), (1, 7, 8, 16));
    let ten = permitted.iter().any(|tree| tree.base == GeneralName::IPAddress(&[10, 0, 0, 0, 255, 0, 0, 0]));
    assert!(ten);
}
