//! The fuzz targets as CI has them: built without a fuzzer's flags, each run over its seeds.
//!
//! That searches nothing. It keeps what they share with the crates' tests in
//! step, so that whoever hunts next finds them whole.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::repository;
use crate::step::must_succeed;

/// The tool of `needs.txt` that compiles libFuzzer itself.
pub(crate) const COMPILER: &str = "c++";

/// Builds them and runs each over its seeds.
///
/// # Errors
/// A target that is not built, run or written down, or has no seeds; a seed that breaks what must hold.
pub(crate) fn run() -> Result<()> {
    let folder = repository::root().join("fuzz");
    let targets = stems(&folder.join("fuzz_targets"))?;
    let unknown = unknown(&targets, &read(&folder.join("Cargo.toml"))?, &read(&folder.join("README.md"))?);
    if !unknown.is_empty() {
        bail!("fuzz: {}", unknown.join(", "));
    }
    // Among the other builds: what both workspaces need is built once.
    let built = repository::build_folder();
    let mut build = repository::cargo(&["build", "--bins", "--manifest-path"]);
    must_succeed(build.arg(folder.join("Cargo.toml")).arg("--target-dir").arg(&built))?;
    for target in &targets {
        over_seeds(&built.join("debug").join(target), &folder.join("seeds").join(target))?;
    }
    println!("{} targets hold over their seeds", targets.len());
    Ok(())
}

/// What a target is missing: its section in the manifest, its row in the table of README.
fn unknown(targets: &[String], manifest: &str, readme: &str) -> Vec<String> {
    let mut missing = Vec::new();
    for target in targets {
        if !manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")) {
            missing.push(format!("`{target}` is not in Cargo.toml"));
        }
        if !readme.contains(&format!("| `{target}` |")) {
            missing.push(format!("`{target}` is not in README.md"));
        }
    }
    missing
}

/// One target, once over each of its seeds; what it says is shown only where it fails.
fn over_seeds(target: &Path, seeds: &Path) -> Result<()> {
    let seeds: Vec<_> = entries(seeds)?;
    if seeds.is_empty() {
        bail!("{}: no seeds", target.display());
    }
    let output = Command::new(target).args(&seeds).output().with_context(|| target.display().to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    let executed = said.lines().filter(|line| line.starts_with("Executed ")).count();
    if !output.status.success() || executed != seeds.len() {
        bail!("{}: {executed} of {} seeds hold: {}\n{said}", target.display(), seeds.len(), output.status);
    }
    Ok(())
}

fn stems(folder: &Path) -> Result<Vec<String>> {
    let stem = |path: std::path::PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    Ok(entries(folder)?.into_iter().filter_map(stem).collect())
}

/// What lies in a folder, in order.
fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let read = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths = read.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}

#[cfg(test)]
mod tests;
