//! Whom a certificate stands for, and which settings contradict themselves.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use model::{DoorKind, KeyKind, SpiffeId, SpiffeIdError};
use wire::RequestHead;

use super::{Directory, DirectoryError, KeySettings, Settings, WorkloadSettings};
use crate::AuthError;
use crate::certificate::PeerCertificate;
use crate::keys::{KeyBounds, KeyHash, Shown, generate};

fn id(text: &str) -> SpiffeId {
    SpiffeId::parse(text).expect(text)
}

fn workload(name: &str) -> WorkloadSettings {
    WorkloadSettings { name: name.into(), id: None, dns: Vec::new(), networks: None, place: "".into() }
}

fn settings(workloads: Vec<WorkloadSettings>) -> Settings {
    Settings { trust_domain: Some("shop.example".into()), workloads, ..Settings::default() }
}

fn certificate(spiffe: Option<&str>, dns: &[&str]) -> PeerCertificate {
    PeerCertificate {
        sha256: [0; 32],
        spiffe: spiffe.map(id),
        dns: dns.iter().map(ToString::to_string).collect(),
        serial: "01".into(),
        not_before: SystemTime::UNIX_EPOCH,
        not_after: SystemTime::UNIX_EPOCH,
    }
}

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9));

fn directory() -> Directory {
    let orders = WorkloadSettings { id: Some(id("spiffe://shop.example/ns/orders")), ..workload("orders") };
    let erp = WorkloadSettings { dns: vec!["erp.acme.example".into(), "erp2.acme.example".into()], ..workload("erp") };
    let stock = WorkloadSettings {
        dns: vec!["stock.example".into()],
        networks: Some(vec!["10.1.0.0/16".parse().expect("network")]),
        place: "vestibule.yaml:7:9".into(),
        ..workload("stock")
    };
    Directory::new(settings(vec![workload("shop"), orders, erp, stock])).expect("no faults")
}

fn found(spiffe: Option<&str>, dns: &[&str]) -> Result<Arc<str>, AuthError> {
    directory().workload(&certificate(spiffe, dns), HERE).map(|workload| Arc::clone(&workload.name))
}

#[test]
fn a_workload_is_known_by_its_own_or_its_default_id() {
    assert_eq!(found(Some("spiffe://shop.example/shop"), &[]), Ok("shop".into()));
    assert_eq!(found(Some("spiffe://shop.example/ns/orders"), &[]), Ok("orders".into()));
    assert_eq!(found(Some("spiffe://shop.example/erp"), &[]), Ok("erp".into()));
}

#[test]
fn an_undeclared_id_of_our_trust_domain_is_a_workload_by_that_id() {
    let name = "spiffe://shop.example/orders";
    let found = directory().workload(&certificate(Some(name), &[]), HERE).expect("ours");
    assert_eq!((&*found.name, &found.id), (name, &Some(id(name))));
}

#[test]
fn a_foreign_trust_domain_is_refused_whatever_its_names() {
    for domain in ["acme.example", "xshop.example", "shop.example.org"] {
        let found = found(Some(&format!("spiffe://{domain}/shop")), &["erp.acme.example"]);
        assert_eq!(found, Err(AuthError::ForeignTrustDomain { domain: domain.into() }));
    }
}

#[test]
fn dns_names_count_only_without_a_spiffe_id() {
    assert_eq!(found(None, &["erp.acme.example"]), Ok("erp".into()));
    assert_eq!(found(None, &["other.example", "erp2.acme.example", "erp.acme.example"]), Ok("erp".into()));
    assert_eq!(found(Some("spiffe://shop.example/shop"), &["erp.acme.example"]), Ok("shop".into()));
}

#[test]
fn dns_names_of_nobody_or_of_two_are_refused() {
    for names in [&[][..], &["other.example"], &["*.acme.example"], &["acme.example"]] {
        assert_eq!(found(None, names), Err(AuthError::UnknownWorkload), "{names:?}");
    }
    let two = found(None, &["erp.acme.example", "stock.example"]);
    assert_eq!(two, Err(AuthError::AmbiguousWorkload { first: "erp".into(), second: "stock".into() }));
}

