//! References: `${env:NAME}`, `${env:NAME:-text}` and `${file:PATH}` inside values, put in after the file was read.
//!
//! They are put in after YAML was read and inside text only, so that no value
//! can add structure to the file. Keys are never touched.

use std::path::Path;

use crate::environment::Environment;
use crate::fault::{Collector, Fault, FaultCode};
use crate::files::Files;
use crate::node::{Node, Text, Value};
use crate::source::Span;

/// The largest file that a reference may name.
const BYTES_AT_MOST: u64 = 64 * 1024;
/// Permission bit: readable by everyone.
const OTHERS_READ: u32 = 0o004;

/// Puts the value of every reference in its place.
pub(crate) fn resolve(node: &mut Node, environment: &Environment, files: &mut Files, faults: &mut Collector) {
    match &mut node.value {
        Value::Missing => {}
        Value::List(items) => items.iter_mut().for_each(|item| resolve(item, environment, files, faults)),
        Value::Map(entries) => {
            entries.iter_mut().for_each(|entry| resolve(&mut entry.node, environment, files, faults));
        }
        Value::Text(text) if text.text.contains("${") => {
            let mut resolver = Resolver { environment, files, faults, span: node.span };
            match resolver.text(&text.text) {
                Some(resolved) => *text = resolved,
                // The fault is told; what stands there is not judged further.
                None => node.value = Value::Missing,
            }
        }
        Value::Text(_) => {}
    }
}

struct Resolver<'a> {
    environment: &'a Environment,
    files: &'a mut Files,
    faults: &'a mut Collector,
    span: Span,
}

impl Resolver<'_> {
    fn text(&mut self, written: &str) -> Option<Text> {
        let mut text = String::new();
        let mut referred = false;
        let mut rest = written;
        while let Some((before, after)) = rest.split_once("${") {
            if let Some(before) = before.strip_suffix('$') {
                // `$${` is a literal `${`.
                text.push_str(before);
                text.push_str("${");
                rest = after;
                continue;
            }
            text.push_str(before);
            let Some((inside, after)) = after.split_once('}') else {
                return self.refuse(format!("the reference in `{written}` does not end"), "close it with `}`");
            };
            let whole = before.is_empty() && text.is_empty() && after.is_empty();
            text.push_str(&self.value(inside, whole)?);
            referred = true;
            rest = after;
        }
        text.push_str(rest);
        Some(Text { text, plain: true, referred })
    }

    fn value(&mut self, inside: &str, whole: bool) -> Option<String> {
        let (kind, name) = inside.split_once(':').unwrap_or((inside, ""));
        match kind {
            "env" => self.variable(name),
            "file" | "secret" if !whole => {
                self.refuse(format!("`${{{inside}}}` is part of a value"), "let it be the whole value")
            }
            "file" => self.file(name),
            "secret" => {
                let fault = Fault::new(FaultCode::NotBuilt, self.span, "`${secret:…}` is not built yet");
                self.faults.push(fault.label("write `${file:…}` or `${env:…}`"));
                None
            }
            _ => self.refuse(
                format!("`${{{inside}}}` is not a reference"),
                "write `${env:NAME}` or `${file:PATH}`; a literal `${` is `$${`",
            ),
        }
    }

    fn variable(&mut self, inside: &str) -> Option<String> {
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let good = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        if name.is_empty() || !name.bytes().all(good) {
            return self.refuse(format!("`{name}` is not the name of a variable"), "write `${env:NAME}`");
        }
        match self.environment.variable(name).or(default) {
            Some(value) => Some(value.to_owned()),
            None => self.refuse(
                format!("the environment variable `{name}` is not set, or is empty"),
                &format!("set it, or give a default: `${{env:{name}:-text}}`"),
            ),
        }
    }

    fn file(&mut self, name: &str) -> Option<String> {
        if name.is_empty() {
            return self.refuse("`${file:}` names no file", "write `${file:PATH}`");
        }
        let content = match self.files.read(Path::new(name), BYTES_AT_MOST) {
            Ok(content) => content,
            Err(error) => {
                return self.refuse(format!("the file `{name}` cannot be read: {error}"), "is the path right?");
            }
        };
        if content.mode & OTHERS_READ != 0 {
            let message = format!("the file `{name}` can be read by everyone (mode {:04o})", content.mode);
            return self.refuse(message, &format!("run `chmod o-r {name}`"));
        }
        let Ok(text) = String::from_utf8(content.bytes) else {
            return self.refuse(format!("the file `{name}` is not UTF-8"), "only text can stand here");
        };
        let text = text.strip_suffix('\n').unwrap_or(&text);
        if text.is_empty() {
            return self.refuse(format!("the file `{name}` is empty"), "put the value there");
        }
        Some(text.to_owned())
    }

    fn refuse<T>(&mut self, message: impl Into<String>, label: &str) -> Option<T> {
        self.faults.push(Fault::new(FaultCode::UnresolvedReference, self.span, message).label(label));
        None
    }
}

#[cfg(test)]
mod tests;
