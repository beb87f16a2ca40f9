//! The configurations that ran, kept in the data directory: a few, whole, readable by their owner only, and without a secret.
//!
//! ```text
//! vestibule-data/versions/00000042-7f3a91c.json
//! ```
//!
//! One file each, with the texts that were read ([`config::Texts`]); the number
//! only grows. What stands there decides about access when it is loaded again:
//! files that others may write to are not read.

use std::fs::{self, DirBuilder};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use config::Texts;
use serde::{Deserialize, Serialize};

use crate::durable;

/// How many are kept.
const KEPT: usize = 20;
/// Largest one kept, in bytes: the largest file and some contracts.
const BYTES: u64 = 32 * 1024 * 1024;
const FORMAT: u32 = 1;
const FOLDER: &str = "versions";

/// What loaded a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum By {
    /// The process began with it.
    Start,
    /// The file changed.
    Reload,
    /// `vestibule apply`.
    Apply,
    /// `vestibule rollback`.
    Rollback,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    format: u32,
    /// Short hash of all that was read for it.
    pub(crate) hash: String,
    /// Since when it ran, RFC 3339 in UTC.
    pub(crate) loaded_at: String,
    /// What loaded it.
    pub(crate) by: By,
    #[serde(flatten)]
    texts: Written,
}

/// The texts as they are written; a list does without them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    #[serde(default)]
    text: String,
    #[serde(default)]
    contracts: Vec<Contract>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Contract {
    path: PathBuf,
    text: String,
}

/// The folder of a data directory.
#[derive(Clone, Debug)]
pub(crate) struct Versions {
    folder: PathBuf,
}

impl Version {
    /// A configuration that runs since then.
    pub(crate) fn new(hash: String, loaded_at: String, by: By, texts: &Texts) -> Self {
        let contracts = texts.contracts.iter();
        let contracts = contracts.map(|(path, text)| Contract { path: path.clone(), text: text.clone() }).collect();
        Self { format: FORMAT, hash, loaded_at, by, texts: Written { text: texts.file.clone(), contracts } }
    }

    /// With what it can be loaded again.
    pub(crate) fn texts(&self) -> Texts {
        let contracts = self.texts.contracts.iter();
        Texts {
            file: self.texts.text.clone(),
            contracts: contracts.map(|one| (one.path.clone(), one.text.clone())).collect(),
        }
    }
}

impl By {
    /// The word for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Reload => "reload",
            Self::Apply => "apply",
            Self::Rollback => "rollback",
        }
    }
}

impl Versions {
    /// Those of a data directory, which need not be there yet.
    pub(crate) fn of(data_directory: &Path) -> Self {
        Self { folder: data_directory.join(FOLDER) }
    }

    /// Keeps one more, unless the latest is the same, and lets the oldest go.
    ///
    /// # Errors
    /// It cannot be written, or is too large.
    pub(crate) fn keep(&self, version: &Version) -> io::Result<()> {
        let there = self.numbered()?;
        let latest = there.last();
        if latest.is_some_and(|(_, path)| read(path).is_ok_and(|latest| latest.hash == version.hash)) {
            return Ok(());
        }
        let text = serde_json::to_vec(version)?;
        if text.len() as u64 > BYTES {
            return Err(io::Error::other("it is too large to be kept"));
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let number = latest.map_or(1, |(number, _)| number + 1);
        durable::write_private(&self.folder.join(format!("{number:08}-{}.json", version.hash)), &text)?;
        for (_, path) in there.iter().take((there.len() + 1).saturating_sub(KEPT)) {
            fs::remove_file(path)?;
        }
        Ok(())
    }

    /// The latest first. What cannot be read is left out: it would be no help.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(crate) fn list(&self) -> io::Result<Vec<Version>> {
        Ok(self.numbered()?.iter().rev().filter_map(|(_, path)| read(path).ok()).collect())
    }

    /// The latest that is wanted.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub(crate) fn find(&self, wanted: impl Fn(&Version) -> bool) -> io::Result<Option<Version>> {
        Ok(self.numbered()?.iter().rev().filter_map(|(_, path)| read(path).ok()).find(|version| wanted(version)))
    }

    /// The files by their numbers.
    fn numbered(&self) -> io::Result<Vec<(u64, PathBuf)>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut numbered = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let number = name.to_str().filter(|name| name.ends_with(".json")).and_then(|name| name.split_once('-'));
            if let Some(number) = number.and_then(|(number, _)| number.parse().ok()) {
                numbered.push((number, entry.path()));
            }
        }
        numbered.sort();
        Ok(numbered)
    }
}

fn read(path: &Path) -> io::Result<Version> {
    let mut file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    let owner = metadata.uid();
    let is_ours = owner == rustix::process::geteuid().as_raw() || owner == 0;
    if !metadata.is_file() || metadata.mode() & 0o022 != 0 || !is_ours {
        return Err(io::Error::other("others may write to it"));
    }
    let mut bytes = Vec::new();
    file.by_ref().take(BYTES + 1).read_to_end(&mut bytes)?;
    let version: Version = serde_json::from_slice(&bytes)?;
    if version.format != FORMAT {
        return Err(io::Error::other("it is of another format"));
    }
    Ok(version)
}

#[cfg(test)]
mod tests;
