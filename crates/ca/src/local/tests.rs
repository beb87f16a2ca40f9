//! What the local CA signs.

use std::time::Duration;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use super::LocalAuthority;
use crate::CaError;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn names(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn a_door_has_all_its_names_and_addresses() {
    let ca = LocalAuthority::create().expect("made");
    let names = names(&["localhost", "*.shop.localhost", "127.0.0.1", "::1", "[fd00::1]", "10.0.0.5"]);
    assert!(names.iter().all(|name| LocalAuthority::signs(name)));
    let issued = ca.issue_server(&names, DAY).expect("issued");
    let (_, certificate) = X509Certificate::from_der(&issued.chain_der[0]).expect("a certificate");
    let found = certificate.subject_alternative_name().expect("well formed").expect("there");
    let (mut dns, mut addresses) = (Vec::new(), Vec::new());
    for name in &found.value.general_names {
        match name {
            GeneralName::DNSName(name) => dns.push(*name),
            GeneralName::IPAddress(octets) => addresses.push(octets.len()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((dns, addresses), (vec!["localhost", "*.shop.localhost"], vec![4, 16, 16, 4]));
    let usage = certificate.extended_key_usage().expect("well formed").expect("there");
    assert!(usage.value.server_auth && !usage.value.client_auth);
}

#[test]
fn what_others_own_is_not_signed() {
    let ca = LocalAuthority::create().expect("made");
    for name in ["shop.com", "localhost.com", "vestibule", "8.8.8.8", "0.0.0.0", "2001:db8::1", "*.com"] {
        assert!(!LocalAuthority::signs(name), "{name}");
        let refused = ca.issue_server(&names(&["localhost", name]), DAY);
        assert!(matches!(refused, Err(CaError::NotLocal { .. })), "{name}");
    }
    for name in ["", "Localhost", "local host", "*", "a..localhost", "localhost.", "a/localhost", "*.*.localhost"] {
        let refused = ca.issue_server(&names(&[name]), DAY);
        assert!(matches!(refused, Err(CaError::Name { .. })), "{name}");
    }
    assert!(matches!(ca.issue_server(&[], DAY), Err(CaError::Nameless)));
}

#[test]
fn a_refused_name_is_told_what_is_possible() {
    let ca = LocalAuthority::create().expect("made");
    let message = ca.issue_server(&names(&["shop.com"]), DAY).expect_err("refused").to_string();
    assert_eq!(
        message,
        "the local CA does not sign `shop.com`: only names under `localhost`, `test`, `example`, `invalid`, `local`, \
         `internal`, `home.arpa` and private addresses; for other names use certificate files"
    );
}
