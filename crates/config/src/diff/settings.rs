//! What else is different: every value that holds in both, or in one only, compared key by key.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::access::Effect;
use crate::report::ShownLine;
use crate::value;

/// A key with another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// The dotted key.
    pub path: String,
    /// What it was; empty where it was not.
    pub from: String,
    /// What it is; empty where it is no more.
    pub to: String,
    /// What that does.
    pub effect: Effect,
    /// `FILE:LINE`, or which default says so.
    pub origin: String,
}

impl SettingChange {
    /// One object of `changes`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let name = self.path.rsplit('.').next().unwrap_or_default();
        let mut object = json!({ "path": self.path, "name": name, "effect": self.effect.as_str() });
        let Some(members) = object.as_object_mut() else { return object };
        for (key, value) in [("from", &self.from), ("to", &self.to)] {
            if !value.is_empty() {
                members.insert(key.to_owned(), value.as_str().into());
            }
        }
        if let Some((file, line)) =
            self.origin.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse::<usize>().ok()?)))
        {
            members.insert("at".to_owned(), json!({ "file": file, "line": line, "path": self.path }));
        }
        object
    }
}

/// Compares two files as they hold. Whatever decides about access is left to the comparison of access.
pub(super) fn compare(old: &[ShownLine], new: &[ShownLine]) -> Vec<SettingChange> {
    let (was, is) = (values(old), values(new));
    let mut changes = Vec::new();
    let keys: std::collections::BTreeSet<&str> = was.keys().chain(is.keys()).copied().collect();
    for path in keys.into_iter().filter(|path| !is_access(path)) {
        // Of a thing that came or went as a whole, that is told, and not each of its values.
        let whole = |lines: &[ShownLine]| thing(path).is_none_or(|thing| lines.iter().any(|line| line.path == thing));
        if path_is_thing(path) || !(whole(old) && whole(new)) {
            continue;
        }
        let (from, to) = (was.get(path).map(|line| text(line)), is.get(path).map(|line| text(line)));
        if from != to {
            let line = is.get(path).or(was.get(path));
            changes.push(SettingChange {
                path: path.to_owned(),
                effect: effect(path, from.as_deref(), to.as_deref()),
                from: from.unwrap_or_default(),
                to: to.unwrap_or_default(),
                origin: line.map(|line| line.origin.clone()).unwrap_or_default(),
            });
        }
    }
    let mut changes = without_inherited(changes);
    changes.extend(things(old, new));
    changes
}

/// Leaves out what only follows from a change further out: one line of the file is told once.
fn without_inherited(changes: Vec<SettingChange>) -> Vec<SettingChange> {
    let name = |change: &SettingChange| change.path.rsplit('.').next().unwrap_or_default().to_owned();
    let follows = |one: &SettingChange, other: &SettingChange| {
        other.path.len() < one.path.len()
            && name(other) == name(one)
            && (&other.origin, &other.from, &other.to) == (&one.origin, &one.from, &one.to)
    };
    let own: Vec<bool> = changes.iter().map(|one| !changes.iter().any(|other| follows(one, other))).collect();
    changes.into_iter().zip(own).filter_map(|(change, own)| own.then_some(change)).collect()
}

/// Leaves by their keys. A value that holds and cannot be written stands in a comment, and is one as well.
fn values(lines: &[ShownLine]) -> BTreeMap<&str, &ShownLine> {
    lines.iter().filter(|line| !line.origin.is_empty()).map(|line| (line.path.as_str(), line)).collect()
}

fn text(line: &ShownLine) -> String {
    let text = line.text.trim_start_matches("# ");
    text.split_once(": ").map_or(text, |(_, value)| value).to_owned()
}

/// Who may call, and with what: the comparison of access tells it.
fn is_access(path: &str) -> bool {
    let part = |name: &str| path.split('.').any(|part| part == name);
    part("callers") || part("public") || part("loosen") || part("vestibule")
}

/// The door, service, API, operation, key or workload that a key belongs to.
fn thing(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('.').collect();
    match parts.as_slice() {
        ["apis", api, "operations", rest @ ..] if rest.len() > 1 => {
            // Names of operations may have dots themselves; the value is the last part.
            Some(format!("apis.{api}.operations.{}", rest.get(..rest.len() - 1)?.join(".")))
        }
        [noun @ ("apis" | "doors" | "services" | "keys" | "workloads"), name, _, ..] => Some(format!("{noun}.{name}")),
        _ => None,
    }
}

fn path_is_thing(path: &str) -> bool {
    matches!(path.split('.').collect::<Vec<_>>().as_slice(), ["apis" | "doors" | "services" | "keys" | "workloads", _])
}

/// Doors, services, APIs, keys and workloads that came or went.
fn things(old: &[ShownLine], new: &[ShownLine]) -> Vec<SettingChange> {
    let named = |lines: &[ShownLine]| -> Vec<String> {
        lines.iter().filter(|line| path_is_thing(&line.path)).map(|line| line.path.clone()).collect()
    };
    let (was, is) = (named(old), named(new));
    let change = |path: &String, from: &str, to: &str| SettingChange {
        path: path.clone(),
        from: from.to_owned(),
        to: to.to_owned(),
        effect: Effect::Changes,
        origin: String::new(),
    };
    let gone = was.iter().filter(|path| !is.contains(path)).map(|path| change(path, "there", ""));
    gone.chain(is.iter().filter(|path| !was.contains(path)).map(|path| change(path, "", "there"))).collect()
}

/// Whether a value that grew or shrank lets more or less through; of others only that they are different.
fn effect(path: &str, from: Option<&str>, to: Option<&str>) -> Effect {
    let name = path.rsplit('.').next().unwrap_or_default();
    if (path.ends_with(".ask.http") || path.ends_with(".ask.grpc")) && from.is_some() != to.is_some() {
        // Who else is asked may only say no.
        return if to.is_some() { Effect::Tightens } else { Effect::Loosens };
    }
    let (Some(from), Some(to)) = (from, to) else { return Effect::Changes };
    let larger = match name {
        "body" => value::size(from).ok().zip(value::size(to).ok()).map(|(from, to)| to > from),
        "at_most" | "per_address" => value::count(from).ok().zip(value::count(to).ok()).map(|(from, to)| to > from),
        "errors" => Some(to == "detailed"),
        _ => None,
    };
    match larger {
        Some(true) => Effect::Loosens,
        Some(false) => Effect::Tightens,
        None => Effect::Changes,
    }
}

#[cfg(test)]
mod tests;
