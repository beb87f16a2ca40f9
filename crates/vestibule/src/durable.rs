//! Files that are replaced whole: written beside, made durable, and renamed into place. A crash leaves the old or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Puts these bytes in the place of a file, which nobody but its owner may read.
///
/// # Errors
/// The folder cannot be written to, or the disk has no room; what was there is untouched.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, 0o600, None)
}

/// Puts this text in the place of a file that is there, with its mode and, as far as may be, its owner. A symbolic link
/// stays, and what it leads to is replaced.
///
/// # Errors
/// As [`write_private`]; or there is no such file.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let metadata = fs::metadata(&path)?;
    put(&path, text.as_bytes(), metadata.mode() & 0o7777, Some((metadata.uid(), metadata.gid())))
}

/// Whether [`replace`] could, as far as that can be known beforehand.
///
/// # Errors
/// Why not.
pub(crate) fn may_replace(path: &Path) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let beside = beside(&path)?;
    create(&beside)?;
    fs::remove_file(&beside)
}

fn put(path: &Path, bytes: &[u8], mode: u32, owner: Option<(u32, u32)>) -> io::Result<()> {
    let beside = beside(path)?;
    let written = write(&beside, bytes, mode, owner).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // It may not even have been made.
        let _ = fs::remove_file(&beside);
    }
    written?;
    // The name is durable once its folder is.
    File::open(folder(path))?.sync_all()
}

fn write(beside: &Path, bytes: &[u8], mode: u32, owner: Option<(u32, u32)>) -> io::Result<()> {
    let mut file = create(beside)?;
    file.write_all(bytes)?;
    if let Some((user, group)) = owner {
        // Only root may give a file away; anybody else keeps what is theirs.
        let _ = std::os::unix::fs::fchown(&file, Some(user), Some(group));
    }
    // Last: a change of the owner takes bits of the mode away.
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()
}

/// What an earlier process of the same id has left is taken away first.
fn create(beside: &Path) -> io::Result<File> {
    match fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(beside)
}

fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::other("it has no name"))?;
    Ok(folder(path).join(format!(".{}.{}.part", name.to_string_lossy(), std::process::id())))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

#[cfg(test)]
mod tests;
