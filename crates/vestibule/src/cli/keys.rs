//! The words of the commands about API keys.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::time::overlap;

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a key; it is printed once, alone, on standard output
    Create(KeysCreate),
    /// List the keys that the running gateway keeps
    List,
    /// Tell all that is known of a key, except the key itself
    Show(KeysOne),
    /// Let a key open other APIs, be used from elsewhere, or end on another day; its text stays
    Update(KeysUpdate),
    /// Give a key another text, printed once; the one before ends at once, or after an overlap
    Rotate(KeysRotate),
    /// End a key for good, at once
    Revoke(KeysOne),
    /// Forget a key, which ends it at once as well
    Delete(KeysOne),
    /// Find keys of ours in files, offline; 1 if there are any
    Scan(KeysScan),
}

impl Keys {
    /// The words of it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "keys create",
            Self::List => "keys list",
            Self::Show(_) => "keys show",
            Self::Update(_) => "keys update",
            Self::Rotate(_) => "keys rotate",
            Self::Revoke(_) => "keys revoke",
            Self::Delete(_) => "keys delete",
            Self::Scan(_) => "keys scan",
        }
    }
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

    /// An origin whose pages may send it, as in `https://shop.example`; needed for a publishable key
    #[arg(long = "origin", value_name = "ORIGIN")]
    pub(crate) origins: Vec<String>,

    /// A range of addresses that it may be used from [default: any]
    #[arg(long = "network", value_name = "NETWORK")]
    pub(crate) networks: Vec<String>,

    /// The last day on which it is taken (UTC), as in `2027-03-31` [default: none]
    #[arg(long, value_name = "DAY")]
    pub(crate) expires: Option<String>,

    /// Whom to ask about it
    #[arg(long, value_name = "TEXT")]
    pub(crate) owner: Option<String>,

    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub(crate) purpose: Option<String>,

    /// Print the lines to pin it in the file, on standard error; needs no gateway
    #[arg(long)]
    pub(crate) for_file: bool,
}

#[derive(Args, Debug)]
pub(crate) struct KeysOne {
    /// Its name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

#[derive(Args, Debug)]
pub(crate) struct KeysUpdate {
    /// Its name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// The APIs that it opens from now on, in place of those before
    #[arg(long = "api", value_name = "API")]
    pub(crate) apis: Vec<String>,

    /// The scopes that it carries from now on; `none` for none
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,

    /// The origins whose pages may send it from now on; `none` for none
    #[arg(long = "origin", value_name = "ORIGIN")]
    pub(crate) origins: Vec<String>,

    /// The ranges that it may be used from from now on; `any` for any
    #[arg(long = "network", value_name = "NETWORK")]
    pub(crate) networks: Vec<String>,

    /// The last day on which it is taken (UTC); `never` for no such day
    #[arg(long, value_name = "DAY")]
    pub(crate) expires: Option<String>,

    /// Whom to ask about it; an empty text for nobody
    #[arg(long, value_name = "TEXT")]
    pub(crate) owner: Option<String>,

    /// What it is for; an empty text for nothing
    #[arg(long, value_name = "TEXT")]
    pub(crate) purpose: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct KeysRotate {
    /// Its name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// How long the text before goes on being taken, up to `30d` [default: not at all]
    #[arg(long, value_name = "DURATION", value_parser = overlap)]
    pub(crate) overlap: Option<Duration>,
}

#[derive(Args, Debug)]
pub(crate) struct KeysScan {
    /// A file, a folder with all that is in it, or `-` for standard input
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
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

impl From<KeyKind> for model::KeyKind {
    fn from(kind: KeyKind) -> Self {
        match kind {
            KeyKind::Publishable => Self::Publishable,
            KeyKind::Restricted => Self::Restricted,
            KeyKind::Secret => Self::Secret,
        }
    }
}
