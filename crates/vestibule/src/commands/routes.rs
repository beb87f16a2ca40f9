//! `vestibule routes`: every operation that can be reached, at which door and by whom.

use serde_json::json;

use super::{Outcome, load};
use crate::cli::{EveryCommand, Routes};
use crate::failure::{Exit, Failure};
use crate::terminal::{Terminal, columns};

/// Lists them.
pub(super) fn run(arguments: &Routes, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let loaded = load::required(every, terminal)?;
    let asked = |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|wanted| wanted == name);
    let doors: Vec<_> = loaded.report.routes.iter().map(|route| route.door.as_str()).collect();
    let apis: Vec<_> = loaded.report.routes.iter().map(|route| route.api.as_str()).collect();
    known("a door", arguments.door.as_deref(), &doors)?;
    known("an API", arguments.api.as_deref(), &apis)?;
    let routes = loaded.report.routes.iter();
    let routes: Vec<_> =
        routes.filter(|route| asked(&arguments.door, &route.door) && asked(&arguments.api, &route.api)).collect();
    if terminal.json() {
        let items: Vec<_> = routes.iter().map(|route| route.to_json()).collect();
        terminal.object(&json!({ "format": 1, "command": "routes", "ok": true, "items": items }));
        return Ok(());
    }
    let rows: Vec<[String; 6]> = routes
        .iter()
        .map(|route| {
            [
                route.door.clone(),
                route.method.clone(),
                route.url.clone(),
                format!("{}.{}", route.api, route.operation),
                route.callers.join(", "),
                route.scopes.join(" "),
            ]
        })
        .collect();
    columns(terminal, ["DOOR", "METHOD", "URL", "OPERATION", "CALLERS", "SCOPES"], &rows);
    terminal.say(super::check::counted(rows.len(), "operation"));
    Ok(())
}

/// A name that was asked for has to be there: an empty list would read as "nothing is reachable".
fn known(what: &str, asked: Option<&str>, names: &[&str]) -> Outcome {
    match asked {
        Some(asked) if !names.contains(&asked) => {
            let message = format!("no operation is published at {what} named `{asked}`");
            Err(Failure::new(Exit::NoSuchThing, "unknown-name", message).help(load::instead(asked, names)))
        }
        _ => Ok(()),
    }
}
