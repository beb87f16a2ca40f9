//! What an ID token must say to be believed (OpenID Connect Core §3.1.3.7), and what is taken out of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use auth::jose::{Claims, Expected, Object, Token, TokenError, TokenType};
use serde_json::Value;

use super::Claimed;
use super::error::ExternalError;
use super::known::Known;
use super::waiting::{Begun, LIFETIME};
use crate::issuers::Learnt;

/// How far the provider's clock may differ.
const LEEWAY: Duration = Duration::from_secs(60);
/// Core §2: a subject has 255 characters of ASCII at most.
const SUBJECT_BYTES: usize = 255;
/// What else is taken over has so many octets at most.
const TEXT_BYTES: usize = 320;

/// What it says of the person.
pub(super) struct Told {
    pub(super) subject: Box<str>,
    pub(super) address: Option<Claimed>,
    pub(super) name: Option<Box<str>>,
}

/// Reads an ID token that came for a code of ours.
pub(super) async fn read(
    known: &Known,
    learnt: &Learnt,
    text: &str,
    begun: &Begun,
    now: SystemTime,
) -> Result<Told, ExternalError> {
    let settings = known.settings();
    let us = settings.client.id();
    let expected = Expected { kind: TokenType::PLAIN, issuer: &settings.iss, audience: &[us], now, leeway: LEEWAY };
    let token = Token::parse(text)?;
    let claims = match token.verify(&learnt.keys, &expected) {
        // It may sign by a new key: asked once more, and no more.
        Err(TokenError::UnknownKey) => token.verify(&known.learnt_again().await?.keys, &expected)?,
        other => other?,
    };
    for_us_alone(&claims, us)?;
    if claims.text("nonce") != Some(&begun.nonce) {
        return Err(ExternalError::Claim("nonce"));
    }
    let issued = claims.issued_at().ok_or(ExternalError::Claim("iat"))?;
    if seconds(now).saturating_sub(issued) > LIFETIME.as_secs() {
        return Err(ExternalError::Claim("iat"));
    }
    if let Some(since) = begun.proved_since {
        let proved = claims.get("auth_time").and_then(Value::as_u64).ok_or(ExternalError::Claim("auth_time"))?;
        if proved.saturating_add(LEEWAY.as_secs()) < seconds(since) {
            return Err(ExternalError::Claim("auth_time"));
        }
    }
    let subject = claims.subject().filter(|subject| {
        !subject.is_empty()
            && subject.len() <= SUBJECT_BYTES
            && subject.bytes().all(|octet| octet.is_ascii_graphic() || octet == b' ')
    });
    Ok(Told {
        subject: subject.ok_or(ExternalError::Claim("sub"))?.into(),
        address: address(claims.members()),
        name: short(claims.text("name")),
    })
}

/// Whoever else is named besides us could have shown the token there, and we trust nobody else (§3.1.3.7, 3 to 5).
fn for_us_alone(claims: &Claims, us: &str) -> Result<(), ExternalError> {
    if !claims.audience().all(|name| name == us) {
        return Err(ExternalError::Claim("aud"));
    }
    match claims.get("azp") {
        None => Ok(()),
        Some(Value::String(party)) if party == us => Ok(()),
        Some(_) => Err(ExternalError::Claim("azp")),
    }
}

/// The address of a person, and whether it is said to be theirs: nothing but `true` says so.
pub(super) fn address(members: &Object) -> Option<Claimed> {
    let text = short(members.get("email").and_then(Value::as_str))?;
    Some(Claimed { text, verified: members.get("email_verified") == Some(&Value::Bool(true)) })
}

/// A text that can be shown: neither empty nor long.
pub(super) fn short(text: Option<&str>) -> Option<Box<str>> {
    text.map(str::trim).filter(|text| !text.is_empty() && text.len() <= TEXT_BYTES).map(Box::from)
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
