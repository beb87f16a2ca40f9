//! YAML events to nodes, with a fault for everything that YAML has and the file does not.

mod judge;
mod offsets;

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use self::offsets::Offsets;
use super::scalar::{is_null, written};
use super::{Dialect, Entry, Node, Text, Value, characters, json};
use crate::fault::{Collector, Fault, FaultCode};
use crate::source::{Source, Span};

/// Reads a text to its end, or to the first place where it is no YAML.
///
/// `None` when there is no map to go on with; the faults say why.
pub fn read(source: &Source, dialect: &Dialect, faults: &mut Collector) -> Option<Tree> {
    if source.text().len() > dialect.bytes_at_most {
        let message = format!("`{}` has more than {} MiB", source.name(), dialect.bytes_at_most / (1024 * 1024));
        faults.push(Fault::of_file(FaultCode::TooLarge, message));
        return None;
    }
    if !characters::check(source, dialect, faults) {
        return None;
    }
    // A contract may be JSON; the file itself never is.
    if dialect.foreign && json::begins(source.text()) {
        return json::read(source, dialect, faults);
    }
    let mut builder = Builder::new(source, dialect, faults);
    builder.run();
    let (root, whole) = (builder.root.take(), builder.whole);
    match root {
        Some(root @ Node { value: Value::Map(_), .. }) => Some(Tree { root, whole }),
        Some(node) => {
            let span = node.span;
            let fault = Fault::new(FaultCode::NotAMap, span, "the file is not a map of keys");
            faults.push(if dialect.foreign {
                fault
            } else {
                fault.help("it starts with `vestibule: 1`, then `services:` and `apis:`")
            });
            None
        }
        None => {
            if !faults.any_error() {
                let fault = Fault::of_file(FaultCode::Documents, format!("`{}` holds nothing", source.name()));
                faults.push(if dialect.foreign {
                    fault
                } else {
                    fault.help("`vestibule init` writes a file to start from")
                });
            }
            None
        }
    }
}

/// What was read.
pub struct Tree {
    /// The map that the file is.
    pub root: Node,
    /// Whether the file was read to its end; if not, what is missing may stand in the part that was not read.
    pub whole: bool,
}

/// A map or list that is not closed yet.
enum Open {
    List { span: Span, items: Vec<Node> },
    Map { span: Span, entries: Vec<Entry>, seen: HashMap<String, Span>, key: Option<Key> },
}

/// A key whose value comes next.
struct Key {
    text: String,
    span: Span,
    /// Whether what it says can be gone on with; if not, it and its value are left out.
    usable: bool,
}

struct Builder<'a> {
    source: &'a Source,
    dialect: &'a Dialect,
    faults: &'a mut Collector,
    offsets: Offsets,
    open: Vec<Open>,
    root: Option<Node>,
    whole: bool,
    nodes: usize,
    documents: usize,
    /// Whether the place where the text stops being YAML was told in better words than the parser's.
    explained: bool,
}

impl<'a> Builder<'a> {
    fn new(source: &'a Source, dialect: &'a Dialect, faults: &'a mut Collector) -> Self {
        let offsets = Offsets::new(source.text());
        Self {
            source,
            dialect,
            faults,
            offsets,
            open: Vec::new(),
            root: None,
            whole: true,
            nodes: 0,
            documents: 0,
            explained: false,
        }
    }

    fn run(&mut self) {
        let source = self.source;
        let mut parser = Parser::new_from_str(source.text());
        while let Some(event) = parser.next_event() {
            match event {
                Ok((event, span)) => {
                    let span =
                        self.source.span(self.offsets.byte(span.start.index()), self.offsets.byte(span.end.index()));
                    if !self.take(event, span) {
                        self.whole = false;
                        break;
                    }
                }
                Err(error) => {
                    self.syntax(&error);
                    self.whole = false;
                    break;
                }
            }
        }
        // What was read before the text stopped being YAML is judged too: its faults are worth knowing at once.
        while let Some(open) = self.open.pop() {
            self.close(open);
        }
    }

