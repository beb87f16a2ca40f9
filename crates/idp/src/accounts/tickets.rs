//! The way from a right password to the second factor: a ticket for a few minutes and a few tries.
//!
//! Tickets are in memory alone: after a restart one types the password again.

use std::collections::HashMap;
#[expect(clippy::disallowed_types, reason = "control side; held for one look-up")]
use std::sync::Mutex;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use model::Clock;

use crate::store::sign_ins::Methods;
use crate::{Bearer, Digest, NoRandomness, UserId};

const LIFETIME: Duration = Duration::from_secs(10 * 60);
const TRIES: u8 = 5;
/// Whoever has one has shown a first factor, so that this is not for strangers to fill.
const AT_MOST: usize = 4096;

/// What a ticket stands for: this person has shown the first factor of this generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Who.
    pub user: UserId,
    /// Of which generation the account was.
    pub generation: u64,
    /// What was shown.
    pub first: Methods,
}

struct Ticket {
    stage: Stage,
    expires: Instant,
    tries_left: u8,
}

/// The tickets that are out.
pub struct Tickets {
    #[expect(clippy::disallowed_types, reason = "see the import")]
    out: Mutex<HashMap<Digest, Ticket>>,
    clock: Arc<dyn Clock>,
}

impl Tickets {
    /// None is out yet.
    #[must_use]
    #[expect(clippy::disallowed_types, reason = "see the import")]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { out: Mutex::new(HashMap::new()), clock }
    }

    /// Gives one out; where too many are, the one that ends first is void.
    ///
    /// # Errors
    /// The system gave no randomness.
    pub fn issue(&self, stage: Stage) -> Result<Bearer, NoRandomness> {
        let bearer = Bearer::generate("step")?;
        let now = self.clock.now();
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if out.len() >= AT_MOST {
            out.retain(|_, ticket| ticket.expires > now);
        }
        if out.len() >= AT_MOST {
            let first = out.iter().min_by_key(|(_, ticket)| ticket.expires).map(|(digest, _)| *digest);
            first.and_then(|first| out.remove(&first));
        }
        out.insert(bearer.digest(), Ticket { stage, expires: now + LIFETIME, tries_left: TRIES });
        Ok(bearer)
    }

    /// One try with it; the last one makes it void.
    #[must_use]
    pub fn use_try(&self, shown: &str) -> Option<Stage> {
        let digest = Digest::of(shown);
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = out.get_mut(&digest)?;
        let stage = ticket.stage;
        let open = ticket.expires > self.clock.now();
        ticket.tries_left = ticket.tries_left.saturating_sub(1);
        if !open || ticket.tries_left == 0 {
            out.remove(&digest);
        }
        open.then_some(stage)
    }

    /// What it stands for, without using a try.
    #[must_use]
    pub fn look(&self, shown: &str) -> Option<Stage> {
        let out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.get(&Digest::of(shown)).filter(|ticket| ticket.expires > self.clock.now()).map(|ticket| ticket.stage)
    }

    /// It has done what it was for.
    pub fn spend(&self, shown: &str) {
        self.out.lock().unwrap_or_else(PoisonError::into_inner).remove(&Digest::of(shown));
    }
}

impl std::fmt::Debug for Tickets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tickets")
    }
}

#[cfg(test)]
mod tests;
