//! The file with everything filled in that it leaves out, each value with who said it.
//!
//! What it prints is again a file that loads and means the same: defaults that
//! have no key, and those that have no value to write ("any address"), stand in
//! comments.

mod apis;
mod apps;
mod callers;
mod doors;
mod identity;
mod issuers;

mod services;

use std::fmt::Write;

use crate::draft::{LogFormat, Loosened, Said};
use crate::plan::{From, Inherited, Plan, Planner};
use crate::report::routes::network_text;
use crate::source::Span;
use crate::value::NetworkText;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownLine {
    /// The dotted key.
    pub path: String,
    /// How deep it stands.
    pub depth: usize,
    /// What is written: `key:`, or `key: value`; a comment begins with `#`.
    pub text: String,
    /// Who said it; empty for a key that only holds others.
    pub origin: String,
}

/// Where comments begin, if the line leaves room.
const COMMENT_COLUMN: usize = 48;

/// The lines as YAML; only those at or below a dotted key, where one is given.
pub(super) fn write(lines: &[ShownLine], path: Option<&str>) -> Option<String> {
    let mut out = String::new();
    let below = |line: &&ShownLine| match path {
        None => true,
        Some(path) => line.path == path || line.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')),
    };
    let first = lines.iter().find(below)?;
    for line in lines.iter().filter(below) {
        if path.is_none() && line.depth == 0 && !out.is_empty() {
            out.push('\n');
        }
        let text = format!("{}{}", "  ".repeat(line.depth.saturating_sub(first.depth)), line.text);
        // Writing to a String cannot fail.
        let _ = match line.origin.as_str() {
            "" => writeln!(out, "{text}"),
            origin => writeln!(out, "{text:<COMMENT_COLUMN$} # {origin}"),
        };
    }
    Some(out)
}

/// Every line of a configuration.
pub(super) fn show(planner: &Planner<'_>, plan: &Plan) -> Vec<ShownLine> {
    let mut lines = Lines { planner, lines: Vec::new(), at: Vec::new() };
    lines.value("vestibule", "1", "the format of the file");
    lines.doors(plan);
    lines.services();
    lines.apis();
    lines.names_of_callers(plan);
    lines.identity(plan);
    lines.apps();
    lines.foreign_issuers();
    lines.engines(plan);
    lines.lines
}

/// Lines under way, and the keys that the next one stands below.
struct Lines<'s, 'p> {
    planner: &'s Planner<'p>,
    lines: Vec<ShownLine>,
    at: Vec<String>,
}

impl Lines<'_, '_> {
    fn line(&mut self, key: &str, text: String, origin: String) {
        let path = self.at.iter().map(String::as_str).chain([key]).collect::<Vec<_>>().join(".");
        self.lines.push(ShownLine { path, depth: self.at.len(), text, origin });
    }

    /// A key with others below it; left out where nothing is.
    fn below(&mut self, key: &str, inside: impl FnOnce(&mut Self)) {
        self.line(key, format!("{}:", quoted(key)), String::new());
        let before = self.lines.len();
        self.at.push(key.to_owned());
        inside(self);
        self.at.pop();
        if self.lines.iter().skip(before).all(|line| line.text.starts_with('#')) {
            // A key above nothing but comments would be a key without a value.
            self.lines.truncate(before.saturating_sub(1));
        }
    }

    fn value(&mut self, key: &str, value: &str, origin: impl Into<String>) {
        self.line(key, format!("{key}: {value}"), origin.into());
    }

    /// Something that holds and cannot be written.
    fn comment(&mut self, key: &str, value: &str, origin: impl Into<String>) {
        self.line(key, format!("# {key}: {value}"), origin.into());
    }

    fn said(&mut self, key: &str, value: &str, span: Span) {
        let origin = self.origin(From::Words(span));
        self.value(key, value, origin);
    }

    fn inherited<T: Copy>(&mut self, key: &str, holds: Inherited<T>, write: impl FnOnce(T) -> String) {
        let origin = self.origin(holds.from);
        self.value(key, &write(holds.value), origin);
    }

