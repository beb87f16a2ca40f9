//! `vestibule store …`: the store of the running gateway over its admin socket, and one that no gateway has, directly.

use std::path::Path;

use admin::NounAnswer;
use model::SystemClock;
use serde_json::{Map, Value, json};
use store::StoreError;
use store::identity::SCHEMA;
use store::sqlite::{self, Report, Settings};

use super::{Outcome, gateway, load};
use crate::cli::{EveryCommand, Store};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

const NOUN: &str = "store";

/// Does what the command says.
pub(super) fn run(store: &Store, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    match store {
        Store::Check => check(every, terminal),
        Store::Backup(arguments) => backup(&arguments.file, every, terminal),
        Store::Restore(arguments) => restore(&arguments.file, every, terminal),
    }
}

/// Asks the running gateway; `None` where none runs, or it keeps no store. Who has it open holds its lock, so that going
/// on without asking never goes around anybody.
fn ask(verb: &str, asked: &Value, every: &EveryCommand) -> Result<Option<NounAnswer>, Failure> {
    match gateway::noun(every, NOUN, verb, asked) {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) if matches!(failure.code.as_ref(), "unreachable" | "no-such-noun") => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Where the file says that the store is.
fn settings(every: &EveryCommand, terminal: &Terminal) -> Result<Settings, Failure> {
    Ok(load::required(every, terminal)?.plan.store)
}

fn check(every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let members = match ask("check", &json!({}), every)? {
        Some(answer) => answer.members,
        None => {
            let report = sqlite::check(&settings(every, terminal)?, &SCHEMA);
            members(&report.map_err(|error| failed(&error))?)
        }
    };
    let count = |name: &str| members.get(name).and_then(Value::as_u64).unwrap_or_default();
    let faults: Vec<&str> =
        members.get("faults").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let is_printed = print(terminal, "store check", &members);
    if !is_printed {
        let (pages, sealed, schema) = (count("pages"), count("sealed"), count("schema"));
        terminal.result(format_args!("{pages} pages, {sealed} sealed values, schema {schema}"));
        faults.iter().for_each(|fault| terminal.result(format_args!("fault: {fault}")));
    }
    match faults.len() {
        0 => Ok(()),
        _ if is_printed => Err(Failure::told(Exit::No)),
        many => {
            let message = format!("the store has {many} fault{}", if many == 1 { "" } else { "s" });
            let failure = Failure::new(Exit::No, "store-damaged", message);
            Err(failure.help("bring back a copy with `vestibule store restore FILE`"))
        }
    }
}

fn backup(to: &Path, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let to = std::path::absolute(to).map_err(|error| Failure::file("find", to, &error))?;
    let asked = json!({ "file": to.to_string_lossy() });
    let asked = if to.to_str().is_some() { ask("backup", &asked, every)? } else { None };
    if asked.is_none() {
        let copied = sqlite::backup(&settings(every, terminal)?, &SCHEMA, &to);
        copied.map_err(|error| failed(&error))?;
    }
    let members = Map::from_iter([("file".to_owned(), to.to_string_lossy().into())]);
    if !print(terminal, "store backup", &members) {
        terminal.result(to.display());
        terminal.say("the master key is not in it; without that key nothing sealed in it can be read");
    }
    Ok(())
}

fn restore(from: &Path, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let settings = settings(every, terminal)?;
    let restored = sqlite::restore(&settings, &SCHEMA, from, &SystemClock).map_err(|error| match error {
        StoreError::InUse { .. } => {
            Failure::new(Exit::Conflict, error.code(), "a gateway has the store open".to_owned())
                .help("end it, restore, and start it again")
                .because(&error)
        }
        other => failed(&other),
    })?;
    let kept = restored.kept.map(|path| path.to_string_lossy().into_owned());
    let members = Map::from_iter([("kept".to_owned(), kept.clone().into())]);
    if !print(terminal, "store restore", &members) {
        terminal.result("restored");
        if let Some(kept) = kept {
            terminal.say(format_args!("what was there is kept as {kept}"));
        }
    }
    Ok(())
}

/// The members of `store check --json`.
pub(crate) fn members(report: &Report) -> Map<String, Value> {
    let Report { role, schema, pages, sealed, faults } = report;
    let members = json!({ "role": role, "schema": schema, "pages": pages, "sealed": sealed, "faults": faults });
    members.as_object().cloned().unwrap_or_default()
}

/// Prints the object where that is wanted, and says whether it did.
fn print(terminal: &Terminal, command: &str, members: &Map<String, Value>) -> bool {
    if !terminal.json() {
        return false;
    }
    let ok = members.get("faults").and_then(Value::as_array).is_none_or(Vec::is_empty);
    let mut object = Map::from_iter([
        ("format".to_owned(), 1.into()),
        ("command".to_owned(), command.into()),
        ("ok".to_owned(), ok.into()),
    ]);
    object.extend(members.clone());
    terminal.object(&Value::Object(object));
    true
}

/// An error of the store as a command ends with it.
fn failed(error: &StoreError) -> Failure {
    let exit = match error {
        StoreError::InUse { .. } | StoreError::Exists { .. } => Exit::Conflict,
        StoreError::Missing { .. } => Exit::NoSuchThing,
        StoreError::Directory { .. } => Exit::NotAllowed,
        StoreError::File { source, .. } if source.kind() == std::io::ErrorKind::NotFound => Exit::NoSuchThing,
        StoreError::File { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied => Exit::NotAllowed,
        StoreError::Busy { .. } | StoreError::Closed | StoreError::Full { .. } => Exit::Unreachable,
        StoreError::Panicked => Exit::Ours,
        _ => Exit::No,
    };
    Failure::new(exit, error.code(), error.to_string()).because(error)
}
