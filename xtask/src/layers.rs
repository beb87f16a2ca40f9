//! Who may use whom: the table of rooms in ARCHITECTURE.md against the dependencies that cargo really sees.
//!
//! Dependencies of tests are judged apart: any room may test with `testkit`,
//! and only the binary's tests may look upward.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use crate::repository;

/// Rooms that are kept pure: no sockets, no runtime, no TLS, so that they can be reasoned about and fuzzed alone.
const PURE: [&str; 8] = ["model", "document", "contract", "wire", "http2", "routing", "policy", "cache"];
const IMPURE: [&str; 6] = ["tokio", "hyper", "rustls", "socket2", "axum", "h2"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// Absent for an ordinary dependency, `dev` or `build` otherwise.
    kind: Option<String>,
    /// Present for a crate of this workspace.
    path: Option<String>,
}

/// Each crate of the table with the crates it may use.
type Table = BTreeMap<String, BTreeSet<String>>;

/// Checks the whole workspace.
///
/// # Errors
/// With every fault, or when cargo cannot be asked.
pub(crate) fn run() -> Result<()> {
    let text = std::fs::read_to_string(repository::root().join("ARCHITECTURE.md")).context("ARCHITECTURE.md")?;
    let table = table(&text)?;
    let output = repository::cargo(&["metadata", "--no-deps", "--format-version", "1"]).output()?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let faults = faults(&table, &metadata);
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    println!("{} crates use only what ARCHITECTURE.md allows", metadata.packages.len());
    Ok(())
}

/// Rows of the form ``| `crate` | what for | `other`, `another` |`` under the heading `Rooms`.
fn table(text: &str) -> Result<Table> {
    let section = text.split("\n## ").find(|section| section.starts_with("Rooms\n")).context("no section `Rooms`")?;
    let mut table = Table::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, _, may_use] = *cells.as_slice() else { bail!("not three columns: {row}") };
        let names = may_use.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        table.insert(name.trim_matches('`').to_owned(), names);
    }
    ensure!(!table.is_empty(), "the table of rooms is empty");
    Ok(table)
}

fn faults(table: &Table, metadata: &Metadata) -> Vec<String> {
    let mut faults = Vec::new();
    for package in &metadata.packages {
        let room = room(&package.name);
        let Some(may_use) = table.get(room) else {
            faults.push(format!("`{room}` is not in the table of rooms"));
            continue;
        };
        for dependency in &package.dependencies {
            let other = self::room(&dependency.name);
            let testing = dependency.kind.as_deref() == Some("dev");
            // A room's own tests may turn on what it has for the tests of others.
            let tests_may = testing && (room == "vestibule" || other == "testkit" || other == room);
            let purity = !testing && PURE.contains(&room) && IMPURE.contains(&other);
            match dependency.path {
                Some(_) if !may_use.contains(other) && !tests_may => {
                    faults.push(format!("`{room}` uses `{other}`, which the table does not allow"));
                }
                None if purity => faults.push(format!("`{room}` is kept pure and uses `{other}`")),
                _ => {}
            }
        }
    }
    let present: BTreeSet<&str> = metadata.packages.iter().map(|package| room(&package.name)).collect();
    for (name, may_use) in table {
        let mentioned = std::iter::once(name).chain(may_use);
        let absent = mentioned.filter(|name| !present.contains(name.as_str()));
        faults.extend(absent.map(|name| format!("the table names `{name}`, and there is no such crate")));
    }
    faults
}

/// Packages are called after their room, with the project's name before it.
fn room(package: &str) -> &str {
    package.strip_prefix("vestibule-").unwrap_or(package)
}

#[cfg(test)]
mod tests;
