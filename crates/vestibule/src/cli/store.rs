//! The words of the commands about the store.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Look at every page, every reference and every sealed value
    Check,
    /// Write a whole, checked copy; the gateway may run
    Backup(StoreBackup),
    /// Put a copy in the place of the store, which is kept beside it; the gateway may run
    Restore(StoreRestore),
}

impl Store {
    /// The words of it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Check => "store check",
            Self::Backup(_) => "store backup",
            Self::Restore(_) => "store restore",
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct StoreBackup {
    /// Where to; a file of that name must not be there. The master key is not in it
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct StoreRestore {
    /// A copy that `store backup` wrote
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Let sign-ins of the copy go on; without it everybody signs in again
    #[arg(long)]
    pub(crate) keep_sign_ins: bool,
}
