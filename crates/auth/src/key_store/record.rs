//! One key as it is kept: what it opens, from where, until when, and its secrets as hashes.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::{DoorKind, KeyKind};
use thiserror::Error;

use crate::keys::{KeyBounds, KeyId};

/// Longest name, in bytes, as in the file.
const NAME_AT_MOST: usize = 63;
/// How many APIs, scopes, origins or ranges a key may have.
const LIST_AT_MOST: usize = 64;
/// Longest scope, owner, purpose, tier or name of an API, in bytes.
const TEXT_AT_MOST: usize = 200;
/// Secrets that may be taken at the same time, while rotations overlap.
const SECRETS_AT_MOST: usize = 4;
/// Longest overlap of a rotation: 30 days.
const OVERLAP_AT_MOST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A key that is kept in the store. Times are whole milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// Its name; no two keys share one.
    pub name: Arc<str>,
    /// Its kind.
    pub kind: KeyKind,
    /// The APIs that it opens, by name.
    pub apis: Vec<Arc<str>>,
    /// The scopes that it carries.
    pub scopes: Vec<Arc<str>>,
    /// From where it may be used.
    pub bounds: KeyBounds,
    /// The tier that its limits are taken from.
    pub tier: Option<Arc<str>>,
    /// Whom to ask about it.
    pub owner: Option<Arc<str>>,
    /// What it is for.
    pub purpose: Option<Arc<str>>,
    /// When it was made.
    pub made_at: SystemTime,
    /// From when on it is refused.
    pub expires: Option<SystemTime>,
    /// Since when it is revoked.
    pub revoked_at: Option<SystemTime>,
    /// When it was used last, to a minute or so.
    pub last_used: Option<SystemTime>,
    /// Its secrets, the newest first: one, or more while a rotation overlaps.
    pub secrets: Vec<KeySecret>,
}

/// One secret of a key, as a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySecret {
    /// The public id that stands in the key's text.
    pub id: KeyId,
    /// The keyed hash of the text.
    pub hash: [u8; 32],
    /// When it was made.
    pub made_at: SystemTime,
    /// From when on it is not taken any more, because a later one is.
    pub until: Option<SystemTime>,
}

/// What no key may be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecordError {
    /// Not a name.
    #[error(
        "`{0}` is not a name: it starts with a letter of `a-z` and has up to {NAME_AT_MOST} of `a-z`, `0-9` and `-`"
    )]
    Name(String),
    /// It would open nothing.
    #[error("a key opens at least one API")]
    NoApi,
    /// It would be taken from any page.
    #[error("a publishable key is bound to the origins of its pages: name them")]
    NoOrigin,
    /// Pages do not call server doors.
    #[error("a secret key is never sent by a page: it has no origins")]
    OriginOfSecret,
    /// More than are kept.
    #[error("a key has at most {LIST_AT_MOST} {0}")]
    Many(&'static str),
    /// Empty, too long, or with characters that do not belong there.
    #[error("`{text}` is not {what}: up to {TEXT_AT_MOST} bytes, without control characters")]
    Text {
        /// What it should be.
        what: &'static str,
        /// What was given.
        text: String,
    },
    /// In the past.
    #[error("it would have expired already")]
    Expired,
    /// Revoked keys are left as they are.
    #[error("the key is revoked; it can be deleted, and a new one made")]
    Revoked,
    /// Not of whoever wants it changed.
    #[error("the key has another owner")]
    NotTheirs,
    /// Longer than secrets should live on.
    #[error("an overlap lasts at most 30 days")]
    Overlap,
    /// Too many secrets at once.
    #[error("{SECRETS_AT_MOST} secrets of the key are taken already; without an overlap they end")]
    Rotations,
}

impl KeyRecord {
    /// Whether it is a key that may be kept.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, now: SystemTime) -> Result<(), RecordError> {
        if !is_name(&self.name) {
            return Err(RecordError::Name(self.name.to_string()));
        }
        if self.apis.is_empty() {
            return Err(RecordError::NoApi);
        }
        match (self.kind, self.bounds.origins.is_empty()) {
            (KeyKind::Publishable, true) => return Err(RecordError::NoOrigin),
            (KeyKind::Secret, false) => return Err(RecordError::OriginOfSecret),
            _ => {}
        }
        let networks = self.bounds.networks.as_ref().map_or(0, Vec::len);
        let counts = [
            ("APIs", self.apis.len()),
            ("scopes", self.scopes.len()),
            ("origins", self.bounds.origins.len()),
            ("networks", networks),
        ];
        if let Some((what, _)) = counts.into_iter().find(|(_, count)| *count > LIST_AT_MOST) {
            return Err(RecordError::Many(what));
        }
        self.check_texts()?;
        if self.expires.is_some_and(|expires| expires <= now) { Err(RecordError::Expired) } else { Ok(()) }
    }

    fn check_texts(&self) -> Result<(), RecordError> {
        let wrong = |what, text: &str| Err(RecordError::Text { what, text: text.chars().take(TEXT_AT_MOST).collect() });
        if let Some(api) = self.apis.iter().find(|api| !is_text(api)) {
            return wrong("the name of an API", api);
        }
        if let Some(scope) = self.scopes.iter().find(|scope| !is_scope(scope)) {
            return wrong("a scope", scope);
        }
        for (what, text) in [("an owner", &self.owner), ("a purpose", &self.purpose), ("a tier", &self.tier)] {
            if let Some(text) = text.as_ref().filter(|text| !is_text(text)) {
                return wrong(what, text);
            }
        }
        Ok(())
    }

    /// Whether keys of its kind are shown at this kind of door.
    #[must_use]
    pub const fn fits(&self, door: DoorKind) -> bool {
        matches!(
            (self.kind, door),
            (KeyKind::Secret, DoorKind::Server) | (KeyKind::Publishable | KeyKind::Restricted, DoorKind::Client)
        )
    }

    /// Another secret; those before go on for the overlap, or end at once where it is zero.
    ///
    /// # Errors
    /// It is revoked, or too much would overlap.
    pub fn rotated(mut self, secret: KeySecret, overlap: Duration, now: SystemTime) -> Result<Self, RecordError> {
        if self.revoked_at.is_some() {
            return Err(RecordError::Revoked);
        }
        if overlap > OVERLAP_AT_MOST {
            return Err(RecordError::Overlap);
        }
        let end = now + overlap;
        self.secrets.retain(|before| !overlap.is_zero() && before.until.is_none_or(|until| until > now));
        for before in &mut self.secrets {
            // An end that was said before is not moved away.
            before.until = Some(before.until.map_or(end, |until| until.min(end)));
        }
        if self.secrets.len() >= SECRETS_AT_MOST {
            return Err(RecordError::Rotations);
        }
        self.secrets.insert(0, secret);
        Ok(self)
    }

    /// Taken nowhere any more. A second time changes nothing.
    #[must_use]
    pub fn revoked(mut self, now: SystemTime) -> Self {
        self.revoked_at.get_or_insert(now);
        self
    }
}

/// The names of the file: `[a-z][a-z0-9-]{0,62}`.
fn is_name(text: &str) -> bool {
    text.len() <= NAME_AT_MOST
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_text(text: &str) -> bool {
    (1..=TEXT_AT_MOST).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// RFC 6749 §3.3: visible ASCII without `"` and `\`.
fn is_scope(text: &str) -> bool {
    is_text(text) && text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

#[cfg(test)]
mod tests;
