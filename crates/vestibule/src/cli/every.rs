//! The flags that every command takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::time::duration;

/// Flags of every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Flags of every command")]
pub(crate) struct EveryCommand {
    /// The file [default: $VESTIBULE_CONFIG, ./vestibule.yaml, /etc/vestibule/vestibule.yaml]
    #[arg(short, long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// Socket of the running gateway, `unix:PATH` [default: $VESTIBULE_ADMIN, then the file's `admin.listen`]
    #[arg(long, value_name = "ADDRESS", global = true)]
    pub(crate) admin: Option<String>,

    /// Print one JSON object on one line
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Print results and errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Print causes of errors as well
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,

    /// Use colour
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub(crate) color: ColourWhen,

    /// Give up talking to the gateway after this time
    #[arg(long, value_name = "DURATION", global = true, default_value = "10s", value_parser = duration)]
    pub(crate) timeout: Duration,
}

impl EveryCommand {
    /// The flags when none is given.
    pub(crate) const fn plain() -> Self {
        Self {
            config: None,
            admin: None,
            json: false,
            quiet: false,
            verbose: false,
            color: ColourWhen::Auto,
            timeout: Duration::from_secs(10),
        }
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColourWhen {
    /// On terminals, unless `NO_COLOR` is set.
    Auto,
    /// Also into files and pipes.
    Always,
    /// Not at all.
    Never,
}
