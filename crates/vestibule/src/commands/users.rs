//! `vestibule users …`: the accounts of the running gateway, asked for over its admin socket.

use serde_json::{Map, Value, json};

use super::noun::{self, array, words, words_or};
use super::{Outcome, gateway};
use crate::cli::{EveryCommand, Users, UsersUpdate};
use crate::failure::{Exit, Failure};
use crate::terminal::{Terminal, columns};

const NOUN: &str = "users";
/// What is told of an account, in this order.
const MEMBERS: [&str; 11] = [
    "id",
    "address",
    "name",
    "state",
    "verified",
    "password",
    "second_factor",
    "recovery_codes_left",
    "created",
    "changed",
    "sign_ins",
];

/// Does what the command says.
pub(super) fn run(users: &Users, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let named = |user: &str| json!({ "user": user });
    match users {
        Users::List(arguments) => list(arguments.after.as_deref(), every, terminal),
        Users::Show(one) => shown("show", &named(&one.user), every, terminal),
        Users::Create(arguments) => {
            let asked = json!({ "address": arguments.address, "name": arguments.name.as_deref().unwrap_or_default() });
            with_link(
                "create",
                &asked,
                "made; whoever has this link within a day chooses the password",
                every,
                terminal,
            )
        }
        Users::Invite(arguments) => {
            let asked = json!({ "address": arguments.address });
            with_link(
                "invite",
                &asked,
                "invited, by mail as well; the link makes the account within 7 days",
                every,
                terminal,
            )
        }
        Users::Reset(one) => {
            let said = "the password stays until this link is followed, within a day; whoever has it chooses another";
            with_link("reset", &named(&one.user), said, every, terminal)
        }
        Users::Update(arguments) => update(arguments, every, terminal),
        Users::Lock(one) => shown("lock", &named(&one.user), every, terminal),
        Users::Unlock(one) => shown("unlock", &named(&one.user), every, terminal),
        Users::EndSessions(one) => {
            if noun::ask(NOUN, "end-sessions", &named(&one.user), every, terminal)?.is_some() {
                terminal.result(format_args!("signed out {} everywhere", one.user));
            }
            Ok(())
        }
        Users::Export(one) => export(&one.user, every, terminal),
        Users::Delete(arguments) => {
            let question = format!("delete the account `{}` and all that is of it?", arguments.user);
            noun::agreed(arguments.yes, &question, terminal)?;
            if let Some(answer) = noun::ask(NOUN, "delete", &named(&arguments.user), every, terminal)? {
                terminal.result(format_args!("deleted {}", words(&Value::Object(answer), "deleted")));
                terminal.say("`users show` with that id tells when; nothing else is kept of it");
            }
            Ok(())
        }
    }
}

fn list(after: Option<&str>, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let asked = after.map_or_else(|| json!({}), |after| json!({ "after": after }));
    let Some(answer) = noun::ask(NOUN, "list", &asked, every, terminal)? else { return Ok(()) };
    let users = array(&answer, "users");
    if users.is_empty() {
        terminal.say("nobody yet: `vestibule users invite ADDRESS` invites somebody");
        return Ok(());
    }
    let row = |user: &Value| {
        let second = if user.get("second_factor") == Some(&json!(true)) { "on" } else { "off" };
        [
            words(user, "id"),
            words(user, "address"),
            words_or(user, "name", "-"),
            state(user),
            second.to_owned(),
            words(user, "created"),
        ]
    };
    let rows: Vec<[String; 6]> = users.iter().map(row).collect();
    columns(terminal, ["ID", "ADDRESS", "NAME", "STATE", "SECOND FACTOR", "CREATED"], &rows);
    noun::count(users.len(), "account", &answer, terminal);
    Ok(())
}

/// One word for how an account stands.
fn state(user: &Value) -> String {
    let is = |member: &str| user.get(member) == Some(&json!(true));
    match (is("locked"), is("password")) {
        (true, _) => "locked",
        (false, false) => "no password",
        (false, true) => "good",
    }
    .to_owned()
}

fn shown(verb: &str, asked: &Value, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let Some(answer) = noun::ask(NOUN, verb, asked, every, terminal)? else { return Ok(()) };
    account(&answer, terminal);
    Ok(())
}

fn account(answer: &Map<String, Value>, terminal: &Terminal) {
    let mut user = answer.get("user").cloned().unwrap_or_default();
    let said = state(&user);
    if let Some(members) = user.as_object_mut() {
        members.insert("state".to_owned(), said.into());
        members.insert("sign_ins".to_owned(), answer.get("sign_ins").cloned().unwrap_or_default());
    }
    noun::record(&user, &MEMBERS, terminal);
}

/// What gives a link that works once, alone on standard output.
fn with_link(verb: &str, asked: &Value, said: &str, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let Some(answer) = noun::ask(NOUN, verb, asked, every, terminal)? else { return Ok(()) };
    noun::link(&answer, terminal);
    let user = answer.get("user").cloned().unwrap_or_default();
    let whose = Some(words(&user, "id")).filter(|id| !id.is_empty()).map(|id| format!("{id}: ")).unwrap_or_default();
    terminal.say(format_args!("{whose}{said}; shown once"));
    Ok(())
}

fn update(arguments: &UsersUpdate, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let UsersUpdate { user, address, name, without_second_factor } = arguments;
    if address.is_none() && name.is_none() && !without_second_factor {
        return Err(Failure::new(Exit::Usage, "usage", "nothing is to be changed")
            .help("say what: `--address`, `--name` or `--without-second-factor`"));
    }
    let mut asked = Map::new();
    asked.insert("user".to_owned(), json!(user));
    for (member, text) in [("address", address), ("name", name)] {
        asked.extend(text.as_ref().map(|text| (member.to_owned(), json!(text))));
    }
    if *without_second_factor {
        asked.insert("without_second_factor".to_owned(), json!(true));
    }
    shown("update", &Value::Object(asked), every, terminal)
}

/// Everything that is kept of a person, as one JSON object, whether or not that was asked for.
fn export(user: &str, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let answer = gateway::noun(every, NOUN, "export", &json!({ "user": user }))?;
    if terminal.json() {
        let object = serde_json::to_value(&answer).map_err(|error| Failure::ours("an answer").because(&error))?;
        terminal.object(&object);
        return Ok(());
    }
    let export = answer.members.get("export").cloned().unwrap_or_default();
    let text = serde_json::to_string_pretty(&export).map_err(|error| Failure::ours("an answer").because(&error))?;
    terminal.result(text);
    Ok(())
}
