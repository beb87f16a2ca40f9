//! What the certificates say, and what becomes of the files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use model::SpiffeId;
use rustls_pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use super::Issued;
use crate::{CaError, LocalAuthority, WorkloadAuthority};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn parse<'a>(der: &'a CertificateDer<'_>) -> X509Certificate<'a> {
    X509Certificate::from_der(der).expect("a certificate").1
}

fn door(ca: &LocalAuthority, life: Duration) -> Issued {
    ca.issue_server(&["localhost".to_owned()], life).expect("issued")
}

fn shop(root: &WorkloadAuthority) -> Issued {
    let id = SpiffeId::parse("spiffe://shop.example/shop").expect("id");
    root.issue_workload(&id, &["shop.internal".to_owned()], DAY).expect("issued")
}

/// Octets of an extension by its object identifier.
fn extension<'a>(certificate: &X509Certificate<'a>, oid: &[u64]) -> (bool, &'a [u8]) {
    let oid = x509_parser::asn1_rs::Oid::from(oid).expect("an oid");
    let found = certificate.get_extension_unique(&oid).expect("once").expect("there");
    (found.critical, found.value)
}

const SUBJECT_KEY: [u64; 4] = [2, 5, 29, 14];
const AUTHORITY_KEY: [u64; 4] = [2, 5, 29, 35];

#[test]
fn roots_sign_certificates_only_and_for_ten_years() {
    let (local, root) =
        (LocalAuthority::create().expect("made"), WorkloadAuthority::create("shop.example").expect("made"));
    for (der, path_length) in [(local.certificate_der(), 0), (root.certificate_der(), 1)] {
        let certificate = parse(der);
        let constraints = certificate.basic_constraints().expect("well formed").expect("there");
        assert!(constraints.critical && constraints.value.ca);
        assert_eq!(constraints.value.path_len_constraint, Some(path_length));
        let usage = certificate.key_usage().expect("well formed").expect("there");
        assert!(
            usage.critical && usage.value.key_cert_sign() && usage.value.crl_sign() && !usage.value.digital_signature()
        );
        let validity = certificate.validity();
        let life = validity.not_after.timestamp() - validity.not_before.timestamp();
        assert_eq!(life / 86_400, 3_652);
    }
}

#[test]
fn leaves_sign_nothing_and_say_who_signed_them() {
    let local = LocalAuthority::create().expect("made");
    let root = WorkloadAuthority::create("shop.example").expect("made");
    for (issued, signer) in [(door(&local, DAY), local.certificate_der()), (shop(&root), root.certificate_der())] {
        let (leaf, signer) = (parse(&issued.chain_der[0]), parse(signer));
        let usage = leaf.key_usage().expect("well formed").expect("there");
        assert!(usage.value.digital_signature() && !usage.value.key_cert_sign() && !usage.value.crl_sign());
        assert!(!leaf.basic_constraints().expect("well formed").expect("there").value.ca);
        assert_eq!(leaf.issuer(), signer.subject());
        let (_, signers_key) = extension(&signer, &SUBJECT_KEY);
        let (_, authority) = extension(&leaf, &AUTHORITY_KEY);
        assert!(authority.ends_with(&signers_key[2..]), "{authority:?} {signers_key:?}");
        assert!(!extension(&leaf, &SUBJECT_KEY).1.is_empty());
        leaf.verify_signature(Some(signer.public_key())).expect("signed by it");
    }
}

#[test]
fn serial_numbers_are_long_positive_and_never_the_same() {
    let local = LocalAuthority::create().expect("made");
    let serials: std::collections::HashSet<Vec<u8>> = (0..32)
        .map(|_| parse(&door(&local, DAY).chain_der[0]).raw_serial().to_vec())
        .inspect(|serial| assert!(serial.len() == 16 && serial[0] & 0xC0 == 0x40, "{serial:02x?}"))
        .collect();
    assert_eq!(serials.len(), 32);
}

#[test]
fn a_leaf_begins_a_little_earlier_and_never_outlives_its_authority() {
    let local = LocalAuthority::create().expect("made");
    let issued = door(&local, DAY);
    let begin = parse(&issued.chain_der[0]).validity().not_before.timestamp();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    assert!((590..=660).contains(&(now - u64::try_from(begin).expect("after 1970"))));
    let end = parse(local.certificate_der()).validity().not_after;
    for life in [DAY * 365 * 20, Duration::MAX] {
        assert_eq!(parse(&door(&local, life).chain_der[0]).validity().not_after, end);
    }
}

#[test]
fn two_roots_have_two_names() {
    let (one, other) = (LocalAuthority::create().expect("made"), LocalAuthority::create().expect("made"));
    assert_ne!(parse(one.certificate_der()).subject(), parse(other.certificate_der()).subject());
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("metadata").permissions().mode() & 0o777
}

