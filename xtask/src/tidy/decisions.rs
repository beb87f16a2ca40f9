//! Decisions are numbered without gaps, listed, and of one form.

use super::{Fault, named};
use crate::repository::File;

const FOLDER: &str = "docs/decisions/";
const SECTIONS: [&str; 3] = ["## Question", "## Decision", "## Consequences"];

/// Checks every record.
pub(super) fn check(files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let index = named(files, "docs/decisions/README.md").map(|file| file.text.as_str()).unwrap_or_default();
    let records = files.iter().filter(|file| file.path.starts_with(FOLDER) && !file.path.ends_with("README.md"));
    for (number, record) in (1..).zip(records) {
        let name = record.path.trim_start_matches(FOLDER);
        if !name.starts_with(&format!("{number:04}-")) {
            faults.push(Fault::of(record, 0, format!("the next number is {number:04}")));
        }
        if !record.text.starts_with(&format!("# {number:04}: ")) {
            faults.push(Fault::of(record, 1, format!("begins with `# {number:04}: `")));
        }
        let sections: Vec<&str> = record.text.lines().filter(|line| line.starts_with("## ")).collect();
        if sections != SECTIONS {
            faults.push(Fault::of(record, 0, format!("its sections are {}", SECTIONS.join(", "))));
        }
        if !index.contains(&format!("({name})")) {
            faults.push(Fault::of(record, 0, "not in the list of docs/decisions/README.md"));
        }
    }
    faults
}
