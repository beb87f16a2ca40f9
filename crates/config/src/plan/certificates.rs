//! Certificates from files: read, matched with their keys, and told as faults of the file where they are not good.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ca::acme::AcmeSettings;
use ca::{CaError, Leaf};
use gateway::CertificateAndKey;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use upstream::{ClientTls, Fetcher};

use crate::draft::{CertificateFiles, Door, Draft, Said, Tls};
use crate::fault::{Collector, Fault, FaultCode};
use crate::files::Files;
use crate::rules::TRUST_DOMAIN;
use crate::source::Span;

/// Certificates and keys are small; more is a mistake.
const BYTES_AT_MOST: u64 = 1024 * 1024;
/// Names that a message lists; a certificate may have hundreds.
const NAMES_SHOWN: usize = 8;

/// What the files of certificates hold.
pub(crate) struct Certificates {
    /// Of each door of the draft, in its order; `None` where the door names no files, or one of them has a fault.
    pub(crate) doors: Vec<Option<Vec<CertificateAndKey>>>,
    /// What each door of the draft wants of a CA, in its order; `None` where it wants nothing, or has a fault.
    pub(crate) acme: Vec<Option<AcmeSettings>>,
    /// Of each service with `https://`, by its name: how it is spoken to. Not there where something of it has a fault.
    pub(super) services: HashMap<String, ClientTls>,
    /// How each issuer of the draft is reached, in its order; `None` where something of it has a fault.
    pub(super) issuers: Vec<Option<Fetcher>>,
    /// The one anchor of the callers' certificates; empty where none is named, or where it has a fault.
    pub(crate) anchors: Vec<CertificateDer<'static>>,
}

impl Certificates {
    /// Reads every file that the draft names, whatever else is wrong with it: all faults at once.
    pub(crate) fn read(draft: &Draft, files: &mut Files, faults: &mut Collector, now: SystemTime) -> Self {
        let mut reader = Reader { files, faults, now };
        reader.local_ca(draft);
        let doors = draft.doors.iter().map(|door| match door.tls.as_ref().map(|tls| &tls.value) {
            Some(Tls::Files(files)) => reader.certificates(files, &door.hosts),
            _ => None,
        });
        let doors = doors.collect();
        let acme = draft.doors.iter().map(|door| match door.tls.as_ref().map(|tls| &tls.value) {
            Some(Tls::Acme(acme)) => reader.acme(door, acme),
            _ => None,
        });
        let acme = acme.collect();
        Self {
            doors,
            acme,
            services: reader.services(draft),
            issuers: reader.issuers(draft),
            anchors: reader.anchors(draft),
        }
    }
}

pub(super) struct Reader<'a> {
    pub(super) files: &'a mut Files,
    pub(super) faults: &'a mut Collector,
    now: SystemTime,
}

