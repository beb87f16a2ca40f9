//! `bench/RESULTS.md` is written by two chores: proxies first, and behind them the section of identity.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// What the section of identity begins with.
pub(crate) const IDENTITY: &str = "# Callers who are known\n";

/// Writes everything but the section of identity, which stays.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn replace_all_but(file: &Path, text: &str) -> Result<()> {
    let before = fs::read_to_string(file).unwrap_or_default();
    let (_, section) = split(&before);
    Ok(fs::write(file, joined(text, section))?)
}

/// Writes the section of identity; everything else stays.
///
/// # Errors
/// When the file cannot be read or written.
pub(crate) fn replace(file: &Path, section: &str) -> Result<()> {
    let before = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let (rest, _) = split(&before);
    Ok(fs::write(file, joined(rest, section))?)
}

/// What stands in front of the section, and the section.
fn split(text: &str) -> (&str, &str) {
    match text.find(&format!("\n{IDENTITY}")) {
        Some(at) => text.split_at(at + 1),
        None => (text, ""),
    }
}

fn joined(rest: &str, section: &str) -> String {
    if section.is_empty() { rest.to_owned() } else { format!("{}\n\n{section}", rest.trim_end()) }
}

#[cfg(test)]
mod tests;
