//! API keys that belong to a person: the narrow trait behind which they are kept, and the account page's part in them.
//!
//! A key belongs to a person where its `owner` is the id of the account, which never changes and is nobody else's later;
//! addresses and names are. Keys are made by whoever runs the house: what a key opens is not for its holder to say.

use std::sync::Arc;
use std::time::SystemTime;

use super::Provider;
use super::failure::Failure;
use super::reception::Doing;
use super::visit::{Signed, Visit};
use crate::UserId;
use crate::pages::KeyRow;
use crate::reply::Reply;

/// Where the API keys of people are kept.
pub trait OwnKeys: Send + Sync {
    /// The keys of this person that are not revoked, by name.
    fn of(&self, user: UserId) -> Doing<'_, Vec<OwnKey>>;
    /// Ends one of them for good; no where this person has none of this name.
    fn revoke(&self, user: UserId, name: Box<str>) -> Doing<'_, bool>;
}

/// A key as its owner sees it; nothing of it could be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnKey {
    /// Its name.
    pub name: Box<str>,
    /// The APIs that it opens.
    pub apis: Box<[Box<str>]>,
    /// What it is for, where that was said.
    pub purpose: Option<Box<str>>,
    /// When it was made.
    pub made: SystemTime,
    /// From when on it is refused, where there is an end.
    pub expires: Option<SystemTime>,
    /// When it was used last, where it was.
    pub used: Option<SystemTime>,
}

impl Provider {
    /// Shows people their API keys as well.
    #[must_use]
    pub fn with_keys(mut self, keys: Arc<dyn OwnKeys>) -> Self {
        self.keys = Some(keys);
        self
    }

    /// The rows of the account page.
    pub(super) async fn key_rows(&self, user: UserId) -> Result<Vec<KeyRow>, Failure> {
        let Some(keys) = &self.keys else { return Ok(Vec::new()) };
        let row = |key: OwnKey| KeyRow {
            name: key.name,
            apis: key.apis.join(", ").into(),
            purpose: key.purpose,
            made: key.made,
            expires: key.expires,
            used: key.used,
        };
        Ok(keys.of(user).await?.into_iter().map(row).collect())
    }

    pub(super) async fn revoke_key(&self, visit: &Visit, signed: &Signed) -> Result<Reply, Failure> {
        let (Some(keys), name) = (&self.keys, visit.text("name")?) else { return Err(Failure::Nothing) };
        let revoked = keys.revoke(signed.account.id, name.into()).await?;
        Ok(self.done(if revoked { "key" } else { "none" }))
    }
}