impl Reader<'_> {
    /// The certificates of a door; `None` where one of them has a fault.
    fn certificates(&mut self, files: &[CertificateFiles], hosts: &[Said<String>]) -> Option<Vec<CertificateAndKey>> {
        // Each is read before any is given up: all faults at once.
        let read: Vec<_> = files.iter().map(|files| self.certificate(files)).collect();
        let read: Vec<_> = read.into_iter().collect::<Option<_>>()?;
        let leaves: Vec<_> = read.iter().filter_map(|pair| Leaf::of_chain(&pair.chain)).collect();
        for host in hosts.iter().filter(|host| !leaves.iter().any(|leaf| leaf.is_for(&host.value))) {
            self.faults.push(no_certificate_for(host, &leaves, files));
        }
        Some(read)
    }

    pub(super) fn certificate(&mut self, files: &CertificateFiles) -> Option<CertificateAndKey> {
        let chain = self.chain(&files.certificate);
        let key = self.key(&files.key);
        let (chain, key) = (chain?, key?);
        self.expiry(&files.certificate, &chain);
        match CertifiedKey::from_der(chain.clone(), key.clone_key(), &default_provider()) {
            Ok(_) => Some(CertificateAndKey { chain, key }),
            Err(error) => {
                let (code, message) = match error {
                    rustls::Error::InconsistentKeys(_) => {
                        (FaultCode::KeyMismatch, "the key is not the key of this certificate".to_owned())
                    }
                    error => (FaultCode::WrongFile, format!("the certificate and its key cannot be used: {error}")),
                };
                let fault = Fault::new(code, files.certificate.span, message);
                let fault = fault.label("the leaf comes first; the key is the leaf's");
                self.faults.push(fault.related(files.key.span, "the key"));
                None
            }
        }
    }

    pub(super) fn chain(&mut self, path: &Said<PathBuf>) -> Option<Vec<CertificateDer<'static>>> {
        self.file(path, "certificate", ca::read_chain)
    }

    fn key(&mut self, path: &Said<PathBuf>) -> Option<PrivateKeyDer<'static>> {
        self.file(path, "key", ca::read_key)
    }

    /// Counts a file in, for watching and for the hash, and lets the room of certificates read it.
    fn file<T>(
        &mut self,
        said: &Said<PathBuf>,
        what: &str,
        read: impl FnOnce(&Path) -> Result<T, CaError>,
    ) -> Option<T> {
        let written = said.value.display().to_string();
        if let Err(error) = self.files.read(&said.value, BYTES_AT_MOST) {
            self.faults.push(unreadable(what, &written, &error, said.span));
            return None;
        }
        let resolved = self.files.resolve(&said.value);
        match read(&resolved) {
            Ok(content) => Some(content),
            Err(error) => {
                let fault = unusable(&error, &resolved, &written, said.span);
                let swapped = match (&error, what) {
                    (CaError::Content { .. }, "key") if ca::read_chain(&resolved).is_ok() => "this is a certificate",
                    (CaError::Content { .. }, _) if holds_a_key(&resolved) => "this is a private key",
                    _ => "",
                };
                self.faults.push(match swapped {
                    "" => fault,
                    is => fault.label(format!("{is}; a {what} is wanted")),
                });
                None
            }
        }
    }

    /// Warns of a certificate that is out of date: a gateway does not stop for that, and nobody can connect.
    fn expiry(&mut self, path: &Said<PathBuf>, chain: &[CertificateDer<'static>]) {
        let leaves: Vec<_> = chain.iter().filter_map(Leaf::read).collect();
        let written = path.value.display();
        let message = if leaves.iter().any(|leaf| leaf.not_after < self.now) {
            format!("a certificate in `{written}` has expired")
        } else if leaves.iter().any(|leaf| leaf.not_before > self.now) {
            format!("a certificate in `{written}` is not valid yet")
        } else {
            return;
        };
        let fault = Fault::new(FaultCode::CertificateExpired, path.span, message).warning();
        self.faults.push(fault.label("nobody will believe it"));
    }

    /// The local CA, where a door wants it and it is there already: what would keep `run` from opening the door is a
    /// fault of `check` as well. It is made at the first `run`, so it is not counted into the hash.
    fn local_ca(&mut self, draft: &Draft) {
        let named = |door: &Door| {
            draft.apis.iter().any(|api| api.door.as_ref().is_some_and(|said| said.value == door.name.value))
        };
        let local = |door: &&Door| named(door) && door.tls.as_ref().is_none_or(|tls| tls.value == Tls::Local);
        let Some(door) = draft.doors.iter().find(local) else { return };
        let directory = data_directory(draft);
        let resolved = self.files.resolve(&directory);
        if let Err(error) = ca::LocalAuthority::check(&resolved, LOCAL_CA.trim_end_matches(".pem")) {
            let span = door.tls.as_ref().map_or(door.name.span, |tls| tls.span);
            let fault = unusable(&error, &resolved, &directory.display().to_string(), span);
            self.faults.push(fault.help(format!(
                "the local CA, which signs the certificate of the door `{}`, is in `{}`",
                door.name.value,
                directory.display()
            )));
        }
    }

    /// INVARIANT: the local CA is never an anchor for workloads: the room of certificates refuses it as one.
    fn anchors(&mut self, draft: &Draft) -> Vec<CertificateDer<'static>> {
        let trust = &draft.trust;
        if let Some(key) = &trust.key {
            self.key(key);
        }
        let domain = trust.domain.as_ref().map_or(TRUST_DOMAIN, |domain| domain.value.as_str());
        let read = |path: &Path| ca::read_workload_anchors(path, domain);
        trust.certificate.as_ref().and_then(|said| self.file(said, "root", read)).unwrap_or_default()
    }
}

