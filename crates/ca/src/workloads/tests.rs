//! What the root of workloads signs, what is accepted as anchor, and who gets through a real handshake.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use auth::certificate;
use model::SpiffeId;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, Issuer, KeyPair, KeyUsagePurpose, SanType};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls::{CertificateError, ClientConfig, ClientConnection, Error, RootCertStore, ServerConfig, ServerConnection};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use super::{WorkloadAuthority, read_workload_anchors};
use crate::{CaError, Issued, LocalAuthority};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn id(text: &str) -> SpiffeId {
    SpiffeId::parse(text).expect(text)
}

fn root() -> WorkloadAuthority {
    WorkloadAuthority::create("shop.example").expect("made")
}

fn shop(root: &WorkloadAuthority) -> Issued {
    root.issue_workload(&id("spiffe://shop.example/shop"), &["shop.internal".to_owned()], DAY).expect("issued")
}

#[test]
fn an_issued_certificate_is_read_as_the_workload_that_it_was_issued_for() {
    let read = certificate::read(&shop(&root()).chain_der[0]).expect("a caller's certificate");
    assert_eq!(read.spiffe, Some(id("spiffe://shop.example/shop")));
    assert_eq!(read.dns, ["shop.internal"]);
    assert!(read.is_current(std::time::SystemTime::now()));
}

#[test]
fn other_trust_domains_and_the_domain_itself_are_not_signed() {
    let root = root();
    for foreign in ["spiffe://acme.example/shop", "spiffe://shop.example", "spiffe://shop.example.org/shop"] {
        assert!(matches!(root.issue_workload(&id(foreign), &[], DAY), Err(CaError::Foreign { .. })), "{foreign}");
    }
    let bad = root.issue_workload(&id("spiffe://shop.example/shop"), &["Shop".to_owned()], DAY);
    assert!(matches!(bad, Err(CaError::Name { .. })));
    for domain in ["", "Shop.example", "shop.example/x", "spiffe://shop.example", "shop.example:80"] {
        assert!(matches!(WorkloadAuthority::create(domain), Err(CaError::TrustDomain { .. })), "{domain}");
    }
}

struct Directory(tempfile::TempDir);

impl Directory {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("directory"))
    }

    fn file(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, contents).expect("written");
        path
    }
}

#[test]
fn anchors_are_roots_of_the_trust_domain_only() {
    let directory = Directory::new();
    let (one, other) = (root(), root());
    let both = directory.file("both.pem", &[one.certificate_pem(), other.certificate_pem()].concat());
    assert_eq!(read_workload_anchors(&both, "shop.example").expect("anchors").len(), 2);
    assert!(matches!(read_workload_anchors(&both, "acme.example"), Err(CaError::OtherTrustDomain { .. })));
    let leaf = directory.file("leaf.pem", &[one.certificate_pem(), &shop(&one).chain_pem].concat());
    assert!(matches!(read_workload_anchors(&leaf, "shop.example"), Err(CaError::Content { .. })));
}

#[test]
fn the_local_ca_is_refused_as_anchor_of_workloads() {
    let directory = Directory::new();
    let local = LocalAuthority::create().expect("made");
    let (certificate, key) = (directory.0.path().join("ca.pem"), directory.0.path().join("ca-key.pem"));
    local.save(&certificate, &key).expect("saved");
    let refused = read_workload_anchors(&certificate, "shop.example").expect_err("refused").to_string();
    assert!(refused.contains("the local CA?"), "{refused}");
    assert!(WorkloadAuthority::open(&certificate, &key, "shop.example").is_err());
}

