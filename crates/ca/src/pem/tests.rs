//! Which files are read as certificates and keys.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use super::{read_chain, read_key};
use crate::{CaError, LocalAuthority};

struct Files {
    directory: tempfile::TempDir,
    certificate: String,
    key: String,
}

fn files() -> Files {
    let issued = LocalAuthority::create()
        .and_then(|ca| ca.issue_server(&["localhost".to_owned()], Duration::from_secs(60)))
        .expect("issued");
    let directory = tempfile::tempdir().expect("directory");
    Files { directory, certificate: issued.chain_pem, key: issued.key_pem.expose().clone() }
}

impl Files {
    fn with(&self, contents: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = self.directory.path().join("file.pem");
        let _ = fs::remove_file(&path);
        fs::write(&path, contents).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("permissions");
        path
    }

    fn chain_fault(&self, contents: impl AsRef<[u8]>) -> String {
        read_chain(&self.with(contents, 0o644)).expect_err("a fault").to_string()
    }

    fn key_fault(&self, contents: impl AsRef<[u8]>) -> String {
        read_key(&self.with(contents, 0o600)).expect_err("a fault").to_string()
    }
}

#[test]
fn a_chain_is_certificates_and_nothing_else() {
    let files = files();
    let Files { certificate, key, .. } = &files;
    assert_eq!(read_chain(&files.with(format!("{certificate}{certificate}"), 0o644)).expect("a chain").len(), 2);
    let with_words = format!("subject=shop\n{certificate}\n");
    assert_eq!(read_chain(&files.with(with_words, 0o644)).expect("words between are customary").len(), 1);
    for (contents, what) in [
        (String::new(), "holds no certificate"),
        ("text".to_owned(), "holds no certificate"),
        (format!("{certificate}{key}"), "holds a private key, where only certificates belong"),
        (certificate.replace("CERTIFICATE", "X509 CRL"), "holds something other than certificates"),
        (certificate.replace("CERTIFICATE", "PKCS7"), "holds a PEM block of an unknown kind"),
        (certificate.replace("-----END", "-----EMD"), "is not well-formed PEM"),
        (certificate.replacen("MII", "M!!", 1), "is not well-formed PEM"),
        (certificate.repeat(65), "holds more than 64 certificates"),
        ("x".repeat((1 << 20) + 1), "is larger than 1 MiB"),
    ] {
        assert!(files.chain_fault(contents).ends_with(what), "{what}");
    }
    assert!(files.chain_fault([0x30, 0x82, 0xFF]).ends_with("is not PEM (is it DER?)"));
}

#[test]
fn a_key_file_is_one_key_and_nothing_else() {
    let files = files();
    let Files { certificate, key, .. } = &files;
    assert!(read_key(&files.with(key, 0o600)).is_ok());
    for (contents, what) in [
        (String::new(), "holds no private key"),
        (certificate.clone(), "holds something other than a private key"),
        (format!("{key}{key}"), "holds something beside its private key"),
        (format!("{key}{certificate}"), "holds something beside its private key"),
        (key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "holds an encrypted private key; decrypt it first"),
    ] {
        assert!(files.key_fault(contents).ends_with(what), "{what}");
    }
}

#[test]
fn a_key_that_everyone_may_read_is_refused() {
    let files = files();
    for (mode, refused) in [(0o600, false), (0o400, false), (0o640, false), (0o604, true), (0o644, true)] {
        let read = read_key(&files.with(&files.key, mode));
        assert_eq!(matches!(read, Err(CaError::Exposed { .. })), refused, "{mode:o}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let missing = PathBuf::from("no/such/file.pem");
    for error in [read_chain(&missing).map(|_| ()), read_key(&missing).map(|_| ())] {
        assert_eq!(error.expect_err("missing").to_string(), "cannot read `no/such/file.pem`");
    }
}
