//! Steps with a line before and after, and a summary of the ones that failed.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

/// Runs one step after the other and remembers which failed.
#[derive(Default)]
pub(crate) struct Steps {
    failed: Vec<&'static str>,
}

impl Steps {
    /// Runs a step; a failure is told at once and does not stop the next one.
    pub(crate) fn run(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) {
        println!("==> {name}");
        let begun = Instant::now();
        let result = step();
        let took = begun.elapsed().as_secs_f64();
        match result {
            Ok(()) => println!("==> {name}: ok in {took:.1} s"),
            Err(error) => {
                eprintln!("error: {error:#}");
                println!("==> {name}: FAILED after {took:.1} s");
                self.failed.push(name);
            }
        }
    }

    /// The verdict over all of them.
    ///
    /// # Errors
    /// Naming the steps that failed.
    pub(crate) fn finish(self) -> Result<()> {
        if !self.failed.is_empty() {
            bail!("failed: {}", self.failed.join(", "));
        }
        Ok(())
    }
}

/// Runs a program to its end, its output shown as it comes.
///
/// # Errors
/// When it cannot be started, or ends with anything but success.
pub(crate) fn must_succeed(command: &mut Command) -> Result<()> {
    let line = format!("{command:?}").replace('"', "");
    let status = command.status().with_context(|| line.clone())?;
    if !status.success() {
        bail!("{line}: {status}");
    }
    Ok(())
}
