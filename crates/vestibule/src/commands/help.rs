//! `vestibule help`: what there is, one command, or what the code of a problem or of a fault means; all of it offline.

mod pages;

use clap::CommandFactory as _;
use config::FaultCode;
use model::Code;
use serde_json::json;

use super::Outcome;
use crate::cli::{Arguments, Help};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;
use pages::{FAULTS, PROBLEMS};

/// The whole help, a command's, or the page of a code.
pub(super) fn run(arguments: &Help, terminal: &Terminal) -> Outcome {
    match arguments.topic.as_slice() {
        [] => first_hour(terminal),
        [code] if Code::parse(code).is_some() || FaultCode::parse(code).is_some() => page(code, terminal),
        topic => of_command(topic, terminal),
    }
}

/// The commands there are.
pub(super) fn first_hour(terminal: &Terminal) -> Outcome {
    print(Arguments::command(), terminal);
    Ok(())
}

fn of_command(topic: &[String], terminal: &Terminal) -> Outcome {
    let mut all = Arguments::command();
    all.build();
    let mut command = &all;
    for word in topic {
        command = command.find_subcommand(word).ok_or_else(|| {
            let message = format!("`{}` is neither a command nor a code of a problem or fault", topic.join(" "));
            Failure::new(Exit::NoSuchThing, "unknown-topic", message)
                .help("`vestibule help` lists the commands; docs/problems and docs/faults the codes")
        })?;
    }
    print(command.clone(), terminal);
    Ok(())
}

fn print(mut command: clap::Command, terminal: &Terminal) {
    let help = command.render_help();
    if terminal.results_have_colour() {
        terminal.result(help.ansi().to_string().trim_end());
    } else {
        terminal.result(help.to_string().trim_end());
    }
}

fn page(code: &str, terminal: &Terminal) -> Outcome {
    let (_, text) = PROBLEMS
        .iter()
        .chain(FAULTS)
        .find(|(name, _)| *name == code)
        .ok_or_else(|| Failure::ours(format!("the code `{code}` has no page in this program")))?;
    if terminal.json() {
        terminal.object(&json!({ "format": 1, "command": "help", "ok": true, "code": code, "page": text }));
    } else {
        terminal.result(text.trim_end());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
