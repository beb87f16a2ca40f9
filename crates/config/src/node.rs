//! The file as a tree of spanned nodes: what was written where, before anybody asks what it means.
//!
//! The YAML that is accepted is a small, plain part of YAML 1.2: one document
//! of maps, lists and text. Anchors, aliases, merge keys, tags, directives,
//! duplicate keys, tabs and empty values are faults, so that every fact has one
//! place and every fault one line. The YAML crate is known to this module only.

mod characters;
mod read;

use crate::source::Span;
pub(crate) use read::{is_text, read};

/// The largest file that is read, in bytes.
pub(crate) const FILE_BYTES_AT_MOST: usize = 4 * 1024 * 1024;
/// How deep maps and lists may stand in one another.
pub(crate) const DEPTH_AT_MOST: usize = 32;
/// How many maps, lists and values a file may have: enough for 20,000 operations.
pub(crate) const NODES_AT_MOST: usize = 250_000;

/// A value of the file and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Its words; of a map or list the first line.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) value: Value,
}

/// The three things that a value can be, and the one that it must not.
#[derive(Clone, Debug)]
pub(crate) enum Value {
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
pub(crate) struct Text {
    /// What it says, after YAML's quoting and after references were put in.
    pub(crate) text: String,
    /// Whether it stood without quotes: only then is `true` a boolean and `8` a number.
    pub(crate) plain: bool,
    /// Whether a reference stood in it.
    pub(crate) referred: bool,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) key_span: Span,
    /// Its value.
    pub(crate) node: Node,
}

impl Node {
    /// The entries, of a map.
    #[must_use]
    pub(crate) fn map(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key, of a map that has it.
    #[must_use]
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// A key with its value, of a map that has it.
    #[must_use]
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.map()?.iter().find(|entry| entry.key == key)
    }

    /// The text, of a scalar.
    #[must_use]
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(&text.text),
            _ => None,
        }
    }

    /// The parts of a list; a single value stands for a list of one.
    #[must_use]
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Missing => &[],
            Value::Text(_) | Value::Map(_) => std::slice::from_ref(self),
        }
    }

    /// The dotted key of the innermost entry that an offset belongs to.
    #[must_use]
    pub(crate) fn path_at(&self, offset: usize) -> String {
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
