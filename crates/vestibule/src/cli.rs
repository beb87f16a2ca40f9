//! The words of the command line: commands, flags, and their help. What they do stands in `commands`.

mod apps;
mod change;
mod every;
mod issuers;
mod keys;
mod store;
mod time;
mod users;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use apps::{Apps, AppsCreate, AppsDelete, AppsRotate, AppsSaid, AppsUpdate};
pub(crate) use change::{Apply, Diff, DiffFailOn, Rollback, Upgrade};
pub(crate) use every::{ColourWhen, EveryCommand};
pub(crate) use issuers::{Issuers, IssuersTest};
pub(crate) use keys::{Keys, KeysCreate, KeysRotate, KeysScan, KeysUpdate};
pub(crate) use store::{Store, StoreRestore};
pub(crate) use users::{Sessions, SessionsEnd, SessionsList, Tokens, TokensRevoke, Users, UsersUpdate};

/// An API gateway with two doors.
///
/// Publish an API at the client door for people's applications, or at the
/// server door for other back ends. What the file does not allow is refused,
/// and it says why.
#[derive(Debug, Parser)]
#[command(name = "vestibule", disable_version_flag = true, disable_help_subcommand = true)]
#[command(subcommand_value_name = "COMMAND", after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) every: EveryCommand,

    /// Print the version; with --json also the formats of the file
    #[arg(short = 'V', long)]
    pub(crate) version: bool,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const AFTER_HELP: &str = "\
`vestibule help COMMAND` tells more about a command, `vestibule help CODE` what a code means.
Exit codes: 0 done, 1 the answer is no, 2 used wrongly, 3 faults in the file, 4 not reachable,
5 not allowed, 6 no such thing, 7 conflict, 8 applied and taken back, 70 a fault of vestibule itself.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the demo: a shop behind both doors, in a fresh directory
    Demo(Demo),
    /// Write a commented file, its schema, and certificates; they run as they are
    Init(Init),
    /// Tell every fault of the file at once
    Check(Check),
    /// Run the gateway in the foreground
    Run(Run),
    /// Tell what the running gateway does
    Status,
    /// Look on: doors, APIs, services and refusals of the running gateway, a second at a time
    Top(Top),
    /// Let the running gateway read its file again, all or nothing
    Reload,
    /// Tell what a change of the file means: who may call what, loosenings, bounds
    Diff(Diff),
    /// Tell what would become of a request, stage by stage, with the line of each rule
    Explain(Explain),
    /// Run another file, and go back by itself unless that is confirmed
    Apply(Apply),
    /// Keep what was applied: it becomes the file
    Confirm,
    /// Run what ran before: it becomes the file
    Rollback(Rollback),
    /// List what ran, and when
    #[command(alias = "version")]
    Versions,
    /// Let another process take over from the running one, without losing a request
    Upgrade(Upgrade),
    /// List every reachable operation: door, method, URL, callers
    #[command(alias = "route")]
    Routes(Routes),
    /// List every loosening with its place and reason
    #[command(alias = "loosening")]
    Loosenings,
    /// Print the file with all defaults filled in
    Show(Show),
    /// Make, see, change and end API keys; find those that leaked
    #[command(subcommand, alias = "key")]
    Keys(Keys),
    /// Make, see, invite, lock and delete accounts
    #[command(subcommand, alias = "user")]
    Users(Users),
    /// Register, see, change and remove applications
    #[command(subcommand, alias = "app")]
    Apps(Apps),
    /// See and end the sessions of browsers
    #[command(subcommand, alias = "session")]
    Sessions(Sessions),
    /// Tell what the gateway makes of a token, and end it
    #[command(subcommand, alias = "token")]
    Tokens(Tokens),
    /// See what is known of the issuers whose tokens are taken, and try one
    #[command(subcommand, alias = "issuer")]
    Issuers(Issuers),
    /// Check the store, copy it while it is used, and bring a copy back
    #[command(subcommand)]
    Store(Store),
    /// Print the JSON Schema of the file
    Schema,
    /// Print the page of a problem or fault code, or the help of a command
    Help(Help),
}

/// The demo ends with Ctrl-C; its directory is left to look at, and made anew at the next start.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Where to put its files; must be empty, or a demo's own
    #[arg(long, value_name = "DIRECTORY", default_value = "vestibule-demo")]
    pub(crate) directory: PathBuf,

    /// Client door at N, server door at N+1, back ends from N+2 [default: 8443, 9443, 7001, or what is free]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=65_529))]
    pub(crate) port_base: Option<u16>,
}

