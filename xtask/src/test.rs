//! `cargo xtask test`: all tests, and a list of exactly what was left out.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::fuzz;
use crate::needs::{self, Tool, VECTORS};
use crate::repository;
use crate::step::{Steps, must_succeed};

/// How to test.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these may be missing, their tests left out; anything else missing is a failure.
    /// Without this, tests of whatever is missing and cannot be installed are left out and named
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 1..)]
    allow_missing: Option<Vec<String>>,
    /// Print what the tests need and whether it is there, and run nothing
    #[arg(long)]
    list: bool,
}

/// Runs everything.
///
/// # Errors
/// When a test fails, or something is missing that may not be.
pub(crate) fn run(args: &Args) -> Result<()> {
    let named = args.allow_missing.as_deref().map(known).transpose()?;
    if args.list {
        return list();
    }
    let mut steps = Steps::default();
    let mut missing = Vec::new();
    steps.run("needs", || {
        missing = needs::missing()?;
        judge(&missing, named.as_deref())
    });
    let allowed =
        named.unwrap_or_else(|| missing.iter().map(|tool| tool.name).chain([VECTORS]).map(str::to_owned).collect());
    let record = record_of_left_out()?;
    steps.run("cargo test", || {
        let mut cargo = repository::cargo(&["test", "--workspace", "--no-fail-fast"]);
        cargo.env("VESTIBULE_ALLOW_MISSING", allowed.join(",")).env("VESTIBULE_LEFT_OUT", &record);
        must_succeed(&mut cargo)
    });
    steps.run("fuzz", || match missing.iter().find(|tool| tool.name == fuzz::COMPILER) {
        None => fuzz::run(),
        Some(tool) => leave_out(&record, tool),
    });
    summary(&record)?;
    steps.finish()
}

/// The names, if all of them mean something.
fn known(names: &[String]) -> Result<Vec<String>> {
    let table = needs::table()?;
    for name in names {
        if name != VECTORS && !table.iter().any(|tool| tool.name == name) {
            let all: Vec<&str> = table.iter().map(|tool| tool.name).chain([VECTORS]).collect();
            bail!("`{name}` cannot be allowed to be missing; what can: {}", all.join(", "));
        }
    }
    Ok(names.to_vec())
}

fn list() -> Result<()> {
    for tool in needs::table()? {
        let state = if tool.is_there() { "there" } else { "missing" };
        println!("{:<9} {state:<8} {}", tool.name, tool.what_for);
    }
    let state = if std::env::var_os("VESTIBULE_VECTORS").is_some() { "there" } else { "missing" };
    println!("{VECTORS:<9} {state:<8} external test vectors, in the folder named by VESTIBULE_VECTORS");
    Ok(())
}

/// Whether everything that is missing may be.
fn judge(missing: &[Tool], allowed: Option<&[String]>) -> Result<()> {
    for tool in missing {
        println!("missing: {}: {}", tool.name, tool.what_for);
    }
    let Some(allowed) = allowed else { return Ok(()) };
    let names = missing.iter().map(|tool| tool.name);
    let wanting: Vec<&str> = names.filter(|name| !allowed.iter().any(|allowed| allowed == name)).collect();
    if !wanting.is_empty() {
        bail!("missing, and neither installable here nor allowed to be: {}", wanting.join(", "));
    }
    Ok(())
}

/// An empty file into which tests write what they leave out.
fn record_of_left_out() -> Result<PathBuf> {
    let folder = repository::build_folder();
    std::fs::create_dir_all(&folder)?;
    // Tests run in the folders of their crates, so the path has to hold anywhere.
    let file = folder.canonicalize()?.join("left-out.txt");
    std::fs::write(&file, "")?;
    Ok(file)
}

/// Writes down that a step is left out, as a test does that leaves itself out.
fn leave_out(record: &std::path::Path, tool: &Tool) -> Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::File::options().append(true).open(record)?;
    Ok(writeln!(file, "left out: {}: needs {}", tool.what_for, tool.name)?)
}

fn summary(record: &std::path::Path) -> Result<()> {
    let text = std::fs::read_to_string(record)?;
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    if lines.is_empty() {
        println!("nothing was left out");
    }
    for line in lines {
        println!("{line}");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
