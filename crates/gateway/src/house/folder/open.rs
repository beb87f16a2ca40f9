//! Finding and opening a file below a folder. Everything here may wait for a disk: never on a data thread.
//!
//! INVARIANT: a name is resolved by `openat2` with `RESOLVE_BENEATH`, so that neither `..` nor a link, also one that
//! is changed at this moment, leads out of the folder. Links that stay below it are followed.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use wire::coding::Coding;

/// What a name stands for.
#[derive(Debug)]
pub(super) enum Found {
    File(Opened),
    Folder,
    Nothing,
}

/// An open file, and what it was when it was opened.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) file: File,
    /// In octets.
    pub(super) length: u64,
    /// Whole seconds.
    pub(super) modified: Option<SystemTime>,
    /// The coding of the neighbour that was taken in its place.
    pub(super) coding: Option<Coding>,
    stamp: [i64; 4],
}

impl Opened {
    /// Another one as soon as the file is written again: by its length, and when content and entry were last changed.
    pub(super) fn entity_tag(&self) -> String {
        let [modified, nanos, changed, changed_nanos] = self.stamp;
        let coding = self.coding.map_or_else(String::new, |coding| format!("-{}", coding.as_str()));
        format!("\"{:x}-{modified:x}.{nanos:x}-{changed:x}.{changed_nanos:x}{coding}\"", self.length)
    }
}

/// Opens what a name stands for, or the neighbour that is the same in one of these codings and not older.
pub(super) fn open(root: &Path, name: &str, codings: &[Coding]) -> io::Result<Found> {
    let folder = rustix::fs::open(root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let Some(file) = below(&folder, name)? else { return Ok(Found::Nothing) };
    let plain = match measure(file, None)? {
        Found::File(plain) => plain,
        other => return Ok(other),
    };
    for coding in codings {
        let ending = match coding {
            Coding::Zstd => "zst",
            Coding::Brotli => "br",
            Coding::Gzip => "gz",
        };
        if let Some(file) = below(&folder, &format!("{name}.{ending}"))?
            && let Found::File(encoded) = measure(file, Some(*coding))?
            && encoded.modified >= plain.modified
        {
            return Ok(Found::File(encoded));
        }
    }
    Ok(Found::File(plain))
}

/// Opens a name below a folder; `None` for what is not there, or leads out of it, or may not be read.
fn below(folder: &OwnedFd, name: &str) -> io::Result<Option<File>> {
    // A pipe without a writer must not hold the thread.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    match rustix::fs::openat2(folder, name, flags, Mode::empty(), resolve) {
        Ok(file) => Ok(Some(File::from(file))),
        Err(
            Errno::NOENT | Errno::NOTDIR | Errno::XDEV | Errno::LOOP | Errno::ACCESS | Errno::NAMETOOLONG | Errno::NXIO,
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn measure(file: File, coding: Option<Coding>) -> io::Result<Found> {
    let known = file.metadata()?;
    if known.is_dir() {
        return Ok(Found::Folder);
    }
    if !known.is_file() {
        return Ok(Found::Nothing);
    }
    let seconds = u64::try_from(known.mtime()).ok();
    Ok(Found::File(Opened {
        file,
        length: known.len(),
        modified: seconds.and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))),
        coding,
        stamp: [known.mtime(), known.mtime_nsec(), known.ctime(), known.ctime_nsec()],
    }))
}

#[cfg(test)]
mod tests;
