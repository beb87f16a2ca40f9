//! Files for the owner's eyes only, and names that appear whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::StoreError;

/// For the owner alone.
const PRIVATE_FILE: u32 = 0o600;
const PRIVATE_DIRECTORY: u32 = 0o700;
/// What the group and all others may do.
const OTHERS: u32 = 0o077;

/// Makes the directory where it is missing, and gives its true path.
///
/// # Errors
/// Where it belongs to somebody else, or others may look into it.
pub(crate) fn private_directory(path: &Path) -> Result<PathBuf, StoreError> {
    let fault = |why: String| StoreError::Directory { path: path.to_owned(), why };
    DirBuilder::new()
        .recursive(true)
        .mode(PRIVATE_DIRECTORY)
        .create(path)
        .map_err(|error| fault(format!("it cannot be made: {error}")))?;
    let path = fs::canonicalize(path).map_err(|error| fault(error.to_string()))?;
    let metadata = fs::metadata(&path).map_err(|error| fault(error.to_string()))?;
    let (owner, own) = (metadata.uid(), rustix::process::geteuid().as_raw());
    if owner != own {
        return Err(fault(format!("it belongs to user {owner}, and this is user {own}")));
    }
    if metadata.mode() & OTHERS != 0 {
        return Err(fault(format!("others may look into it: `chmod 700 {}`", path.display())));
    }
    Ok(path)
}

/// Refuses a file that anyone but its owner may read or write.
///
/// # Errors
/// Saying how to close it.
pub(crate) fn refuse_readable(path: &Path) -> Result<(), StoreError> {
    let metadata = fs::symlink_metadata(path).map_err(|error| StoreError::file(path, error))?;
    let fault = |why: String| Err(StoreError::Directory { path: path.to_owned(), why });
    if !metadata.is_file() {
        return fault("it is not a file".to_owned());
    }
    if metadata.mode() & OTHERS != 0 {
        return fault(format!("others may read it: `chmod 600 {}`", path.display()));
    }
    Ok(())
}

/// A new, empty file; what an earlier attempt left under the name is removed.
pub(crate) fn new_private(path: &Path) -> Result<File, StoreError> {
    let wrap = |error| StoreError::file(path, error);
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(wrap(error)),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(PRIVATE_FILE).open(path).map_err(wrap)
}

/// Writes a new file, whole or not at all; one that is there stays.
pub(crate) fn write_new(path: &Path, contents: &[u8]) -> Result<(), StoreError> {
    let unfinished = beside(path, ".unfinished");
    let mut file = new_private(&unfinished)?;
    file.write_all(contents).map_err(|error| StoreError::file(&unfinished, error))?;
    publish_new(&unfinished, path)
}

/// Gives a finished file its name, on disk, where no file of that name is there yet.
///
/// # Errors
/// [`StoreError::Exists`]; the finished file is removed in any case.
pub(crate) fn publish_new(finished: &Path, path: &Path) -> Result<(), StoreError> {
    let done = sync(finished).and_then(|()| {
        // A link, unlike a rename, does not replace what has come there meanwhile.
        fs::hard_link(finished, path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::Exists { path: path.to_owned() },
            _ => StoreError::file(path, error),
        })
    });
    let removed = fs::remove_file(finished).map_err(|error| StoreError::file(finished, error));
    done.and(removed).and_then(|()| sync_directory_of(path))
}

/// Reads a file of at most so many octets.
pub(crate) fn read_bounded(path: &Path, most: u64) -> Result<Vec<u8>, StoreError> {
    let wrap = |error| StoreError::file(path, error);
    let mut contents = Vec::new();
    File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut contents)).map_err(wrap)?;
    if contents.len() as u64 > most {
        return Err(wrap(io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {most} octets"))));
    }
    Ok(contents)
}

/// Waits until the contents of a file are on disk.
pub(crate) fn sync(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| StoreError::file(path, error))
}

/// Waits until the names in the directory of this file are on disk.
pub(crate) fn sync_directory_of(path: &Path) -> Result<(), StoreError> {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => sync(directory),
        _ => sync(Path::new(".")),
    }
}

/// The path with something added to the name: a link does not reach another file system.
pub(crate) fn beside(path: &Path, added: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(added);
    PathBuf::from(name)
}
