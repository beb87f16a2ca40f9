//! The beginning of a session, between the app's page and the callback: kept by nobody but the browser.
//!
//! The browser gets a cookie with 256 random bits, for ten minutes. `state` and the PKCE verifier are derived from it,
//! so that any number of tabs may begin at once, and a callback that was begun elsewhere has a state that this cookie
//! never made.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::{constant_time, digest, hmac, rand};
use data_encoding::BASE64URL_NOPAD;
use thiserror::Error;

use crate::NoRandomness;

/// How long a person may take over the pages of the provider.
pub(super) const AT_MOST: Duration = Duration::from_secs(30 * 60);

/// A path of an app's own host, perhaps with a query and a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPath(Box<str>);

/// What is not a path of the app's own host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("it is not a path that begins with one `/`")]
pub struct AppPathError;

impl AppPath {
    /// The longest in octets.
    pub const MAX_LEN: usize = 512;

    /// Reads a path strictly: whatever a browser could take for another host is refused (CWE-601).
    ///
    /// # Errors
    /// It is not such a path.
    pub fn parse(text: &str) -> Result<Self, AppPathError> {
        let mut octets = text.bytes();
        let begins = octets.next() == Some(b'/') && !matches!(octets.next(), Some(b'/' | b'\\'));
        let visible = text.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'\\');
        if begins && visible && text.len() <= Self::MAX_LEN { Ok(Self(text.into())) } else { Err(AppPathError) }
    }

    /// As it was read.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Beginning {
    /// Of this beginning alone.
    number: String,
    pub(super) app: Box<str>,
    pub(super) return_to: AppPath,
    /// Whole seconds since 1970.
    begun: u64,
}

impl Beginning {
    /// A new one.
    pub(super) fn new(app: &str, return_to: AppPath, now: SystemTime) -> Result<Self, NoRandomness> {
        let mut number = [0; 16];
        rand::fill(&mut number).map_err(|_| NoRandomness)?;
        Ok(Self { number: BASE64URL_NOPAD.encode(&number), app: app.into(), return_to, begun: seconds(now) })
    }

    /// The `state` that stands for it in the browser that has this cookie.
    pub(super) fn state(&self, cookie: &str) -> String {
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let said = format!("{}.{}.{}.{}", self.number, self.begun, encode(&self.app), encode(self.return_to.as_str()));
        let seal = derive(cookie, "state", &said);
        format!("{said}.{seal}")
    }

    /// What a `state` stands for, where it was made with this cookie and is not too old.
    pub(super) fn of_state(state: &str, cookie: &str, now: SystemTime) -> Option<Self> {
        let (said, seal) = state.rsplit_once('.')?;
        let expected = derive(cookie, "state", said);
        constant_time::verify_slices_are_equal(expected.as_bytes(), seal.as_bytes()).ok()?;
        let decode = |text: &str| String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok();
        let mut parts = said.split('.');
        let (number, begun) = (parts.next()?, parts.next()?.parse().ok()?);
        let (app, return_to) = (decode(parts.next()?)?, AppPath::parse(&decode(parts.next()?)?).ok()?);
        let in_time = seconds(now).checked_sub(begun).is_some_and(|age| age <= AT_MOST.as_secs());
        in_time.then(|| Self { number: number.to_owned(), app: app.into(), return_to, begun })
    }

    /// The `code_verifier` (RFC 7636 §4.1).
    fn verifier(&self, cookie: &str) -> String {
        derive(cookie, "verifier", &self.number)
    }

    /// The `code_challenge` by S256 (RFC 7636 §4.2).
    pub(super) fn challenge(&self, cookie: &str) -> String {
        BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, self.verifier(cookie).as_bytes()).as_ref())
    }
}

fn derive(cookie: &str, purpose: &str, text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, cookie.as_bytes());
    BASE64URL_NOPAD.encode(hmac::sign(&key, format!("vestibule session {purpose} 1\n{text}").as_bytes()).as_ref())
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;
