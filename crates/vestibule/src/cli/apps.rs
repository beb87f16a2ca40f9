//! The words of the commands about applications.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::time::overlap;

#[derive(Debug, Subcommand)]
pub(crate) enum Apps {
    /// List the applications that the running gateway keeps, and those of the file
    List,
    /// Tell what is known of one, except its secret
    Show(AppsOne),
    /// Register an application; its secret, if it has one, is printed once, alone, on standard output
    Create(AppsCreate),
    /// Say something else of an application; what is not said stays
    Update(AppsUpdate),
    /// Give an application another secret, printed once; the one before ends at once, or after an overlap
    RotateSecret(AppsRotate),
    /// Remove an application; its grants, tokens and sessions end at once
    Delete(AppsDelete),
}

impl Apps {
    /// The words of it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::List => "apps list",
            Self::Show(_) => "apps show",
            Self::Create(_) => "apps create",
            Self::Update(_) => "apps update",
            Self::RotateSecret(_) => "apps rotate-secret",
            Self::Delete(_) => "apps delete",
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct AppsOne {
    /// Its name, which is its `client_id`
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

#[derive(Args, Debug)]
pub(crate) struct AppsCreate {
    /// Its name, which is its `client_id`
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// What sort of program it is: `session` (a page whose session the gateway keeps), `native` (mobile, desktop,
    /// command line), `server`, `machine` (nobody before it), `page` (holds its tokens itself)
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: AppType,

    #[command(flatten)]
    pub(crate) said: AppsSaid,
}

#[derive(Args, Debug)]
pub(crate) struct AppsUpdate {
    /// Its name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) said: AppsSaid,
}

/// What can be said of an application; at `update`, in place of what was.
#[derive(Args, Debug)]
pub(crate) struct AppsSaid {
    /// What people read when they are asked
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,

    /// Where answers may go, once for each; `none` for none
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub(crate) redirect_uris: Vec<String>,

    /// Where a browser may be sent after a sign-out; `none` for nowhere
    #[arg(long = "after-sign-out", value_name = "URI")]
    pub(crate) after_sign_out: Vec<String>,

    /// An origin of its pages, as in `https://shop.example`; `none` for none
    #[arg(long = "origin", value_name = "ORIGIN")]
    pub(crate) origins: Vec<String>,

    /// A scope that it may ask for; `none` for none
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,

    /// When people are asked: `first` (as without it), `never` (an own application), `always`
    #[arg(long, value_name = "WHEN")]
    pub(crate) consent: Option<String>,

    /// A JWKS file, where it signs who it is in place of showing a secret
    #[arg(long, value_name = "FILE")]
    pub(crate) public_keys: Option<PathBuf>,

    /// What its tokens are signed with: `ES256` (as without it), `EdDSA`, `RS256`
    #[arg(long, value_name = "ALGORITHM")]
    pub(crate) algorithm: Option<String>,

    /// A resource that it may ask tokens for (RFC 8707); `none` for none
    #[arg(long = "resource", value_name = "URL")]
    pub(crate) resources: Vec<String>,

    /// A resource that it is: it may ask about tokens for it (RFC 7662); `none` for none
    #[arg(long = "answers-for", value_name = "URL")]
    pub(crate) answers_for: Vec<String>,

    /// `dpop`, where all its tokens must be bound to a key
    #[arg(long, value_name = "HOW")]
    pub(crate) bound: Option<String>,

    /// Whether it has to push its authorization requests (RFC 9126)
    #[arg(long, value_name = "BOOL")]
    pub(crate) pushed_only: Option<bool>,

    /// Why the tokens of a `page` may lie where any script of it can take them
    #[arg(long, value_name = "WHY")]
    pub(crate) tokens_in_browser: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct AppsRotate {
    /// Its name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// How long the secret before goes on being taken, up to `30d` [default: not at all]
    #[arg(long, value_name = "DURATION", value_parser = overlap)]
    pub(crate) overlap: Option<Duration>,
}

#[derive(Args, Debug)]
pub(crate) struct AppsDelete {
    /// Its name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// The types of application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AppType {
    /// A page whose session the gateway keeps.
    Session,
    /// Mobile, desktop or command line.
    Native,
    /// A program on a server, with people before it.
    Server,
    /// A program without people.
    Machine,
    /// A page that holds its tokens itself.
    Page,
}

impl AppType {
    /// The word for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Native => "native",
            Self::Server => "server",
            Self::Machine => "machine",
            Self::Page => "page",
        }
    }
}
