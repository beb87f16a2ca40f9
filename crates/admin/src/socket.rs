//! The Unix socket itself: made so that nobody else can use or replace it, taken over from the dead but never from the living.
//!
//! Steps: the directory exists and only its owner may write to it; a lock file
//! beside the socket is held for as long as the process lives, so that two that
//! start at once cannot both find the socket stale; a socket that nobody answers
//! at is removed; then bind, and mode 0600. Between bind and mode the check of
//! the peer's user id, which every connection has to pass, stands alone.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};

use crate::error::AdminError;

/// How long another process may take to accept before it counts as living all the same.
const ANSWER: Duration = Duration::from_secs(1);
/// Longest path of a Unix socket on Linux, without the closing NUL (unix(7)).
const LONGEST_PATH: usize = 107;

/// A socket that is ours until it is dropped.
pub(crate) struct Socket {
    listener: UnixListener,
    path: PathBuf,
    /// Device and inode: only what is still ours is removed.
    identity: (u64, u64),
    /// Held, not read.
    _lock: File,
}

impl Socket {
    pub(crate) async fn claim(path: &Path) -> Result<Self, AdminError> {
        let directory = directory_of(path)?;
        prepare(directory)?;
        let lock = lock(path)?;
        remove_stale(path).await?;
        let failed = |source| AdminError::Bind { path: path.to_owned(), source };
        let listener = UnixListener::bind(path).map_err(failed)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let identity = identity(path).map_err(failed)?;
        Ok(Self { listener, path: path.to_owned(), identity, _lock: lock })
    }

    /// The next connection; `None` where the process at its other end may not use it.
    pub(crate) async fn accept(&self) -> io::Result<Option<UnixStream>> {
        let (stream, _) = self.listener.accept().await?;
        // SO_PEERCRED: the credentials at the time of connect(2), as the kernel has them.
        let peer = stream.peer_cred()?.uid();
        Ok(may_use(peer, rustix::process::geteuid().as_raw()).then_some(stream))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            // A socket that stays behind is found stale by the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether a peer with this user id may talk to a process with that one.
pub(crate) const fn may_use(peer: u32, own: u32) -> bool {
    peer == own || peer == 0
}

fn directory_of(path: &Path) -> Result<&Path, AdminError> {
    let fault = || AdminError::Path { path: path.to_owned() };
    if path.as_os_str().len() > LONGEST_PATH || path.file_name().is_none() {
        return Err(fault());
    }
    match path.parent() {
        Some(directory) if directory.as_os_str().is_empty() => Ok(Path::new(".")),
        Some(directory) => Ok(directory),
        None => Err(fault()),
    }
}

fn prepare(directory: &Path) -> Result<(), AdminError> {
    let failed = |source| AdminError::Directory { path: directory.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
    let mode = fs::metadata(directory).map_err(failed)?.mode();
    if mode & 0o022 != 0 {
        return Err(AdminError::DirectoryOpen { path: directory.to_owned() });
    }
    Ok(())
}

fn lock(path: &Path) -> Result<File, AdminError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&beside);
    let file = file.map_err(|source| AdminError::Bind { path: PathBuf::from(&beside), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AdminError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(AdminError::Bind { path: path.to_owned(), source }),
    }
}

async fn remove_stale(path: &Path) -> Result<(), AdminError> {
    let failed = |source| AdminError::Bind { path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(found) if !found.file_type().is_socket() => return Err(AdminError::Occupied { path: path.to_owned() }),
        Ok(_) => {}
    }
    match tokio::time::timeout(ANSWER, UnixStream::connect(path)).await {
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {}
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Ok(Err(error)) => return Err(failed(error)),
        Ok(Ok(_)) | Err(_) => return Err(AdminError::InUse { path: path.to_owned() }),
    }
    fs::remove_file(path).map_err(failed)
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests;
