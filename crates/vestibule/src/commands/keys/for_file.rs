//! `vestibule keys create --for-file`: a new API key, printed once and alone; the file gets only its hash.

use auth::keys::Origin;
use model::DoorKind;
use serde_json::json;

use super::{Outcome, check_names, load};
use crate::cli::{EveryCommand, KeysCreate};
use crate::failure::{Exit, Failure};
use crate::roots;
use crate::terminal::Terminal;

/// Makes a key for the file.
pub(super) fn create(arguments: &KeysCreate, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    check_names(std::iter::once(&arguments.name).chain(&arguments.apis))?;
    let kind = model::KeyKind::from(arguments.kind);
    check_bounds(arguments, kind)?;
    fits_the_file(arguments, kind, every)?;
    let key = roots::key(kind)?;
    if terminal.json() {
        terminal.object(&json!({
            "format": 1, "command": terminal.command(), "ok": true, "name": arguments.name, "kind": kind.as_str(),
            "apis": arguments.apis, "scopes": arguments.scopes, "key": key.text.expose(), "hash": key.hash,
        }));
        return Ok(());
    }
    terminal.result(key.text.expose());
    terminal.say(format_args!(
        "\n{kind} key for {}; shown once. Write into the file, where only its hash is kept:\n",
        arguments.apis.join(", ")
    ));
    terminal.warn(lines_for_file(arguments, kind, &key.hash));
    Ok(())
}

/// Where there is a file, the key has to open something of it; it may have faults still, such as a hash to be filled in.
fn fits_the_file(arguments: &KeysCreate, kind: model::KeyKind, every: &EveryCommand) -> Outcome {
    let file = match load::said(every) {
        Some(path) => load::named(path)?,
        None => match load::standing() {
            Some(path) => path,
            None => return Ok(()),
        },
    };
    let apis = match load::load(&file) {
        Ok(loaded) => loaded.apis,
        // What could not be read says nothing against a name.
        Err(refused) => match refused.apis {
            Some(apis) => apis,
            None => return Ok(()),
        },
    };
    let names: Vec<&str> = apis.iter().map(|api| api.name.as_str()).collect();
    for asked in &arguments.apis {
        let Some(api) = apis.iter().find(|api| api.name == *asked) else {
            let message = format!("there is no API `{asked}` in `{}`", file.display());
            return Err(Failure::new(Exit::NoSuchThing, "unknown-name", message).help(load::instead(asked, &names)));
        };
        if let Some(door) = api.door.filter(|door| (*door == DoorKind::Server) != (kind == model::KeyKind::Secret)) {
            let message = format!("`{asked}` is at a {door} door, which takes no {kind} keys");
            let write = if door == DoorKind::Server { "--kind secret" } else { "--kind restricted" };
            return Err(Failure::new(Exit::Usage, "bad-kind", message).help(format!("write `{write}`")));
        }
    }
    Ok(())
}

/// The lines to pin a key in the file.
fn lines_for_file(arguments: &KeysCreate, kind: model::KeyKind, hash: &str) -> String {
    let mut lines = format!(
        "keys:\n  {}:\n    kind: {kind}\n    hash: \"{hash}\"\n    apis: [{}]\n",
        arguments.name,
        arguments.apis.join(", ")
    );
    if !arguments.scopes.is_empty() {
        lines.push_str(&format!("    scopes: [{}]\n", arguments.scopes.join(", ")));
    }
    let quoted = |texts: &[String]| texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ");
    for (key, texts) in [("origins", &arguments.origins), ("networks", &arguments.networks)] {
        if !texts.is_empty() {
            lines.push_str(&format!("    {key}: [{}]\n", quoted(texts)));
        }
    }
    if let Some(day) = &arguments.expires {
        lines.push_str(&format!("    expires: {day}\n"));
    }
    lines
}

/// The origins, and what a line of the file could not hold.
fn check_bounds(arguments: &KeysCreate, kind: model::KeyKind) -> Outcome {
    let wrong = |message: String| Failure::new(Exit::Usage, "bad-value", message);
    for origin in &arguments.origins {
        Origin::parse(origin).map_err(|error| wrong(format!("`{origin}` is not an origin: {error}")))?;
    }
    for network in &arguments.networks {
        config::value::NetworkText::parse(network).map_err(|error| wrong(error.message).help(error.help))?;
    }
    if let Some(day) = &arguments.expires {
        config::value::day(day).map_err(|error| wrong(error.message).help(error.help))?;
    }
    match (kind, arguments.origins.is_empty()) {
        (model::KeyKind::Publishable, true) => {
            return Err(wrong("a publishable key is bound to the origins of its pages".to_owned())
                .help("write `--origin https://shop.example`"));
        }
        (model::KeyKind::Secret, false) => return Err(wrong("no page sends a secret key".to_owned())),
        _ => {}
    }
    let said = [("--owner", &arguments.owner), ("--purpose", &arguments.purpose)];
    if let Some((flag, _)) = said.into_iter().find(|(_, text)| text.is_some()) {
        return Err(wrong(format!("the file does not hold `{flag}`")).help("write it there as a comment"));
    }
    Ok(())
}
