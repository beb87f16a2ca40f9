//! What a request shows of who sent it: one key, one token or one session, and the certificate of its connection.

use std::net::IpAddr;
use std::sync::Arc;

use model::{DoorKind, Workload};
use wire::{Fields, Name, RequestHead};

use crate::certificate::PeerCertificate;
use crate::identify::{check_surroundings, fitting, identify};
use crate::keys;
use crate::verified::{Form, Verified};
use crate::verifier::{Bearer, Identified, Verifier};
use crate::{AuthError, Directory, Holding, Told};

/// The cookie of a session. Others of this house begin like it and are for its own pages alone.
pub const SESSION_COOKIE: &str = "__Host-vestibule-session";

/// All of a request that its caller is identified by.
#[derive(Clone, Copy)]
pub struct Showing<'a> {
    /// Where it came in.
    pub door: DoorKind,
    /// The request.
    pub head: &'a RequestHead,
    /// From where.
    pub address: IpAddr,
    /// Whether callers know this door by `https`.
    pub secure: bool,
    /// The workload of the connection, from [`Directory::workload`].
    pub peer: Option<&'a Arc<Workload>>,
    /// The certificate of the connection.
    pub certificate: Option<&'a PeerCertificate>,
    /// The resource that the operation belongs to (RFC 8707).
    pub resource: Option<&'a str>,
    /// The keys and workloads of the file.
    pub directory: &'a Directory,
    /// Tokens and sessions.
    pub verifier: &'a Verifier,
    /// What was told, where it had to be asked.
    pub told: Option<&'a Told>,
}

impl<'a> Showing<'a> {
    /// Who sent it.
    ///
    /// # Errors
    /// [`AuthError`], where a credential is shown that is not valid or does not fit the door.
    pub fn identify(&self) -> Result<Identified, AuthError> {
        let Some(shown) = self.token_or_session()? else {
            return identify(self.door, self.head, self.address, self.peer, self.directory).map(Identified::Caller);
        };
        check_surroundings(self.door, self.head)?;
        let identified = self.verifier.identify(&Bearer {
            form: shown.form,
            text: shown.text,
            with_proof: shown.with_proof,
            head: self.head,
            secure: self.secure,
            certificate: self.certificate,
            resource: self.resource,
            told: self.told,
        })?;
        if let Identified::Verified(verified) = &identified {
            fitting(&verified.caller, self.door)?;
        }
        Ok(identified)
    }

    /// The token or session that is shown; `None` where there is none, or none is believed here.
    fn token_or_session(&self) -> Result<Option<Shown<'a>>, AuthError> {
        let fields = self.head.fields();
        if !self.verifier.takes_tokens() {
            return Ok(None);
        }
        let session = match self.door {
            // At a server door whoever sends one is refused as a browser.
            DoorKind::Client if self.verifier.takes_sessions() => session(fields)?,
            DoorKind::Client | DoorKind::Server => None,
        };
        let token = token(fields)?;
        let has_key =
            token.is_none() && [Name::Authorization, Name::XApiKey].iter().any(|name| fields.count(*name) > 0);
        match (session, token) {
            (Some(_), Some(_)) => Err(AuthError::Several),
            (Some(_), None) if has_key => Err(AuthError::Several),
            (None, Some(_)) if fields.count(Name::XApiKey) > 0 => Err(AuthError::Several),
            // A proof belongs to a token that is sent as one that needs it.
            (_, token) if has_stray_proof(fields, token.as_ref()) => Err(AuthError::NotBound),
            (session, token) => Ok(session.or(token)),
        }
    }
}

impl Holding {
    /// Who sent a request, with what is held instead of what it shows.
    ///
    /// # Errors
    /// As [`Showing::identify`]; [`AuthError::Several`] where the request shows a key beside the assumed one.
    pub fn find(&self, showing: &Showing<'_>) -> Result<Identified, AuthError> {
        match self {
            Self::InTheRequest => showing.identify(),
            Self::Again(verified) => match showing.verifier.revoked().holds(verified) {
                Some(_) => Ok(Identified::Verified(Arc::clone(verified))),
                None => Err(AuthError::Revoked),
            },
            Self::KeyNamed(_) | Self::KeyLike(_) | Self::Of(_) => self
                .identify(showing.door, showing.head, showing.address, showing.peer, showing.directory)
                .map(Identified::Caller),
        }
    }
}

struct Shown<'a> {
    form: Form,
    text: &'a str,
    with_proof: bool,
}

/// The token of `Authorization`; `None` where there is a key, or nothing.
fn token(fields: &Fields) -> Result<Option<Shown<'_>>, AuthError> {
    let Some(value) = fields.get(Name::Authorization) else { return Ok(None) };
    if fields.count(Name::Authorization) != 1 {
        return Err(AuthError::Several);
    }
    let value = std::str::from_utf8(value).map_err(|_| AuthError::Scheme)?;
    let (scheme, text) = value.split_once(' ').ok_or(AuthError::Scheme)?;
    let with_proof = scheme.eq_ignore_ascii_case("dpop");
    if text.starts_with(keys::PREFIX) && !with_proof {
        return Ok(None);
    }
    if !with_proof && !scheme.eq_ignore_ascii_case("bearer") {
        return Err(AuthError::Scheme);
    }
    if text.is_empty() {
        return Err(AuthError::UnknownToken);
    }
    Ok(Some(Shown { form: Form::Token, text, with_proof }))
}

fn has_stray_proof(fields: &Fields, token: Option<&Shown<'_>>) -> bool {
    fields.count(Name::Dpop) > 0 && !token.is_some_and(|token| token.with_proof)
}

/// The cookie of a session, where there is one.
fn session(fields: &Fields) -> Result<Option<Shown<'_>>, AuthError> {
    let mut found = None;
    let cookies = fields.all(Name::Cookie).flat_map(|value| value.split(|octet| *octet == b';'));
    for cookie in cookies {
        let Some(text) = cookie.trim_ascii().strip_prefix(SESSION_COOKIE.as_bytes()) else { continue };
        let Some(text) = text.strip_prefix(b"=") else { continue };
        // Of two cookies of one name nobody knows which is meant.
        if found.replace(text).is_some() {
            return Err(AuthError::Several);
        }
    }
    let Some(text) = found else { return Ok(None) };
    let text = std::str::from_utf8(text).map_err(|_| AuthError::SessionEnded)?;
    Ok(Some(Shown { form: Form::Session, text, with_proof: false }))
}

/// Whether a cookie is one of this house, which no service has any use for.
#[must_use]
pub fn is_own_cookie(cookie: &[u8]) -> bool {
    cookie.trim_ascii_start().starts_with(OWN_COOKIES)
}

/// What the names of all cookies of this house begin with.
pub(crate) const OWN_COOKIES: &[u8] = b"__Host-vestibule";

impl Identified {
    /// Who it is, where that is known.
    #[must_use]
    pub fn caller(&self) -> Option<&model::Caller> {
        match self {
            Self::Caller(caller) => Some(caller),
            Self::Verified(verified) => Some(&verified.caller),
            Self::Ask(_) => None,
        }
    }

    /// What is known of the token or session.
    #[must_use]
    pub const fn verified(&self) -> Option<&Arc<Verified>> {
        match self {
            Self::Verified(verified) => Some(verified),
            Self::Caller(_) | Self::Ask(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
