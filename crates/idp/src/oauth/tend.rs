//! What nobody can use any more is dropped, a little at a time.

use std::time::Duration;

use super::{OAuthError, Server};

/// How long after its end a thing is kept: somebody who asks a little late hears what happened, and not `unknown`.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// How much is dropped of each kind in one change, so that no change waits long.
const AT_ONCE: usize = 1_000;

impl Server {
    /// Drops what has ended: codes, devices, pushed requests, access tokens that were made void, and grants that have
    /// ended or that nobody has used for too long. To be called now and then; gives how many, and there may be more.
    ///
    /// # Errors
    /// The store cannot answer.
    pub async fn tend(&self) -> Result<usize, OAuthError> {
        let now = self.now();
        let lifetimes = &self.settings.lifetimes;
        let before = now.checked_sub(KEPT).unwrap_or(now);
        // A grant is kept until no token of it could be about, and as long as a session may stand on it.
        let longest = lifetimes.refresh.max(lifetimes.session).saturating_add(lifetimes.access).saturating_add(KEPT);
        let unused = now.checked_sub(longest).unwrap_or(now);
        Ok(self.foundation.store.drop_old(before, unused, AT_ONCE).await?)
    }
}
