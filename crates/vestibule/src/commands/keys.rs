//! `vestibule keys create`: a new API key, printed once and alone; the file gets only its hash.

use model::DoorKind;
use serde_json::json;

use super::{Outcome, load};
use crate::cli::{EveryCommand, KeyKind, KeysCreate};
use crate::failure::{Exit, Failure};
use crate::roots;
use crate::terminal::Terminal;

/// Makes a key for the file.
pub(super) fn create(arguments: &KeysCreate, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    if !arguments.for_file {
        let message = "keys that are kept by a running gateway are not built yet";
        return Err(Failure::new(Exit::Usage, "not-yet", message)
            .help("with `--for-file` it prints the lines to pin the key in the file"));
    }
    for name in std::iter::once(&arguments.name).chain(&arguments.apis) {
        if !is_name(name) {
            let message = format!("`{name}` is not a name");
            return Err(Failure::new(Exit::Usage, "bad-name", message)
                .help("a name starts with a letter of `a-z` and has up to 63 of `a-z`, `0-9` and `-`"));
        }
    }
    let kind = model::KeyKind::from(arguments.kind);
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
    lines
}

/// The names of the file: `[a-z][a-z0-9-]{0,62}`.
fn is_name(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl From<KeyKind> for model::KeyKind {
    fn from(kind: KeyKind) -> Self {
        match kind {
            KeyKind::Publishable => Self::Publishable,
            KeyKind::Restricted => Self::Restricted,
            KeyKind::Secret => Self::Secret,
        }
    }
}
