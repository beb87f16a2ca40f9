//! A file as a tree of spanned nodes: what was written where, before anybody asks what it means.
//!
//! The YAML that is accepted is a small, plain part of YAML 1.2: one document
//! of maps, lists and text. Anchors, aliases, merge keys, tags, directives and
//! duplicate keys are faults, so that every fact has one place and every fault
//! one line. The file itself also has no tabs, no empty values, no keys that are
//! numbers; a contract, which other tools write, may have them: [`Dialect`]. The
//! YAML crate is known to this module only.

mod characters;
mod dialect;
mod json;
mod read;
mod scalar;

use crate::source::Span;
pub use dialect::Dialect;
pub use read::{Tree, read};
pub use scalar::is_text;

/// A value of the file and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its words; of a map or list the first line.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// The three things that a value can be, and the one that it must not.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text; numbers and booleans too, as they were written.
    Text(Text),
    /// A list.
    List(Vec<Node>),
    /// A map.
    Map(Vec<Entry>),
    /// Nothing, which is a fault that was told already.
    Missing,
}

/// A scalar.
#[derive(Clone, Debug)]
pub struct Text {
    /// What it says, after YAML's quoting and after references were put in.
    pub text: String,
    /// Whether it stood without quotes: only then is `true` a boolean and `8` a number.
    pub plain: bool,
    /// Whether a reference stood in it.
    pub referred: bool,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// Its value.
    pub node: Node,
}

impl Node {
    /// The entries, of a map.
    #[must_use]
    pub fn map(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key, of a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// A key with its value, of a map that has it.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.map()?.iter().find(|entry| entry.key == key)
    }

    /// The text, of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.scalar().map(|text| text.text.as_str())
    }

    /// The scalar that it is.
    #[must_use]
    pub const fn scalar(&self) -> Option<&Text> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether nothing is said: `null`, or no words at all where words would be unquoted.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match &self.value {
            Value::Missing => true,
            Value::Text(text) => text.plain && scalar::is_null(&text.text),
            Value::List(_) | Value::Map(_) => false,
        }
    }

    /// The parts of a list; a single value stands for a list of one.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Missing => &[],
            Value::Text(_) | Value::Map(_) => std::slice::from_ref(self),
        }
    }

    /// The dotted key of the innermost entry that an offset belongs to.
    #[must_use]
    pub fn path_at(&self, offset: usize) -> String {
        let mut path = String::new();
        let mut node = self;
        loop {
            node = match &node.value {
                Value::Map(entries) => {
                    let Some(entry) = entries.iter().rev().find(|entry| entry.key_span.start() <= offset) else {
                        break;
                    };
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&entry.key);
                    &entry.node
                }
                Value::List(items) => match items.iter().rev().find(|item| item.span.start() <= offset) {
                    Some(item) => item,
                    None => break,
                },
                Value::Text(_) | Value::Missing => break,
            };
        }
        path
    }
}

#[cfg(test)]
mod tests;
