//! Why a command is not done: what kind of reason, a stable code, a sentence, and what to do.

use crate::accounts::people::{DeskError, PeopleError};
use crate::store::StoreError;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Of which kind it is.
    pub why: Why,
    /// A stable code, in kebab-case.
    pub code: &'static str,
    /// What happened.
    pub message: String,
    /// What to write or run.
    pub help: Option<Box<str>>,
    /// The place in the file that it is about, `file:line:column`, and its dotted key.
    pub at: Option<(Box<str>, Box<str>)>,
}

/// The kinds of reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was asked wrongly.
    Wrong,
    /// There is no such thing.
    Missing,
    /// There is one already, or something stands against it.
    Conflict,
    /// What keeps the things cannot be asked.
    Unavailable,
    /// A fault of the house.
    Ours,
}

impl Refusal {
    /// Why, in one sentence.
    #[must_use]
    pub fn new(why: Why, code: &'static str, message: impl Into<String>) -> Self {
        Self { why, code, message: message.into(), help: None, at: None }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<Box<str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn at(mut self, place: &str, path: impl Into<Box<str>>) -> Self {
        self.at = Some((place.into(), path.into()));
        self
    }

    pub(super) fn no_verb(noun: &str, verb: &str) -> Self {
        let verb: String = verb.chars().take(40).collect();
        Self::new(Why::Wrong, "unknown-verb", format!("`{noun}` cannot be asked to `{verb}`"))
    }

    pub(super) fn not_understood(error: &serde_json::Error) -> Self {
        Self::new(Why::Wrong, "not-understood", format!("what was asked is not understood: {error}"))
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::Busy | StoreError::Away(_) => Self::new(Why::Unavailable, "store-unavailable", message),
            StoreError::Unknown(_) => {
                Self::new(Why::Unavailable, "not-known", message).help("look whether it was done before trying again")
            }
            StoreError::Unreadable(_) => {
                Self::new(Why::Ours, "store-damaged", message).help("`vestibule store check` tells what is wrong")
            }
        }
    }
}

impl From<DeskError> for Refusal {
    fn from(error: DeskError) -> Self {
        let message = error.to_string();
        match error {
            DeskError::NoVerb(_) => Self::new(Why::Wrong, "unknown-verb", message),
            DeskError::NotUnderstood(_) => Self::new(Why::Wrong, "not-understood", message),
            DeskError::NotAName(_) => Self::new(Why::Wrong, "bad-value", message)
                .help("write an address, or the id of 26 characters that `vestibule users list` tells"),
            DeskError::Departed(..) => Self::new(Why::Missing, "user-deleted", message)
                .help("nothing else of it is kept; the record holds no name, and names the id to whoever has it"),
            DeskError::People(error) => error.into(),
        }
    }
}

impl From<PeopleError> for Refusal {
    fn from(error: PeopleError) -> Self {
        let message = error.to_string();
        match error {
            PeopleError::Store(error) => error.into(),
            PeopleError::Address(_) | PeopleError::Name => Self::new(Why::Wrong, "bad-value", message),
            PeopleError::AddressTaken => {
                Self::new(Why::Conflict, "exists", message).help("`vestibule users show ADDRESS` tells of it")
            }
            PeopleError::Nobody => Self::new(Why::Missing, "no-such-user", message)
                .help("`vestibule users list` tells which accounts there are"),
            PeopleError::NotOffered => {
                Self::new(Why::Conflict, "not-offered", "nobody joins here: accounts are closed").help(
                    "write `accounts: invite` under `identity`, or make the account with `vestibule users create`",
                )
            }
            PeopleError::Busy | PeopleError::TooMany(_) => {
                Self::new(Why::Unavailable, "busy", message).help("try again in a moment")
            }
            PeopleError::Wrong | PeopleError::Weak(_) | PeopleError::NoLink | PeopleError::NoTicket => {
                Self::new(Why::Conflict, "not-done", message)
            }
            PeopleError::Randomness(_) | PeopleError::Hash(_) => Self::new(Why::Ours, "internal", message),
        }
    }
}
