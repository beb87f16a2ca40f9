//! Problem pages say the same as the list of codes: title and status; their form is one.

use super::{Fault, named};
use crate::repository::File;

const LIST: &str = "crates/model/src/problem/codes.rs";
const INDEX: &str = "docs/problems/README.md";
const SECTIONS: [&str; 4] = ["## What it means", "## As the caller", "## As the operator", "## In the file"];

/// Checks every page. That pages and codes are the same set is a test of `model`.
pub(super) fn check(files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let Some(list) = named(files, LIST) else { return faults };
    let index = named(files, INDEX).map(|file| file.text.as_str()).unwrap_or_default();
    for (code, status, title) in list.text.lines().filter_map(code) {
        let path = format!("docs/problems/{code}.md");
        let Some(page) = named(files, &path) else {
            faults.push(Fault { path, line: 0, why: "no such page, and there is such a code".to_owned() });
            continue;
        };
        let mut lines = page.text.lines();
        if lines.next() != Some(&format!("# {code}")) {
            faults.push(Fault::of(page, 1, format!("begins with `# {code}`")));
        }
        let summary = format!("{title}. Status {status};");
        if !lines.nth(1).is_some_and(|line| line.starts_with(&summary)) {
            faults.push(Fault::of(page, 3, format!("begins with `{summary}`")));
        }
        let sections: Vec<&str> = page.text.lines().filter(|line| line.starts_with("## ")).collect();
        if sections != SECTIONS {
            faults.push(Fault::of(page, 0, format!("its sections are {}", SECTIONS.join(", "))));
        }
        if !index.contains(&format!("| [{code}]({code}.md) | {status} | {title} |")) {
            faults.push(Fault { path: INDEX.to_owned(), line: 0, why: format!("no row for `{code}` as it is now") });
        }
    }
    faults
}

/// Code, status and title of a line of the list: `Variant = "code", 400, Caller, "Title";`.
fn code(line: &str) -> Option<(&str, &str, &str)> {
    let (_, rest) = line.trim().strip_suffix("\";")?.split_once(" = \"")?;
    let (code, rest) = rest.split_once("\", ")?;
    let (status, rest) = rest.split_once(", ")?;
    let (_, title) = rest.split_once(", \"")?;
    Some((code, status, title))
}
