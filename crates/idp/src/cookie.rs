//! Cookies of the provider: read strictly, and set in one way only.
//!
//! All of them have the prefix `__Host-` (RFC 6265bis §4.1.3): no other host, no other port's plain page and no
//! subdomain can set or overwrite one, so that nobody slips a cookie of theirs under a person.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// A cookie of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Who is signed in at the provider.
    SignIn,
    /// Which browser this is, before anybody is signed in: forms are bound to it.
    Browser,
    /// That the password was right and the second factor is awaited.
    Step,
    /// That somebody signed in here before.
    Device,
    /// The beginning of a browser session that waits for its callback.
    Beginning,
    /// In which browser a sign-in elsewhere was begun.
    External,
    /// The session of an app's person at a client door.
    Session,
    /// Where a person goes on whose way leads over their mail.
    Goal,
}

/// Longer values are nobody's.
const VALUE_MAX_LEN: usize = 512;
/// Of a goal, which is there for half an hour at most: an authorization request with all that apps usually say in one.
const GOAL_MAX_LEN: usize = 2048;

impl Cookie {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "__Host-vestibule-sign-in",
            Self::Browser => "__Host-vestibule-browser",
            Self::Step => "__Host-vestibule-step",
            Self::Device => "__Host-vestibule-device",
            Self::Beginning => "__Host-vestibule-beginning",
            Self::External => "__Host-vestibule-external",
            Self::Session => "__Host-vestibule-session",
            Self::Goal => "__Host-vestibule-goal",
        }
    }

    const fn max_len(self) -> usize {
        match self {
            Self::Goal => GOAL_MAX_LEN,
            _ => VALUE_MAX_LEN,
        }
    }

    /// Its value in a request. A name that stands twice has none: one of them is somebody else's.
    #[must_use]
    pub fn of(self, fields: &HeaderMap) -> Option<&str> {
        let mut values = fields
            .get_all(COOKIE)
            .iter()
            .filter_map(|field| field.to_str().ok())
            .flat_map(|field| field.split(';'))
            .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
            .filter(|(name, _)| *name == self.name())
            .map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value).filter(|value| self.may_be(value)),
            _ => None,
        }
    }

    /// Sets it for so many seconds; without a number until the browser is closed. Nothing where the value is not one
    /// that [`Cookie::of`] would read.
    #[must_use]
    pub fn set(self, value: &str, seconds: Option<u64>) -> Option<HeaderValue> {
        let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let text = format!("{}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}", self.name());
        self.may_be(value).then(|| HeaderValue::try_from(text).ok()).flatten().map(|mut value| {
            value.set_sensitive(true);
            value
        })
    }

    /// Takes it away.
    #[must_use]
    pub fn clear(self) -> Option<HeaderValue> {
        let text = format!("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", self.name());
        HeaderValue::try_from(text).ok()
    }

    /// What this house puts into cookies: words, numbers and base64url.
    fn may_be(self, value: &str) -> bool {
        let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
        !value.is_empty() && value.len() <= self.max_len() && value.bytes().all(plain)
    }
}

#[cfg(test)]
mod tests;
