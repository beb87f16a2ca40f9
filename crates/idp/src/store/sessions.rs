//! Browser sessions as they are kept: the browsers in which an app's person is known at a client door.

use std::sync::Arc;
use std::time::SystemTime;

use super::Answer;
use crate::{Digest, GrantId, Scopes, SessionId, SignInId, UserId};

/// Sessions that one person has with one app at most; with one more, the one that was seen longest ago ends.
pub const MAX_SESSIONS: usize = 50;

/// One browser in which an app's person is known. Times are kept to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its name, in logs and on the account page.
    pub id: SessionId,
    /// Of what the browser's cookie holds.
    pub cookie: Digest,
    /// Of what a program shows that sends no `Origin` and no `Sec-Fetch-Site`.
    pub csrf: Digest,
    /// What it comes of, and ends with.
    pub grant: GrantId,
    /// Who.
    pub user: UserId,
    /// Of which generation the account was then; an older one is void.
    pub generation: u64,
    /// With which app.
    pub app: Arc<str>,
    /// For what.
    pub scopes: Scopes,
    /// In which browser the person is signed in at the provider.
    pub sign_in: Option<SignInId>,
    /// When the person had proved to be that person.
    pub authenticated_at: SystemTime,
    /// By what means, in the words of RFC 8176.
    pub methods: Box<[Box<str>]>,
    /// The origin whose cookie it is; at no other it is anything.
    pub origin: Box<str>,
    /// When it began.
    pub begun: SystemTime,
    /// When the cookie was shown last, to the minute or so.
    pub seen: SystemTime,
}

/// Sessions, as an engine keeps them. What an account, when it is deleted, takes with it are these as well.
pub trait Sessions: Send + Sync {
    /// Begins one, in place of the one that the browser had before (`former`). Gives what ended with that: the former
    /// one, and what was beyond [`MAX_SESSIONS`].
    fn begin(&self, session: Session, former: Option<Digest>) -> Answer<'_, Vec<Session>>;
    /// The session of that cookie.
    fn by_cookie(&self, cookie: Digest) -> Answer<'_, Option<Session>>;
    /// The session of that id.
    fn by_id(&self, id: SessionId) -> Answer<'_, Option<Session>>;
    /// Sessions in the order of their ids, those after `after`, at most `at_most` of them.
    fn list(&self, after: Option<SessionId>, at_most: usize) -> Answer<'_, Vec<Session>>;
    /// Notes that the cookie was shown. No where the session has ended.
    fn seen(&self, id: SessionId, at: SystemTime) -> Answer<'_, bool>;
    /// Ends one. No where it has ended.
    fn end(&self, id: SessionId) -> Answer<'_, bool>;
    /// All of one person, the one that began last first.
    fn of(&self, user: UserId) -> Answer<'_, Vec<Session>>;
    /// Ends all of one person. Gives what ended.
    fn end_of_user(&self, user: UserId) -> Answer<'_, Vec<SessionId>>;
    /// Ends those that began before `begun` or were last seen before `seen`, at most `at_most` in one change; gives how
    /// many.
    fn end_old(&self, begun: SystemTime, seen: SystemTime, at_most: usize) -> Answer<'_, usize>;
}

#[cfg(any(test, feature = "conformance"))]
mod memory;

#[cfg(any(test, feature = "conformance"))]
pub use memory::MemorySessions;
