//! Apps that are registered while the house runs, as they are kept.

use std::sync::Arc;
use std::time::SystemTime;

use super::Answer;
use crate::apps::Registration;
use crate::{Digest, GrantId, SessionId};

/// Apps that are kept at most.
pub const APPS_AT_MOST: usize = 1_000;

/// An app that was registered. Times are kept to the millisecond.
#[derive(Clone, Debug, PartialEq)]
pub struct AppRecord {
    /// Its name, which is its `client_id`.
    pub name: Arc<str>,
    /// What is said of it, in the words of the file.
    pub registration: Registration,
    /// Its secrets, the newest first; none where it shows who it is another way, or not at all.
    pub secrets: Vec<AppSecret>,
    /// When it was registered; what was given out to another of this name before is nobody's.
    pub made: SystemTime,
    /// When anything of it was changed last.
    pub changed: SystemTime,
}

/// By what an app that shows a secret is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppSecret {
    /// The digest of 256 random bits; the text is nowhere.
    pub digest: Digest,
    /// When it was made.
    pub made: SystemTime,
    /// From then on it is void, where another has taken its place.
    pub until: Option<SystemTime>,
}

/// What became of an app that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// It is.
    Kept,
    /// There is one of that name.
    Exists,
    /// There are [`APPS_AT_MOST`].
    Full,
}

/// What ended with an app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Its grants that had not ended.
    pub grants: Vec<GrantId>,
    /// Its sessions.
    pub sessions: Vec<SessionId>,
}

/// Apps, as an engine keeps them.
pub trait AppRecords: Send + Sync {
    /// Keeps a new one, and ends whatever is left of another of that name.
    fn create(&self, record: AppRecord) -> Answer<'_, Registered>;
    /// The one of that name.
    fn find(&self, name: Arc<str>) -> Answer<'_, Option<AppRecord>>;
    /// All, by name.
    fn all(&self) -> Answer<'_, Vec<AppRecord>>;
    /// From now on something else is said of it; its secrets stay. No where there is none.
    fn change(&self, name: Arc<str>, registration: Registration, now: SystemTime) -> Answer<'_, bool>;
    /// Another secret in the place of the newest, which is void from `until` on; any others are void at once. No where
    /// there is none of that name.
    fn rotate(&self, name: Arc<str>, secret: AppSecret, until: SystemTime) -> Answer<'_, bool>;
    /// Removes an app with all that this engine has of it: grants and sessions end, consents, waiting devices and pushed
    /// requests go. Its name and the time stay for as long as tokens of it may be about. None where there is none.
    fn remove(&self, name: Arc<str>, now: SystemTime) -> Answer<'_, Option<Removed>>;
    /// The names of those that were removed at `since` or later, and when.
    fn removed_since(&self, since: SystemTime) -> Answer<'_, Vec<(Arc<str>, SystemTime)>>;
}

#[cfg(any(test, feature = "conformance"))]
mod memory;

#[cfg(any(test, feature = "conformance"))]
pub use memory::MemoryApps;
