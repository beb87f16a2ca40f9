//! The files that a configuration is made of: read with bounds, and remembered for watching and for the hash.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};

/// Reads files named in a configuration, relative to the folder of that configuration.
pub(crate) struct Files {
    folder: PathBuf,
    read: Vec<PathBuf>,
    digest: Context,
    /// Contracts of an earlier reading, which hold instead of what is there now.
    earlier: Vec<(PathBuf, String)>,
    contracts: Vec<(PathBuf, String)>,
}

/// What was read of a file.
pub(crate) struct Content {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// The permission bits of its mode.
    pub(crate) mode: u32,
}

impl Files {
    pub(crate) fn new(folder: &Path) -> Self {
        Self::again(folder, Vec::new())
    }

    /// The same, with contracts as they were read before.
    pub(crate) fn again(folder: &Path, earlier: Vec<(PathBuf, String)>) -> Self {
        let (read, contracts) = Default::default();
        Self { folder: folder.to_owned(), read, digest: Context::new(&SHA256), earlier, contracts }
    }

    /// A path as the file that names it means it.
    pub(crate) fn resolve(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// Reads a file of at most so many bytes and counts it in; a file that is not there is remembered too, so that its
    /// coming is noticed.
    pub(crate) fn read(&mut self, path: &Path, bytes_at_most: u64) -> io::Result<Content> {
        let resolved = self.resolve(path);
        let content = read_bounded(&resolved, bytes_at_most);
        self.name(resolved);
        let content = content?;
        // The path as it was written: the same files in another folder have the same hash.
        self.count_in(path, &content.bytes);
        Ok(content)
    }

    /// Reads a part of a contract, from an earlier reading where there is one, and keeps it for a later one.
    pub(crate) fn read_contract(&mut self, path: &Path, bytes_at_most: u64) -> io::Result<Vec<u8>> {
        let bytes = match self.earlier.iter().find(|(kept, _)| kept == path) {
            None => self.read(path, bytes_at_most)?.bytes,
            Some((_, text)) => {
                let bytes = text.clone().into_bytes();
                self.name(self.resolve(path));
                self.count_in(path, &bytes);
                bytes
            }
        };
        if !self.contracts.iter().any(|(kept, _)| kept == path)
            && let Ok(text) = std::str::from_utf8(&bytes)
        {
            self.contracts.push((path.to_owned(), text.to_owned()));
        }
        Ok(bytes)
    }

    fn name(&mut self, path: PathBuf) {
        if !self.read.contains(&path) {
            self.read.push(path);
        }
    }

    /// Where everything is that was named so far and is nobody's but the house's: all but contracts, which are often
    /// published themselves.
    pub(crate) fn private(&self) -> impl Iterator<Item = &Path> {
        let is_contract = |path: &PathBuf| self.contracts.iter().any(|(kept, _)| self.resolve(kept) == *path);
        self.read.iter().filter(move |path| !is_contract(path)).map(PathBuf::as_path)
    }

    /// Where a contract's folder, or a part of it, really is. What is gone, and was read before, is where it was.
    pub(crate) fn real(&self, path: &Path) -> io::Result<PathBuf> {
        let resolved = self.resolve(path);
        // The folder of `vestibule.yaml` alone is written with no letter at all.
        let here = if resolved.as_os_str().is_empty() { Path::new(".") } else { &resolved };
        here.canonicalize().or_else(|error| match self.earlier.iter().any(|(kept, _)| kept.starts_with(path)) {
            true => Ok(resolved),
            false => Err(error),
        })
    }

    /// Counts in a file whose text is known already.
    pub(crate) fn know(&mut self, path: &Path, text: &str) {
        self.name(self.resolve(path));
        self.count_in(path, text.as_bytes());
    }

    /// The contracts that were read.
    pub(crate) fn take_contracts(&mut self) -> Vec<(PathBuf, String)> {
        std::mem::take(&mut self.contracts)
    }

    /// Counts what was read into the hash.
    fn count_in(&mut self, path: &Path, bytes: &[u8]) {
        // Lengths before contents, so that no two sets of files have one reading.
        for part in [path.as_os_str().as_encoded_bytes(), bytes] {
            self.digest.update(&(part.len() as u64).to_be_bytes());
            self.digest.update(part);
        }
    }

    /// Every file named so far, and the first seven digits of the hash over all that was read.
    pub(crate) fn finish(self) -> (Vec<PathBuf>, String) {
        let hex: String = self.digest.finish().as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        (self.read, hex.chars().take(7).collect())
    }
}

/// Reads a regular file; opening without waiting keeps a named pipe from holding up the start.
fn read_bounded(path: &Path, bytes_at_most: u64) -> io::Result<Content> {
    /// `O_NONBLOCK` of Linux.
    const NONBLOCK: i32 = 0o4000;
    let mut file = File::options().read(true).custom_flags(NONBLOCK).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let bytes = read_at_most(&mut file, bytes_at_most)?;
    Ok(Content { bytes, mode: metadata.mode() & 0o7777 })
}

fn read_at_most(file: &mut File, bytes_at_most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than allowed tells "as much as allowed" from "too much".
    file.take(bytes_at_most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_at_most {
        return Err(io::Error::other(format!("it has more than {} KiB", bytes_at_most / 1024)));
    }
    Ok(bytes)
}
