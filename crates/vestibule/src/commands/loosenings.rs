//! `vestibule loosenings`: everything that is weaker than its door's default, with place, reason, and what it opens.

use config::LooseningLine;
use serde_json::{Value, json};

use super::{Outcome, load};
use crate::cli::EveryCommand;
use crate::terminal::{Terminal, columns};

/// Lists them.
pub(super) fn run(every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let loaded = load::required(every, terminal)?;
    if terminal.json() {
        let items: Vec<Value> = loaded.report.loosenings.iter().map(LooseningLine::to_json).collect();
        terminal.object(&json!({ "format": 1, "command": "loosenings", "ok": true, "items": items }));
        return Ok(());
    }
    if loaded.report.loosenings.is_empty() {
        terminal.say("nothing is loosened");
        return Ok(());
    }
    let rows: Vec<[String; 6]> = loaded
        .report
        .loosenings
        .iter()
        .map(|each| {
            [
                each.name.to_owned(),
                each.on.clone(),
                each.reason.clone(),
                each.until.map(|until| until.to_string()).unwrap_or_default(),
                each.opens.to_owned(),
                each.place.to_string(),
            ]
        })
        .collect();
    columns(terminal, ["LOOSENING", "ON", "REASON", "UNTIL", "OPENS", "AT"], &rows);
    terminal.say(super::check::counted(rows.len(), "loosening"));
    Ok(())
}
