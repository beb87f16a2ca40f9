//! Whether an id was that of somebody who is gone: shown by what stays of deleted accounts.

use std::time::SystemTime;

use super::People;
use crate::UserId;
use crate::store::StoreError;

/// Departures that are looked at in one read.
const AT_ONCE: usize = 1_000;

impl People {
    /// When the account of that id was deleted, where a record of a departure is about it. Every record is tried: each
    /// has a salt of its own, so that nobody finds an id by them.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn departed(&self, id: UserId) -> Result<Option<SystemTime>, StoreError> {
        let mut skip = 0;
        loop {
            let some = self.lasting.accounts.departures(skip, AT_ONCE).await?;
            if let Some(found) = some.iter().find(|departure| departure.commitment.is_to(id)) {
                return Ok(Some(found.at));
            }
            if some.len() < AT_ONCE {
                return Ok(None);
            }
            skip += some.len();
        }
    }
}
