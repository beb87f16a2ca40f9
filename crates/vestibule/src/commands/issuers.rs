//! `vestibule issuers …`: what the running gateway knows of the issuers that the file names, and what one says now.

use std::io::{IsTerminal as _, Read as _, stdin};

use admin::NounAnswer;
use serde_json::{Value, json};

use super::{Outcome, gateway};
use crate::cli::{EveryCommand, Issuers, IssuersTest};
use crate::failure::{Exit, Failure};
use crate::terminal::{Terminal, columns};

const NOUN: &str = "issuers";
/// Octets that a token may have, with what a person may leave around it.
const AT_MOST: u64 = 32 * 1024;
/// What is told of an issuer, in this order.
const ISSUER: [&str; 9] =
    ["name", "issuer", "state", "learnt_at", "used_until", "keys_at", "introspection_at", "failed_at", "why"];
/// What is told of a token, in this order.
const TOKEN: [&str; 7] = ["kind", "subject", "app", "scopes", "bound_to", "until", "why"];

/// Does what the command says.
pub(super) fn run(issuers: &Issuers, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    match issuers {
        Issuers::List => list(every, terminal),
        Issuers::Show(arguments) => {
            let answer = gateway::noun(every, NOUN, "show", &json!({ "name": arguments.name }))?;
            if terminal.json() {
                return object(&answer, true, terminal);
            }
            issuer(answer.members.get("issuer").unwrap_or(&Value::Null), terminal);
            Ok(())
        }
        Issuers::Test(arguments) => test(arguments, every, terminal),
    }
}

fn list(every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let answer = gateway::noun(every, NOUN, "list", &json!({}))?;
    if terminal.json() {
        return object(&answer, true, terminal);
    }
    let all = answer.members.get("issuers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if all.is_empty() {
        terminal.say("no tokens of other issuers are taken: `issuers` in the file names such");
        return Ok(());
    }
    let rows: Vec<[String; 5]> = all
        .iter()
        .map(|one| {
            let at =
                Some(words(one, "learnt_at")).filter(|text| !text.is_empty()).unwrap_or_else(|| "never".to_owned());
            [words(one, "name"), words(one, "state"), words(one, "keys"), at, words(one, "issuer")]
        })
        .collect();
    columns(terminal, ["NAME", "STATE", "KEYS", "LEARNT", "ISSUER"], &rows);
    Ok(())
}

/// What the issuer says now, and what is made of a token; a no to either is a no.
fn test(arguments: &IssuersTest, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let mut asked = json!({ "name": arguments.name });
    if arguments.token
        && let Some(members) = asked.as_object_mut()
    {
        members.insert("token".to_owned(), shown(terminal)?.into());
    }
    let answer = gateway::noun(every, NOUN, "test", &asked)?;
    let is_good = |member: &str| answer.members.get(member).is_none_or(|told| told.get("good") == Some(&json!(true)));
    let good = is_good("issuer") && is_good("token");
    if terminal.json() {
        object(&answer, good, terminal)?;
    } else {
        for (member, names) in [("issuer", &ISSUER[..]), ("token", &TOKEN[..])] {
            let Some(told) = answer.members.get(member) else { continue };
            let verdict = if is_good(member) { "good" } else { "not taken" };
            terminal.result(format_args!("{member:<18}{verdict}"));
            lines(told, names, terminal);
            keys(told, terminal);
        }
    }
    if good { Ok(()) } else { Err(Failure::told(Exit::No)) }
}

/// The answer as it is; `ok` says whether all is good.
fn object(answer: &NounAnswer, good: bool, terminal: &Terminal) -> Outcome {
    let mut object = serde_json::to_value(answer).map_err(|error| Failure::ours("an answer").because(&error))?;
    if let Some(members) = object.as_object_mut() {
        members.insert("ok".to_owned(), good.into());
    }
    terminal.object(&object);
    Ok(())
}

fn issuer(told: &Value, terminal: &Terminal) {
    lines(told, &ISSUER, terminal);
    keys(told, terminal);
}

fn lines(told: &Value, names: &[&str], terminal: &Terminal) {
    for name in names {
        let text = words(told, name);
        if !text.is_empty() {
            terminal.result(format_args!("{:<18}{text}", name.replace('_', " ")));
        }
    }
}

fn keys(told: &Value, terminal: &Terminal) {
    for key in told.get("keys").and_then(Value::as_array).into_iter().flatten() {
        let id = Some(words(key, "id")).filter(|id| !id.is_empty()).unwrap_or_else(|| "(no id)".to_owned());
        terminal.result(format_args!("{:<18}{id}, {}", "key", words(key, "algorithm")));
    }
}

/// A text, a number, or texts with spaces between them; empty for what is not there.
fn words(object: &Value, member: &str) -> String {
    match object.get(member) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

/// The token on standard input, which stands in no list of processes and no history.
fn shown(terminal: &Terminal) -> Result<String, Failure> {
    if stdin().is_terminal() {
        terminal.say("paste the token, then a new line and Ctrl-D:");
    }
    let mut text = String::new();
    let read = stdin().lock().take(AT_MOST).read_to_string(&mut text);
    let text = text.trim();
    match read {
        Ok(_) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(Failure::new(Exit::Usage, "usage", "there is no token on standard input")
            .help("pipe it in: `vestibule issuers test NAME --token < FILE`")),
    }
}
