//! Keys for people: a list, and one with all that is known of it.

use serde_json::{Map, Value};

use crate::commands::noun::{array, words, words_or};
use crate::terminal::{Terminal, columns};

/// A line for each key, those of the file after those that are kept.
pub(super) fn list(answer: &Map<String, Value>, terminal: &Terminal) {
    let (kept, pinned) = (array(answer, "keys"), array(answer, "file"));
    let mut rows: Vec<[String; 7]> = Vec::with_capacity(kept.len() + pinned.len());
    for key in kept {
        let or = |member: &str, other: &str| words_or(key, member, other);
        rows.push([
            words(key, "name"),
            words(key, "kind"),
            words(key, "apis"),
            words(key, "state"),
            or("expires", "never"),
            or("last_used", "never"),
            or("owner", "-"),
        ]);
    }
    for key in pinned {
        let place = words(key, "place");
        rows.push([
            words(key, "name"),
            words(key, "kind"),
            words(key, "apis"),
            "pinned".to_owned(),
            "-".to_owned(),
            "-".to_owned(),
            place,
        ]);
    }
    if rows.is_empty() {
        return terminal.say("no keys yet: `vestibule keys create NAME --api API` makes one");
    }
    columns(terminal, ["NAME", "KIND", "APIS", "STATE", "EXPIRES", "LAST USED", "OWNER"], &rows);
    let pinned = if pinned.is_empty() { String::new() } else { format!(", and {} in the file", pinned.len()) };
    terminal.say(format_args!("{} keys{pinned}", kept.len()));
}

/// A line for each thing that is known of a key.
pub(super) fn record(key: &Value, terminal: &Terminal) {
    let members = ["name", "kind", "state", "apis", "scopes", "origins", "networks", "tier", "owner", "purpose"];
    let times = ["made_at", "expires", "revoked_at", "last_used"];
    for member in members.into_iter().chain(times) {
        let text = words(key, member);
        if !text.is_empty() {
            terminal.result(format_args!("{:<11}{text}", member.replace('_', " ")));
        }
    }
    for secret in key.get("secrets").and_then(Value::as_array).into_iter().flatten() {
        let until = words(secret, "until");
        let until = if until.is_empty() { until } else { format!(", taken until {until}") };
        terminal.result(format_args!("{:<11}{}, made {}{until}", "id", words(secret, "id"), words(secret, "made_at")));
    }
}

/// Until when the text before is taken, where it is.
pub(super) fn overlap_ends(answer: &Map<String, Value>) -> Option<String> {
    let secrets = answer.get("record")?.get("secrets")?.as_array()?;
    secrets.get(1)?.get("until")?.as_str().map(str::to_owned)
}
