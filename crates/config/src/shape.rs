//! The grammar of the file as data: which keys stand where, what their values look like, and what is built.
//!
//! From this one description come the judgement of a file (unknown keys with
//! "did you mean", wrong forms, keys that are not built yet), the JSON Schema,
//! the reference in `docs/reference/configuration.md`, and random files for
//! tests. All keys of format 1 are here; one that is not built yet is a fault
//! that says so, never a key that is read and ignored.
//!
//! Words: a [`Record`] is a map with known keys; a [`Names`] is a map from names
//! to things; a [`Scalar`] is the form of a single value.

#[macro_use]
mod notation;

mod apis;
mod check;
mod doors;
mod foreign;
mod identity;
mod indentation;
mod issuers;
mod loosening;
mod observation;
mod provider;
mod reference;
mod relay;
mod root;
mod scalar;
mod schema;
mod services;
mod spelling;

use crate::defaults::{DoorDefaults, ServiceDefaults};

pub(crate) use apis::codings_word;
pub(crate) use check::check;
pub use loosening::{LOOSENINGS, Loosening, Spot};
pub use reference::reference;
pub use root::root;
pub use scalar::Scalar;
pub use schema::schema;
pub use spelling::nearest;

/// What stands in a place of the file.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A single value of a form.
    Scalar(Scalar),
    /// One of these words.
    Words(&'static [Word]),
    /// A map with known keys.
    Record(&'static Record),
    /// A map from names to things.
    Names(&'static Names),
    /// A list of at least one; a single value may stand alone.
    List(&'static Self),
    /// One of several, told apart by being text, a list or a map: at most one of each but text.
    Either(&'static [Self]),
    /// Loosenings of a place: name → reason.
    Loosenings(Spot),
}

/// A map with known keys.
#[derive(Debug)]
pub struct Record {
    /// What it is called in messages, with its article: "an API".
    pub noun: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
    /// Its keys, in the order of the reference.
    pub keys: &'static [Key],
    /// Whether exactly one of the keys must be there: the keys are alternatives.
    pub alternatives: bool,
    /// Exactly one of these keys must be there, beside the others.
    pub one_of: &'static [&'static str],
}

/// A key of a record.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What stands there.
    pub shape: Shape,
    /// What it means, in a sentence.
    pub doc: &'static str,
    /// Whether it must be there.
    pub needed: bool,
    /// Whether it need not be there in an API that has a contract.
    pub or_contract: bool,
    /// Whether it need not be there where the house answers itself.
    pub or_own: bool,
    /// Whether it is built.
    pub state: State,
    /// What holds where it is not written.
    pub default: Default,
}

/// Whether a word of the format does something yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does what its sentence says.
    Built,
    /// Writing it is a fault; the text says what to do meanwhile.
    NotYet(&'static str),
}

/// What holds where a key is not written.
#[derive(Clone, Copy, Debug)]
pub enum Default {
    /// Nothing.
    None,
    /// Always this.
    Fixed(&'static str),
    /// What the kind of door says.
    Door(fn(&DoorDefaults) -> String),
    /// What holds for every service.
    Service(fn(&ServiceDefaults) -> String),
}

/// One of the words of a place.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The word.
    pub text: &'static str,
    /// Whether it is built.
    pub state: State,
}

/// A map from names to things.
#[derive(Debug)]
pub struct Names {
    /// What one of the things is called, in the singular: `api`.
    pub noun: &'static str,
    /// The form of a name.
    pub name: Scalar,
    /// What stands behind each name.
    pub value: Shape,
}

impl Key {
    const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self {
            name,
            shape,
            doc,
            needed: false,
            or_contract: false,
            or_own: false,
            state: State::Built,
            default: Default::None,
        }
    }

    const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    /// Needed where no contract says it.
    const fn needed_or_contract(mut self) -> Self {
        self.needed = true;
        self.or_contract = true;
        self
    }

    /// Needed where the house does not answer itself.
    const fn needed_or_own(self) -> Self {
        self.needed().or_own()
    }

    const fn or_own(mut self) -> Self {
        self.or_own = true;
        self
    }

    /// The text says what to do meanwhile.
    const fn not_yet(mut self, meanwhile: &'static str) -> Self {
        self.state = State::NotYet(meanwhile);
        self
    }

    const fn fixed(mut self, default: &'static str) -> Self {
        self.default = Default::Fixed(default);
        self
    }

    const fn by_door(mut self, default: fn(&DoorDefaults) -> String) -> Self {
        self.default = Default::Door(default);
        self
    }

    const fn by_service(mut self, default: fn(&ServiceDefaults) -> String) -> Self {
        self.default = Default::Service(default);
        self
    }
}

impl Key {
    /// Its sentence, on one line.
    #[must_use]
    pub fn meaning(&self) -> String {
        self.doc.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Word {
    const fn built(text: &'static str) -> Self {
        Self { text, state: State::Built }
    }

    const fn not_yet(text: &'static str, meanwhile: &'static str) -> Self {
        Self { text, state: State::NotYet(meanwhile) }
    }
}

impl Record {
    const fn new(noun: &'static str, doc: &'static str, keys: &'static [Key]) -> Self {
        Self { noun, doc, keys, alternatives: false, one_of: &[] }
    }

    const fn alternatives(noun: &'static str, doc: &'static str, keys: &'static [Key]) -> Self {
        Self { noun, doc, keys, alternatives: true, one_of: &[] }
    }

    const fn with_one_of(mut self, keys: &'static [&'static str]) -> Self {
        self.one_of = keys;
        self
    }

    /// The key of this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// `a`, `b` or `c`.
fn one_of(words: &[String]) -> String {
    match words {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => words.concat(),
    }
}

impl Shape {
    /// The shape for a map, among the alternatives.
    fn for_map(&self) -> Option<&Self> {
        match self {
            Self::Record(_) | Self::Names(_) | Self::Loosenings(_) => Some(self),
            Self::Either(shapes) => shapes.iter().find_map(Self::for_map),
            Self::List(item) => item.for_map(),
            Self::Scalar(_) | Self::Words(_) => None,
        }
    }

    /// The shape for each part of a list, among the alternatives.
    fn for_item(&self) -> Option<&Self> {
        match self {
            Self::List(item) => Some(item),
            Self::Either(shapes) => shapes.iter().find_map(Self::for_item),
            _ => None,
        }
    }

    /// The shapes for text, among the alternatives.
    fn for_text(&self) -> Vec<&Self> {
        match self {
            Self::Scalar(_) | Self::Words(_) => vec![self],
            Self::Either(shapes) => shapes.iter().flat_map(Self::for_text).collect(),
            Self::List(item) => item.for_text(),
            _ => Vec::new(),
        }
    }

    /// What it looks like, in words for people.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Scalar(scalar) => scalar.describe().to_owned(),
            Self::Words(words) => {
                let built = words.iter().filter(|word| word.state == State::Built);
                let words =
                    if built.clone().next().is_some() { built.collect() } else { words.iter().collect::<Vec<_>>() };
                one_of(&words.iter().map(|word| format!("`{}`", word.text)).collect::<Vec<_>>())
            }
            Self::Record(record) => {
                let keys: Vec<_> =
                    record.keys.iter().filter(|key| key.state == State::Built).map(|key| key.name).collect();
                let keys = if keys.is_empty() { record.keys.iter().map(|key| key.name).collect() } else { keys };
                format!("`{{ {} }}`", keys.join(if record.alternatives { " | " } else { ", " }))
            }
            Self::Names(names) => format!("a map from the name of each {}", names.noun),
            Self::List(item) => format!("{}; or a list", item.describe()),
            Self::Either(shapes) => {
                shapes.iter().filter(|shape| shape.any_built()).map(Self::describe).collect::<Vec<_>>().join(", or ")
            }
            Self::Loosenings(_) => "a map from loosening to reason".to_owned(),
        }
    }

    fn any_built(&self) -> bool {
        match self {
            Self::Words(words) => words.iter().any(|word| word.state == State::Built),
            Self::Record(record) => record.keys.iter().any(|key| key.state == State::Built),
            Self::List(item) => item.any_built(),
            Self::Either(shapes) => shapes.iter().any(Self::any_built),
            Self::Scalar(_) | Self::Names(_) | Self::Loosenings(_) => true,
        }
    }
}

#[cfg(test)]
mod tests;