/// The handshake of a caller with a server door that has only this anchor.
fn handshake(
    anchor: &CertificateDer<'static>,
    caller: (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>),
) -> Result<(), Error> {
    let provider = Arc::new(default_provider());
    let local = LocalAuthority::create().expect("made");
    let door = local.issue_server(&["localhost".to_owned()], DAY).expect("issued");
    let mut anchors = RootCertStore::empty();
    anchors.add(anchor.clone()).expect("an anchor");
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(anchors), Arc::clone(&provider)).build();
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier.expect("a verifier"))
        .with_single_cert(door.chain_der, door.key_der)?;
    let mut trusted = RootCertStore::empty();
    trusted.add(local.certificate_der().clone())?;
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(trusted)
        .with_client_auth_cert(caller.0, caller.1)?;
    let mut client = ClientConnection::new(Arc::new(client), ServerName::try_from("localhost").expect("a name"))?;
    let mut server = ServerConnection::new(Arc::new(server))?;
    let mut bytes = Vec::new();
    while client.is_handshaking() || server.is_handshaking() {
        bytes.clear();
        client.write_tls(&mut bytes).expect("into memory");
        server.read_tls(&mut bytes.as_slice()).expect("from memory");
        server.process_new_packets()?;
        bytes.clear();
        server.write_tls(&mut bytes).expect("into memory");
        client.read_tls(&mut bytes.as_slice()).expect("from memory");
        client.process_new_packets()?;
    }
    // Under TLS 1.3 the client is done before the server has judged its certificate.
    assert_eq!(server.peer_certificates().map(<[_]>::len), Some(1));
    Ok(())
}

#[test]
fn an_issued_workload_gets_through_under_its_own_root_and_no_other() {
    let (root, other) = (root(), root());
    let local = LocalAuthority::create().expect("made");
    let caller = |root: &WorkloadAuthority| {
        let issued = shop(root);
        (issued.chain_der, issued.key_der)
    };
    assert_eq!(handshake(root.certificate_der(), caller(&root)), Ok(()));
    let unknown = Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
    assert_eq!(handshake(other.certificate_der(), caller(&root)), unknown);
    assert_eq!(handshake(local.certificate_der(), caller(&root)), unknown);
}

#[test]
fn a_certificate_of_a_door_is_no_callers() {
    let local = LocalAuthority::create().expect("made");
    let door = local.issue_server(&["localhost".to_owned()], DAY).expect("issued");
    let refused = handshake(local.certificate_der(), (door.chain_der, door.key_der)).expect_err("refused");
    assert!(matches!(refused, Error::InvalidCertificate(_)), "{refused}");
}

/// Signs with the local CA's stolen key what the CA itself would never sign.
fn forged(
    local: &LocalAuthority,
    directory: &Directory,
    name: SanType,
) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let (certificate, key) = (directory.0.path().join("ca.pem"), directory.0.path().join("ca-key.pem"));
    if !key.exists() {
        local.save(&certificate, &key).expect("saved");
    }
    let stolen = KeyPair::from_pem(&fs::read_to_string(&key).expect("read")).expect("a key");
    let issuer = Issuer::from_ca_cert_der(local.certificate_der(), stolen).expect("an issuer");
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![name];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().expect("a key");
    let leaf = params.signed_by(&key, &issuer).expect("signed");
    (vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
}

#[test]
fn even_as_anchor_and_with_its_key_stolen_the_local_ca_vouches_for_no_workload() {
    let (local, directory) = (LocalAuthority::create().expect("made"), Directory::new());
    let uri = SanType::URI("spiffe://shop.example/shop".try_into().expect("ascii"));
    let refused = handshake(local.certificate_der(), forged(&local, &directory, uri)).expect_err("refused");
    assert!(format!("{refused:?}").contains("NameConstraintViolation"), "{refused:?}");
    let foreign = SanType::DnsName("shop.com".try_into().expect("ascii"));
    let refused = handshake(local.certificate_der(), forged(&local, &directory, foreign)).expect_err("refused");
    assert!(format!("{refused:?}").contains("NameConstraintViolation"), "{refused:?}");
    let permitted = SanType::DnsName("a.localhost".try_into().expect("ascii"));
    assert_eq!(handshake(local.certificate_der(), forged(&local, &directory, permitted)), Ok(()), "the rest was right");
}