    fn origin(&self, from: From) -> String {
        match from {
            From::Default(kind) => format!("default of {kind} doors"),
            From::Words(span) => {
                let place = self.planner.sources.place(span);
                let name = place.file.rsplit('/').next().unwrap_or_default().to_owned();
                format!("{name}:{}", place.line)
            }
        }
    }

    fn texts(&mut self, key: &str, said: &[Said<String>]) {
        if let Some(first) = said.first() {
            self.said(key, &list(said.iter().map(|said| said.value.clone())), first.span);
        }
    }

    fn networks(&mut self, key: &str, said: &[Said<NetworkText>]) {
        if let Some(first) = said.first() {
            self.said(key, &list(said.iter().map(|said| network_text(&said.value))), first.span);
        }
    }

    fn loosen(&mut self, loosen: &[Loosened]) {
        if loosen.is_empty() {
            return;
        }
        self.below("loosen", |lines| {
            for loosening in loosen {
                let reason = text(&loosening.reason);
                let value = match &loosening.until {
                    Some(until) => format!("{{ why: {reason}, until: {} }}", until.value),
                    None => reason,
                };
                lines.said(loosening.name.value, &value, loosening.name.span);
            }
        });
    }

    fn engines(&mut self, plan: &Plan) {
        let planner = self.planner;
        let draft = planner.draft;
        self.below("trust", |lines| {
            match &draft.trust.domain {
                Some(domain) => lines.said("domain", &text(&domain.value), domain.span),
                None => lines.value("domain", &plan.trust.domain, "default"),
            }
            if let Some(certificate) = &draft.trust.certificate {
                lines.below("root", |lines| {
                    lines.said("certificate", &text(&certificate.value.to_string_lossy()), certificate.span);
                    if let Some(key) = &draft.trust.key {
                        lines.said("key", &text(&key.value.to_string_lossy()), key.span);
                    }
                });
            }
        });
        self.below("store", |lines| {
            lines.below("sqlite", |lines| match &draft.data_directory {
                Some(said) => lines.said("directory", &text(&said.value.to_string_lossy()), said.span),
                None => lines.value("directory", "./vestibule-data", "default: beside the file"),
            });
            match &draft.seal {
                Some(said) => {
                    // As it stands in the file: a reference, and never what it leads to.
                    let reference = lines.planner.sources.of(said.span).words(said.span).to_owned();
                    lines.said("seal", &reference, said.span);
                }
                None => lines.comment("seal", "store/seal.key in the data directory", "default"),
            }
        });
        self.below("observe", |lines| match &draft.log_format {
            Some(said) if said.value == LogFormat::Off => lines.said("log", log_word(said.value), said.span),
            format => lines.below("log", |lines| {
                lines.value("to", "stdout", "default");
                match format {
                    Some(said) => lines.said("format", log_word(said.value), said.span),
                    None => lines.comment("format", "text on a terminal, else json", "default"),
                }
            }),
        });
        self.below("admin", |lines| match &draft.admin_listen {
            Some(said) => lines.said("listen", &text(&format!("unix:{}", said.value.display())), said.span),
            None => lines.comment("listen", &format!("unix:{}", plan.admin_socket.display()), "default"),
        });
    }
}

const fn log_word(format: LogFormat) -> &'static str {
    match format {
        LogFormat::Json => "json",
        LogFormat::Text => "text",
        LogFormat::Off => "none",
    }
}

/// A list of text in one line.
fn list(texts: impl Iterator<Item = String>) -> String {
    let texts: Vec<_> = texts.map(|one| text(&one)).collect();
    match texts.as_slice() {
        [one] => one.clone(),
        _ => format!("[{}]", texts.join(", ")),
    }
}

fn path(value: &std::path::Path) -> String {
    text(&value.to_string_lossy())
}

/// A value in one line, in quotes where YAML would read it as something else.
fn text(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '+');
    let starts = value.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/' || c == '.');
    let reads_as_text = crate::node::is_text(value) && !value.ends_with(':');
    if starts && reads_as_text && value.chars().all(plain) { value.to_owned() } else { quoted_always(value) }
}

fn quoted(key: &str) -> String {
    text(key)
}

/// In double quotes; JSON's escapes are YAML's too (YAML 1.2 §5.7).
fn quoted_always(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}
