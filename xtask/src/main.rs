//! The project's own chores: `cargo xtask test`, `lint`, `bench` and their parts.
//!
//! `test` and `lint` together are what CI runs; see `.ci/run`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its user")]

mod bench;
mod fuzz;
mod instructions;
mod layers;
mod lint;
mod needs;
mod repository;
mod step;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own chores", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run all tests; say what they need, install it where possible, name what was left out
    Test(test::Args),
    /// Check form: fmt, clippy, layers, tidy, docs
    Lint(lint::Args),
    /// Check who may use whom, by the table in ARCHITECTURE.md
    Layers,
    /// Check the rules of the house that no other tool knows
    Tidy,
    /// Build the fuzz targets and run each over its seeds
    Fuzz,
    /// Measure
    Bench(bench::Args),
    /// Check that a request takes no more instructions than written down
    Instructions(instructions::Args),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Test(args) => test::run(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Layers => layers::run(),
        Command::Tidy => tidy::run(),
        Command::Fuzz => fuzz::run(),
        Command::Bench(args) => bench::run(&args),
        Command::Instructions(args) => instructions::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
