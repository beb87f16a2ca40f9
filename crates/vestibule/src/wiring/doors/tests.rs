//! Doors keep their certificates while these are young, and get others in time.

use std::path::Path;

use config::{Defaults, Environment, Loaded};

use super::*;

fn loaded(folder: &Path) -> Loaded {
    let text = "vestibule: 1\nservices: { notes: { urls: http://127.0.0.1:3000 } }\n\
                apis: { notes: { door: client, service: notes, public: true, operations: { a: GET / } } }\n";
    config::load_text("vestibule.yaml", text, folder, &Defaults::standard(), &Environment::of_process())
        .unwrap_or_else(|refused| panic!("{}", refused.faults.render(false)))
}

/// The certificate that the one door gets at this time.
fn certificate(certificates: &mut DoorCertificates, folder: &Path, now: SystemTime) -> Vec<u8> {
    let mut loaded = loaded(folder);
    certificates.complete(&mut loaded.plan, now).expect("a certificate");
    let tls = loaded.plan.gateway.doors[0].tls.as_ref().expect("TLS");
    tls.certificates[0].chain[0].to_vec()
}

#[test]
fn a_certificate_is_kept_while_it_is_young_and_made_anew_before_it_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut certificates = DoorCertificates::default();
    let start = SystemTime::now();
    let first = certificate(&mut certificates, folder.path(), start);
    assert_eq!(certificate(&mut certificates, folder.path(), start + 59 * DAY), first, "sessions go on");
    assert!(!certificates.are_due(start + 59 * DAY));
    assert!(certificates.are_due(start + 61 * DAY));
    assert_ne!(certificate(&mut certificates, folder.path(), start + 61 * DAY), first);
}

#[test]
fn it_is_looked_at_once_a_day() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut certificates = DoorCertificates::default();
    let start = SystemTime::now();
    certificate(&mut certificates, folder.path(), start);
    assert!(!certificates.look(start), "it is new");
    let due = start + 61 * DAY;
    assert!(certificates.look(due));
    assert!(!certificates.look(due + DAY / 2), "it was tried today");
    assert!(certificates.look(due + DAY));
}
