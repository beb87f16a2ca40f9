//! The demo's own directory: made fresh, locked while a demo runs in it, and never somebody else's.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::failure::{Exit, Failure};

/// Says whose directory it is, and is locked by the demo that runs in it.
const MARKER: &str = ".vestibule-demo";
const MARKER_TEXT: &str =
    "This directory belongs to `vestibule demo`, which makes it anew at each start: what it wrote here is replaced.\n";

/// What a demo writes into its directory, and what the next one therefore removes; nothing else is touched.
const OURS: [&str; 17] = [
    "vestibule.yaml",
    "vestibule.schema.json",
    "local-ca.pem",
    "local-ca-key.pem",
    "workload-root.pem",
    "workload-root-key.pem",
    "shop.pem",
    "shop-key.pem",
    "warehouse.pem",
    "warehouse-key.pem",
    "stranger.pem",
    "stranger-key.pem",
    "door.pem",
    "door-key.pem",
    "too-large.json",
    "access.log",
    "admin.sock",
];

/// A directory that this demo has for itself.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    /// The lock goes with the file.
    _marker: File,
}

impl Directory {
    /// Makes the directory, or takes over what an earlier demo left there.
    ///
    /// # Errors
    /// A directory that holds something and is not a demo's, one in which a
    /// demo runs, or one that cannot be written.
    pub(crate) fn prepare(wanted: &Path) -> Result<Self, Failure> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(wanted)
            .map_err(|error| Failure::file("make the directory", wanted, &error))?;
        let path = wanted.canonicalize().map_err(|error| Failure::file("find", wanted, &error))?;
        let marker_path = path.join(MARKER);
        let mut entries = fs::read_dir(&path).map_err(|error| Failure::file("read", &path, &error))?;
        if entries.next().is_some() && !marker_path.is_file() {
            let message = format!("`{}` holds something that is not a demo's", wanted.display());
            return Err(Failure::new(Exit::Conflict, "directory-not-empty", message)
                .help("name another directory with `--directory`"));
        }
        let marker = lock(&marker_path, wanted)?;
        remove_versions(&path.join("versions"))?;
        for name in OURS {
            remove(&path.join(name))?;
        }
        Ok(Self { path, _marker: marker })
    }

    /// Its absolute path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file into it, readable by its owner only.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn write(&self, name: &str, content: &str) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        write_private(&path, content).map_err(|error| Failure::file("write", &path, &error))?;
        Ok(path)
    }
}

fn lock(marker_path: &Path, wanted: &Path) -> Result<File, Failure> {
    let failed = |error: std::io::Error| Failure::file("write", marker_path, &error);
    write_private(marker_path, MARKER_TEXT).map_err(failed)?;
    let marker = File::open(marker_path).map_err(failed)?;
    match marker.try_lock() {
        Ok(()) => Ok(marker),
        Err(TryLockError::WouldBlock) => {
            let message = format!("a demo is running in `{}`", wanted.display());
            Err(Failure::new(Exit::Conflict, "demo-running", message)
                .help("end it with Ctrl-C, or name another directory with `--directory`"))
        }
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn write_private(path: &Path, content: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    std::io::Write::write_all(&mut file, content.as_bytes())
}

/// What an earlier demo ran is of no use to the next one, which has other keys.
fn remove_versions(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::file("remove", folder, &error)),
        _ => Ok(()),
    }
}

fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::file("remove", path, &error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
