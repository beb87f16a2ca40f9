//! The file against its grammar: unknown keys, wrong forms, words that are not built yet.

use super::loosening::{LOOSENINGS, Spot};
use super::{Key, Names, Record, Scalar, Shape, State, Word, nearest, one_of, root};
use super::{foreign, indentation};
use crate::fault::{Collector, Fault, FaultCode};
use crate::node::{Entry, Node, Text, Value, is_text};
use crate::source::Span;
use crate::value::Wrong;

/// Tells everything in the tree that the grammar does not have.
///
/// `whole` is false where the file could not be read to its end: then nothing is told to be missing.
pub(crate) fn check(tree: &Node, whole: bool, faults: &mut Collector) {
    let mut checker = Checker { faults, whole, contracted: false };
    checker.format(tree);
    let start = Span::new(tree.span.start(), tree.span.start() + 1);
    checker.record(root(), tree, start, "the file");
}

/// The key of a record that an unknown one was meant to be: our word for it, or the nearest.
fn meant(record: &Record, key: &str) -> Option<&'static str> {
    match foreign::answer(key) {
        Some(foreign) => foreign.ours.filter(|ours| record.key(ours).is_some()),
        None => nearest(key, record.keys.iter().map(|key| key.name)),
    }
}

struct Checker<'a> {
    faults: &'a mut Collector,
    whole: bool,
    /// Within an API that has a contract.
    contracted: bool,
}

