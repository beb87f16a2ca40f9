//! Names, addresses and times of certificates that rcgen made.

use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, KeyPair, SanType};
use rustls_pki_types::CertificateDer;

use super::Leaf;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn made(names: &[&str], life: Duration) -> (CertificateDer<'static>, SystemTime) {
    // Certificates count whole seconds.
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    let from = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let mut params = CertificateParams::default();
    for name in names {
        params.subject_alt_names.push(match name.parse() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName((*name).try_into().expect("a name")),
        });
    }
    params.not_before = from.into();
    params.not_after = (from + life).into();
    let key = KeyPair::generate().expect("a key");
    (params.self_signed(&key).expect("signed").der().clone(), from)
}

#[test]
fn a_certificate_is_for_its_names_and_addresses_and_one_label_under_a_wildcard() {
    let (der, _) = made(&["Shop.example", "*.api.example", "10.0.0.5", "::1"], DAY);
    let leaf = Leaf::of_chain(&[der]).expect("read");
    for host in ["shop.example", "SHOP.example", "a.api.example", "*.api.example", "10.0.0.5", "[::1]", "::1"] {
        assert!(leaf.is_for(host), "{host}");
    }
    for host in ["api.example", "a.b.api.example", "*.shop.example", "other.example", "10.0.0.6", "example", ""] {
        assert!(!leaf.is_for(host), "{host}");
    }
    assert_eq!(leaf.name(), "shop.example");
}

#[test]
fn it_is_valid_between_its_times_and_ending_near_the_last() {
    let (der, from) = made(&["shop.example"], 90 * DAY);
    let leaf = Leaf::read(&der).expect("read");
    let at = |days: u32| from + days * DAY;
    assert!(!leaf.is_valid(from - DAY) && leaf.is_valid(from) && leaf.is_valid(at(90)) && !leaf.is_valid(at(91)));
    assert!(!leaf.is_ending(at(75)) && leaf.is_ending(at(77)) && leaf.is_ending(at(100)));
    let (der, from) = made(&["shop.example"], 4 * DAY);
    let short = Leaf::read(&der).expect("read");
    assert!(!short.is_ending(from + 2 * DAY) && short.is_ending(from + 4 * DAY));
}

#[test]
fn what_is_no_certificate_is_none() {
    assert_eq!(Leaf::of_chain(&[]), None);
    assert_eq!(Leaf::read(&CertificateDer::from(vec![0x30, 0x00])), None);
}
