//! The two separate roots, and what is issued under them for `init` and `demo`.
//!
//! The local CA signs the doors' own certificates and is never an anchor for
//! callers; the workload root signs callers and nothing else.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use auth::keys::NewKey;
use ca::{CaError, Issued, LocalAuthority, WorkloadAuthority};
use model::{KeyKind, SpiffeId};
use rustls::pki_types::CertificateDer;

use crate::failure::{Exit, Failure};

/// The name of the local CA's files in the data directory, where the doors look for it.
const LOCAL: &str = "local-ca";
/// The name of the workload root's files there.
const WORKLOADS: &str = "workload-root";
/// How long a workload's certificate lives that a person keeps in a file; renewal needs the embedded CA.
const LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Both roots, with their keys.
pub(crate) struct Roots {
    local: LocalAuthority,
    workloads: WorkloadAuthority,
    /// The local CA's certificate, for `curl --cacert`.
    pub(crate) local_path: PathBuf,
}

impl Roots {
    /// Opens the roots in a data directory, or makes the directory and what is missing in it.
    ///
    /// # Errors
    /// Files that cannot be read or written, or are not what they should be.
    pub(crate) fn open_or_create(data: &Path, trust_domain: &str) -> Result<Self, Failure> {
        make_private(data)?;
        Ok(Self {
            local: LocalAuthority::open_or_create(data, LOCAL).map_err(|error| failed(&error))?,
            workloads: WorkloadAuthority::open_or_create(data, WORKLOADS, trust_domain)
                .map_err(|error| failed(&error))?,
            local_path: data.join(format!("{LOCAL}.pem")),
        })
    }

    /// The anchor for the doors' own certificates.
    pub(crate) fn local_certificate(&self) -> CertificateDer<'static> {
        self.local.certificate_der().clone()
    }

    /// A certificate for a workload of this name, in `FOLDER/NAME.pem` and `FOLDER/NAME-key.pem`.
    ///
    /// # Errors
    /// A name that no SPIFFE id can have, or files that cannot be written.
    pub(crate) fn workload(&self, name: &str, folder: &Path) -> Result<Issued, Failure> {
        issue(&self.workloads, name, folder)
    }

    /// A certificate that the local CA signed, as somebody might try to show it at a server door.
    ///
    /// # Errors
    /// Files that cannot be written.
    pub(crate) fn local_as_caller(&self, name: &str, folder: &Path) -> Result<(), Failure> {
        let issued = self.local.issue_server(&["localhost".to_owned()], LIFE).map_err(|error| failed(&error))?;
        save(&issued, name, folder)
    }
}

/// A certificate of this name under a root that nobody here knows.
///
/// # Errors
/// As [`Roots::workload`].
pub(crate) fn stranger(name: &str, trust_domain: &str, folder: &Path) -> Result<(), Failure> {
    let unknown = WorkloadAuthority::create(trust_domain).map_err(|error| failed(&error))?;
    issue(&unknown, name, folder).map(|_| ())
}

/// A new API key.
///
/// # Errors
/// No randomness.
pub(crate) fn key(kind: KeyKind) -> Result<NewKey, Failure> {
    auth::keys::generate(kind).map_err(|error| Failure::ours("no key can be made").because(&error))
}

/// The certificate and the key of that name in a folder.
pub(crate) fn files(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    (folder.join(format!("{name}.pem")), folder.join(format!("{name}-key.pem")))
}

fn issue(authority: &WorkloadAuthority, name: &str, folder: &Path) -> Result<Issued, Failure> {
    let id = SpiffeId::parse(&format!("spiffe://{}/{name}", authority.trust_domain()))
        .map_err(|error| Failure::ours(format!("`{name}` is no name of a workload")).because(&error))?;
    let issued = authority.issue_workload(&id, &[], LIFE).map_err(|error| failed(&error))?;
    save(&issued, name, folder).map(|()| issued)
}

fn save(issued: &Issued, name: &str, folder: &Path) -> Result<(), Failure> {
    make_private(folder)?;
    let (certificate, key) = files(folder, name);
    issued.save(&certificate, &key).map_err(|error| failed(&error))
}

fn make_private(folder: &Path) -> Result<(), Failure> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| Failure::file("make the directory", folder, &error))
}

fn failed(error: &CaError) -> Failure {
    match error {
        CaError::Read { path, source } => Failure::file("read", path, source),
        CaError::Write { path, source } => Failure::file("write", path, source),
        CaError::Exists { .. } => Failure::new(Exit::Conflict, "file-exists", error.to_string()),
        CaError::NoRandomness | CaError::Make(_) => Failure::ours(error.to_string()).because(error),
        _ => Failure::new(Exit::Faulty, "certificates", error.to_string()).because(error),
    }
}
