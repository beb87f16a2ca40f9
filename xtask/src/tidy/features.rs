//! The tables of features and of standards claim nothing without a test, and no test that does not exist.
//!
//! A row is `| feature | state | tests |`; the state is `works`, `partly` or
//! `not yet`; a test is `` `file::name` ``: a file or folder of that name holds
//! `fn name(`.

use super::{Fault, named};
use crate::repository::File;

const TABLES: [&str; 2] = ["docs/features.md", "docs/standards.md"];

/// Checks every row.
pub(super) fn check(files: &[File]) -> Vec<Fault> {
    TABLES.into_iter().filter_map(|page| named(files, page)).flat_map(|page| check_page(files, page)).collect()
}

fn check_page(files: &[File], page: &File) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(page.text.lines()) {
        let Some(row) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else { continue };
        let cells: Vec<&str> = row.split(" | ").collect();
        let [.., state, tests] = *cells.as_slice() else { continue };
        if matches!(state, "state" | "---") {
            continue;
        }
        let tests: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        match state {
            "works" | "partly" if tests.is_empty() => {
                faults.push(Fault::of(page, number, format!("`{state}` without a test that shows it")));
            }
            "works" | "partly" | "not yet" => {}
            other => faults.push(Fault::of(page, number, format!("`{other}` is no state"))),
        }
        let missing = tests.into_iter().filter(|test| !exists(files, test));
        faults.extend(missing.map(|test| Fault::of(page, number, format!("there is no test `{test}`"))));
    }
    faults
}

fn exists(files: &[File], test: &str) -> bool {
    let Some((module, name)) = test.rsplit_once("::") else { return false };
    let module = module.rsplit("::").next().unwrap_or(module);
    let here = |file: &&File| {
        let path = file.path.trim_end_matches(".rs");
        file.extension() == "rs" && path.split('/').any(|part| part == module)
    };
    files.iter().filter(here).any(|file| file.text.contains(&format!("fn {name}(")))
}