impl Checker<'_> {
    /// `vestibule: 1` comes first, so that a file of another format is known before anything else is judged.
    fn format(&mut self, tree: &Node) {
        let entries = tree.map().unwrap_or_default();
        let Some(at) = entries.iter().position(|entry| entry.key == "vestibule") else {
            if let Some(first) = entries.first() {
                let fault = Fault::new(FaultCode::Format, first.key_span, "the file does not say its format");
                self.faults.push(fault.help("write `vestibule: 1` as the first line"));
            }
            return;
        };
        if let Some(entry) = entries.get(at).filter(|_| at > 0) {
            let fault = Fault::new(FaultCode::Format, entry.key_span, "`vestibule: 1` does not come first");
            self.faults.push(fault.label("move it to the first line"));
        }
    }

    /// Judges a value; `owner` are the words that it belongs to, `what` is what it is called.
    fn shape(&mut self, shape: &Shape, node: &Node, owner: Span, what: &str) {
        match &node.value {
            Value::Missing => {}
            Value::Text(text) => self.text(shape, node.span, text, what),
            Value::List(items) => match shape.for_item() {
                Some(item) => items.iter().for_each(|node| self.shape(item, node, node.span, what)),
                None => self.misshapen(shape, node.span, what, "a list"),
            },
            Value::Map(entries) => match shape.for_map() {
                Some(Shape::Record(record)) => self.record(record, node, owner, what),
                Some(Shape::Names(names)) => self.names(names, entries),
                Some(Shape::Loosenings(spot)) => self.loosenings(*spot, entries),
                _ => self.misshapen(shape, node.span, what, "a map"),
            },
        }
    }

    fn misshapen(&mut self, shape: &Shape, span: Span, what: &str, found: &str) {
        let fault = Fault::new(FaultCode::WrongShape, span, format!("`{what}` cannot be {found}"));
        self.faults.push(fault.label(format!("write {}", shape.describe())));
    }

    fn record(&mut self, record: &Record, node: &Node, owner: Span, what: &str) {
        let entries = node.map().unwrap_or_default();
        let outside = self.contracted;
        self.contracted |= entries.iter().any(|entry| entry.key == "contract");
        for entry in entries {
            match record.key(&entry.key) {
                None => self.unknown_key(record, entries, entry),
                Some(Key { state: State::NotYet(meanwhile), .. }) => {
                    let fault =
                        Fault::new(FaultCode::NotBuilt, entry.key_span, format!("`{}` is not built yet", entry.key));
                    self.faults.push(fault.label(*meanwhile));
                }
                Some(key) => self.shape(&key.shape, &entry.node, entry.key_span, &entry.key),
            }
        }
        let contracted = std::mem::replace(&mut self.contracted, outside);
        if !self.whole || self.faults.is_full() {
            return;
        }
        // A misspelt key is told once; the format has its own fault.
        let instead = |entry: &Entry| {
            if record.key(&entry.key).is_some() { None } else { meant(record, &entry.key) }
        };
        let own = entries
            .iter()
            .any(|entry| matches!(entry.key.as_str(), "files" | "redirect" | "respond" | "identity_keys"))
            || (!contracted && answers_all(entries));
        let is_there = |name: &str| entries.iter().any(|entry| entry.key == name || instead(entry) == Some(name));
        let needed = |key: &&Key| {
            key.needed && key.name != "vestibule" && !(key.or_contract && contracted) && !(key.or_own && own)
        };
        for key in record.keys.iter().filter(needed) {
            if !is_there(key.name) {
                let fault = Fault::new(FaultCode::MissingKey, owner, format!("`{what}` has no `{}`", key.name));
                self.faults.push(fault.label(format!("write `{}: …`, {}", key.name, key.shape.describe())));
            }
        }
        let chosen = record.one_of.iter().filter(|name| is_there(name)).count();
        if chosen != 1 && !record.one_of.is_empty() {
            let names = one_of(&record.one_of.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>());
            let fault = if chosen == 0 {
                Fault::new(FaultCode::MissingKey, owner, format!("`{what}` has no {names}"))
            } else {
                Fault::new(FaultCode::WrongShape, owner, format!("`{what}` says several things at once"))
            };
            self.faults.push(fault.label(format!("write one: {names}")));
        }
        if record.alternatives && entries.len() > 1 {
            let names = record.keys.iter().map(|key| format!("`{}`", key.name)).collect::<Vec<_>>().join(" or ");
            let fault = Fault::new(FaultCode::WrongShape, owner, format!("`{what}` says several things at once"));
            self.faults.push(fault.label(format!("write one: {names}")));
        }
    }

    fn unknown_key(&mut self, record: &Record, entries: &[Entry], entry: &Entry) {
        let Entry { key, key_span, .. } = entry;
        // An empty key was told while reading.
        if key.is_empty() {
            return;
        }
        if self.faults.is_full() {
            self.faults.push(Fault::new(FaultCode::UnknownKey, *key_span, String::new()));
            return;
        }
        let fault = Fault::new(FaultCode::UnknownKey, *key_span, format!("`{key}` is not a key of {}", record.noun));
        let meant = meant(record, key);
        let fault = if let Some(above) = indentation::meant_below(record, entries, entry) {
            fault.label(format!("indent it, to stand below `{above}:`"))
        } else if let Some(foreign) = foreign::answer(key) {
            let fault = fault.label(foreign.answer);
            match meant {
                Some(ours) => fault.replace(ours),
                None => fault,
            }
        } else if let Some(near) = meant {
            fault.label(format!("did you mean `{near}`?")).replace(near)
        } else {
            let keys: Vec<_> = record
                .keys
                .iter()
                .filter(|key| key.state == State::Built)
                .map(|key| format!("`{}`", key.name))
                .collect();
            fault.help(format!("it has {}", keys.join(", ")))
        };
        self.faults.push(fault);
    }

    fn names(&mut self, names: &Names, entries: &[Entry]) {
        for entry in entries {
            if let Some(fault) = indentation::among_names(names, entries, entry) {
                self.faults.push(fault);
                continue;
            }
            if let Err(wrong) = names.name.judge(&entry.key) {
                self.wrong(FaultCode::BadName, entry.key_span, wrong);
            }
            self.shape(&names.value, &entry.node, entry.key_span, &entry.key);
        }
    }

    fn text(&mut self, shape: &Shape, span: Span, text: &Text, what: &str) {
        let candidates = shape.for_text();
        let mut worst = None;
        for candidate in &candidates {
            match candidate {
                Shape::Words(words) => {
                    if let Some(word) = words.iter().find(|word| word.text == text.text) {
                        return self.word(word, span, text, what);
                    }
                }
                Shape::Scalar(scalar) => match judge(*scalar, text) {
                    Ok(()) => return,
                    Err(fault) => worst = Some(fault),
                },
                _ => {}
            }
        }
        if candidates.is_empty() {
            return self.misshapen(shape, span, what, "a single value");
        }
        match worst {
            // INVARIANT: what a reference gave may be a secret, and is never shown.
            Some(Misfit::Form(_)) | None if text.referred => {
                let fault =
                    Fault::new(FaultCode::BadValue, span, format!("what the reference gives does not fit `{what}`"));
                self.faults.push(fault.label(format!("it must be {}", shape.describe())));
            }
            Some(Misfit::Form(wrong)) => self.wrong(FaultCode::BadValue, span, wrong),
            Some(Misfit::Reference) => self.reference_misplaced(span, what),
            Some(Misfit::Literal) => {
                let fault = Fault::new(FaultCode::ReferenceMisplaced, span, format!("`{what}` holds a secret itself"));
                self.faults.push(fault.label("write `${file:…}` or `${env:…}`"));
            }
            None => self.unknown_word(&candidates, span, &text.text, what),
        }
    }

    fn word(&mut self, word: &Word, span: Span, text: &Text, what: &str) {
        if text.referred {
            self.reference_misplaced(span, what);
        } else if let State::NotYet(meanwhile) = word.state {
            let fault = Fault::new(FaultCode::NotBuilt, span, format!("`{what}: {}` is not built yet", word.text));
            self.faults.push(fault.label(meanwhile));
        }
    }

    fn reference_misplaced(&mut self, span: Span, what: &str) {
        let fault = Fault::new(FaultCode::ReferenceMisplaced, span, format!("`{what}` takes no reference"));
        self.faults.push(fault.label("write it out, so that it can be read here"));
    }

    fn unknown_word(&mut self, candidates: &[&Shape], span: Span, written: &str, what: &str) {
        let words = || {
            let all = candidates.iter().filter_map(|shape| match shape {
                Shape::Words(words) => Some(words.iter()),
                _ => None,
            });
            all.flatten()
        };
        let listed = words()
            .filter(|word| word.state == State::Built)
            .map(|word| format!("`{}`", word.text))
            .collect::<Vec<_>>();
        let fault = Fault::new(FaultCode::UnknownWord, span, format!("`{written}` is not a value of `{what}`"));
        self.faults.push(match nearest(written, words().map(|word| word.text)) {
            Some(near) => fault.label(format!("did you mean `{near}`?")).replace(near),
            None => fault.label(format!("write {}", one_of(&listed))),
        });
    }

    fn wrong(&mut self, code: FaultCode, span: Span, wrong: Wrong) {
        let fault = Fault::new(code, span, wrong.message);
        self.faults.push(match wrong.replace {
            Some(words) => fault.label(format!("did you mean `{words}`?")).replace(words).help(wrong.help),
            None => fault.label(wrong.help),
        });
    }

    fn loosenings(&mut self, spot: Spot, entries: &[Entry]) {
        for entry in entries {
            let Entry { key, key_span, node } = entry;
            match LOOSENINGS.iter().find(|loosening| loosening.name == key) {
                None => {
                    let fault = Fault::new(FaultCode::UnknownKey, *key_span, format!("`{key}` is not a loosening"));
                    let here = LOOSENINGS.iter().filter(|loosening| loosening.spots.contains(&spot) && loosening.built);
                    let here = here.map(|loosening| format!("`{}`", loosening.name)).collect::<Vec<_>>();
                    self.faults.push(match nearest(key, LOOSENINGS.iter().map(|loosening| loosening.name)) {
                        Some(near) => fault.label(format!("did you mean `{near}`?")).replace(near),
                        None => fault.label(format!("{} can have {}", spot.noun(), one_of(&here))),
                    });
                }
                Some(loosening) if !loosening.spots.contains(&spot) => {
                    let message = format!("`{key}` loosens nothing at {}", spot.noun());
                    let fault = Fault::new(FaultCode::LooseningMisplaced, *key_span, message);
                    self.faults.push(fault.label(format!("its place: {}", loosening.place)));
                }
                Some(loosening) if !loosening.built => {
                    let fault = Fault::new(FaultCode::NotBuilt, *key_span, format!("`{key}` is not built yet"));
                    self.faults.push(fault.label("there is nothing to loosen; leave it out"));
                }
                Some(_) => self.shape(&REASON, node, *key_span, key),
            }
        }
    }
}

