//! `vestibule apps …`: the applications that the running gateway keeps, asked for over its admin socket.

use serde_json::{Map, Value, json};

use super::Outcome;
use super::noun::{self, array, words, words_or};
use crate::cli::{Apps, AppsCreate, AppsDelete, AppsRotate, AppsSaid, AppsUpdate, EveryCommand};
use crate::failure::{Exit, Failure};
use crate::terminal::{Terminal, columns};

const NOUN: &str = "apps";
/// The largest file of public keys.
const KEYS_AT_MOST: u64 = 48 << 10;
/// What is told of an application, in this order.
const MEMBERS: [&str; 17] = [
    "name",
    "state",
    "type",
    "title",
    "redirect_uris",
    "after_sign_out",
    "origins",
    "scopes",
    "consent",
    "algorithm",
    "resources",
    "answers_for",
    "bound",
    "pushed_only",
    "tokens_in_browser",
    "made",
    "changed",
];

/// Does what the command says.
pub(super) fn run(apps: &Apps, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    match apps {
        Apps::List => list(every, terminal),
        Apps::Show(one) => {
            let Some(answer) = noun::ask(NOUN, "show", &json!({ "name": one.name }), every, terminal)? else {
                return Ok(());
            };
            shown(&answer, terminal);
            Ok(())
        }
        Apps::Create(arguments) => create(arguments, every, terminal),
        Apps::Update(arguments) => update(arguments, every, terminal),
        Apps::RotateSecret(arguments) => rotate(arguments, every, terminal),
        Apps::Delete(arguments) => delete(arguments, every, terminal),
    }
}

fn list(every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let Some(answer) = noun::ask(NOUN, "list", &json!({}), every, terminal)? else { return Ok(()) };
    let (kept, declared) = (array(&answer, "apps"), array(&answer, "file"));
    if kept.is_empty() && declared.is_empty() {
        terminal.say("no applications yet: `vestibule apps create NAME --type TYPE` registers one");
        return Ok(());
    }
    let kept_row = |app: &Value| {
        let title = words_or(app, "title", &words(app, "name"));
        [words(app, "name"), words(app, "type"), words(app, "state"), title, words(app, "made")]
    };
    let declared_row = |app: &Value| {
        [words(app, "name"), words(app, "type"), "file".to_owned(), words(app, "title"), words_or(app, "place", "-")]
    };
    let rows: Vec<[String; 5]> = kept.iter().map(kept_row).chain(declared.iter().map(declared_row)).collect();
    columns(terminal, ["NAME", "TYPE", "STATE", "TITLE", "MADE"], &rows);
    let declared = if declared.is_empty() { String::new() } else { format!(", and {} in the file", declared.len()) };
    terminal.say(format_args!("{} application{}{declared}", kept.len(), if kept.len() == 1 { "" } else { "s" }));
    Ok(())
}

fn shown(answer: &Map<String, Value>, terminal: &Terminal) {
    let app = answer.get("app").cloned().unwrap_or_default();
    noun::record(&app, &MEMBERS, terminal);
    for secret in app.get("secrets").and_then(Value::as_array).into_iter().flatten() {
        let until = words(secret, "until");
        let until = if until.is_empty() { until } else { format!(", taken until {until}") };
        terminal.result(format_args!("{:<19}made {}{until}", "secret", words(secret, "made")));
    }
    if app.get("public_keys").is_some() {
        terminal.result(format_args!("{:<19}its own, in public_keys of `--json`", "keys"));
    }
}

