//! What the commands do, one file each; here is who does what, and how a process ends.

mod apps;
mod change;
pub(crate) mod check;
mod diff;
mod explain;
mod gateway;
mod help;
mod init;
mod issuers;
mod keys;
pub(crate) mod load;
mod loosenings;
mod noun;
mod reload;
mod routes;
pub(crate) mod run;
pub(crate) mod schema;
mod sessions;
mod show;
mod status;
mod store;
mod tokens;
mod top;
mod upgrade;
mod users;
mod version;

pub(crate) use store::{members as store_report, restored};

use std::process::ExitCode;

use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::{Arguments, Command, EveryCommand};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// What a command has come to.
type Outcome = Result<(), Failure>;

/// Does what the command line says.
pub(crate) fn run(arguments: Arguments) -> ExitCode {
    let Arguments { every, version, command } = arguments;
    let terminal = Terminal::new(command.as_ref().map_or("version", Command::name), &every);
    let outcome = match command {
        _ if version => version::print(&terminal),
        None => help::first_hour(&terminal),
        Some(command) => dispatch(command, &every, &terminal),
    };
    match outcome {
        Ok(()) => exit_code(Exit::Done),
        Err(failure) => {
            terminal.fail(&failure);
            exit_code(failure.exit)
        }
    }
}

fn dispatch(command: Command, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    match command {
        Command::Demo(arguments) => crate::demo::run(&arguments, terminal),
        Command::Init(arguments) => init::run(&arguments, terminal),
        Command::Check(arguments) => check::run(&arguments, every, terminal),
        Command::Diff(arguments) => diff::run(&arguments, every, terminal),
        Command::Explain(arguments) => explain::run(&arguments, every, terminal),
        Command::Run(arguments) => run::run(&arguments, every, terminal),
        Command::Status => status::run(every, terminal),
        Command::Top(arguments) => top::run(&arguments, every, terminal),
        Command::Reload => reload::run(every, terminal),
        Command::Apply(arguments) => change::apply(&arguments, every, terminal),
        Command::Confirm => change::confirm(every, terminal),
        Command::Rollback(arguments) => change::roll_back(&arguments, every, terminal),
        Command::Versions => change::versions(every, terminal),
        Command::Upgrade(arguments) => upgrade::run(&arguments, every, terminal),
        Command::Routes(arguments) => routes::run(&arguments, every, terminal),
        Command::Loosenings => loosenings::run(every, terminal),
        Command::Show(arguments) => show::run(&arguments, every, terminal),
        Command::Keys(arguments) => keys::run(&arguments, every, terminal),
        Command::Users(arguments) => users::run(&arguments, every, terminal),
        Command::Apps(arguments) => apps::run(&arguments, every, terminal),
        Command::Sessions(arguments) => sessions::run(&arguments, every, terminal),
        Command::Tokens(arguments) => tokens::run(&arguments, every, terminal),
        Command::Issuers(arguments) => issuers::run(&arguments, every, terminal),
        Command::Store(arguments) => store::run(&arguments, every, terminal),
        Command::Schema => schema::run(terminal),
        Command::Help(arguments) => help::run(&arguments, terminal),
    }
}

/// Commands that are thought of and not built, so that asking for one gets an honest answer.
const NOT_YET: [&str; 20] = [
    "fmt",
    "contract",
    "policy",
    "import",
    "drain",
    "logs",
    "why",
    "shadow",
    "workloads",
    "enrol",
    "certs",
    "trust",
    "trust-bundle",
    "ca",
    "secrets",
    "operations",
    "webhooks",
    "audit",
    "completion",
    "man",
];

/// A command line that is none: help that was asked for is a result, everything else is code 2.
pub(crate) fn misused(error: &clap::Error) -> ExitCode {
    let unknown = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(word)) if error.kind() == ErrorKind::InvalidSubcommand => Some(word.as_str()),
        _ => None,
    };
    if let Some(word) = unknown.filter(|word| NOT_YET.contains(word)) {
        let said = format!("`vestibule {word}` is not built yet");
        let there_are: Vec<_> =
            Arguments::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
        let flags = EveryCommand::plain();
        Terminal::new("vestibule", &flags)
            .fail(&Failure::new(Exit::Usage, "not-yet", said).help(format!("there are: {}", there_are.join(", "))));
        return exit_code(Exit::Usage);
    }
    let wrong = !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if wrong && std::env::args_os().any(|argument| argument == "--json") {
        let said = error.to_string();
        let said = said.lines().next().unwrap_or_default().trim_start_matches("error: ");
        let flags = EveryCommand { json: true, ..EveryCommand::plain() };
        Terminal::new("vestibule", &flags)
            .fail(&Failure::new(Exit::Usage, "usage", said).help("`vestibule help` lists the commands"));
        return exit_code(Exit::Usage);
    }
    // Its own streams and colours are right: help on standard output, errors on standard error.
    error.print().ok();
    exit_code(if wrong { Exit::Usage } else { Exit::Done })
}

fn exit_code(exit: Exit) -> ExitCode {
    ExitCode::from(exit as u8)
}
