//! Authorization requests that were pushed (RFC 9126), as they are kept.

use std::sync::Arc;
use std::time::SystemTime;

use super::Answer;
use crate::Digest;

/// Requests of one app that wait at a time.
pub const MAX_PUSHED: usize = 1_000;

/// A request that was pushed. Times are kept to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Of what its `request_uri` ends with.
    pub digest: Digest,
    /// Who pushed it.
    pub app: Arc<str>,
    /// Its parameters, as a form has them.
    pub parameters: Box<str>,
    /// From then on it is void.
    pub expires: SystemTime,
}

/// Pushed requests, as an engine keeps them.
pub trait PushedRequests: Send + Sync {
    /// Keeps one. False where [`MAX_PUSHED`] of that app wait already.
    fn push(&self, pushed: Pushed, now: SystemTime) -> Answer<'_, bool>;
    /// The request, where it has not expired and is that app's; it stays.
    fn read(&self, digest: Digest, app: Arc<str>, now: SystemTime) -> Answer<'_, Option<Pushed>>;
    /// Likewise, and it works no more: for one caller alone.
    fn take(&self, digest: Digest, app: Arc<str>, now: SystemTime) -> Answer<'_, Option<Pushed>>;
}
