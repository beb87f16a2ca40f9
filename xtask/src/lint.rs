//! `cargo xtask lint`: everything about form, each check run even where an earlier one failed.

use anyhow::Result;

use crate::step::{Steps, must_succeed};
use crate::{layers, repository, tidy};

/// What to check.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only what needs no compiler: fmt, layers, tidy
    #[arg(long)]
    quick: bool,
}

/// Runs the checks.
///
/// # Errors
/// Naming the checks that failed.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut steps = Steps::default();
    steps.run("fmt", || must_succeed(&mut repository::cargo(&["fmt", "--all", "--check"])));
    steps.run("layers", layers::run);
    steps.run("tidy", tidy::run);
    if !args.quick {
        steps.run("clippy", || {
            let mut clippy = repository::cargo(&["clippy", "--workspace", "--all-targets"]);
            must_succeed(clippy.args(["--", "-D", "warnings"]))
        });
        steps.run("docs", || {
            let mut docs = repository::cargo(&["doc", "--workspace", "--no-deps"]);
            must_succeed(docs.env("RUSTDOCFLAGS", "-D warnings"))
        });
    }
    steps.finish()
}
