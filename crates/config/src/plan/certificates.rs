//! Certificates from files: read, matched with their keys, and told as faults of the file where they are not good.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use gateway::CertificateAndKey;
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::parse_x509_certificate;

use crate::draft::{CertificateFiles, Draft, Said, Tls};
use crate::fault::{Collector, Fault, FaultCode};
use crate::files::Files;

/// Permission bit: readable by everyone.
const OTHERS_READ: u32 = 0o004;
/// Certificates and keys are small; more is a mistake.
const BYTES_AT_MOST: u64 = 1024 * 1024;

/// What the files of certificates hold.
pub(crate) struct Certificates {
    /// Of each door of the draft, in its order; `None` where the door names no files, or one of them has a fault.
    pub(crate) doors: Vec<Option<Vec<CertificateAndKey>>>,
    /// The one anchor of the callers' certificates; empty where none is named, or where it has a fault.
    pub(crate) anchors: Vec<CertificateDer<'static>>,
}

impl Certificates {
    /// Reads every file that the draft names, whatever else is wrong with it: all faults at once.
    pub(crate) fn read(draft: &Draft, files: &mut Files, faults: &mut Collector, now: SystemTime) -> Self {
        let mut reader = Reader { files, faults, now };
        let doors = draft.doors.iter().map(|door| match door.tls.as_ref().map(|tls| &tls.value) {
            Some(Tls::Files(files)) => reader.certificates(files),
            _ => None,
        });
        Self { doors: doors.collect(), anchors: reader.anchors(draft) }
    }
}

struct Reader<'a> {
    files: &'a mut Files,
    faults: &'a mut Collector,
    now: SystemTime,
}

impl Reader<'_> {
    /// The certificates of a door; `None` where one of them has a fault.
    fn certificates(&mut self, files: &[CertificateFiles]) -> Option<Vec<CertificateAndKey>> {
        // Each is read before any is given up: all faults at once.
        let read: Vec<_> = files.iter().map(|files| self.certificate(files)).collect();
        read.into_iter().collect()
    }

    fn certificate(&mut self, files: &CertificateFiles) -> Option<CertificateAndKey> {
        let chain = self.chain(&files.certificate);
        let key = self.key(&files.key);
        let (chain, key) = (chain?, key?);
        self.expiry(&files.certificate, &chain);
        match CertifiedKey::from_der(chain.clone(), key.clone_key(), &default_provider()) {
            Ok(_) => Some(CertificateAndKey { chain, key }),
            Err(error) => {
                let message = format!("the certificate and its key cannot be used together: {error}");
                let fault = Fault::new(FaultCode::MissingFile, files.certificate.span, message);
                self.faults.push(fault.related(files.key.span, "the key"));
                None
            }
        }
    }

    fn chain(&mut self, path: &Said<PathBuf>) -> Option<Vec<CertificateDer<'static>>> {
        let pem = self.pem(path, "certificate", false)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        match chain {
            Ok(chain) if !chain.is_empty() => Some(chain),
            _ => self.bad_file(path, "holds no certificate in PEM form"),
        }
    }

    fn key(&mut self, path: &Said<PathBuf>) -> Option<PrivateKeyDer<'static>> {
        let pem = self.pem(path, "key", true)?;
        match PrivateKeyDer::from_pem_slice(&pem) {
            Ok(key) => Some(key),
            Err(_) => self.bad_file(path, "holds no private key in PEM form"),
        }
    }

    fn pem(&mut self, path: &Said<PathBuf>, what: &str, secret: bool) -> Option<Vec<u8>> {
        let content = match self.files.read(&path.value, BYTES_AT_MOST) {
            Ok(content) => content,
            Err(error) => {
                let message = format!("the {what} `{}` cannot be read: {error}", path.value.display());
                let fault = Fault::new(FaultCode::MissingFile, path.span, message);
                self.faults.push(fault.label("paths are relative to this file"));
                return None;
            }
        };
        if secret && content.mode & OTHERS_READ != 0 {
            let message = format!("can be read by everyone (mode {:04o}); run `chmod o-r` on it", content.mode);
            return self.bad_file(path, &message);
        }
        Some(content.bytes)
    }

    fn bad_file<T>(&mut self, path: &Said<PathBuf>, why: &str) -> Option<T> {
        let message = format!("`{}` {why}", path.value.display());
        self.faults.push(Fault::new(FaultCode::MissingFile, path.span, message));
        None
    }

    /// Warns of a certificate past its day: a running gateway would not stop for it, and nobody can connect.
    fn expiry(&mut self, path: &Said<PathBuf>, chain: &[CertificateDer<'static>]) {
        let ends = |der: &CertificateDer<'_>| {
            let (_, certificate) = parse_x509_certificate(der).ok()?;
            Some(certificate.validity().not_after.timestamp())
        };
        let now = self.now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let over = |end: i64| u64::try_from(end).unwrap_or(0) < now;
        if chain.iter().filter_map(ends).any(over) {
            let message = format!("a certificate in `{}` has expired", path.value.display());
            let fault = Fault::new(FaultCode::CertificateExpired, path.span, message).warning();
            self.faults.push(fault.label("nobody will believe it"));
        }
    }

    fn anchors(&mut self, draft: &Draft) -> Vec<CertificateDer<'static>> {
        let Some(said) = &draft.trust.certificate else { return Vec::new() };
        if let Some(key) = &draft.trust.key {
            self.key(key);
        }
        let Some(chain) = self.chain(said) else { return Vec::new() };
        let usable = match chain.as_slice() {
            [root] if !is_authority(root) => Err("it is not the certificate of an authority".to_owned()),
            [root] => RootCertStore::empty().add(root.clone()).map_err(|error| error.to_string()),
            _ => Err("it holds more than one certificate".to_owned()),
        };
        if let Err(why) = usable {
            self.bad_file::<()>(said, &format!("is not a root: {why}"));
        }
        self.expiry(said, &chain);
        // INVARIANT: the local CA is never an anchor for workloads; whoever has its key could be every one of them.
        let local = self.files.resolve(&data_directory(draft)).join(LOCAL_CA);
        let local_pem = std::fs::read(&local).unwrap_or_default();
        let is_local = CertificateDer::pem_slice_iter(&local_pem).flatten().any(|local| chain.contains(&local));
        if is_local || self.files.resolve(&said.value) == local {
            self.bad_file::<()>(
                said,
                "is the local CA, which is never a root for workloads; `vestibule init` makes one",
            );
        }
        chain
    }
}

/// The data directory as the file has it, or the default beside it.
pub(super) fn data_directory(draft: &Draft) -> PathBuf {
    draft.data_directory.as_ref().map_or_else(|| PathBuf::from("vestibule-data"), |said| said.value.clone())
}

fn is_authority(der: &CertificateDer<'_>) -> bool {
    parse_x509_certificate(der).is_ok_and(|(_, certificate)| certificate.is_ca())
}

/// The certificate of the local CA within the data directory.
pub const LOCAL_CA: &str = "local-ca.pem";
