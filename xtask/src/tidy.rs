//! `cargo xtask tidy`: the rules of the house that no other tool knows, each with the line that breaks it.
//!
//! Deliberately absent: what rustfmt, clippy and rustc check already. The
//! length of functions, panics and `unsafe` in members are theirs.

mod decisions;
mod features;
mod manifests;
mod markdown;
mod problems;
mod rust;
mod text;

use std::fmt;

use anyhow::{Result, bail};

use crate::repository::{self, File};

/// One broken rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fault {
    path: String,
    /// From 1; 0 where it is the whole file.
    line: usize,
    why: String,
}

impl Fault {
    fn of(file: &File, line: usize, why: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, why: why.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.why),
            line => write!(f, "{}:{line}: {}", self.path, self.why),
        }
    }
}

/// Checks the whole repository.
///
/// # Errors
/// With every fault, or when the files cannot be read.
pub(crate) fn run() -> Result<()> {
    let files = repository::files()?;
    let mut faults = check(&files);
    faults.sort();
    if !faults.is_empty() {
        let lines: Vec<String> = faults.iter().map(Fault::to_string).collect();
        bail!("{}\n{} faults", lines.join("\n"), lines.len());
    }
    println!("{} files are tidy", files.len());
    Ok(())
}

fn check(files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in files {
        faults.extend(text::check(file));
        match file.extension() {
            "rs" => faults.extend(rust::check(file)),
            "toml" if file.path.ends_with("Cargo.toml") => faults.extend(manifests::check(file)),
            "md" => faults.extend(markdown::check(file, files)),
            _ => {}
        }
    }
    faults.extend(problems::check(files));
    faults.extend(decisions::check(files));
    faults.extend(features::check(files));
    faults
}

/// The file of that path.
fn named<'a>(files: &'a [File], path: &str) -> Option<&'a File> {
    files.iter().find(|file| file.path == path)
}

#[cfg(test)]
mod tests;
