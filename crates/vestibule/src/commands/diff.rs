//! `vestibule diff`: what a change means for callers; 1 where anything is different, or where `--fail-on` says so.

use std::path::Path;

use config::{AccessChange, Difference, Effect, Loaded, LooseningLine, SettingChange};
use serde_json::{Value, json};

use super::{Outcome, load};
use crate::cli::{Diff, DiffFailOn, EveryCommand};
use crate::failure::{Exit, Failure};
use crate::terminal::{Style, Terminal};

/// Compares two files; with one, the file of `--config` with that one.
pub(super) fn run(arguments: &Diff, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let (old, new) = match arguments.files.as_slice() {
        [old, new] => (load::named(old.clone())?, load::named(new.clone())?),
        [new] => (load::find(every)?, load::named(new.clone())?),
        _ => return Err(Failure::new(Exit::Usage, "usage", "name one file, or two")),
    };
    let read = |path: &Path| load::load(path).map_err(|refused| load::faulty(path, &refused.faults, terminal));
    let (before, after) = (read(&old)?, read(&new)?);
    let difference = config::diff(&before, &after);
    let failed = match arguments.fail_on {
        DiffFailOn::Any => !difference.is_empty(),
        DiffFailOn::Opens => difference.opens(),
        DiffFailOn::Loosenings => difference.loosens(),
    };
    if terminal.json() {
        terminal.object(&object(&difference, (&old, &before), (&new, &after), !failed));
    } else {
        print(&difference, terminal);
    }
    if failed { Err(Failure::told(Exit::No)) } else { Ok(()) }
}

fn object(difference: &Difference, old: (&Path, &Loaded), new: (&Path, &Loaded), ok: bool) -> Value {
    let side = |(path, loaded): (&Path, &Loaded)| json!({ "hash": loaded.hash, "source": path.display().to_string() });
    let mut object = json!({ "format": 1, "command": "diff", "ok": ok, "old": side(old), "new": side(new) });
    if let Some(members) = object.as_object_mut() {
        members.extend(difference.to_json());
    }
    object
}

/// What it means, the most dangerous first.
pub(super) fn print(difference: &Difference, terminal: &Terminal) {
    if difference.is_empty() {
        terminal.result("no difference");
        return;
    }
    for effect in [Effect::Opens, Effect::Closes, Effect::Loosens, Effect::Tightens, Effect::Changes] {
        let lines = lines(difference, effect);
        if lines.is_empty() {
            continue;
        }
        let style = if matches!(effect, Effect::Opens | Effect::Loosens) { Style::Yellow } else { Style::Bold };
        terminal.result(terminal.paint(style, format_args!("{:<7} ({})", effect.as_str(), lines.len())));
        for line in lines {
            terminal.result(format_args!("  {line}"));
        }
    }
    if !difference.exact {
        terminal.warn("not everything was compared: there are too many routes that overlap");
    }
    let closed = match difference.listeners_closed {
        0 => "no listener closes".to_owned(),
        count => format!("{} closed", super::check::counted(count, "listener")),
    };
    let restart = if difference.restart_needed { "; needs a restart" } else { "" };
    let kept = super::check::counted(difference.kept_operations, "operation");
    terminal.result(format_args!("keeps   {kept}; {closed}{restart}"));
}

fn lines(difference: &Difference, effect: Effect) -> Vec<String> {
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
