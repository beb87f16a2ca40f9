//! The files of this checkout, and cargo run in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// A text file of the repository.
pub(crate) struct File {
    /// Relative to the root, with forward slashes.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

impl File {
    /// The part after the last dot of the file's name, or nothing.
    pub(crate) fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(|extension| extension.to_str()).unwrap_or_default()
    }

    /// Whether it only exists for tests.
    pub(crate) fn is_test(&self) -> bool {
        let mut parts = self.path.split('/');
        parts.any(|part| matches!(part, "tests" | "tests.rs" | "testkit" | "fuzz"))
    }
}

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    // What cargo says now goes before what it said at the build: two checkouts may share a target directory.
    let now = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = now.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    here.parent().map_or_else(|| here.clone(), Path::to_owned)
}

/// Where cargo builds.
pub(crate) fn build_folder() -> PathBuf {
    // Cargo takes a relative one from where it is started, which is not always the root.
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    std::path::absolute(&folder).unwrap_or(folder)
}

/// Every text file that is committed, or would be: what git ignores is left out.
///
/// # Errors
/// When git cannot be asked or a file cannot be read.
pub(crate) fn files() -> Result<Vec<File>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let output = git.output().context("git ls-files")?;
    ensure!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).context("names of files are UTF-8")?;
    let mut files = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        let full = root().join(path);
        // Listed, but deleted and not yet committed as such.
        if !full.is_file() {
            continue;
        }
        let bytes = std::fs::read(&full).with_context(|| path.to_owned())?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(File { path: path.to_owned(), text });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files.dedup_by(|one, other| one.path == other.path);
    Ok(files)
}

/// Cargo in the root of the checkout; in CI it must not touch the lock file.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(written(arguments, in_ci())).current_dir(root());
    cargo
}

/// The flag stands right behind the subcommand: an option that waits for its value may end `arguments`.
fn written<'text>(arguments: &[&'text str], in_ci: bool) -> Vec<&'text str> {
    let mut written = arguments.to_vec();
    if in_ci && !written.is_empty() && written.first() != Some(&"fmt") {
        written.insert(1, "--locked");
    }
    written
}

/// Whether `CI` is set to anything but nothing.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn ci_locks_what_cargo_builds_and_leaves_every_option_its_value() {
        assert_eq!(written(&["build", "--manifest-path"], true), ["build", "--locked", "--manifest-path"]);
        assert_eq!(written(&["build"], false), ["build"]);
        assert_eq!(written(&["fmt", "--check"], true), ["fmt", "--check"]);
    }
}
