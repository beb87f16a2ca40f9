//! What was begun and is waited for: by its `state`, for one browser, once, and for ten minutes.
//!
//! In memory alone: after a restart, or on another node, one begins again.

use std::collections::HashMap;
#[expect(clippy::disallowed_types, reason = "control side; held for one look-up")]
use std::sync::Mutex;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use model::{Clock, Secret};

use super::{ExternalSettings, Linker};
use crate::{Bearer, Digest, NoRandomness, ReturnTo};

/// How long a person may take over the provider's pages.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// So many at a time, and octets of where they go on. What a source begins is slowed before.
const AT_MOST: usize = 8192;
const GOALS_AT_MOST: usize = 8 << 20;

/// For what it was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To come in.
    SignIn,
    /// To link the account of somebody who is in.
    Link(Linker),
}

/// What was begun, as the provider's answer needs it.
pub(super) struct Begun {
    pub(super) verifier: Secret<String>,
    pub(super) nonce: Box<str>,
    pub(super) purpose: Purpose,
    pub(super) goal: Option<ReturnTo>,
    /// Since when the person must have proved who they are, where that is asked.
    pub(super) proved_since: Option<SystemTime>,
}

/// What goes to the provider.
pub(super) struct Asked {
    pub(super) state: Secret<String>,
    pub(super) nonce: Box<str>,
    pub(super) challenge: String,
}

struct Entry {
    begun: Begun,
    /// Of the provider; another one of the same name is none of this.
    provider: (Box<str>, Box<str>),
    cookie: Digest,
    expires: Instant,
}

impl Entry {
    fn goal_bytes(&self) -> usize {
        self.begun.goal.as_ref().map_or(0, |goal| goal.as_str().len())
    }
}

/// What is waited for.
pub struct Waiting {
    #[expect(clippy::disallowed_types, reason = "see the import")]
    table: Mutex<Table>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Table {
    entries: HashMap<Digest, Entry>,
    goal_bytes: usize,
}

impl Table {
    fn remove(&mut self, state: Digest) -> Option<Entry> {
        let entry = self.entries.remove(&state)?;
        self.goal_bytes -= entry.goal_bytes();
        Some(entry)
    }

    /// Makes room for one more: what is over goes first, then what is over next.
    fn make_room(&mut self, goal_bytes: usize, now: Instant) {
        let full = |table: &Self| {
            table.entries.len() >= AT_MOST || table.goal_bytes.saturating_add(goal_bytes) > GOALS_AT_MOST
        };
        if full(self) {
            self.entries.retain(|_, entry| entry.expires > now);
            self.goal_bytes = self.entries.values().map(Entry::goal_bytes).sum();
        }
        while full(self) {
            let Some(first) = self.entries.iter().min_by_key(|(_, entry)| entry.expires).map(|(state, _)| *state)
            else {
                return;
            };
            self.remove(first);
        }
    }
}

impl Waiting {
    /// Nothing is begun yet.
    #[must_use]
    #[expect(clippy::disallowed_types, reason = "see the import")]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { table: Mutex::default(), clock }
    }

    /// Begins in the browser that has this cookie.
    pub(super) fn begin(
        &self,
        provider: &ExternalSettings,
        cookie: &str,
        purpose: Purpose,
        goal: Option<ReturnTo>,
        fresh: bool,
    ) -> Result<Asked, NoRandomness> {
        let (state, nonce, verifier) =
            (Bearer::generate("state")?, Bearer::generate("nonce")?, Bearer::generate("verifier")?);
        let nonce: Box<str> = nonce.text().expose().as_str().into();
        let verifier = Secret::new(verifier.text().expose().clone());
        let challenge = BASE64URL_NOPAD.encode(digest(&SHA256, verifier.expose().as_bytes()).as_ref());
        let now = self.clock.now();
        let proved_since = fresh.then(|| self.clock.wall());
        let entry = Entry {
            begun: Begun { verifier, nonce: nonce.clone(), purpose, goal, proved_since },
            provider: (provider.name.clone(), provider.iss.clone()),
            cookie: Digest::of(cookie),
            expires: now + LIFETIME,
        };
        let mut table = self.table();
        table.make_room(entry.goal_bytes(), now);
        table.goal_bytes += entry.goal_bytes();
        table.entries.insert(state.digest(), entry);
        drop(table);
        Ok(Asked { state: Secret::new(state.text().expose().clone()), nonce, challenge })
    }

    /// What this `state` was begun with, in the browser that has this cookie and with this provider; it is used up. In
    /// another browser, or at another provider's callback, it is none, and stays.
    pub(super) fn take(&self, state: &str, cookie: Option<&str>, provider: &ExternalSettings) -> Option<Begun> {
        let (state, cookie) = (Digest::of(state), Digest::of(cookie?));
        let now = self.clock.now();
        let mut table = self.table();
        let entry = table.entries.get(&state)?;
        let of_provider = *entry.provider.0 == *provider.name && *entry.provider.1 == *provider.iss;
        if entry.cookie != cookie || !of_provider {
            return None;
        }
        table.remove(state).filter(|entry| now < entry.expires).map(|entry| entry.begun)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
