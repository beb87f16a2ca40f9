//! Consents as they are kept: what a person need not be asked again.

use std::sync::Arc;
use std::time::SystemTime;

use super::Answer;
use crate::{Scopes, UserId};

/// What one person allowed one app, once for all. Times are kept to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// To whom.
    pub app: Arc<str>,
    /// What; with `resource=URI` for each resource.
    pub scopes: Scopes,
    /// When something was added last.
    pub changed: SystemTime,
}

/// Consents, as an engine keeps them. They are forgotten by
/// [`Grants::end_of_user`](super::grants::Grants::end_of_user).
pub trait Consents: Send + Sync {
    /// What that person allowed that app.
    fn given(&self, user: UserId, app: Arc<str>) -> Answer<'_, Scopes>;
    /// Adds to it.
    fn remember(&self, user: UserId, app: Arc<str>, scopes: Scopes, now: SystemTime) -> Answer<'_, ()>;
    /// All of one person, by app.
    fn given_by(&self, user: UserId) -> Answer<'_, Vec<Given>>;
}
