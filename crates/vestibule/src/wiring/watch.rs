//! Whether a file has changed: its metadata is looked at now and then, which works on every file system.
//!
//! A notification service would be faster and would miss what it misses:
//! network file systems, mounted secrets that swap a symbolic link, renames of
//! a parent directory.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The files of a configuration, and how they were when last looked at.
#[derive(Debug)]
pub(crate) struct Watch {
    on: bool,
    files: Vec<(PathBuf, Option<Stamp>)>,
}

/// What changes with a file: device, inode, size and time of change, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    changed: (i64, i64),
}

impl Watch {
    /// Watches the root file and all that was read with it.
    pub(crate) fn new(on: bool, root: &Path, files: &[PathBuf]) -> Self {
        let mut watch = Self { on, files: Vec::new() };
        watch.replace(root, files);
        watch
    }

    /// From now on these files; as they are now counts as seen.
    pub(crate) fn replace(&mut self, root: &Path, files: &[PathBuf]) {
        let mut paths: Vec<PathBuf> = std::iter::once(root.to_owned()).chain(files.iter().cloned()).collect();
        paths.sort();
        paths.dedup();
        self.files = paths.into_iter().map(|path| (path.clone(), stamp(&path))).collect();
    }

    /// The same for the files of another configuration, as they are now.
    pub(crate) fn another(&self, root: &Path, files: &[PathBuf]) -> Self {
        Self::new(self.on, root, files)
    }

    /// This file as it is now counts as seen.
    pub(crate) fn saw(&mut self, path: &Path) {
        for (_, seen) in self.files.iter_mut().filter(|(watched, _)| watched == path) {
            *seen = stamp(path);
        }
    }

    /// Whether anything changed since the last look; never where watching is off.
    pub(crate) fn changed(&mut self) -> bool {
        let mut changed = false;
        for (path, seen) in &mut self.files {
            let now = stamp(path);
            changed |= now != *seen;
            *seen = now;
        }
        self.on && changed
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some(Stamp {
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.size(),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    })
}

#[cfg(test)]
mod tests;
