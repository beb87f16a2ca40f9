//! The directory of a store, and the lock that keeps every other process out.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::{StoreError, files};

/// What a database file is called after its role.
const SUFFIX: &str = "sqlite";

/// A directory that only its owner can look into.
pub(super) struct Directory(PathBuf);

/// Held as long as the database is open; the kernel gives it back when the process ends, however it does.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Gives it back before the end.
    pub(super) fn let_go(&self) -> Result<(), StoreError> {
        self.file.unlock().map_err(|error| StoreError::file(&self.path, error))
    }
}

impl Directory {
    /// Makes it where it is missing.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        files::private_directory(path).map(Self)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The file of a role, whether or not it is there.
    pub(super) fn database(&self, role: &str) -> PathBuf {
        self.0.join(format!("{role}.{SUFFIX}"))
    }

    /// Whether a database of any role is here, which then has a master key.
    pub(super) fn has_databases(&self) -> Result<bool, StoreError> {
        let wrap = |error| StoreError::file(&self.0, error);
        for entry in fs::read_dir(&self.0).map_err(wrap)? {
            if Path::new(&entry.map_err(wrap)?.file_name()).extension().is_some_and(|suffix| suffix == SUFFIX) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes the lock of a role, or says who has it.
    pub(super) fn lock(&self, role: &str) -> Result<Lock, StoreError> {
        let path = self.0.join(format!("{role}.lock"));
        let wrap = |error| StoreError::file(&path, error);
        let mut options = OpenOptions::new();
        // Not truncated: until the lock is ours, the file says whose it is.
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(wrap)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // What cannot be read is not said; that the lock is held is known.
                let _ = (&file).take(32).read_to_string(&mut holder);
                let by = match holder.trim() {
                    "" => "another process".to_owned(),
                    process => format!("process {process}"),
                };
                return Err(StoreError::InUse { path: self.database(role), by });
            }
            Err(TryLockError::Error(error)) => return Err(wrap(error)),
        }
        file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(wrap)?;
        Ok(Lock { file, path })
    }
}
