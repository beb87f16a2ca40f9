//! What ended before its time: sessions, grants, tokens, people and applications whose credentials are not taken any more.
//!
//! One immutable set is shared by all data threads and swapped when something ends. It has a number; whoever was found
//! good under an earlier number is looked up once more, so that between two ends nobody pays for any.
//!
//! An entry stays as long as a credential that was issued before could otherwise be believed, and no longer. INVARIANT:
//! the set forgets nobody because it is full: then all that was issued before now is refused in one word.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;

use crate::verified::Verified;

/// Entries that are kept one by one.
pub const ENDED_AT_MOST: usize = 65_536;

/// Something of our own issuer whose end ends every credential that stands on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ground {
    /// A grant, by its id.
    Grant(Arc<str>),
    /// A session of an application, by its id.
    Session(Arc<str>),
    /// One token, by its `jti`.
    Token(Arc<str>),
    /// A person, by its subject; all that was given out until now.
    User(Arc<str>),
    /// An application, by its client id; likewise.
    App(Arc<str>),
}

impl Ground {
    /// Whether it can begin anew: a person signs in again, and what is given out then is good.
    const fn begins_anew(&self) -> bool {
        matches!(self, Self::User(_) | Self::App(_))
    }
}

/// One end.
#[derive(Clone, Copy, Debug)]
struct End {
    /// When it was.
    at: SystemTime,
    /// Until when it has to be remembered.
    until: SystemTime,
}

/// What ended, and until when that has to be remembered.
#[derive(Debug, Default)]
pub struct Revoked(ArcSwap<Ended>);

#[derive(Clone, Debug)]
struct Ended {
    /// Higher with every change; what was never looked up has 0.
    epoch: u64,
    grounds: HashMap<Ground, End>,
    /// Everything that was issued before this is over.
    issued_before: SystemTime,
}

impl Default for Ended {
    fn default() -> Self {
        Self { epoch: 1, grounds: HashMap::new(), issued_before: SystemTime::UNIX_EPOCH }
    }
}

impl Revoked {
    /// Ends these, as of now; each is remembered until then. Every thread sees it with its next request.
    pub fn end(&self, grounds: &[Ground], now: SystemTime, until: SystemTime) {
        self.0.rcu(|ended| ended.with(grounds, now, until));
    }

    /// Ends everything that was issued before now.
    pub fn end_all(&self, now: SystemTime) {
        self.0.rcu(|ended| ended.without_all(now));
    }

    /// The number of the set: another one means that something ended.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.0.load().epoch
    }

    /// The number of the set under which this still holds; `None` where it does not.
    #[must_use]
    pub fn holds(&self, verified: &Verified) -> Option<u64> {
        let ended = self.0.load();
        let over = verified.issued_at < ended.issued_before
            || verified.grounds.iter().any(|ground| ended.has_ended(ground, verified.issued_at));
        (!over).then_some(ended.epoch)
    }

    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.load().grounds.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Ended {
    fn has_ended(&self, ground: &Ground, issued_at: SystemTime) -> bool {
        let Some(end) = self.grounds.get(ground) else { return false };
        !ground.begins_anew() || issued_at < end.at
    }

    fn with(&self, grounds: &[Ground], now: SystemTime, until: SystemTime) -> Self {
        let mut next = self.clone();
        next.epoch += 1;
        next.grounds.retain(|_, end| end.until > now);
        for ground in grounds {
            let end = next.grounds.entry(ground.clone()).or_insert(End { at: now, until });
            // Of two words the later end and the longer memory count.
            *end = End { at: end.at.max(now), until: end.until.max(until) };
        }
        if next.grounds.len() > ENDED_AT_MOST { self.without_all(now) } else { next }
    }

    fn without_all(&self, now: SystemTime) -> Self {
        Self { epoch: self.epoch + 1, grounds: HashMap::new(), issued_before: now.max(self.issued_before) }
    }
}

#[cfg(test)]
mod tests;
