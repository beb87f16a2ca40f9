//! Who called: the one answer that identification gives and every later stage reads.

mod account;

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

pub use account::{App, Bound, Claim, OWN_ISSUER, User, Via};

/// Who is calling, after the credentials were verified.
///
/// `Anonymous` means that no credential was presented at all. A credential
/// that was presented and did not verify never becomes a caller: it is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody said who they are.
    Anonymous,
    /// The holder of an API key.
    Key(Arc<Key>),
    /// A back end that proved possession of a certificate's key.
    Workload(Arc<Workload>),
    /// A person, through an application.
    User(Arc<User>),
    /// An application that calls for itself.
    App(Arc<App>),
}

impl Caller {
    /// The kind of caller, as written in the access log and in metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Key(_) => "key",
            Self::Workload(_) => "workload",
            Self::User(_) => "user",
            Self::App(_) => "app",
        }
    }

    /// The name within its kind: the key's name, the workload's name or SPIFFE id, what logs call a person, the
    /// application's client id.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Anonymous => "",
            Self::Key(key) => &key.name,
            Self::Workload(workload) => &workload.name,
            Self::User(user) => &user.name,
            Self::App(app) => &app.name,
        }
    }

    /// Whether it was known by a token or a session, which can be taken back while they last.
    #[must_use]
    pub const fn is_revocable(&self) -> bool {
        matches!(self, Self::User(_) | Self::App(_))
    }

    /// The session or grant that it stands on, where there is one.
    #[must_use]
    pub fn grant(&self) -> Option<&str> {
        let grant: &str = match self {
            Self::User(user) => &user.grant,
            Self::App(app) => &app.grant,
            Self::Anonymous | Self::Key(_) | Self::Workload(_) => return None,
        };
        (!grant.is_empty()).then_some(grant)
    }
}

/// What is known of an API key once it has been verified; never the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name, in the file or in the store.
    pub name: Arc<str>,
    /// What it may be used for.
    pub kind: KeyKind,
    /// The APIs that it was made for, by name; a key opens no other.
    pub apis: Box<[Arc<str>]>,
    /// The scopes that it carries.
    pub scopes: Box<[Arc<str>]>,
    /// The tier that its limits are taken from; no limits are built yet.
    pub tier: Option<Arc<str>>,
}

/// The three kinds of API key; a kind fits one kind of door only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyKind {
    /// May be shown in a page: identifies an application, protects nothing.
    Publishable,
    /// Held by one application or device at a client door.
    Restricted,
    /// Held by a back end at a server door.
    Secret,
}

impl KeyKind {
    /// The word used in the file and in the key's own prefix.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publishable => "publishable",
            Self::Restricted => "restricted",
            Self::Secret => "secret",
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A back end known by its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Its name in the file, or its SPIFFE id where the file has no name for it.
    pub name: Arc<str>,
    /// The SPIFFE id of its certificate, where it has one.
    pub id: Option<SpiffeId>,
}

/// A SPIFFE id, `spiffe://<trust domain>/<path>`, checked by the rules of SPIFFE-ID §2.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpiffeId {
    text: Arc<str>,
    domain_end: usize,
}

/// What makes a text not a SPIFFE id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SpiffeIdError {
    /// It does not start with `spiffe://`.
    #[error("a SPIFFE id starts with `spiffe://`")]
    Scheme,
    /// Longer than 2,048 bytes (SPIFFE-ID §2.3).
    #[error("a SPIFFE id has at most 2048 bytes")]
    Long,
    /// The trust domain is empty, longer than 255 bytes, or has other characters than `a-z 0-9 . - _` (§2.1).
    #[error("a trust domain has 1 to 255 of the characters `a-z 0-9 . - _`")]
    Domain,
    /// A path segment is empty, `.`, `..`, or has other characters than letters, digits, `.`, `-` and `_` (§2.2).
    #[error("a path is `/` and segments of letters, digits, `.`, `-` and `_`, none of them empty, `.` or `..`")]
    Path,
}

impl SpiffeId {
    const SCHEME: &'static str = "spiffe://";

    /// Reads a SPIFFE id strictly; nothing is normalised.
    ///
    /// # Errors
    /// The first rule of SPIFFE-ID §2 that the text breaks.
    pub fn parse(text: &str) -> Result<Self, SpiffeIdError> {
        if text.len() > 2048 {
            return Err(SpiffeIdError::Long);
        }
        let rest = text.strip_prefix(Self::SCHEME).ok_or(SpiffeIdError::Scheme)?;
        let (domain, path) = match rest.split_once('/') {
            Some((domain, path)) => (domain, Some(path)),
            None => (rest, None),
        };
        let domain_ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
        if domain.is_empty() || domain.len() > 255 || !domain.bytes().all(domain_ok) {
            return Err(SpiffeIdError::Domain);
        }
        if path.is_some_and(|path| !path.split('/').all(segment_ok)) {
            return Err(SpiffeIdError::Path);
        }
        Ok(Self { text: Arc::from(text), domain_end: Self::SCHEME.len() + domain.len() })
    }

    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The trust domain.
    #[must_use]
    pub fn trust_domain(&self) -> &str {
        self.text.get(Self::SCHEME.len()..self.domain_end).unwrap_or_default()
    }

    /// The path, with its leading slash; empty for the id of a trust domain itself.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text.get(self.domain_end..).unwrap_or_default()
    }
}

fn segment_ok(segment: &str) -> bool {
    let byte_ok = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(byte_ok)
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
