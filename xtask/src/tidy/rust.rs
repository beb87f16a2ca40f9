//! Rules for Rust files: the first line, their size, their names, tests that do not run.

use super::Fault;
use crate::repository::File;

/// Longest file that is not a test; think at 350.
const LONGEST_FILE: usize = 500;

/// Names that say nothing of what is inside.
const SAYS_NOTHING: [&str; 9] = ["util", "utils", "common", "helper", "helpers", "manager", "inner", "data", "misc"];
/// Names that would hide a crate that everybody knows.
const SHADOWS: [&str; 4] = ["http", "core", "std", "alloc"];

/// Checks one file.
pub(super) fn check(file: &File) -> Vec<Fault> {
    let mut faults = names(file);
    let mut lines = file.text.lines();
    if !lines.next().is_some_and(|first| first.starts_with("//! ")) {
        faults.push(Fault::of(file, 1, "the first line is `//!` and says what this room is for"));
    }
    let length = file.text.lines().count();
    if length > LONGEST_FILE && !file.is_test() {
        faults.push(Fault::of(file, 0, format!("{length} lines; {LONGEST_FILE} is the most")));
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        let code = line.trim_start();
        if code.starts_with("#[ignore]") {
            faults.push(Fault::of(file, number, "an ignored test says why: `#[ignore = \"…\"]`"));
        }
        // Members forbid it by lint; this also covers what is outside the workspace.
        let keyword = concat!("un", "safe");
        for block in [" {", " fn ", " impl ", " extern "] {
            // The cases that must not compile try this way too.
            let must_fail = file.path.contains("/tests/permit/");
            if code.contains(&format!("{keyword}{block}")) && !must_fail && !code.starts_with("//") {
                faults.push(Fault::of(file, number, format!("`{keyword}`")));
            }
        }
    }
    faults
}

fn names(file: &File) -> Vec<Fault> {
    let mut faults = Vec::new();
    if file.path.ends_with("/mod.rs") {
        faults.push(Fault::of(file, 0, "`foo.rs` beside `foo/`, never `mod.rs`"));
    }
    let modules = file.path.split_once("/src/").map_or("", |(_, modules)| modules);
    for module in modules.trim_end_matches(".rs").split('/') {
        if SAYS_NOTHING.contains(&module) {
            faults.push(Fault::of(file, 0, format!("`{module}` says nothing; name what is inside")));
        }
        if SHADOWS.contains(&module) {
            faults.push(Fault::of(file, 0, format!("`{module}` hides the crate of that name")));
        }
    }
    faults
}