    /// Takes one event in; false to read no further.
    fn take(&mut self, event: Event<'_>, span: Span) -> bool {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let fault = Fault::new(FaultCode::Documents, span, "a second document begins");
                    self.faults.push(fault.label("one file is one document"));
                    return false;
                }
            }
            Event::Alias(_) => {
                self.feature(span, "an alias", "write the value out again");
                self.place(Node { span, value: Value::Missing });
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.unplain(span, anchor, tag.is_some());
                self.scalar(&text, style, span);
            }
            Event::SequenceStart(anchor, tag) => {
                self.unplain(span, anchor, tag.is_some());
                self.open.push(Open::List { span, items: Vec::new() });
            }
            Event::MappingStart(anchor, tag) => {
                self.unplain(span, anchor, tag.is_some());
                self.open.push(Open::Map { span, entries: Vec::new(), seen: HashMap::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.close(open);
                }
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        self.within_bounds(span)
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) {
        // The span of a quoted scalar goes on over the spaces and the comment after it.
        let span =
            self.source.span(span.start(), span.start() + written(self.source.words(span), style).trim_end().len());
        if matches!(self.open.last(), Some(Open::Map { key: None, .. })) {
            let usable = self.check_key(text, style == ScalarStyle::Plain, span);
            if let Some(Open::Map { key, .. }) = self.open.last_mut() {
                *key = Some(Key { text: text.to_owned(), span, usable });
            }
            return;
        }
        let plain = style == ScalarStyle::Plain;
        let empty = !self.dialect.foreign && (text.trim().is_empty() || (plain && is_null(text)));
        let loose = !empty && plain && !self.dialect.foreign && self.source.words(span).contains('\n');
        if loose {
            self.loose_text(span);
        }
        let value = if empty || loose {
            // It was told; what the lines together would mean is nobody's intention.
            Value::Missing
        } else {
            Value::Text(Text { text: text.to_owned(), plain, referred: false })
        };
        if empty {
            self.empty(span);
        }
        self.place(Node { span, value });
    }

    fn close(&mut self, open: Open) {
        let (span, mut empty, value) = match open {
            Open::List { span, items } => (span, items.is_empty(), Value::List(items)),
            Open::Map { span, entries, .. } => (span, entries.is_empty(), Value::Map(entries)),
        };
        empty &= !self.dialect.foreign;
        // A map that lost its keys to other faults is not told to be empty as well.
        if empty && self.whole && !self.faults.touches(span) {
            self.empty(span);
        }
        self.place(Node { span, value: if empty { Value::Missing } else { value } });
    }

    /// Puts a finished node where it belongs: into the list, under its key, or at the root.
    fn place(&mut self, node: Node) {
        self.nodes += 1;
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, seen, key, .. }) => match key.take() {
                None => {
                    let fault = Fault::new(FaultCode::KeyNotText, node.span, "a map or list stands as a key");
                    self.faults.push(fault.label("keys are words"));
                    *key = Some(Key { text: String::new(), span: node.span, usable: false });
                }
                Some(Key { usable: false, .. }) => {}
                Some(Key { text: key, span: key_span, .. }) => {
                    if let Some(first) = seen.get(&key) {
                        let fault = Fault::new(FaultCode::DuplicateKey, key_span, format!("`{key}` stands twice"));
                        self.faults.push(fault.label("and again here").related(*first, "first here"));
                        return;
                    }
                    seen.insert(key.clone(), key_span);
                    entries.push(Entry { key, key_span, node });
                }
            },
        }
    }

    /// The `$` that was read as a value is none.
    fn forget_last(&mut self) {
        let last = match self.open.last_mut() {
            Some(Open::Map { entries, .. }) => entries.last_mut().map(|entry| &mut entry.node),
            Some(Open::List { items, .. }) => items.last_mut(),
            None => None,
        };
        if let Some(node) = last {
            node.value = Value::Missing;
        }
    }
}
