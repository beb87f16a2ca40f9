//! Rules for manifests: one place for versions, the lints of the house in every crate.

use super::Fault;
use crate::repository::File;

/// Checks one `Cargo.toml`.
pub(super) fn check(file: &File) -> Vec<Fault> {
    // The root has the versions; the fuzz targets are a workspace of their own.
    if !file.path.contains('/') || file.path.starts_with("fuzz/") {
        return Vec::new();
    }
    let mut faults = Vec::new();
    let mut section = "";
    for (number, line) in (1..).zip(file.text.lines()) {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
            continue;
        }
        let names_one = section.ends_with("dependencies") && line.contains('=');
        if names_one && !line.contains("workspace = true") {
            faults.push(Fault::of(file, number, "versions stand in the root: write `.workspace = true`"));
        }
    }
    if !file.text.contains("[lints]\nworkspace = true\n") {
        faults.push(Fault::of(file, 0, "no `[lints]` with `workspace = true`"));
    }
    faults
}
