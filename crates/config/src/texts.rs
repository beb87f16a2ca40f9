//! The texts of a configuration, with which the same can be loaded again later: the file, and the contracts that it names.
//!
//! No secret is among them. A field that holds one takes a reference only, and
//! what a reference leads to is read anew each time, as certificates and keys are.

use std::path::{Path, PathBuf};

/// What was read as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// The file.
    pub file: String,
    /// Contracts by their paths as the file means them, each once. One that is not text is read anew.
    pub contracts: Vec<(PathBuf, String)>,
}

impl Texts {
    /// A file of which nothing else is known.
    #[must_use]
    pub fn of_file(file: impl Into<String>) -> Self {
        Self { file: file.into(), contracts: Vec::new() }
    }

    /// The contracts that are no more what they were, or are gone, in that folder.
    #[must_use]
    pub fn stale(&self, folder: &Path) -> Vec<PathBuf> {
        let differs = |(path, text): &&(PathBuf, String)| {
            std::fs::read(folder.join(path)).ok().as_deref() != Some(text.as_bytes())
        };
        self.contracts.iter().filter(differs).map(|(path, _)| path.clone()).collect()
    }
}
