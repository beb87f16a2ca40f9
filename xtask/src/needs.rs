//! What tests need beyond Rust and a C compiler: `needs.txt`, looked for, installed where that is possible.
//!
//! Each line of the table is `name | commands, any of which will do | Debian
//! package | which tests need it`. `testkit::needs` reads the same table.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::step::must_succeed;

/// The name under which external vector files are left out; they are no tool.
pub(crate) const VECTORS: &str = "vectors";

/// Adds what is not there and changes nothing that is: the versions on a machine are not a test's to choose.
const INSTALL: [&str; 6] =
    ["install", "--yes", "--no-upgrade", "--no-install-recommends", "--option", "Dpkg::Use-Pty=0"];

/// One tool.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    commands: Vec<&'static str>,
    package: &'static str,
    pub(crate) what_for: &'static str,
}

impl Tool {
    /// Whether one of its commands is on the path.
    pub(crate) fn is_there(&self) -> bool {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders = std::env::split_paths(&path);
        folders.any(|folder| self.commands.iter().any(|command| folder.join(command).is_file()))
    }
}

/// The table.
///
/// # Errors
/// When a line does not have four columns.
pub(crate) fn table() -> Result<Vec<Tool>> {
    let row = |line: &'static str| {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, commands, package, what_for] = *columns.as_slice() else {
            bail!("needs.txt: not four columns: {line}");
        };
        Ok(Tool { name, commands: commands.split_whitespace().collect(), package, what_for })
    };
    include_str!("../needs.txt").lines().map(row).collect()
}

/// The tools that are missing after everything was done to get them.
///
/// # Errors
/// When the table is wrong. A failed installation is only told: what is missing will be named.
pub(crate) fn missing() -> Result<Vec<Tool>> {
    let table = table()?;
    let names: Vec<&str> = table.iter().map(|tool| tool.name).collect();
    println!("needed beyond Rust and a C compiler: {}", names.join(", "));
    let missing: Vec<Tool> = table.into_iter().filter(|tool| !tool.is_there()).collect();
    if missing.is_empty() {
        return Ok(missing);
    }
    if may_install() {
        let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
        println!("installing {}", packages.join(", "));
        if let Err(error) = install(&packages) {
            eprintln!("warning: {error:#}");
        }
    }
    Ok(missing.into_iter().filter(|tool| !tool.is_there()).collect())
}

/// Makes sure of programs that a chore cannot do without: `(command, Debian package)`.
///
/// # Errors
/// Naming the packages to install, when they are missing and cannot be installed here.
pub(crate) fn programs(wanted: &[(&'static str, &'static str)]) -> Result<()> {
    let missing = || -> Vec<&str> {
        let tool = |(command, package): &(&'static str, &'static str)| Tool {
            name: command,
            commands: vec![command],
            package,
            what_for: "",
        };
        wanted.iter().map(tool).filter(|tool| !tool.is_there()).map(|tool| tool.package).collect()
    };
    if !missing().is_empty() && may_install() {
        eprintln!("installing {}", missing().join(", "));
        install(&missing())?;
    }
    match missing() {
        packages if packages.is_empty() => Ok(()),
        packages => bail!("missing; on Debian: apt-get install {}", packages.join(" ")),
    }
}

/// Only on Debian and as root; nobody is asked for a password.
fn may_install() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    root && Path::new("/etc/debian_version").exists()
}

fn install(packages: &[&str]) -> Result<()> {
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq").stdin(std::process::Stdio::null());
        apt
    };
    must_succeed(apt().arg("update"))?;
    must_succeed(apt().args(INSTALL).args(packages))
}

#[cfg(test)]
mod tests;
