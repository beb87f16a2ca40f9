//! What is kept of a CA in the data directory: the account, the certificates with their keys, and how often it failed.
//!
//! ```text
//! DATA/acme/HOST-HASH/           a CA, by the URL of its directory
//!   account-HASH.json            our account there; by contact and binding
//!   NAME-HASH.pem                key and chain in one file, so that they cannot be out of step
//!   NAME-HASH.json               failures in a row, and when to try again
//!   proofs.json                  what is shown to the CA at this moment, by whichever node asked
//!   lock                         held by the node that asks
//! ```
//!
//! Every file is the owner's alone, and replaced whole or not at all.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aws_lc_rs::digest::{Context, SHA256};
use instant_acme::AccountCredentials;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};

use super::{AcmeError, AcmeSettings, Proof};
use crate::files::replace;
use crate::pem::read_bundle;
use crate::{CaError, Leaf};

/// After that a proof is no longer shown, whatever became of the node that asked.
const PROOFS_LIVE: Duration = Duration::from_secs(10 * 60);
/// A file of ours has a few KiB.
const AT_MOST_BYTES: u64 = 1 << 20;

/// The files of one certificate.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    account: PathBuf,
    certificate: PathBuf,
    attempts: PathBuf,
}

/// A certificate that is kept, and its key.
#[derive(Debug)]
pub struct Kept {
    /// The chain, leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// The leaf's key.
    pub key: PrivateKeyDer<'static>,
    /// What the leaf says.
    pub leaf: Leaf,
}

/// What became of the attempts since the last success.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attempts {
    /// How many failed in a row.
    pub(super) failures: u32,
    /// When to try again, in seconds since 1970.
    again: u64,
    /// Why the last one failed.
    pub(super) why: String,
}

#[derive(Serialize, Deserialize)]
struct Shown {
    /// Seconds since 1970.
    until: u64,
    proofs: Vec<Proof>,
}

impl Attempts {
    pub(super) fn failed(failures: u32, again: SystemTime, why: String) -> Self {
        Self { failures, again: seconds(again), why }
    }

    /// When to try again.
    pub(super) fn again(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(self.again)).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

impl Store {
    /// Where these settings keep what they have, under the data directory.
    #[must_use]
    pub fn new(data: &Path, settings: &AcmeSettings) -> Self {
        let host = settings.directory.strip_prefix("https://").unwrap_or(&settings.directory);
        let host = host.split(['/', ':']).next().unwrap_or_default();
        let folder = data.join("acme").join(format!("{}-{}", plain(host), hash(&[&settings.directory])));
        let binding = settings.binding.as_ref().map_or("", |binding| binding.id.as_str());
        let account = folder.join(format!("account-{}.json", hash(&[&settings.contact, binding])));
        let mut names: Vec<&str> = settings.names.iter().map(String::as_str).collect();
        names.sort_unstable();
        let stem = format!("{}-{}", plain(names.first().copied().unwrap_or_default()), hash(&names));
        let (certificate, attempts) = (folder.join(format!("{stem}.pem")), folder.join(format!("{stem}.json")));
        Self { folder, account, certificate, attempts }
    }

    /// The certificate that is there; `None` where there is none.
    ///
    /// # Errors
    /// A file that cannot be read, or is not what it should be.
    pub fn certificate(&self) -> Result<Option<Kept>, CaError> {
        match read_bundle(&self.certificate) {
            Err(CaError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
            Ok((chain, key)) => match Leaf::of_chain(&chain) {
                Some(leaf) => Ok(Some(Kept { chain, key, leaf })),
                None => {
                    let what = "holds a certificate that cannot be read";
                    Err(CaError::Content { path: self.certificate.clone(), what })
                }
            },
        }
    }

    /// What changes with the file of the certificate.
    pub(super) fn stamp(&self) -> Option<SystemTime> {
        fs::metadata(&self.certificate).and_then(|metadata| metadata.modified()).ok()
    }

    pub(super) fn keep(&self, key_pem: &str, chain_pem: &str) -> Result<(), CaError> {
        replace(&self.certificate, format!("{}\n{chain_pem}", key_pem.trim_end()).as_bytes())
    }

    pub(super) fn account(&self) -> Result<Option<AccountCredentials>, AcmeError> {
        read(&self.account)
    }

    pub(super) fn keep_account(&self, account: &AccountCredentials) -> Result<(), AcmeError> {
        write(&self.account, account)
    }

    pub(super) fn forget_account(&self) -> Result<(), AcmeError> {
        remove(&self.account)
    }

    pub(super) fn attempts(&self) -> Result<Attempts, AcmeError> {
        Ok(read(&self.attempts)?.unwrap_or_default())
    }

    pub(super) fn keep_attempts(&self, attempts: &Attempts) -> Result<(), AcmeError> {
        write(&self.attempts, attempts)
    }

    pub(super) fn forget_attempts(&self) -> Result<(), AcmeError> {
        remove(&self.attempts)
    }

    /// What is shown to the CA now, by this node or another.
    pub(super) fn proofs(&self, now: SystemTime) -> Vec<Proof> {
        let shown: Result<Option<Shown>, _> = read(&self.folder.join("proofs.json"));
        let current = shown.ok().flatten().filter(|shown| shown.until > seconds(now));
        current.map(|shown| shown.proofs).unwrap_or_default()
    }

    pub(super) fn keep_proofs(&self, proofs: &[Proof], now: SystemTime) -> Result<(), AcmeError> {
        let path = self.folder.join("proofs.json");
        if proofs.is_empty() {
            return remove(&path);
        }
        write(&path, &Shown { until: seconds(now + PROOFS_LIVE), proofs: proofs.to_vec() })
    }

    /// The right to ask this CA, until it is dropped; `None` where another has it. The folder is made if it is not there.
    pub(super) fn lock(&self) -> Result<Option<File>, AcmeError> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let file = File::options().create(true).truncate(false).write(true).open(self.folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, AcmeError> {
    use io::Read as _;
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut bytes = Vec::new();
    file.take(AT_MOST_BYTES).read_to_end(&mut bytes)?;
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        // The text of the error has places and kinds, and nothing of a key.
        AcmeError::File(io::Error::new(io::ErrorKind::InvalidData, format!("`{}`: {error}", path.display())))
    })
}

fn write(path: &Path, value: &impl Serialize) -> Result<(), AcmeError> {
    let bytes = serde_json::to_vec(value).map_err(io::Error::from)?;
    Ok(replace(path, &bytes)?)
}

fn remove(path: &Path) -> Result<(), AcmeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The part of a name that may stand in the name of a file.
fn plain(name: &str) -> String {
    let fits = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-');
    name.chars().filter(fits).take(64).collect::<String>().trim_start_matches('.').to_owned()
}

/// The first eight digits of the hash over these texts, each with its length, so that no two lists have one reading.
fn hash(texts: &[&str]) -> String {
    let mut context = Context::new(&SHA256);
    for text in texts {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    context.finish().as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
