//! Sign-ins as they are kept: the browsers in which a person is signed in at this provider.

use std::net::IpAddr;
use std::time::SystemTime;

use super::Answer;
use crate::{Digest, SignInId, UserId};

/// Sign-ins that one person has at most; with one more, the one that was seen longest ago ends.
pub const MAX_SIGN_INS: usize = 50;

/// One browser in which a person is signed in here. Times are kept to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Its name on the account page, and the `sid` of tokens.
    pub id: SignInId,
    /// Of what the browser's cookie holds.
    pub cookie: Digest,
    /// Who.
    pub user: UserId,
    /// When the person proved who they are: the `auth_time` of tokens.
    pub started: SystemTime,
    /// When the cookie was shown last, to the minute or so.
    pub seen: SystemTime,
    /// How they proved it.
    pub methods: Methods,
    /// What the browser said it is, shortened; for the person's own eyes.
    pub agent: Box<str>,
    /// From where.
    pub address: IpAddr,
}

/// How a person proved who they are: the `amr` values of RFC 8176 §2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Methods {
    /// `pwd`: a password.
    pub password: bool,
    /// `otp`: a code of an authenticator app, or a recovery code.
    pub otp: bool,
    /// `fed`: an issuer elsewhere said so. (RFC 8176 has no value for it; this one is widely used.)
    pub federated: bool,
}

impl Methods {
    /// The values for `amr`; with two factors, `mfa` last.
    pub fn values(self) -> impl Iterator<Item = &'static str> {
        let factors = u8::from(self.password || self.federated) + u8::from(self.otp);
        let said = [(self.password, "pwd"), (self.otp, "otp"), (self.federated, "fed"), (factors > 1, "mfa")];
        said.into_iter().filter_map(|(said, value)| said.then_some(value))
    }
}

/// What became of a sign-in that was to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It did; these older ones of the person ended, because there were too many.
    Begun(Vec<SignInId>),
    /// It did not: the account is gone, locked, or of another generation than the one that was looked at.
    Stale,
}

/// Sign-ins, as an engine keeps them.
pub trait SignIns: Send + Sync {
    /// Begins one, where the account is not locked and still of `generation`: what was proven against an account that
    /// has changed since proves nothing.
    fn begin(&self, sign_in: SignIn, generation: u64) -> Answer<'_, Begun>;
    /// The sign-in of that cookie.
    fn by_cookie(&self, cookie: Digest) -> Answer<'_, Option<SignIn>>;
    /// All of one person, the one that began last first.
    fn of(&self, user: UserId) -> Answer<'_, Vec<SignIn>>;
    /// Notes that the cookie was shown. No where the sign-in has ended.
    fn seen(&self, id: SignInId, at: SystemTime) -> Answer<'_, bool>;
    /// Ends one of that person. No where that person has none of that id.
    fn end(&self, user: UserId, id: SignInId) -> Answer<'_, bool>;
    /// Ends those that began before `started` or were last seen before `seen`, at most `at_most` in one change; gives
    /// how many.
    fn end_old(&self, started: SystemTime, seen: SystemTime, at_most: usize) -> Answer<'_, usize>;
}
