//! Which certificates are read as a caller's.

use std::time::{Duration, SystemTime};

use model::SpiffeIdError;
use proptest::prelude::*;
use rcgen::{
    BasicConstraints, CertificateParams, IsCa, KeyPair, KeyUsagePurpose, SanType, SerialNumber, date_time_ymd,
};

use super::{CertificateError, PeerCertificate, read};

fn uri(text: &str) -> SanType {
    SanType::URI(text.try_into().expect("ascii"))
}

fn dns(text: &str) -> SanType {
    SanType::DnsName(text.try_into().expect("ascii"))
}

fn params(names: Vec<SanType>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.subject_alt_names = names;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2026, 1, 2);
    params.serial_number = Some(SerialNumber::from_slice(&[0x01, 0xAB, 0x0F]));
    params
}

fn der(params: &CertificateParams) -> Vec<u8> {
    let key = KeyPair::generate().expect("a key");
    params.self_signed(&key).expect("a certificate").der().to_vec()
}

fn read_params(params: &CertificateParams) -> Result<PeerCertificate, CertificateError> {
    read(&der(params))
}

const SHOP: &str = "spiffe://shop.example/shop";

#[test]
fn a_certificate_is_read_with_its_names_days_and_serial() {
    let read = read_params(&params(vec![uri(SHOP), dns("Shop.Internal"), dns("*.shop.internal")])).expect("right");
    assert_eq!(read.spiffe.as_ref().map(model::SpiffeId::as_str), Some(SHOP));
    assert_eq!(read.dns, ["shop.internal", "*.shop.internal"]);
    assert_eq!(read.serial, "01ab0f");
    let day = |n: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600 + n * 86_400);
    assert_eq!((read.not_before, read.not_after), (day(0), day(1)));
    assert!(!read.is_current(day(0) - Duration::from_secs(1)));
    assert!(read.is_current(day(0)) && read.is_current(day(1)));
    assert!(!read.is_current(day(1) + Duration::from_secs(1)));
}

#[test]
fn an_svid_has_exactly_one_uri_and_that_a_workloads() {
    for (names, error) in [
        (vec![uri(SHOP), uri("spiffe://shop.example/other")], CertificateError::SeveralUris),
        (vec![uri(SHOP), uri("https://shop.example")], CertificateError::SeveralUris),
        (vec![uri("https://shop.example")], CertificateError::Uri(SpiffeIdError::Scheme)),
        (vec![uri("https://shop.example"), dns("shop.example")], CertificateError::Uri(SpiffeIdError::Scheme)),
        (vec![uri("spiffe://Shop.example/x")], CertificateError::Uri(SpiffeIdError::Domain)),
        (vec![uri("spiffe://shop.example/../x")], CertificateError::Uri(SpiffeIdError::Path)),
        (vec![uri("spiffe://shop.example")], CertificateError::NoPath),
        (vec![], CertificateError::Nameless),
        (vec![dns("a b")], CertificateError::Names),
        (vec![dns("*")], CertificateError::Names),
        (vec![dns("shop.example\0.evil.example")], CertificateError::Names),
        (vec![dns("a"); 65], CertificateError::Names),
    ] {
        assert_eq!(read_params(&params(names.clone())), Err(error), "{names:?}");
    }
}

#[test]
fn the_common_name_names_nobody() {
    let mut params = params(vec![]);
    params.distinguished_name.push(rcgen::DnType::CommonName, "erp.acme.example");
    assert_eq!(read_params(&params), Err(CertificateError::Nameless));
}

#[test]
fn an_authority_is_no_caller() {
    let mut params = params(vec![uri(SHOP)]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    assert_eq!(read_params(&params), Err(CertificateError::Authority));
    params.is_ca = IsCa::ExplicitNoCa;
    assert!(read_params(&params).is_ok());
}

#[test]
fn the_key_must_be_for_signatures_and_not_for_certificates() {
    for (usages, svid, other) in [
        (vec![], false, true),
        (vec![KeyUsagePurpose::DigitalSignature], true, true),
        (vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment], true, true),
        (vec![KeyUsagePurpose::KeyEncipherment], false, false),
        (vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign], false, false),
        (vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::CrlSign], false, false),
    ] {
        for (name, right) in [(uri(SHOP), svid), (dns("erp.acme.example"), other)] {
            let mut params = params(vec![name]);
            params.key_usages = usages.clone();
            let expected = if right { None } else { Some(CertificateError::KeyUsage) };
            assert_eq!(read_params(&params).err(), expected, "{params:?}");
        }
    }
}

#[test]
fn anything_after_the_certificate_is_refused() {
    let mut der = der(&params(vec![uri(SHOP)]));
    assert!(read(&der).is_ok());
    der.push(0);
    assert_eq!(read(&der), Err(CertificateError::Malformed));
    assert_eq!(read(&[]), Err(CertificateError::Malformed));
}

proptest! {
    #[test]
    fn a_damaged_certificate_is_read_or_refused_and_never_panics(
        at in any::<prop::sample::Index>(),
        octet in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut der = der(&params(vec![uri(SHOP), dns("shop.internal")]));
        let at = at.index(der.len());
        der[at] = octet;
        let _ = read(&der);
        let _ = read(&der[..cut.index(der.len())]);
    }
}
