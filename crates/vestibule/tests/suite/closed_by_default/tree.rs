//! A drawn file as a tree, and its text.

use std::fmt::Write as _;

/// A part of a drawn file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree {
    /// A single value.
    Text(String),
    /// A single value that stands in a variable of the environment: its name, and the value.
    Referred(String, String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl Tree {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// What stands behind a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, tree)| tree)
    }

    pub(super) fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::List(items) if items.is_empty())
            || matches!(self, Self::Map(entries) if entries.is_empty())
    }

    /// The values of a list, of which a single value may stand alone.
    pub(super) fn items(&self) -> Vec<&str> {
        match self {
            Self::List(items) => items.iter().filter_map(Self::value).collect(),
            other => other.value().into_iter().collect(),
        }
    }

    /// What a single value means.
    pub(super) fn value(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Referred(_, text) => Some(text),
            Self::List(_) | Self::Map(_) => None,
        }
    }

    /// Every variable that the file refers to.
    pub(super) fn variables(&self, into: &mut Vec<(String, String)>) {
        match self {
            Self::Text(_) => {}
            Self::Referred(name, value) => into.push((name.clone(), value.clone())),
            Self::List(items) => items.iter().for_each(|item| item.variables(into)),
            Self::Map(entries) => entries.iter().for_each(|(_, tree)| tree.variables(into)),
        }
    }

    /// The text of the file.
    pub(super) fn to_yaml(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        for (key, tree) in self.entries() {
            let _ = write!(out, "{:indent$}{key}:", "", indent = 2 * depth);
            match tree {
                Self::Map(entries) if !entries.is_empty() => {
                    out.push('\n');
                    tree.write(out, depth + 1);
                }
                other => {
                    out.push(' ');
                    other.write_flow(out);
                    out.push('\n');
                }
            }
        }
    }

    fn write_flow(&self, out: &mut String) {
        let joined = |parts: Vec<String>| parts.join(", ");
        let flow = |tree: &Self| {
            let mut text = String::new();
            tree.write_flow(&mut text);
            text
        };
        let _ = match self {
            // These mean what they mean only without quotes.
            Self::Text(text) if matches!(text.as_str(), "true" | "false" | "1") => write!(out, "{text}"),
            Self::Text(text) => write!(out, "{text:?}"),
            Self::Referred(name, _) => write!(out, "\"${{env:{name}}}\""),
            Self::List(items) => write!(out, "[{}]", joined(items.iter().map(flow).collect())),
            Self::Map(entries) => {
                let parts = entries.iter().map(|(key, tree)| format!("{key}: {}", flow(tree)));
                write!(out, "{{ {} }}", joined(parts.collect()))
            }
        };
    }
}

#[test]
fn a_tree_is_written_so_that_it_reads_the_same() {
    let map = |entries: &[(&str, Tree)]| {
        Tree::Map(entries.iter().map(|(key, tree)| ((*key).to_owned(), tree.clone())).collect())
    };
    let tree = map(&[
        ("vestibule", Tree::text("1")),
        ("a", map(&[("b", Tree::text("x: {y}")), ("c", map(&[])), ("d", Tree::text("true"))])),
        ("l", Tree::List(vec![Tree::text("one"), map(&[("k", Tree::Referred("V".into(), "value".into()))])])),
    ]);
    let text = "vestibule: 1\na:\n  b: \"x: {y}\"\n  c: {  }\n  d: true\nl: [\"one\", { k: \"${env:V}\" }]\n";
    assert_eq!(tree.to_yaml(), text);
    assert_eq!(tree.get("a").and_then(|a| a.get("b")).and_then(Tree::value), Some("x: {y}"));
}
