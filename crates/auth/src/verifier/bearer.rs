//! One token or session of one request, to the caller that it stands for.

use std::sync::Arc;
use std::time::SystemTime;

use model::Secret;
use wire::RequestHead;

use super::{Identified, Verifier, binding, claims};
use crate::certificate::PeerCertificate;
use crate::cross_site;
use crate::issuers::{Issuer, Issuers};
use crate::jose::{Expected, Token, TokenError};
use crate::verified::{Fingerprint, Form, Verified};
use crate::{Asked, AuthError, Told};

/// A token or session as it was shown, and all of the request that it is judged by.
pub(crate) struct Bearer<'a> {
    pub(crate) form: Form,
    /// Its text.
    pub(crate) text: &'a str,
    /// Whether it came as `DPoP`, rather than as `Bearer`.
    pub(crate) with_proof: bool,
    pub(crate) head: &'a RequestHead,
    /// Whether callers know this door by `https`.
    pub(crate) secure: bool,
    pub(crate) certificate: Option<&'a PeerCertificate>,
    /// The resource that is asked for (RFC 8707), where the operation has one.
    pub(crate) resource: Option<&'a str>,
    /// What was told, where it was asked before.
    pub(crate) told: Option<&'a Told>,
}

impl Verifier {
    /// Who shows this.
    ///
    /// # Errors
    /// [`AuthError`], where it does not hold.
    pub(crate) fn identify(&self, bearer: &Bearer<'_>) -> Result<Identified, AuthError> {
        let now = self.now();
        let mark = self.mark(bearer.form, bearer.text);
        let again = mark.as_ref().map(|mark| self.known_again(mark, now)).transpose()?.flatten();
        let verified = match again {
            Some(verified) => verified,
            None => match self.find(bearer, now)? {
                Found::Verified(verified) => {
                    if let Some(mark) = mark {
                        self.know(mark, &verified);
                    }
                    verified
                }
                Found::Ask(asked) => return Ok(Identified::Ask(asked)),
            },
        };
        self.admit(bearer, &verified, now)?;
        Ok(Identified::Verified(verified))
    }

    /// Who it is that shows something for the first time, or shows what others have asked about.
    fn find(&self, bearer: &Bearer<'_>, now: SystemTime) -> Result<Found, AuthError> {
        // RFC 6750 §2.1, `b64token`: what has other characters is no token of anybody.
        let allowed = |octet: u8| {
            octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
        };
        if bearer.form == Form::Token && !bearer.text.bytes().all(allowed) {
            return Err(AuthError::UnknownToken);
        }
        let fingerprint = Fingerprint::of(bearer.form, bearer.text);
        match self.remembered(&fingerprint, now)? {
            Some(verified) => Ok(Found::Verified(verified)),
            None => self.find_out(bearer, fingerprint, now),
        }
    }

    fn find_out(&self, bearer: &Bearer<'_>, fingerprint: Fingerprint, now: SystemTime) -> Result<Found, AuthError> {
        match bearer.told {
            Some(Told::Holds(verified)) => return self.still(verified, now).map(Found::Verified),
            Some(Told::Unavailable(why)) => return Err(AuthError::Unavailable { why: why.clone() }),
            Some(Told::Unknown) if bearer.form == Form::Session => return Err(AuthError::SessionEnded),
            Some(Told::Unknown) => return Err(AuthError::UnknownToken),
            Some(Told::Keys) | None => {}
        }
        let issuers = self.issuers();
        match bearer.form {
            Form::Session => {
                let origin = cross_site::origin_of(bearer.head, bearer.secure);
                Ok(Found::Ask(Asked::Session(fingerprint, origin)))
            }
            Form::Token if bearer.text.contains('.') => self.read(bearer, fingerprint, &issuers, now),
            Form::Token if issuers.asks_about_opaque() => {
                let text = Arc::new(Secret::new(bearer.text.to_owned()));
                Ok(Found::Ask(Asked::Token(fingerprint, text)))
            }
            Form::Token => Err(AuthError::UnknownToken),
        }
    }

    /// A token that can be read here.
    fn read(
        &self,
        bearer: &Bearer<'_>,
        fingerprint: Fingerprint,
        issuers: &Issuers,
        now: SystemTime,
    ) -> Result<Found, AuthError> {
        let token = Token::parse(bearer.text).map_err(AuthError::Token)?;
        let iss = token.claimed_issuer().map_err(AuthError::Token)?;
        let issuer = issuers.of(&iss).ok_or(AuthError::UnknownIssuer)?;
        let asked_already = bearer.told.is_some();
        let Some(keys) = &issuer.keys else {
            let why = || format!("the keys of `{}` were never had", issuer.name).into();
            return if asked_already {
                Err(AuthError::Unavailable { why: why() })
            } else {
                Ok(Found::Ask(Asked::Keys(Arc::clone(&issuer.name))))
            };
        };
        let audience = audience(issuer, bearer.resource);
        let expected =
            Expected { kind: issuer.kind, issuer: &issuer.iss, audience: &audience, now, leeway: issuer.leeway };
        match token.verify(keys, &expected) {
            Ok(claims) => {
                let verified = Arc::new(claims::verified(&claims, issuer)?);
                let verified = self.still(&verified, now)?;
                self.remember(fingerprint, &verified);
                Ok(Found::Verified(verified))
            }
            // Its issuer may sign with a key that was published since.
            Err(TokenError::UnknownKey) if !asked_already => Ok(Found::Ask(Asked::Keys(Arc::clone(&issuer.name)))),
            Err(error) => Err(AuthError::Token(error)),
        }
    }

    /// What is different with each request.
    fn admit(&self, bearer: &Bearer<'_>, verified: &Verified, now: SystemTime) -> Result<(), AuthError> {
        if let Some(resources) = &verified.resources
            && !resources.iter().any(|one| bearer.resource == Some(&**one))
        {
            return Err(AuthError::Token(TokenError::Audience));
        }
        binding::check(self, bearer, verified.confirmation.as_ref(), now)?;
        if let Some(session) = &verified.session {
            // A cookie of another host or port is nobody's session here, whatever is remembered of it.
            if !cross_site::is_own(session.origin.as_bytes(), bearer.head, bearer.secure) {
                return Err(AuthError::SessionEnded);
            }
            cross_site::check(bearer.head, bearer.secure, session).map_err(|why| AuthError::CrossSite { why })?;
        }
        Ok(())
    }
}

enum Found {
    Verified(Arc<Verified>),
    Ask(Asked),
}

fn audience<'i>(issuer: &'i Issuer, resource: Option<&'i str>) -> Vec<&'i str> {
    let resource = resource.filter(|_| issuer.resources);
    issuer.audience.iter().map(|one| &**one).chain(resource).collect()
}
