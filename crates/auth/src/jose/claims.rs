//! What a verified token says (RFC 7519 §4), and what it must say to be for us.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::{Object, TokenError, TokenType};

/// The end of the year 9999, in seconds since 1970.
const LAST_SECOND: u64 = 253_402_300_799;

/// What is expected of a token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Its kind.
    pub kind: TokenType,
    /// Who must have issued it, letter for letter.
    pub issuer: &'a str,
    /// For whom it must be: one of these must be among its audience.
    pub audience: &'a [&'a str],
    /// What time it is.
    pub now: SystemTime,
    /// How far the clocks may differ.
    pub leeway: Duration,
}

/// The claims of a token that has been verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    members: Object,
    expires_at: u64,
    issued_at: Option<u64>,
}

impl Claims {
    /// The claims of a token that its issuer has told us of itself (RFC 7662 §2.2), checked like those of one that we
    /// read, but for its kind.
    ///
    /// # Errors
    /// [`TokenError`]: the first thing that is not as expected.
    pub fn told(members: Object, expected: &Expected<'_>) -> Result<Self, TokenError> {
        check(members, expected)
    }

    /// A claim that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A claim of any kind.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// All claims.
    #[must_use]
    pub const fn members(&self) -> &Object {
        &self.members
    }

    /// Whom it is about (`sub`).
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.text("sub")
    }

    /// For whom it is (`aud`), one or many.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        audience(&self.members)
    }

    /// When it ends (`exp`), in seconds since 1970.
    #[must_use]
    pub const fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// When it was issued (`iat`), in seconds since 1970, where it says so.
    #[must_use]
    pub const fn issued_at(&self) -> Option<u64> {
        self.issued_at
    }
}

/// Checks claims whose signature holds.
pub(super) fn check(members: Object, expected: &Expected<'_>) -> Result<Claims, TokenError> {
    if members.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
        return Err(TokenError::Issuer);
    }
    let well_formed = match members.get("aud") {
        Some(Value::String(_)) => true,
        Some(Value::Array(names)) => names.iter().all(Value::is_string),
        _ => false,
    };
    if !well_formed || !audience(&members).any(|name| expected.audience.contains(&name)) {
        return Err(TokenError::Audience);
    }
    let now = seconds(expected.now);
    let leeway = expected.leeway.as_secs();
    let expires_at = time(&members, "exp")?.ok_or(TokenError::NoExpiry)?;
    if expires_at.saturating_add(leeway) <= now {
        return Err(TokenError::Expired);
    }
    let begins = time(&members, "nbf")?;
    if begins.is_some_and(|begins| begins > now.saturating_add(leeway)) {
        return Err(TokenError::NotYet);
    }
    let issued_at = time(&members, "iat")?;
    if issued_at.is_some_and(|issued| issued > now.saturating_add(leeway)) {
        return Err(TokenError::IssuedAhead);
    }
    Ok(Claims { members, expires_at, issued_at })
}

fn audience(members: &Object) -> impl Iterator<Item = &str> {
    let names = members.get("aud").map(|value| match value {
        Value::Array(names) => names.as_slice(),
        one => std::slice::from_ref(one),
    });
    names.unwrap_or_default().iter().filter_map(Value::as_str)
}

/// A `NumericDate` (RFC 7519 §2), which may have a fraction.
pub(super) fn time(members: &Object, name: &str) -> Result<Option<u64>, TokenError> {
    let Some(value) = members.get(name) else { return Ok(None) };
    let seconds = match (value.as_u64(), value.as_f64()) {
        (Some(seconds), _) => seconds,
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a cast stays within the type's bounds"
        )]
        (None, Some(seconds)) if seconds >= 0.0 => seconds as u64,
        _ => return Err(TokenError::Time),
    };
    if seconds > LAST_SECOND { Err(TokenError::Time) } else { Ok(Some(seconds)) }
}

/// Whole seconds since 1970.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;
