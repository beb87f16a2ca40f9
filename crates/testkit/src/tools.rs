//! Programs and files that a test needs beyond Rust: found, or left out by name, never skipped in silence.
//!
//! The table of tools is `needs.txt` of xtask; `cargo xtask test` installs what
//! it can and says beforehand what it may leave out (`VESTIBULE_ALLOW_MISSING`).

use std::io::Write as _;
use std::path::{Path, PathBuf};

const TABLE: &str = include_str!("../../../xtask/needs.txt");

/// Whether this tool is there. Says `left out: TEST: needs TOOL` where it is not and its absence is allowed.
///
/// # Panics
/// When the tool is not in the table, or is missing without `VESTIBULE_ALLOW_MISSING` naming it.
#[must_use]
pub fn needs(tool: &str) -> bool {
    if commands(tool).any(|command| find(command).is_some()) {
        return true;
    }
    leave_out(tool, &format!("`{tool}` is not installed"));
    false
}

/// The commands of a tool in the table, any of which will do.
fn commands(tool: &str) -> impl Iterator<Item = &'static str> {
    let line = TABLE.lines().find(|line| line.split('|').next().is_some_and(|name| name.trim() == tool));
    let commands =
        line.and_then(|line| line.split('|').nth(1)).unwrap_or_else(|| panic!("`{tool}` is not in xtask/needs.txt"));
    commands.split_whitespace()
}

/// The command of the tool that is on the path, for a test that runs it.
///
/// # Panics
/// When the tool is not in the table, or not there; ask [`needs`] first.
#[must_use]
pub fn tool(name: &str) -> PathBuf {
    commands(name).find_map(find).unwrap_or_else(|| panic!("`{name}` is not installed; ask `needs` first"))
}

/// The file or folder of external test vectors of that name, if `VESTIBULE_VECTORS` has it; else left out as `needs` does.
///
/// # Panics
/// When it is missing and `VESTIBULE_ALLOW_MISSING` does not name `vectors`.
#[must_use]
pub fn vectors(name: &str) -> Option<PathBuf> {
    let vectors = std::env::var_os("VESTIBULE_VECTORS").map(|folder| Path::new(&folder).join(name));
    if let Some(vectors) = vectors.filter(|vectors| vectors.exists()) {
        return Some(vectors);
    }
    leave_out("vectors", &format!("`{name}` is not under VESTIBULE_VECTORS"));
    None
}

/// Whether the test runs as root, which alone may start a process as another user. Says what it leaves out where not.
#[must_use]
pub fn root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        say_left_out("root");
    }
    root
}

fn find(command: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(command)).find(|file| file.is_file())
}

/// Written past the capture of the test harness, and into the file from which xtask makes its summary.
fn leave_out(what: &str, why: &str) {
    let allowed = std::env::var("VESTIBULE_ALLOW_MISSING").unwrap_or_default();
    let allowed = may_be_missing(&allowed, what);
    assert!(allowed, "{why}; install it, or leave this test out by name: cargo xtask test --allow-missing {what}");
    say_left_out(what);
}

fn say_left_out(what: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let line = format!("left out: {test}: needs {what}\n");
    // Nothing can be done about a closed stderr; the file is what the summary reads.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(file) = std::env::var_os("VESTIBULE_LEFT_OUT") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(file);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("VESTIBULE_LEFT_OUT can be written");
    }
}

/// Whether the list of `VESTIBULE_ALLOW_MISSING` has the name.
fn may_be_missing(list: &str, what: &str) -> bool {
    list.split(',').any(|name| name.trim() == what)
}

#[cfg(test)]
mod tests;
