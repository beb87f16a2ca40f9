//! `vestibule tokens …`: what the running gateway makes of a token, and its end.
//!
//! A token comes from standard input, so that it stands in no list of processes and no history, and goes no further than
//! the admin socket of this machine.

use std::io::{IsTerminal as _, Read as _, stdin};

use serde_json::{Value, json};

use super::Outcome;
use super::noun::{self, words};
use crate::cli::{EveryCommand, Tokens, TokensRevoke};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

const NOUN: &str = "tokens";
/// Octets that a token may have, with what a person may leave around it.
const AT_MOST: u64 = 32 * 1024;
/// What is told of a token, in this order.
const MEMBERS: [&str; 15] = [
    "kind",
    "state",
    "id",
    "app",
    "user",
    "grant",
    "scopes",
    "audience",
    "resources",
    "bound_to",
    "issued",
    "begun",
    "used",
    "expires",
    "origin",
];

/// Does what the command says.
pub(super) fn run(tokens: &Tokens, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    match tokens {
        Tokens::Show => show(every, terminal),
        Tokens::Revoke(arguments) => revoke(arguments, every, terminal),
    }
}

/// What the token is; a token that would not be taken is a no.
fn show(every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let asked = json!({ "token": shown(terminal)? });
    let answer = super::gateway::noun(every, NOUN, "show", &asked)?;
    let token = answer.members.get("token").cloned().unwrap_or_default();
    let good = token.get("good") == Some(&json!(true));
    if terminal.json() {
        let mut object = serde_json::to_value(&answer).map_err(|error| Failure::ours("an answer").because(&error))?;
        if let Some(members) = object.as_object_mut() {
            members.insert("ok".to_owned(), json!(good));
        }
        terminal.object(&object);
    } else {
        noun::record(&token, &MEMBERS, terminal);
    }
    if good { Ok(()) } else { Err(Failure::told(Exit::No)) }
}

fn revoke(arguments: &TokensRevoke, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let asked = match (&arguments.id, &arguments.grant) {
        (Some(id), _) => json!({ "id": id }),
        (None, Some(grant)) => json!({ "grant": grant }),
        (None, None) => json!({ "token": shown(terminal)? }),
    };
    let Some(answer) = noun::ask(NOUN, "revoke", &asked, every, terminal)? else { return Ok(()) };
    let answer = Value::Object(answer);
    for (member, said) in [
        ("id", "the access token; others of its grant go on"),
        ("grant", "the grant, with every token and session of it"),
        ("session", "the session, with its grant and its sign-in"),
    ] {
        let name = words(&answer, member);
        if !name.is_empty() {
            terminal.result(format_args!("revoked {name}"));
            terminal.say(format_args!("that was {said}"));
        }
    }
    Ok(())
}

/// The token on standard input.
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
            .help("pipe it in: `vestibule tokens show < FILE`")),
    }
}
