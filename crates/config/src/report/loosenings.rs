//! Every loosening: what it opens, why, until when, and where it stands.

use serde_json::{Value, json};

use crate::plan::Planner;
use crate::rules;
use crate::source::Place;
use crate::value::Day;

/// The name of the one that has a key of its own.
const PUBLIC: &str = "public";

/// One loosening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LooseningLine {
    /// Its name, from the closed list; or `public`, which opens as they do and has a key of its own.
    pub name: &'static str,
    /// What it stands on, as a dotted key.
    pub on: String,
    /// Why; empty for `public`, which asks for no reason.
    pub reason: String,
    /// Its last day.
    pub until: Option<Day>,
    /// Whether that day is over.
    pub expired: bool,
    /// What it opens.
    pub opens: &'static str,
    /// Where it stands.
    pub place: Place,
}

impl LooseningLine {
    /// Whether it is `public: true`, which has a key of its own.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.name == PUBLIC
    }

    /// One object of `loosenings --json` and of `check --json`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let path = match self.name {
            PUBLIC => format!("{}.{PUBLIC}", self.on),
            name => format!("{}.loosen.{name}", self.on),
        };
        let at = json!({
            "file": self.place.file, "line": self.place.line, "column": self.place.column, "path": path,
        });
        let mut object = json!({
            "name": self.name, "on": self.on, "expired": self.expired, "opens": self.opens, "at": at,
        });
        if let Some(object) = object.as_object_mut() {
            if !self.reason.is_empty() {
                object.insert("reason".to_owned(), self.reason.clone().into());
            }
            if let Some(until) = self.until {
                object.insert("until".to_owned(), until.to_string().into());
            }
        }
        object
    }
}

pub(super) fn list(planner: &Planner<'_>) -> Vec<LooseningLine> {
    let line = |loosening: &crate::draft::Loosened| {
        let until = loosening.until.as_ref().map(|until| until.value);
        LooseningLine {
            name: loosening.name.value,
            on: loosening.on.clone(),
            reason: loosening.reason.clone(),
            until,
            expired: until.is_some_and(|until| until < Day::of(planner.now)),
            opens: loosening.opens,
            place: planner.sources.place(loosening.name.span),
        }
    };
    let public = rules::public_places(planner.draft).map(|(on, span, beside_callers)| LooseningLine {
        name: PUBLIC,
        on,
        reason: String::new(),
        until: None,
        expired: false,
        opens: if beside_callers {
            "anyone may call without a credential, whatever `callers` beside it says"
        } else {
            "anyone may call without a credential"
        },
        place: planner.sources.place(span),
    });
    rules::loosenings(planner.draft).map(line).chain(public).collect()
}
