//! The keys that the running gateway keeps: asked for over its admin socket, which answers once a change is durable.

use serde_json::{Map, Value, json};

use super::print;
use super::{Outcome, check_names};
use crate::cli::{EveryCommand, KeysCreate, KeysRotate, KeysUpdate};
use crate::commands::noun::{self, words};
use crate::failure::Failure;
use crate::terminal::Terminal;

const NOUN: &str = "keys";

fn ask(
    verb: &str,
    asked: &Value,
    every: &EveryCommand,
    terminal: &Terminal,
) -> Result<Option<Map<String, Value>>, Failure> {
    noun::ask(NOUN, verb, asked, every, terminal)
}

/// Makes a key.
pub(super) fn create(arguments: &KeysCreate, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    check_names(std::iter::once(&arguments.name).chain(&arguments.apis))?;
    let kind = model::KeyKind::from(arguments.kind);
    let asked = json!({
        "name": arguments.name, "kind": kind.as_str(), "apis": arguments.apis, "scopes": arguments.scopes,
        "origins": arguments.origins, "networks": arguments.networks, "expires": arguments.expires,
        "owner": arguments.owner, "purpose": arguments.purpose,
    });
    let Some(answer) = ask("create", &asked, every, terminal)? else { return Ok(()) };
    shown_once(&answer, terminal);
    Ok(())
}

/// The key alone on standard output, and beside it what it is and what to do with it.
fn shown_once(answer: &Map<String, Value>, terminal: &Terminal) {
    let key = answer.get("record").cloned().unwrap_or_default();
    terminal.result(answer.get("key").and_then(Value::as_str).unwrap_or_default());
    let until = match key.get("expires").and_then(Value::as_str) {
        Some(until) => format!("until {until}"),
        None => "no expiry".to_owned(),
    };
    let kind = words(&key, "kind");
    terminal.say(format_args!("{kind} key for {}, {until}; shown once", words(&key, "apis")));
    terminal.say("send it as `Authorization: Bearer KEY`, and never in a URL");
}

/// Every key that is kept, and the names of those of the file.
pub(super) fn list(every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let Some(answer) = ask("list", &json!({}), every, terminal)? else { return Ok(()) };
    print::list(&answer, terminal);
    Ok(())
}

/// One key.
pub(super) fn show(name: &str, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let Some(answer) = ask("show", &json!({ "name": name }), every, terminal)? else { return Ok(()) };
    print::record(&answer.get("record").cloned().unwrap_or_default(), terminal);
    Ok(())
}

/// Makes something else of a key.
pub(super) fn update(arguments: &KeysUpdate, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let mut asked = Map::new();
    let lists = [
        ("apis", &arguments.apis, ""),
        ("scopes", &arguments.scopes, "none"),
        ("origins", &arguments.origins, "none"),
        ("networks", &arguments.networks, "any"),
    ];
    for (member, texts, nothing) in lists {
        let texts: &[String] = match texts.as_slice() {
            [] => continue,
            [one] if one == nothing => &[],
            texts => texts,
        };
        asked.insert(member.to_owned(), json!(texts));
    }
    let texts = [("expires", &arguments.expires), ("owner", &arguments.owner), ("purpose", &arguments.purpose)];
    for (member, text) in texts {
        if let Some(text) = text {
            asked.insert(member.to_owned(), json!(text));
        }
    }
    if asked.is_empty() {
        return Err(Failure::new(crate::failure::Exit::Usage, "usage", "nothing is to be changed")
            .help("say what: `--api`, `--scope`, `--origin`, `--network`, `--expires`, `--owner` or `--purpose`"));
    }
    asked.insert("name".to_owned(), json!(arguments.name));
    let Some(answer) = ask("update", &Value::Object(asked), every, terminal)? else { return Ok(()) };
    print::record(&answer.get("record").cloned().unwrap_or_default(), terminal);
    Ok(())
}

/// Gives a key another text.
pub(super) fn rotate(arguments: &KeysRotate, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let overlap_s = arguments.overlap.unwrap_or_default().as_secs();
    let asked = json!({ "name": arguments.name, "overlap_s": overlap_s });
    let Some(answer) = ask("rotate", &asked, every, terminal)? else { return Ok(()) };
    shown_once(&answer, terminal);
    terminal.say(match print::overlap_ends(&answer) {
        Some(until) => format!("the one before is taken until {until}: put this one in its place by then"),
        None => "the one before has ended".to_owned(),
    });
    Ok(())
}

/// Ends a key for good.
pub(super) fn revoke(name: &str, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    if ask("revoke", &json!({ "name": name }), every, terminal)?.is_some() {
        terminal.result(format_args!("revoked {name}"));
        terminal.say("it opens nothing any more; `keys delete` forgets it");
    }
    Ok(())
}

/// Forgets a key.
pub(super) fn delete(name: &str, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    if ask("delete", &json!({ "name": name }), every, terminal)?.is_some() {
        terminal.result(format_args!("deleted {name}"));
    }
    Ok(())
}
