//! What whoever runs the house asks and changes by commands: users, apps, sessions and tokens, an object in and an object out.
//!
//! The admin socket brings the questions; every answer tells only what is durable. Nothing that would let somebody in is
//! in an answer, but links that work once and secrets that were just made, for whoever asked to hand over.

mod apps;
mod refusal;
mod sessions;
mod tokens;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::accounts::People;
use crate::apps::{Apps, Registry};
use crate::provider::Provider;

pub use refusal::{Refusal, Why};

/// What a question gets: the members of its answer, or why not.
pub type Outcome = Result<Map<String, Value>, Refusal>;

/// Where commands about one configuration's provider are done.
pub struct Desk {
    /// Accounts.
    pub people: Arc<People>,
    /// Everything that is answered to browsers and programs.
    pub provider: Arc<Provider>,
    /// The apps that are known, of the file and of the store.
    pub apps: Arc<Apps>,
    /// Where each app of the file stands in it, as `file:line:column`.
    pub places: BTreeMap<Arc<str>, Arc<str>>,
    /// Where apps are registered.
    pub registry: Arc<Registry>,
}

/// What can be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    /// Accounts.
    Users,
    /// Applications.
    Apps,
    /// Browser sessions.
    Sessions,
    /// Access and refresh tokens.
    Tokens,
}

impl Noun {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Users, Self::Apps, Self::Sessions, Self::Tokens];

    /// The word on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Apps => "apps",
            Self::Sessions => "sessions",
            Self::Tokens => "tokens",
        }
    }
}

impl Desk {
    /// Does what the verb says.
    ///
    /// # Errors
    /// [`Refusal`]: why not, and what to do.
    pub async fn ask(&self, noun: Noun, verb: &str, asked: Value) -> Outcome {
        match noun {
            Noun::Users => Ok(self.people.ask(verb, asked).await?),
            Noun::Apps => self.ask_apps(verb, asked).await,
            Noun::Sessions => self.ask_sessions(verb, asked).await,
            Noun::Tokens => self.ask_tokens(verb, asked).await,
        }
    }
}

fn read<T: DeserializeOwned>(asked: Value) -> Result<T, Refusal> {
    serde_json::from_value(asked).map_err(|error| Refusal::not_understood(&error))
}

fn members<const COUNT: usize>(members: [(&str, Value); COUNT]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