#[test]
fn a_workload_calls_from_its_networks_only() {
    let directory = directory();
    let from = |text: &str| {
        let address: IpAddr = text.parse().expect("address");
        directory.workload(&certificate(Some("spiffe://shop.example/stock"), &[]), address)
    };
    assert!(from("10.1.2.3").is_ok());
    assert!(from("::ffff:10.1.2.3").is_ok());
    let refused = AuthError::WorkloadNetwork {
        name: "stock".into(),
        address: "10.2.0.1".parse().expect("address"),
        place: "vestibule.yaml:7:9".into(),
    };
    assert_eq!(refused.to_string(), "the workload `stock` may not call from 10.2.0.1 (vestibule.yaml:7:9)");
    assert_eq!(from("10.2.0.1"), Err(refused));
}

#[test]
fn without_a_trust_domain_no_certificate_stands_for_anybody() {
    let directory = Directory::new(Settings::default()).expect("no faults");
    assert!(directory.workload(&certificate(Some("spiffe://shop.example/shop"), &[]), HERE).is_err());
    assert!(directory.workload(&certificate(None, &["erp.acme.example"]), HERE).is_err());
}

fn faults(settings: Settings) -> Vec<String> {
    Directory::new(settings).expect_err("faults").iter().map(ToString::to_string).collect()
}

#[test]
fn two_workloads_known_by_the_same_are_a_fault() {
    let other = WorkloadSettings { id: Some(id("spiffe://shop.example/shop")), ..workload("other") };
    let dns = |name: &str| WorkloadSettings { dns: vec!["a.example".into()], ..workload(name) };
    assert_eq!(
        faults(settings(vec![workload("shop"), other, dns("x"), dns("y")])),
        [
            "the workloads `shop` and `other` are both known by `spiffe://shop.example/shop`",
            "the workloads `x` and `y` are both known by `a.example`",
        ]
    );
}

#[test]
fn ids_and_names_that_cannot_be_ours_are_faults() {
    let foreign = WorkloadSettings { id: Some(id("spiffe://acme.example/shop")), ..workload("foreign") };
    let root = WorkloadSettings { id: Some(id("spiffe://shop.example")), ..workload("root") };
    let dns = WorkloadSettings { dns: vec!["*.a.example".into(), "A.example".into()], ..workload("dns") };
    assert_eq!(
        faults(settings(vec![foreign, root, workload("a b"), dns])),
        [
            "the id `spiffe://acme.example/shop` of the workload `foreign` is not a path within the trust domain `shop.example`",
            "the id `spiffe://shop.example` of the workload `root` is not a path within the trust domain `shop.example`",
            "the workload `a b` has a name that makes no SPIFFE id: a path is `/` and segments of letters, digits, `.`, `-` and `_`, none of them empty, `.` or `..`",
            "`*.a.example` of the workload `dns` is not a DNS name in lower case",
            "`A.example` of the workload `dns` is not a DNS name in lower case",
        ]
    );
    let nowhere = Settings { workloads: vec![workload("shop")], ..Settings::default() };
    assert_eq!(faults(nowhere), ["the workload `shop` needs a trust domain"]);
    let domain = Settings { trust_domain: Some("Shop".into()), ..Settings::default() };
    let fault = DirectoryError::TrustDomain { domain: "Shop".into(), source: SpiffeIdError::Domain };
    assert_eq!(faults(domain), [fault.to_string()]);
}

fn key(name: &str, kind: KeyKind, hash: &str) -> KeySettings {
    let hash = KeyHash::parse(hash).expect("hash");
    KeySettings {
        name: name.into(),
        kind,
        hash,
        apis: Vec::new(),
        scopes: Vec::new(),
        tier: None,
        bounds: KeyBounds::default(),
        expires: None,
        place: "".into(),
    }
}

#[test]
fn one_key_under_two_names_is_a_fault() {
    let new = generate(KeyKind::Restricted).expect("randomness");
    let keys = vec![key("a", KeyKind::Restricted, &new.hash), key("b", KeyKind::Restricted, &new.hash)];
    assert_eq!(faults(Settings { keys, ..Settings::default() }), ["the keys `a` and `b` have the same id"]);
}

#[test]
fn a_key_whose_kind_the_file_changes_is_refused() {
    let new = generate(KeyKind::Publishable).expect("randomness");
    let keys = vec![key("page", KeyKind::Restricted, &new.hash)];
    let directory = Directory::new(Settings { keys, ..Settings::default() }).expect("no faults");
    let shown = Shown { door: DoorKind::Client, head: &RequestHead::new(), address: HERE };
    let refused = directory.key(new.text.expose(), shown);
    assert_eq!(refused, Err(AuthError::KeyKind { name: "page".into() }));
}
