//! Certificates from files: read, matched with their keys, and told as faults of the file where they are not good.

use std::path::{Path, PathBuf};

use gateway::CertificateAndKey;
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::{Planner, TrustPlan};
use crate::draft::{CertificateFiles, Said};
use crate::fault::{Fault, FaultCode};

/// Permission bit: readable by everyone.
const OTHERS_READ: u32 = 0o004;
/// Certificates and keys are small; more is a mistake.
const BYTES_AT_MOST: u64 = 1024 * 1024;

impl Planner<'_> {
    /// The certificates of a door; `None` where one of them has a fault.
    pub(super) fn certificates(&mut self, files: &[CertificateFiles]) -> Option<Vec<CertificateAndKey>> {
        // Each is read before any is given up: all faults at once.
        let read: Vec<_> = files.iter().map(|files| self.certificate(files)).collect();
        read.into_iter().collect()
    }

    fn certificate(&mut self, files: &CertificateFiles) -> Option<CertificateAndKey> {
        let chain = self.chain(&files.certificate);
        let key = self.key(&files.key);
        let (chain, key) = (chain?, key?);
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

    /// The one anchor of the callers' certificates; empty where no door needs one, or where it has a fault.
    pub(super) fn anchors(&mut self, trust: &TrustPlan, data_directory: &Path) -> Vec<CertificateDer<'static>> {
        let Some(said) = &self.draft.trust.certificate else { return Vec::new() };
        if let Some(key) = &self.draft.trust.key {
            self.key(key);
        }
        let Some(chain) = self.chain(said) else { return Vec::new() };
        let usable = match chain.as_slice() {
            [root] => RootCertStore::empty().add(root.clone()).map_err(|error| error.to_string()),
            _ => Err("it holds more than one certificate".to_owned()),
        };
        if let Err(why) = usable {
            self.bad_file::<()>(said, &format!("is not a root: {why}"));
        }
        // INVARIANT: the local CA is never an anchor for workloads; whoever has its key could be every one of them.
        let local = std::fs::read(data_directory.join(LOCAL_CA)).unwrap_or_default();
        let is_local = CertificateDer::pem_slice_iter(&local).flatten().any(|local| chain.contains(&local));
        if is_local || trust.certificate.as_deref() == Some(&*data_directory.join(LOCAL_CA)) {
            self.bad_file::<()>(
                said,
                "is the local CA, which is never a root for workloads; `vestibule init` makes one",
            );
        }
        chain
    }
}

/// The certificate of the local CA within the data directory.
pub const LOCAL_CA: &str = "local-ca.pem";
