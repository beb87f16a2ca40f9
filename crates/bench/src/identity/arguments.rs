//! What the loads on a provider of identity are told on the command line.

use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Where the provider is; always over TLS.
#[derive(Debug, Args)]
pub(crate) struct Provider {
    /// Its address.
    #[arg(long)]
    pub(crate) target: SocketAddr,
    /// What the requests name as their authority.
    #[arg(long)]
    pub(crate) authority: String,
    /// Exactly its certificate (PEM).
    #[arg(long)]
    pub(crate) server_certificate: PathBuf,
}

/// How long, and whose CPU it is.
#[derive(Debug, Args)]
pub(crate) struct Measured {
    /// Load before the window, in milliseconds.
    #[arg(long, default_value_t = 300)]
    warm_up_ms: u64,
    /// Length of the window, in milliseconds.
    #[arg(long, default_value_t = 3_000)]
    window_ms: u64,
    /// A process whose CPU and memory are the provider's; may be said several times.
    #[arg(long = "process")]
    pub(crate) processes: Vec<u32>,
}

impl Measured {
    pub(crate) fn warm_up(&self) -> Duration {
        Duration::from_millis(self.warm_up_ms)
    }

    pub(crate) fn window(&self) -> Duration {
        Duration::from_millis(self.window_ms)
    }
}

#[derive(Debug, Args)]
pub(crate) struct People {
    #[command(flatten)]
    pub(crate) provider: Provider,
    /// The file into which the provider prints what it would mail.
    #[arg(long)]
    pub(crate) said: PathBuf,
    /// How many accounts. The first holds a session and tokens, the others sign in again and again.
    #[arg(long, default_value_t = 1)]
    pub(crate) people: usize,
    /// How many families of tokens.
    #[arg(long, default_value_t = 1)]
    pub(crate) families: usize,
    /// Where to write what is had; must exist.
    #[arg(long)]
    pub(crate) directory: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Proofs {
    /// Where `people` has written.
    #[arg(long)]
    pub(crate) directory: PathBuf,
    /// The address that the proofs are for (`htu`).
    #[arg(long)]
    pub(crate) address: String,
    /// How many.
    #[arg(long)]
    pub(crate) count: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Refresh {
    #[command(flatten)]
    pub(crate) provider: Provider,
    #[command(flatten)]
    pub(crate) measured: Measured,
    /// The path of the token endpoint.
    #[arg(long)]
    pub(crate) path: String,
    /// A file of refresh tokens, one a line: each is redeemed on a connection of its own, again and again. Those that
    /// are good in the end are written there.
    #[arg(long)]
    pub(crate) families: PathBuf,
    /// Write the access tokens that came into this file, as `load --fields` reads it.
    #[arg(long)]
    pub(crate) keep: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SignIns {
    #[command(flatten)]
    pub(crate) provider: Provider,
    #[command(flatten)]
    pub(crate) measured: Measured,
    /// Where `people` has written.
    #[arg(long)]
    pub(crate) directory: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Alone {
    /// How long each, in milliseconds.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) each_ms: u64,
}
