//! `vestibule store …`: the store of the running gateway over its admin socket, and one that no gateway has, directly.

use std::path::Path;
use std::time::Duration;

use admin::NounAnswer;
use model::SystemClock;
use serde_json::{Map, Value, json};
use store::StoreError;
use store::identity::SCHEMA;
use store::identity::restore::{Amended, SignIns, amend};
use store::sqlite::{self, Report, Restored, Settings};

use super::{Outcome, gateway, load};
use crate::cli::{EveryCommand, Store, StoreRestore};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

const NOUN: &str = "store";
/// What is told of a copy that is not taken.
const NOT_TAKEN: [&str; 4] = ["store-damaged", "store-newer", "store-not-ours", "store-sealed"];
/// Another process may take 30 s until it serves, and a copy may be large.
const RESTORING: Duration = Duration::from_secs(120);

/// Does what the command says.
pub(super) fn run(store: &Store, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    match store {
        Store::Check => check(every, terminal),
        Store::Backup(arguments) => backup(&arguments.file, every, terminal),
        Store::Restore(arguments) => restore(arguments, every, terminal),
    }
}

/// Asks the running gateway; `None` where none runs, or it keeps no store. Who has it open holds its lock, so that going
/// on without asking never goes around anybody.
fn ask(verb: &str, asked: &Value, every: &EveryCommand) -> Result<Option<NounAnswer>, Failure> {
    match gateway::noun(every, NOUN, verb, asked) {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) if matches!(failure.code.as_ref(), "unreachable" | "no-such-noun") => Ok(None),
        // As without a gateway: the answer to the copy is no.
        Err(failure) if verb == "restore" && NOT_TAKEN.contains(&failure.code.as_ref()) => {
            Err(Failure { exit: Exit::No, ..failure })
        }
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

fn restore(arguments: &StoreRestore, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let from = std::path::absolute(&arguments.file).map_err(|error| Failure::file("find", &arguments.file, &error))?;
    let sign_ins = if arguments.keep_sign_ins { SignIns::Keep } else { SignIns::End };
    let asked = json!({ "file": from.to_string_lossy(), "keep_sign_ins": arguments.keep_sign_ins });
    let patient = EveryCommand { timeout: every.timeout.max(RESTORING), ..every.clone() };
    let asked = if from.to_str().is_some() { ask("restore", &asked, &patient)? } else { None };
    let members = match asked {
        Some(answer) => answer.members,
        None => {
            let amend = |copy: &_, beside| amend(copy, beside, sign_ins, &SystemClock);
            let outcome = sqlite::restore(&settings(every, terminal)?, &SCHEMA, &from, &SystemClock, amend);
            restored(&outcome.map_err(|error| {
                match error {
                    StoreError::InUse { .. } => {
                        Failure::new(Exit::Conflict, error.code(), "another process has the store open".to_owned())
                            .help("ask that gateway with `--admin unix:PATH`; or end it, restore, and start it again")
                            .because(&error)
                    }
                    other => failed(&other),
                }
            })?)
        }
    };
    if !print(terminal, "store restore", &members) {
        tell_restored(&members, terminal);
    }
    Ok(())
}

/// The members of `store restore --json`.
pub(crate) fn restored(restored: &Restored<Amended>) -> Map<String, Value> {
    let Amended { is_compared, are_signed_out, revoked_keys, accounts_back, accounts_gone } = &restored.amended;
    let members = json!({
        "kept": restored.kept.as_ref().map(|path| path.to_string_lossy()),
        "compared": is_compared, "signed_out": are_signed_out, "revoked_keys": revoked_keys,
        "accounts_back": accounts_back, "accounts_gone": accounts_gone,
    });
    members.as_object().cloned().unwrap_or_default()
}

/// What whoever brought a copy back has to know, and may have to do now.
fn tell_restored(members: &Map<String, Value>, terminal: &Terminal) {
    let yes = |name: &str| members.get(name).and_then(Value::as_bool).unwrap_or_default();
    let count = |name: &str| members.get(name).and_then(Value::as_u64).unwrap_or_default();
    terminal.result("restored");
    let kept = members.get("kept").and_then(Value::as_str);
    if let Some(kept) = kept {
        terminal.say(format_args!("what was there is kept as {kept}"));
    }
    if yes("signed_out") {
        terminal.say("everybody has to sign in again, in every browser and application");
    }
    let revoked = members.get("revoked_keys").and_then(Value::as_array).into_iter().flatten();
    let revoked: Vec<&str> = revoked.filter_map(Value::as_str).collect();
    if !revoked.is_empty() {
        terminal.say(format_args!("keys that were revoked since the copy are so still: {}", revoked.join(", ")));
    }
    let (back, gone) = (count("accounts_back"), count("accounts_gone"));
    if back + gone > 0 {
        terminal.say(format_args!("accounts that are there again: {back}; accounts made since that are gone: {gone}"));
    }
    if kept.is_some() && !yes("compared") {
        terminal
            .say("what was replaced cannot be read: keys that were revoked since the copy work again, see `keys list`");
    }
    terminal.say("passwords, second factors and addresses are those of the copy");
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
