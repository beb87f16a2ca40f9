//! A difference in words and as JSON, for `diff` and for whoever asks the running gateway.

use config::{AccessChange, Difference, Effect, LooseningLine, SettingChange};
use serde_json::{Value, json};

use crate::commands::check;
use crate::terminal::Style;

/// One side of a comparison.
pub(crate) struct Side<'a> {
    /// The short hash.
    pub(crate) hash: &'a str,
    /// A path, or `live`.
    pub(crate) source: String,
}

/// The members of `diff --json`.
pub(crate) fn object(difference: &Difference, old: &Side<'_>, new: &Side<'_>, ok: bool) -> Value {
    let side = |side: &Side<'_>| json!({ "hash": side.hash, "source": side.source });
    let mut object = json!({ "format": 1, "command": "diff", "ok": ok, "old": side(old), "new": side(new) });
    if let Some(members) = object.as_object_mut() {
        members.extend(difference.to_json());
    }
    object
}

/// What it means, the most dangerous first; `paint` colours headings.
pub(crate) fn lines(difference: &Difference, paint: impl Fn(Style, String) -> String) -> Vec<String> {
    if difference.is_empty() {
        return vec!["no difference".to_owned()];
    }
    let mut all = Vec::new();
    for effect in [Effect::Opens, Effect::Closes, Effect::Loosens, Effect::Tightens, Effect::Changes] {
        let lines = of_effect(difference, effect);
        if lines.is_empty() {
            continue;
        }
        let style = if matches!(effect, Effect::Opens | Effect::Loosens) { Style::Yellow } else { Style::Bold };
        all.push(paint(style, format!("{:<7} ({})", effect.as_str(), lines.len())));
        all.extend(lines.into_iter().map(|line| format!("  {line}")));
    }
    if !difference.exact {
        all.push("not everything was compared: there are too many routes that overlap".to_owned());
    }
    let closed = match difference.listeners_closed {
        0 => "no listener closes".to_owned(),
        count => format!("{} closed", check::counted(count, "listener")),
    };
    let restart = if difference.restart_needed { "; needs a restart" } else { "" };
    let kept = check::counted(difference.kept_operations, "operation");
    all.push(format!("keeps   {kept}; {closed}{restart}"));
    all
}

fn of_effect(difference: &Difference, effect: Effect) -> Vec<String> {
    let access = difference.access.iter().filter(|change| change.effect == effect).map(access_line);
    let loosenings = match effect {
        Effect::Loosens => difference.loosened.iter().map(|line| loosening_line('+', line)).collect(),
        Effect::Tightens => difference.tightened.iter().map(|line| loosening_line('-', line)).collect(),
        _ => Vec::new(),
    };
    access.chain(loosenings).chain(difference.settings(effect).map(setting_line)).collect()
}

fn access_line(change: &AccessChange) -> String {
    let (sign, may) = if change.effect == Effect::Opens { ('+', "may call") } else { ('-', "may not ") };
    let who =
        if change.who.is_empty() { change.who_kind.to_owned() } else { format!("{}:{}", change.who_kind, change.who) };
    let what = format!("{} {}", change.method, change.url);
    let conditions =
        if change.conditions.is_empty() { String::new() } else { format!("  ({})", change.conditions.join(", ")) };
    let at = format!("{}.{}", change.api, change.operation);
    format!("{sign} {who:<24} {may}  {what:<28} {at:<28} {}{conditions}", change.because.words()).trim_end().to_owned()
}

fn loosening_line(sign: char, line: &LooseningLine) -> String {
    let reason = if line.is_public() { String::new() } else { format!(": \"{}\"", line.reason) };
    format!("{sign} {} on {}{reason}  {}:{}", line.name, line.on, line.place.file, line.place.line)
}

fn setting_line(change: &SettingChange) -> String {
    let origin = if change.origin.is_empty() { String::new() } else { format!("  {}", change.origin) };
    match (change.from.as_str(), change.to.as_str()) {
        ("", "there") => format!("+ {}{origin}", change.path),
        ("there", "") => format!("- {}{origin}", change.path),
        ("", to) => format!("+ {} {to}{origin}", change.path),
        (from, "") => format!("- {} {from}{origin}", change.path),
        (from, to) => format!("~ {} {from} → {to}{origin}", change.path),
    }
}
