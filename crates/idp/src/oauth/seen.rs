//! What was shown once and must not be shown again: ids of proofs and of assertions.

use std::collections::HashMap;
#[expect(clippy::disallowed_types, reason = "held for one look into a map, on the control side")]
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::SystemTime;

use super::{ErrorCode, OAuthError};
use crate::Digest;

/// Ids that are remembered at a time. Each has 40 octets and lives for minutes.
const AT_MOST: usize = 100_000;

/// Ids that were seen, until they would be too old anyway.
#[derive(Debug, Default)]
#[expect(clippy::disallowed_types, reason = "see the import")]
pub(super) struct Seen(Mutex<HashMap<Digest, SystemTime>>);

impl Seen {
    /// Whether `id`, of whoever `of` names, is seen for the first time; it is remembered until then.
    ///
    /// # Errors
    /// More are remembered than there is room for: what cannot be remembered is not accepted.
    pub(super) fn first(&self, of: &str, id: &str, now: SystemTime, until: SystemTime) -> Result<bool, OAuthError> {
        // No part of a key can be taken for the other: the length stands before it.
        let key = Digest::of(&format!("{}:{of}{id}", of.len()));
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= AT_MOST {
            seen.retain(|_, until| *until >= now);
        }
        if seen.get(&key).is_some_and(|until| *until >= now) {
            return Ok(false);
        }
        if seen.len() >= AT_MOST {
            return Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, "too many proofs at once; try again"));
        }
        seen.insert(key, until);
        Ok(true)
    }
}