/// What a loosening holds: its reason, perhaps with a last day.
pub(super) const REASON: Shape = either!(
    one!(Text),
    record!(
        "a loosening",
        "Why, and until when.",
        keys! {
            /// The reason, for whoever reads the file after you.
            "why" => one!(Text), needed();
            /// The last day on which it stands: after it `check` fails and `run` warns.
            "until" => one!(Day);
        },
    ),
);

/// Why a text does not fit a form.
enum Misfit {
    Form(Wrong),
    Reference,
    Literal,
}

fn judge(scalar: Scalar, text: &Text) -> Result<(), Misfit> {
    if text.referred && !scalar.takes_reference() {
        return Err(Misfit::Reference);
    }
    if scalar.is_secret() && !text.referred {
        return Err(Misfit::Literal);
    }
    // `why: true` is a forgotten reason, not a reason.
    if scalar == Scalar::Text && text.plain && !is_text(&text.text) {
        let wrong = Wrong::new(format!("`{}` is not text", text.text), "write words, or put it in quotes");
        return Err(Misfit::Form(wrong));
    }
    let unquoted = matches!(scalar, Scalar::Boolean | Scalar::True) && !text.plain;
    if unquoted {
        let wrong = Wrong::new(format!("`\"{}\"` is text", text.text), "write it without quotes");
        return Err(Misfit::Form(wrong));
    }
    scalar.judge(&text.text).map_err(Misfit::Form)
}

/// Whether each operation that is written says what the house answers to it: then no request goes to a service.
fn answers_all(entries: &[Entry]) -> bool {
    let operations = entries.iter().find(|entry| entry.key == "operations").and_then(|entry| entry.node.map());
    let answers =
        |one: &Entry| ["respond", "redirect", "identity_keys"].iter().any(|word| one.node.entry(word).is_some());
    operations.is_some_and(|all| !all.is_empty() && all.iter().all(answers))
}
