//! The words of the commands that change what runs, and tell what a change would be.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::time::whole_seconds;

#[derive(Args, Debug)]
pub(crate) struct Apply {
    /// The file; it is read as if it stood where the running one stands, and becomes that file once it is kept
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Go back by itself after this time, unless `vestibule confirm` follows; 1 s to 1 h
    #[arg(long, value_name = "DURATION", value_parser = whole_seconds)]
    pub(crate) confirm: Option<Duration>,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Rollback {
    /// A hash of `vestibule versions` [default: the one before]
    #[arg(value_name = "VERSION")]
    pub(crate) version: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Upgrade {
    /// The program to start [default: what stands where the running one was started from]
    #[arg(value_name = "BINARY")]
    pub(crate) binary: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// The old file and the new one; a single one is compared with that of --config; `live` is what the gateway runs
    #[arg(value_name = "FILE", required = true, num_args = 1..=2)]
    pub(crate) files: Vec<PathBuf>,

    /// When to end with 1: on any difference, only if something opens, or only for new loosenings
    #[arg(long, value_name = "WHAT", default_value = "any")]
    pub(crate) fail_on: DiffFailOn,
}

/// What makes `diff` end with 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFailOn {
    /// Any difference.
    Any,
    /// Somebody may call what they might not.
    Opens,
    /// A loosening is new.
    Loosenings,
}
