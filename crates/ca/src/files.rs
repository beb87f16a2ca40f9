//! Files that are written whole or not at all, and never over another.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::CaError;

/// For certificates: everyone may read them.
pub(crate) const PUBLIC: u32 = 0o644;
/// For keys: nobody but the owner.
pub(crate) const PRIVATE: u32 = 0o600;

/// Writes a new file of these permissions, whole or not at all, and waits until it is on disk.
///
/// # Errors
/// [`CaError::Exists`] where a file of this name is there, which then stays as it
/// is; [`CaError::Write`] for everything else.
pub fn write_new(path: &Path, contents: &str, mode: u32) -> Result<(), CaError> {
    let wrap = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => CaError::Exists { path: path.to_owned() },
        _ => CaError::Write { path: path.to_owned(), source },
    };
    let unfinished = unfinished(path);
    let done = write(&unfinished, contents.as_bytes(), mode)
        // A link, unlike a rename, does not replace what has come there meanwhile.
        .and_then(|()| fs::hard_link(&unfinished, path))
        .and_then(|()| sync_directory(path));
    let removed = fs::remove_file(&unfinished);
    done.and(removed).map_err(wrap)
}

/// Puts a file in the place of what is there, for its owner alone: whole or not at all, and on disk when it returns.
///
/// # Errors
/// [`CaError::Write`].
pub(crate) fn replace(path: &Path, contents: &[u8]) -> Result<(), CaError> {
    let unfinished = unfinished(path);
    let done = write(&unfinished, contents, PRIVATE)
        .and_then(|()| fs::rename(&unfinished, path))
        .and_then(|()| sync_directory(path));
    done.map_err(|source| CaError::Write { path: path.to_owned(), source })
}

fn write(path: &Path, contents: &[u8], mode: u32) -> io::Result<()> {
    // What an earlier attempt of this very process left; another process has another name.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(contents)?;
    file.sync_all()
}

/// Beside the file, because a link does not reach another file system.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.unfinished", std::process::id()));
    PathBuf::from(name)
}

fn sync_directory(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => File::open(directory)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests;