#[derive(Args, Debug)]
pub(crate) struct Init {
    /// Where to write; made if it is not there
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) directory: PathBuf,

    /// Who will call: `client` for people's applications, `server` for other back ends; asked for on a terminal, required where there is none
    #[arg(long, value_name = "KIND")]
    pub(crate) door: Option<Door>,

    /// The service that answers
    #[arg(long, value_name = "URL")]
    pub(crate) service: Option<String>,

    /// Write over files that are there
    #[arg(long)]
    pub(crate) force: bool,
}

/// The kinds of door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Door {
    /// For people's applications: browsers, mobile, desktop.
    Client,
    /// For other back ends.
    Server,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The file, instead of --config
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// Warnings count as faults
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    /// Read the file again when it changes; with `false` only on SIGHUP and by `vestibule reload`
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    pub(crate) watch: bool,

    /// Where the file has faults, start with the configuration that ran last
    #[arg(long)]
    pub(crate) last_good: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Top {
    /// Only this door
    #[arg(long, value_name = "DOOR")]
    pub(crate) door: Option<String>,

    /// Only this API
    #[arg(long, value_name = "API")]
    pub(crate) api: Option<String>,

    /// One frame, over a second, as it is where this is no terminal
    #[arg(long)]
    pub(crate) once: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// The method
    #[arg(value_name = "METHOD")]
    pub(crate) method: String,

    /// The whole URL, as a caller would write it
    #[arg(value_name = "URL")]
    pub(crate) url: String,

    /// Who calls: anonymous, key:NAME, key:KIND[+SCOPE,...], user:NAME or user:NAME/APP[+SCOPE,...],
    /// app:NAME[+SCOPE,...], workload:NAME, dns:NAME or a SPIFFE id; a key and a
    /// certificate together are two of these [default: anonymous]
    #[arg(long = "as", value_name = "CALLER")]
    pub(crate) callers: Vec<String>,

    /// From where
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) from: std::net::IpAddr,

    /// The door, where the URL does not tell
    #[arg(long, value_name = "DOOR")]
    pub(crate) door: Option<String>,

    /// A field of the request
    #[arg(short = 'H', long = "field", value_name = "NAME: VALUE")]
    pub(crate) fields: Vec<String>,

    /// End with 1 unless it is this: `allow`, `refuse`, or the status that the caller sees
    #[arg(long, value_name = "WHAT")]
    pub(crate) expect: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Routes {
    /// Only those of this door
    #[arg(long, value_name = "DOOR")]
    pub(crate) door: Option<String>,

    /// Only those of this API
    #[arg(long, value_name = "API")]
    pub(crate) api: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Show {
    /// Only what stands at or below this dotted key, such as `apis.shop`
    #[arg(value_name = "PATH")]
    pub(crate) path: Option<String>,

    /// With all defaults filled in, and where each value comes from
    #[arg(long)]
    pub(crate) defaults: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Help {
    /// A command, a problem code such as `not-found`, or a fault code such as `unknown-key`
    #[arg(value_name = "COMMAND|CODE")]
    pub(crate) topic: Vec<String>,
}

impl Command {
    /// The word for it, as `--json` gives it in `command`.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Demo(_) => "demo",
            Self::Init(_) => "init",
            Self::Check(_) => "check",
            Self::Diff(_) => "diff",
            Self::Explain(_) => "explain",
            Self::Run(_) => "run",
            Self::Status => "status",
            Self::Top(_) => "top",
            Self::Reload => "reload",
            Self::Apply(_) => "apply",
            Self::Confirm => "confirm",
            Self::Rollback(_) => "rollback",
            Self::Versions => "versions",
            Self::Upgrade(_) => "upgrade",
            Self::Routes(_) => "routes",
            Self::Loosenings => "loosenings",
            Self::Show(_) => "show",
            Self::Keys(keys) => keys.name(),
            Self::Users(users) => users.name(),
            Self::Apps(apps) => apps.name(),
            Self::Sessions(sessions) => sessions.name(),
            Self::Tokens(tokens) => tokens.name(),
            Self::Issuers(issuers) => issuers.name(),
            Self::Store(store) => store.name(),
            Self::Schema => "schema",
            Self::Help(_) => "help",
        }
    }
}

#[cfg(test)]
mod tests;
