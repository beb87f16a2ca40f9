//! Callers known by a token or a session: people, and applications without a person.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// The name of our own issuer in rules, settings and logs.
pub const OWN_ISSUER: &str = "own";

/// A person on whose behalf an application calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What the issuer calls this person, for good (`sub`). Never an address, and never given to another.
    pub subject: Arc<str>,
    /// What logs call the person: short, and it says nothing of whoever it is.
    pub name: Arc<str>,
    /// The issuer's name in the file; [`OWN_ISSUER`] for our own.
    pub issuer: Arc<str>,
    /// The application, by its client id.
    pub app: Arc<str>,
    /// The scopes that were granted.
    pub scopes: Box<[Arc<str>]>,
    /// What the application showed.
    pub via: Via,
    /// What the token is bound to, where it is to anything.
    pub bound: Option<Bound>,
    /// When the person last showed who they are (`auth_time`); `None` where the issuer does not say.
    pub authenticated_at: Option<SystemTime>,
    /// Further claims that rules may name: each with its values.
    pub claims: Box<[Claim]>,
    /// The session or grant that it stands on: what is revoked as a whole. Empty where the issuer does not say.
    pub grant: Arc<str>,
}

/// An application that calls for itself (RFC 6749 §4.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its client id.
    pub name: Arc<str>,
    /// The issuer's name in the file; [`OWN_ISSUER`] for our own.
    pub issuer: Arc<str>,
    /// The scopes that it has.
    pub scopes: Box<[Arc<str>]>,
    /// What its token is bound to, where it is to anything.
    pub bound: Option<Bound>,
    /// The grant that its token stands on. Empty where the issuer does not say.
    pub grant: Arc<str>,
}

/// A claim and its values; one that is a list has several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its name.
    pub name: Arc<str>,
    /// Its values, as texts.
    pub values: Box<[Arc<str>]>,
}

/// What somebody showed for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Via {
    /// The cookie of a session that this house keeps.
    Session,
    /// An access token.
    Token,
}

impl Via {
    /// The word used in the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
        }
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a token is bound to, so that it is of no use to whoever steals it alone (RFC 7800).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bound {
    /// The certificate of the connection (RFC 8705 §3).
    Certificate,
    /// A key of which each request proves possession (RFC 9449).
    Dpop,
}

impl Bound {
    /// The word used in the file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Dpop => "dpop",
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