/// A host that no certificate of the door is for: whoever asks for it would be shown another's.
fn no_certificate_for(host: &Said<String>, leaves: &[Leaf], files: &[CertificateFiles]) -> Fault {
    let message = format!("no certificate of this door is for `{}`", host.value);
    let fault = Fault::new(FaultCode::CertificateName, host.span, message);
    let names = leaves.iter().flat_map(|leaf| {
        leaf.names.iter().cloned().chain(leaf.addresses.iter().map(ToString::to_string)).map(|name| format!("`{name}`"))
    });
    let names: Vec<_> = names.take(NAMES_SHOWN).collect();
    let names = if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") };
    let fault = fault.label("add a certificate for it, or take it out");
    match files.first() {
        Some(first) => fault.related(first.certificate.span, format!("for {names}")),
        None => fault,
    }
}

/// A file that could not be read at all, and what to do about it.
pub(super) fn unreadable(what: &str, written: &str, error: &io::Error, span: Span) -> Fault {
    let (code, message, label) = match error.kind() {
        io::ErrorKind::NotFound => {
            (FaultCode::MissingFile, format!("the {what} `{written}` is not there"), "paths are relative to this file")
        }
        io::ErrorKind::PermissionDenied => (
            FaultCode::UnreadableFile,
            format!("this user may not read the {what} `{written}`"),
            "run as the user that it belongs to, or give it to this one with `chown`",
        ),
        _ => {
            let message = format!("the {what} `{written}` cannot be read: {error}");
            (FaultCode::UnreadableFile, message, "it must be a file of at most 1 MiB")
        }
    };
    Fault::new(code, span, message).label(label)
}

/// A file that was read and cannot be used; the path as it was written is what the reader of the message knows.
fn unusable(error: &CaError, resolved: &Path, written: &str, span: Span) -> Fault {
    let shown = |path: &Path| path.display().to_string().replace(&resolved.display().to_string(), written);
    match error {
        CaError::Exposed { path } => {
            let message = format!("the private key `{}` can be read by everyone", shown(path));
            Fault::new(FaultCode::ExposedSecret, span, message).label("run `chmod 600` on it")
        }
        CaError::OpenDirectory { path } => {
            let message = format!("others may write to `{}`, and so replace the key in it", shown(path));
            Fault::new(FaultCode::ExposedSecret, span, message).label("run `chmod go-w` on it")
        }
        CaError::Half { there, missing } => {
            let message = format!("`{}` is there, but `{}` is not", shown(there), shown(missing));
            Fault::new(FaultCode::MissingFile, span, message)
                .label("put it back, or remove the first to make a new authority")
        }
        CaError::OtherTrustDomain { .. } => {
            let message = error.to_string().replace(&resolved.display().to_string(), written);
            Fault::new(FaultCode::WrongFile, span, message)
                .label("write its `domain:` under `trust`, or name another root")
        }
        CaError::Read { path, source } => unreadable("file", &shown(path), source, span),
        error => {
            let message = error.to_string().replace(&resolved.display().to_string(), written);
            Fault::new(FaultCode::WrongFile, span, message)
        }
    }
}

fn holds_a_key(path: &Path) -> bool {
    matches!(ca::read_key(path), Ok(_) | Err(CaError::Exposed { .. }))
}

/// The data directory as the file has it, or the default beside it.
pub(crate) fn data_directory(draft: &Draft) -> PathBuf {
    draft.data_directory.as_ref().map_or_else(|| PathBuf::from("vestibule-data"), |said| said.value.clone())
}

/// The certificate of the local CA within the data directory.
pub const LOCAL_CA: &str = "local-ca.pem";
