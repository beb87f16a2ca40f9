//! The first octets of a file, looked at before SQLite does: whether it is ours at all.
//!
//! The format is that of <https://sqlite.org/fileformat2.html>: the first 16 octets are the
//! same in every database, and a number at octet 68 says whose it is.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::{StoreError, files};

/// Whose databases these are: `Vstb`.
pub(super) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"Vstb");
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Where the number stands.
const APPLICATION_ID_AT: usize = 68;
const HEADER_LEN: usize = 100;

/// Whether a database of ours is there; `false` where there is nothing.
///
/// # Errors
/// Where something else is there, or what a database that is gone left behind.
pub(super) fn is_ours(path: &Path) -> Result<bool, StoreError> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // SQLite would play the log of the lost database into the new one.
            let log = files::beside(path, "-wal");
            if log.exists() {
                return Err(StoreError::damaged(format!("`{}` is there without its database", log.display())));
            }
            return Ok(false);
        }
        Err(error) => return Err(StoreError::file(path, error)),
    }
    files::refuse_readable(path)?;
    refuse_foreign(path)?;
    Ok(true)
}

/// Refuses a file that does not begin as ours do.
pub(super) fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    let mut header = Vec::new();
    let file = File::open(path).map_err(|error| StoreError::file(path, error))?;
    file.take(HEADER_LEN as u64).read_to_end(&mut header).map_err(|error| StoreError::file(path, error))?;
    let not_ours = |why: &str| Err(StoreError::NotOurs { path: path.to_owned(), why: why.to_owned() });
    if header.len() < HEADER_LEN || !header.starts_with(MAGIC) {
        return not_ours("it is no SQLite database");
    }
    let id = header.get(APPLICATION_ID_AT..).and_then(|rest| rest.first_chunk::<4>());
    if id != Some(&APPLICATION_ID.to_be_bytes()) {
        return not_ours("it is another program's SQLite database");
    }
    Ok(())
}