/// What is said, as the socket takes it. `none` alone stands for an empty list.
fn said(arguments: &AppsSaid) -> Result<Map<String, Value>, Failure> {
    let mut said = Map::new();
    for (member, texts) in [
        ("redirect_uris", &arguments.redirect_uris),
        ("after_sign_out", &arguments.after_sign_out),
        ("origins", &arguments.origins),
        ("scopes", &arguments.scopes),
        ("resources", &arguments.resources),
        ("answers_for", &arguments.answers_for),
    ] {
        match texts.as_slice() {
            [] => {}
            [one] if one == "none" => drop(said.insert(member.to_owned(), Value::Null)),
            texts => drop(said.insert(member.to_owned(), json!(texts))),
        }
    }
    for (member, text) in [
        ("title", &arguments.title),
        ("consent", &arguments.consent),
        ("algorithm", &arguments.algorithm),
        ("bound", &arguments.bound),
        ("tokens_in_browser", &arguments.tokens_in_browser),
    ] {
        let value = text.as_ref().map(|text| if text.is_empty() { Value::Null } else { json!(text) });
        said.extend(value.map(|value| (member.to_owned(), value)));
    }
    said.extend(arguments.pushed_only.map(|pushed| ("pushed_only".to_owned(), json!(pushed))));
    if let Some(file) = &arguments.public_keys {
        let length = std::fs::metadata(file).map_err(|error| Failure::file("read", file, &error))?.len();
        let text = match length {
            0..=KEYS_AT_MOST => std::fs::read(file).map_err(|error| Failure::file("read", file, &error))?,
            _ => {
                let message = format!("`{}` is larger than {} KiB", file.display(), KEYS_AT_MOST >> 10);
                return Err(Failure::new(Exit::Usage, "bad-value", message));
            }
        };
        let keys: Value = serde_json::from_slice(&text).map_err(|error| {
            let message = format!("`{}` is no JWKS file: {error}", file.display());
            Failure::new(Exit::Usage, "bad-value", message).help("it has the form `{ \"keys\": [ … ] }`")
        })?;
        said.insert("public_keys".to_owned(), keys);
    }
    Ok(said)
}

fn create(arguments: &AppsCreate, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    noun::check_names(std::iter::once(&arguments.name))?;
    let mut app = said(&arguments.said)?;
    // To say that there is nothing is to say nothing.
    app.retain(|_, value| !value.is_null());
    app.insert("type".to_owned(), json!(arguments.kind.as_str()));
    let asked = json!({ "name": arguments.name, "app": app });
    let Some(answer) = noun::ask(NOUN, "create", &asked, every, terminal)? else { return Ok(()) };
    match answer.get("secret").and_then(Value::as_str) {
        Some(secret) => {
            terminal.result(secret);
            terminal.say(format_args!("the secret of `{}`; shown once", arguments.name));
            terminal.say("it goes with its name into `Authorization: Basic` at the token endpoint, and never in a URL");
        }
        None => {
            terminal.result(format_args!("registered {}", arguments.name));
            terminal.say(format_args!("its `client_id` is `{}`", arguments.name));
        }
    }
    Ok(())
}

fn update(arguments: &AppsUpdate, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let app = said(&arguments.said)?;
    if app.is_empty() {
        return Err(Failure::new(Exit::Usage, "usage", "nothing is to be changed")
            .help("say what: `--redirect-uri`, `--scope`, `--title`, …; `vestibule apps update --help` lists all"));
    }
    let asked = json!({ "name": arguments.name, "app": app });
    let Some(answer) = noun::ask(NOUN, "update", &asked, every, terminal)? else { return Ok(()) };
    shown(&answer, terminal);
    Ok(())
}

fn rotate(arguments: &AppsRotate, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let overlap_s = arguments.overlap.unwrap_or_default().as_secs();
    let asked = json!({ "name": arguments.name, "overlap_s": overlap_s });
    let Some(answer) = noun::ask(NOUN, "rotate-secret", &asked, every, terminal)? else { return Ok(()) };
    terminal.result(answer.get("secret").and_then(Value::as_str).unwrap_or_default());
    let secrets = answer.get("app").and_then(|app| app.get("secrets")).cloned().unwrap_or_default();
    let until = secrets.get(1).map(|before| words(before, "until")).unwrap_or_default();
    terminal.say(format_args!("another secret of `{}`; shown once", arguments.name));
    terminal.say(match overlap_s {
        0 => "the one before has ended".to_owned(),
        _ => format!("the one before is taken until {until}: put this one in its place by then"),
    });
    Ok(())
}

fn delete(arguments: &AppsDelete, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let question = format!("remove `{}`, and end every grant, token and session of it?", arguments.name);
    noun::agreed(arguments.yes, &question, terminal)?;
    let asked = json!({ "name": arguments.name });
    let Some(answer) = noun::ask(NOUN, "delete", &asked, every, terminal)? else { return Ok(()) };
    let answer = Value::Object(answer);
    terminal.result(format_args!("deleted {}", arguments.name));
    terminal.say(format_args!("with {} grants and {} sessions", words(&answer, "grants"), words(&answer, "sessions")));
    Ok(())
}
