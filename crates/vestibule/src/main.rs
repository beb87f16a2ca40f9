//! The `vestibule` program: reads the command line, does what it says, and ends with an exit code that says how it went.

mod cli;
mod commands;
mod demo;
mod difference;
mod durable;
mod failure;
mod handover;
mod holder;
mod roots;
mod terminal;
mod versions;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::Arguments::try_parse() {
        Ok(arguments) => commands::run(arguments),
        Err(error) => commands::misused(&error),
    }
}
