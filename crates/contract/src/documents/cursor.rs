//! A value of a document together with where it stands.

use document::{Entry, Node, Span, Value};

use super::{At, pointer};

/// A value while a contract is walked.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'d> {
    node: &'d Node,
    at: At,
}

/// Stands for a document that is not there.
pub(super) fn nothing() -> &'static Node {
    static NOTHING: std::sync::OnceLock<Node> = std::sync::OnceLock::new();
    NOTHING.get_or_init(|| Node { span: Span::default(), value: Value::Missing })
}

impl<'d> Cursor<'d> {
    pub(super) const fn new(node: &'d Node, at: At) -> Self {
        Self { node, at }
    }

    pub(crate) const fn node(&self) -> &'d Node {
        self.node
    }

    pub(crate) const fn span(&self) -> Span {
        self.node.span
    }

    pub(crate) const fn at(&self) -> &At {
        &self.at
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        let node = self.node.get(key)?;
        Some(Self { node, at: self.below(key) })
    }

    /// The entries of a map.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'d Entry, Self)> + '_ {
        let entries = self.node.map().unwrap_or_default();
        entries.iter().map(|entry| (entry, Self { node: &entry.node, at: self.below(&entry.key) }))
    }

    /// The parts of a list.
    pub(crate) fn items(&self) -> impl Iterator<Item = Self> + '_ {
        let items: &'d [Node] = match &self.node.value {
            Value::List(items) => items,
            _ => &[],
        };
        items.iter().enumerate().map(|(index, node)| Self { node, at: self.below(&index.to_string()) })
    }

    /// The text of a `$ref`.
    pub(crate) fn reference(&self) -> Option<&'d str> {
        self.node.get("$ref").and_then(Node::text)
    }

    fn below(&self, key: &str) -> At {
        let mut at = self.at.clone();
        pointer::push(&mut at.pointer, key);
        at
    }
}
