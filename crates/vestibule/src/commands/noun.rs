//! What the commands about things of the running gateway share: asking for them, and showing what is known of one.

use serde_json::{Map, Value};

use super::{Outcome, gateway};
use crate::cli::EveryCommand;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Asks, prints the object where that is wanted, and otherwise gives its members.
pub(super) fn ask(
    noun: &str,
    verb: &str,
    asked: &Value,
    every: &EveryCommand,
    terminal: &Terminal,
) -> Result<Option<Map<String, Value>>, Failure> {
    let answer = gateway::noun(every, noun, verb, asked)?;
    if terminal.json() {
        let object = serde_json::to_value(&answer).map_err(|error| Failure::ours("an answer").because(&error))?;
        terminal.object(&object);
        return Ok(None);
    }
    Ok(Some(answer.members))
}

/// A text, a number, or texts with commas between them; empty for what is not there.
pub(super) fn words(object: &Value, member: &str) -> String {
    match object.get(member) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(truth)) => if *truth { "yes" } else { "no" }.to_owned(),
        Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

/// The same, or another word for what is not there.
pub(super) fn words_or(object: &Value, member: &str, other: &str) -> String {
    Some(words(object, member)).filter(|text| !text.is_empty()).unwrap_or_else(|| other.to_owned())
}

/// The things of a list.
pub(super) fn array<'a>(object: &'a Map<String, Value>, member: &str) -> &'a [Value] {
    object.get(member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A line for each of these members that is there.
pub(super) fn record(object: &Value, members: &[&str], terminal: &Terminal) {
    let width = members.iter().map(|member| member.len() + 2).max().unwrap_or_default();
    for member in members {
        let text = words(object, member);
        if !text.is_empty() {
            terminal.result(format_args!("{:<width$}{text}", member.replace('_', " ")));
        }
    }
}

/// How many there are, and how to see more.
pub(super) fn count(many: usize, one: &str, answer: &Map<String, Value>, terminal: &Terminal) {
    let more = match answer.get("next").and_then(Value::as_str) {
        Some(next) => format!("; go on with `--after {next}`"),
        None => String::new(),
    };
    terminal.say(format_args!("{many} {one}{}{more}", if many == 1 { "" } else { "s" }));
}

/// Lets somebody think again before something that cannot be undone.
///
/// # Errors
/// The answer was no (1), or there is nobody to ask (2).
pub(super) fn agreed(yes: bool, question: &str, terminal: &Terminal) -> Outcome {
    if yes {
        return Ok(());
    }
    if !terminal.may_ask() {
        return Err(Failure::new(Exit::Usage, "not-agreed", "this cannot be undone, and nobody is there to ask")
            .help("write `--yes`"));
    }
    if terminal.agrees(question) {
        return Ok(());
    }
    Err(Failure::new(Exit::No, "not-agreed", "nothing was changed"))
}

/// A link that works once, alone on standard output.
pub(super) fn link(answer: &Map<String, Value>, terminal: &Terminal) {
    terminal.result(answer.get("link").and_then(Value::as_str).unwrap_or_default());
}

/// Names of things are those of the file.
pub(super) fn check_names<'n>(names: impl Iterator<Item = &'n String>) -> Outcome {
    for name in names {
        if !idp::apps::is_app_name(name) {
            let message = format!("`{name}` is not a name");
            return Err(Failure::new(Exit::Usage, "bad-name", message)
                .help("a name starts with a letter of `a-z` and has up to 63 of `a-z`, `0-9` and `-`"));
        }
    }
    Ok(())
}