#[test]
fn an_authority_comes_back_from_its_files() {
    let directory = tempfile::tempdir().expect("directory");
    let made = LocalAuthority::open_or_create(directory.path(), "local-ca").expect("made");
    let again = LocalAuthority::open_or_create(directory.path(), "local-ca").expect("opened");
    assert_eq!(made.certificate_der(), again.certificate_der());
    assert_eq!(made.certificate_pem(), again.certificate_pem());
    let (leaf, signer) = (door(&again, DAY), parse(made.certificate_der()));
    parse(&leaf.chain_der[0]).verify_signature(Some(signer.public_key())).expect("signed by the same key");
    assert_eq!(mode(&directory.path().join("local-ca-key.pem")), 0o600);
    assert_eq!(mode(&directory.path().join("local-ca.pem")) & 0o600, 0o600);
    let root = WorkloadAuthority::open_or_create(directory.path(), "workloads", "shop.example").expect("made");
    let again = WorkloadAuthority::open_or_create(directory.path(), "workloads", "shop.example").expect("opened");
    assert_eq!((root.certificate_der(), again.trust_domain()), (again.certificate_der(), "shop.example"));
}

#[test]
fn one_file_of_two_is_told_and_not_replaced() {
    let directory = tempfile::tempdir().expect("directory");
    LocalAuthority::open_or_create(directory.path(), "local-ca").expect("made");
    let (certificate, key) = super::files(directory.path(), "local-ca");
    let aside = directory.path().join("aside");
    for (gone, stays) in [(&certificate, &key), (&key, &certificate)] {
        fs::rename(gone, &aside).expect("moved");
        match LocalAuthority::open_or_create(directory.path(), "local-ca").map(|_| ()) {
            Err(CaError::Half { there, missing }) => assert_eq!((&there, &missing), (stays, gone)),
            other => panic!("{other:?}"),
        }
        fs::rename(&aside, gone).expect("moved back");
    }
}

#[test]
fn saving_replaces_nothing() {
    let directory = tempfile::tempdir().expect("directory");
    let (certificate, key) = super::files(directory.path(), "shop");
    let root = WorkloadAuthority::create("shop.example").expect("made");
    shop(&root).save(&certificate, &key).expect("saved");
    let (kept, kept_key) = (fs::read(&certificate).expect("read"), fs::read(&key).expect("read"));
    assert!(matches!(shop(&root).save(&certificate, &key), Err(CaError::Exists { .. })));
    assert_eq!((fs::read(&certificate).expect("read"), fs::read(&key).expect("read")), (kept, kept_key));
    assert_eq!(mode(&key), 0o600);
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let directory = tempfile::tempdir().expect("directory");
    let path = |name: &str| directory.path().join(name);
    let root = WorkloadAuthority::create("shop.example").expect("made");
    root.save(&path("root.pem"), &path("root-key.pem")).expect("saved");
    let other = WorkloadAuthority::create("shop.example").expect("made");
    other.save(&path("other.pem"), &path("other-key.pem")).expect("saved");
    shop(&root).save(&path("shop.pem"), &path("shop-key.pem")).expect("saved");
    fs::write(path("two.pem"), [root.certificate_pem(), other.certificate_pem()].concat()).expect("written");
    for (certificate, key, what) in [
        ("root.pem", "other-key.pem", "`other-key.pem` holds the key of another certificate"),
        ("shop.pem", "shop-key.pem", "`shop.pem` holds a certificate that is not an authority's"),
        ("two.pem", "root-key.pem", "`two.pem` holds more than one certificate"),
        ("root-key.pem", "root-key.pem", "`root-key.pem` holds a private key, where only certificates belong"),
        ("root.pem", "root.pem", "`root.pem` holds something other than a private key"),
    ] {
        let fault = WorkloadAuthority::open(&path(certificate), &path(key), "shop.example").map(|_| ());
        let fault = fault.expect_err(what).to_string().replace(&format!("{}/", directory.path().display()), "");
        assert_eq!(fault, what);
    }
}

#[test]
fn printing_what_was_issued_prints_no_key() {
    let issued = shop(&WorkloadAuthority::create("shop.example").expect("made"));
    let printed = format!("{issued:?}");
    let line = issued.key_pem.expose().lines().nth(1).expect("a line");
    assert!(printed.contains("[redacted]") && !printed.contains(line));
}

#[test]
fn no_key_is_written_where_others_may_replace_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).expect("its mode");
    let refused = crate::LocalAuthority::open_or_create(folder.path(), "local-ca");
    assert!(matches!(refused, Err(crate::CaError::OpenDirectory { .. })));
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing was left behind");
}
