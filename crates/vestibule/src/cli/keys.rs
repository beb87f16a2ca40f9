//! The words of the commands about API keys.

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a key; it is printed once, alone, on standard output
    Create(KeysCreate),
}

#[derive(Args, Debug)]
pub(crate) struct KeysCreate {
    /// Its name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// An API that it opens; a key opens no other
    #[arg(long = "api", value_name = "API", required = true)]
    pub(crate) apis: Vec<String>,

    /// What it is for: `publishable` and `restricted` at client doors, `secret` at server doors [default: restricted]
    #[arg(long, value_name = "KIND", default_value = "restricted", hide_default_value = true)]
    pub(crate) kind: KeyKind,

    /// A scope that it carries
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,

    /// Print the lines to pin it in the file, on standard error; needs no gateway
    #[arg(long)]
    pub(crate) for_file: bool,
}

/// The kinds of API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyKind {
    /// May be shown in a page.
    Publishable,
    /// Held by one application or device.
    Restricted,
    /// Held by a back end.
    Secret,
}
