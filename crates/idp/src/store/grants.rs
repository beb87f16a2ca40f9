//! Grants as they are kept: what people allowed apps, and the refresh tokens that follow one another within each.
//!
//! # How refresh tokens follow one another
//!
//! All refresh tokens of a grant are one family. The family is of a *turn*, which counts up: a token of the present turn
//! that is used makes the next turn and gets a token of it. A token of the turn before may still be used for a short
//! *grace* after that, and gets another token of the present turn, because the tabs of one honest browser race and
//! answers get lost. Any other token of the family is a replay: somebody has a copy, and the family ends (RFC 9700
//! §4.14.2).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Answer;
use crate::{Digest, GrantId, Scopes, SignInId, UserId};

/// Refresh tokens of one turn at most; with more, a family is not extended until its next turn.
pub const MAX_SIBLINGS: usize = 256;

/// How many turns back an engine has to know a token of a family at least. An older one is merely unknown.
pub const KEPT_TURNS: u64 = 1_000;

/// What one person allowed one app. Times are kept to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its name, in the tokens that come of it.
    pub id: GrantId,
    /// Who allowed it.
    pub user: UserId,
    /// Of which generation the account was then; an older one is void.
    pub generation: u64,
    /// To whom.
    pub app: Arc<str>,
    /// What.
    pub scopes: Scopes,
    /// The resources that tokens may be asked for (RFC 8707); none is the house as a whole.
    pub resources: Box<[Box<str>]>,
    /// In which browser; none where it is a device's, which outlives the browser that allowed it.
    pub sign_in: Option<SignInId>,
    /// When the person had proved to be that person.
    pub authenticated_at: SystemTime,
    /// By what means, in the words of RFC 8176.
    pub methods: Box<[Box<str>]>,
    /// The key that its refresh tokens are bound to: an RFC 7638 thumbprint (RFC 9449 §5).
    pub bound_to: Option<Box<str>>,
    /// When it began.
    pub begun: SystemTime,
    /// When a token was last asked for.
    pub used: SystemTime,
    /// When it ended, where it did.
    pub ended: Option<SystemTime>,
}

impl Grant {
    /// Whether it goes on after the sign-in in which it began (OpenID Connect Core §11).
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.scopes.contains("offline_access")
    }
}

/// A refresh token is shown, to get the next.
#[derive(Clone, Debug)]
pub struct Rotate {
    /// What was shown.
    pub shown: Digest,
    /// What follows it, if it may.
    pub next: Digest,
    /// Who showed it.
    pub app: Arc<str>,
    /// The key that was proved with it.
    pub key: Option<Box<str>>,
    /// What time it is.
    pub now: SystemTime,
    /// How long the turn before may still be used.
    pub grace: Duration,
    /// How long a family lives without being used.
    pub idle: Duration,
}

/// What became of a [`Rotate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// A new turn began.
    Rotated(Grant),
    /// Another token of the present turn, because another tab was faster.
    Again(Grant),
    /// It had been used before, and not just now: the family has ended with this.
    Replayed(Grant),
    /// The family had ended before.
    Ended,
    /// Nobody used the family for too long; it has ended with this.
    Expired,
    /// It is no refresh token that is known.
    Unknown,
    /// It is another app's, or bound to another key. Nothing was changed.
    NotTheirs,
    /// [`MAX_SIBLINGS`] are there. Nothing was changed.
    Crowded,
}

/// How a refresh token stands in its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Of the present turn.
    Present,
    /// Of an earlier one.
    Past,
}

/// Grants, as an engine keeps them; a grant that was made with a code or for a device is not there before it is redeemed.
pub trait Grants: Send + Sync {
    /// Makes the next refresh token out of one.
    fn rotate(&self, asked: Rotate) -> Answer<'_, Rotation>;
    /// The grant of a refresh token, ended or not, without using the token.
    fn of_token(&self, token: Digest) -> Answer<'_, Option<(Grant, Standing)>>;
    /// The grant of that id, ended or not.
    fn by_id(&self, id: GrantId) -> Answer<'_, Option<Grant>>;
    /// The grants of one person that have not ended, the one that began last first.
    fn of_user(&self, user: UserId) -> Answer<'_, Vec<Grant>>;
    /// Ends one. No where it had ended or there is none.
    fn end(&self, id: GrantId, now: SystemTime) -> Answer<'_, bool>;
    /// Ends all of one person, those for one app only where it is named, and forgets the consents that they were given
    /// by. Codes that are not redeemed yet go too. Gives what ended.
    fn end_of_user(&self, user: UserId, app: Option<Arc<str>>, now: SystemTime) -> Answer<'_, Vec<GrantId>>;
    /// Ends those that began in one browser and do not go on without it ([`Grant::is_offline`]). Gives what ended.
    fn end_of_sign_in(&self, sign_in: SignInId, now: SystemTime) -> Answer<'_, Vec<GrantId>>;
    /// Makes one access token void until it would have ended by itself.
    fn revoke_token(&self, id: Box<str>, until: SystemTime) -> Answer<'_, ()>;
    /// Whether that access token was made void.
    fn is_token_revoked(&self, id: Box<str>) -> Answer<'_, bool>;
    /// Everything that ended at `since` or later, for a process that begins: tokens of it may still be about.
    fn ended_since(&self, since: SystemTime) -> Answer<'_, Endings>;
    /// Drops what nobody can use any more, at most `at_most` of each kind in one change: codes, devices and pushed
    /// requests that expired before `before`, grants that ended or were last used before `unused`, and access tokens
    /// made void that have ended by themselves. Gives how many in all.
    fn drop_old(&self, before: SystemTime, unused: SystemTime, at_most: usize) -> Answer<'_, usize>;
}

/// What ended, and tokens of which must not be accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    /// Grants, and when they ended.
    pub grants: Vec<(GrantId, SystemTime)>,
    /// Access tokens that were made void, and when they end by themselves.
    pub tokens: Vec<(Box<str>, SystemTime)>,
}

/// Everything that the protocol's endpoints keep; one engine keeps all of it, because one change may touch several.
pub trait ProtocolStore:
    Grants + super::codes::Codes + super::devices::Devices + super::pushed::PushedRequests + super::consents::Consents
{
}

impl<T> ProtocolStore for T where
    T: Grants
        + super::codes::Codes
        + super::devices::Devices
        + super::pushed::PushedRequests
        + super::consents::Consents
{
}

#[cfg(any(test, feature = "conformance"))]
mod memory;

#[cfg(any(test, feature = "conformance"))]
pub use memory::MemoryGrants;
