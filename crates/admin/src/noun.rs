//! Things that are made, seen, changed and ended while the gateway runs, such as keys: one shape for every kind of them.
//!
//! `POST /NOUN/VERB` with a JSON object asks, and the answer is the object that
//! `vestibule NOUN VERB --json` prints. Which verbs there are and what they take is
//! known where the noun is implemented. What is asked for runs to its end also where
//! whoever asked has gone; an answer comes after what it tells of is durable.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::answer::FORMAT;

/// What a noun says: the members of its answer, or why not.
pub type NounOutcome = Result<Map<String, Value>, NounError>;

/// One kind of thing; implemented where everything is wired.
pub trait Noun: Send + Sync + 'static {
    /// Does what the verb says. Two at a time are the noun's own business.
    fn ask(&self, verb: String, asked: Value) -> Pin<Box<dyn Future<Output = NounOutcome> + Send>>;
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NounError {
    /// Of which kind it is.
    pub why: NounFailure,
    /// A stable code, in kebab-case.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to write or run.
    pub help: Option<String>,
    /// The place in the file that it is about: `file`, `line`, `column`, `path`.
    pub at: Option<Box<Value>>,
}

/// The kinds of failure, each with its status and its exit code of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NounFailure {
    /// It was asked wrongly: 400, 2.
    Wrong,
    /// There is no such thing: 404, 6.
    Missing,
    /// There is one already, or something stands against it: 409, 7.
    Conflict,
    /// What keeps the things cannot be asked: 503, 4.
    Unavailable,
    /// A fault of the house: 500, 70.
    Ours,
}

impl NounFailure {
    const ALL: [Self; 5] = [Self::Wrong, Self::Missing, Self::Conflict, Self::Unavailable, Self::Ours];

    /// The HTTP status that tells of it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Wrong => 400,
            Self::Missing => 404,
            Self::Conflict => 409,
            Self::Unavailable => 503,
            Self::Ours => 500,
        }
    }

    /// What a status tells of.
    #[must_use]
    pub fn of_status(status: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.status() == status)
    }
}

impl NounError {
    /// Why, in one sentence.
    #[must_use]
    pub fn new(why: NounFailure, code: &str, message: impl Into<String>) -> Self {
        Self { why, code: code.to_owned(), message: message.into(), help: None, at: None }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A word that this noun does not know.
    #[must_use]
    pub fn no_verb(noun: &str, verb: &str) -> Self {
        Self::new(NounFailure::Wrong, "unknown-verb", format!("`{noun}` cannot be asked to `{verb}`"))
    }

    /// An object that is not what the verb takes.
    #[must_use]
    pub fn not_understood(error: &serde_json::Error) -> Self {
        Self::new(NounFailure::Wrong, "not-understood", format!("what was asked is not understood: {error}"))
    }
}

/// The object of an answer, as it is sent and as `--json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NounAnswer {
    /// The shape's format.
    pub format: u32,
    /// Noun and verb.
    pub command: String,
    /// Whether it was done.
    pub ok: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<NounAnswerError>,
    /// What there is to say.
    #[serde(flatten)]
    pub members: Map<String, Value>,
}

/// Why something was not done, as the answer has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NounAnswerError {
    /// A stable code.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to write or run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The place in the file that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Box<Value>>,
}

impl NounAnswer {
    /// The status and the object of an outcome.
    #[must_use]
    pub fn of(noun: &str, verb: &str, outcome: NounOutcome) -> (u16, Self) {
        let command = format!("{noun} {verb}");
        match outcome {
            Ok(members) => (200, Self { format: FORMAT, command, ok: true, error: None, members }),
            Err(NounError { why, code, message, help, at }) => {
                let error = Some(NounAnswerError { code, message, help, at });
                (why.status(), Self { format: FORMAT, command, ok: false, error, members: Map::new() })
            }
        }
    }
}

#[cfg(test)]
mod tests;
