//! `vestibule sessions …`: the browsers in which people are known, and their end.

use serde_json::{Map, Value, json};

use super::Outcome;
use super::noun::{self, array, words, words_or};
use crate::cli::{EveryCommand, Sessions, SessionsEnd, SessionsList};
use crate::terminal::{Terminal, columns};

const NOUN: &str = "sessions";

/// Does what the command says.
pub(super) fn run(sessions: &Sessions, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    match sessions {
        Sessions::List(arguments) => list(arguments, every, terminal),
        Sessions::End(arguments) => end(arguments, every, terminal),
    }
}

fn list(arguments: &SessionsList, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let SessionsList { user, app, after } = arguments;
    let said = [("user", user), ("app", app), ("after", after)];
    let said = said.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?))));
    let asked = Value::Object(said.collect::<Map<_, _>>());
    let Some(answer) = noun::ask(NOUN, "list", &asked, every, terminal)? else { return Ok(()) };
    let sessions = array(&answer, "sessions");
    let row = |session: &Value| {
        [
            words(session, "id"),
            words_or(session, "address", &words(session, "user")),
            words(session, "app"),
            words(session, "origin"),
            words(session, "begun"),
            words(session, "seen"),
        ]
    };
    if !sessions.is_empty() {
        let rows: Vec<[String; 6]> = sessions.iter().map(row).collect();
        columns(terminal, ["ID", "USER", "APP", "ORIGIN", "BEGUN", "SEEN"], &rows);
    }
    noun::count(sessions.len(), "session", &answer, terminal);
    Ok(())
}

fn end(arguments: &SessionsEnd, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let asked = match (&arguments.session, &arguments.user) {
        (Some(id), _) => json!({ "id": id }),
        (None, Some(user)) => json!({ "user": user }),
        (None, None) => {
            noun::agreed(arguments.yes, "sign everybody out of every application?", terminal)?;
            json!({ "all": true })
        }
    };
    let Some(answer) = noun::ask(NOUN, "end", &asked, every, terminal)? else { return Ok(()) };
    let ended = answer.get("ended").and_then(Value::as_u64).unwrap_or_default();
    terminal.result(format_args!("ended {ended} session{}", if ended == 1 { "" } else { "s" }));
    if let (None, Some(user)) = (&arguments.session, &arguments.user) {
        terminal.say(format_args!("with every sign-in and token of {user}"));
    }
    Ok(())
}
