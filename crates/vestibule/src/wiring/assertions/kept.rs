//! Signing keys in one file of the data directory, that this user alone may read.
//!
//! The file is replaced whole, and is on disk before it is in its place (`durable`). Two processes that follow one
//! another at an upgrade take turns by a lock on a file beside it.

use std::fs::{File, OpenOptions};
use std::future::ready;
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use auth::jose::{decode_base64url, encode_base64url};
use idp::apps::TokenAlgorithm;
use idp::store::signing_keys::{KeptKey, SigningKeys};
use idp::store::{Answer, StoreError};
use model::Secret;
use serde::{Deserialize, Serialize};

use crate::durable;

const FILE: &str = "assertion-keys.json";
const LOCK: &str = "assertion-keys.lock";
/// Octets that the file may have.
const AT_MOST: u64 = 256 * 1024;

/// Signing keys in a folder.
pub(super) struct KeysOnDisk {
    folder: PathBuf,
}

/// The file.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    keys: Vec<Written>,
}

/// A key in it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    alg: String,
    /// PKCS#8 in DER, in base64url.
    pkcs8: String,
    signs_from_ms: u64,
}

impl KeysOnDisk {
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Reads the file under the lock.
    fn read(&self) -> Result<Vec<KeptKey>, StoreError> {
        let _lock = self.lock().map_err(away)?;
        let mut keys: Vec<KeptKey> = self.document()?.keys.iter().map(Written::read).collect::<Result<_, _>>()?;
        keys.sort_by_key(|key| key.signs_from);
        Ok(keys)
    }

    /// Replaces the file under the lock, where `change` says that it changed something.
    fn change(&self, change: impl FnOnce(&mut Vec<Written>) -> bool) -> Result<bool, StoreError> {
        let _lock = self.lock().map_err(away)?;
        let mut document = self.document()?;
        if !change(&mut document.keys) {
            return Ok(false);
        }
        let text = serde_json::to_vec(&document).map_err(|error| unreadable(&error.to_string()))?;
        // What was written and may not be in its place is found out by reading it again.
        durable::write_private(&self.folder.join(FILE), &text).map_err(|error| StoreError::Unknown(said(&error)))?;
        Ok(true)
    }

    fn lock(&self) -> io::Result<File> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let path = self.folder.join(LOCK);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        file.lock()?;
        Ok(file)
    }

    fn document(&self) -> Result<Document, StoreError> {
        let file = match File::open(self.folder.join(FILE)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Document::default()),
            opened => opened.map_err(away)?,
        };
        if file.metadata().map_err(away)?.mode() & 0o077 != 0 {
            return Err(unreadable(&format!("others may read or write `{FILE}`: give it mode 0600")));
        }
        let mut text = Vec::new();
        file.take(AT_MOST).read_to_end(&mut text).map_err(away)?;
        serde_json::from_slice(&text).map_err(|error| unreadable(&format!("`{FILE}`: {error}")))
    }
}

impl SigningKeys for KeysOnDisk {
    fn all(&self) -> Answer<'_, Vec<KeptKey>> {
        Box::pin(ready(self.read()))
    }

    fn add(&self, key: KeptKey, behind: Option<Box<str>>) -> Answer<'_, bool> {
        let written = Written::of(&key);
        Box::pin(ready(self.change(|keys| {
            let of_algorithm = keys.iter().filter(|kept| kept.alg == written.alg);
            let last = of_algorithm.max_by_key(|kept| kept.signs_from_ms).map(|kept| kept.id.as_str());
            let follows = last == behind.as_deref();
            if follows {
                keys.push(written);
            }
            follows
        })))
    }

    fn remove(&self, id: Box<str>) -> Answer<'_, ()> {
        let removed = self.change(|keys| {
            let before = keys.len();
            keys.retain(|key| *key.id != *id);
            keys.len() != before
        });
        Box::pin(ready(removed.map(|_| ())))
    }
}

impl Written {
    fn of(key: &KeptKey) -> Self {
        let since = key.signs_from.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self {
            id: key.id.to_string(),
            alg: key.algorithm.as_str().to_owned(),
            pkcs8: encode_base64url(key.pkcs8.expose()),
            signs_from_ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn read(&self) -> Result<KeptKey, StoreError> {
        let algorithm = TokenAlgorithm::ALL.into_iter().find(|algorithm| algorithm.as_str() == self.alg);
        let signs_from = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(self.signs_from_ms));
        let (Some(algorithm), Some(pkcs8), Some(signs_from)) = (algorithm, decode_base64url(&self.pkcs8), signs_from)
        else {
            return Err(unreadable(&format!("a key of `{FILE}`")));
        };
        Ok(KeptKey { id: self.id.as_str().into(), algorithm, pkcs8: Secret::new(pkcs8), signs_from })
    }
}

fn away(error: io::Error) -> StoreError {
    StoreError::Away(said(&error))
}

fn said(error: &io::Error) -> Box<str> {
    error.to_string().into()
}

fn unreadable(what: &str) -> StoreError {
    StoreError::Unreadable(what.into())
}

#[cfg(test)]
mod tests;
