//! Which app it is that calls an endpoint (RFC 6749 §2.3), by exactly one method.

use std::sync::Arc;
use std::time::SystemTime;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use bytes::Bytes;
use data_encoding::BASE64;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request};

use super::{ErrorCode, OAuthError, Server};
use crate::apps::{AppSettings, Authenticate};
use crate::form::Form;
use crate::{Digest, Endpoint};

/// The longest secret or name that is looked at, in octets.
const CREDENTIAL_MAX_LEN: usize = 512;

/// What the app showed.
enum Shown {
    /// A secret, in the field or in the body.
    Secret(Box<str>, Box<str>),
    /// An assertion (RFC 7523 §2.2).
    Assertion(Option<Box<str>>, Box<str>),
    /// Its name alone.
    Name(Box<str>),
}

impl Server {
    /// The parameters of a request by an app, and which app it is.
    ///
    /// # Errors
    /// `invalid_request` for what is malformed or stands twice, `invalid_client` for an app that is not known or did
    /// not show who it is.
    pub(crate) fn client(
        &self,
        request: &Request<Bytes>,
        endpoint: Endpoint,
        now: SystemTime,
    ) -> Result<(Form, Arc<AppSettings>), OAuthError> {
        if request.uri().query().is_some_and(|query| !query.is_empty()) {
            // What stands in an address lands in logs (RFC 6749 §2.3.1, RFC 6750 §5.3).
            return Err(OAuthError::invalid_request("parameters go into the body"));
        }
        let form = Form::of_body(request.headers(), request.body())?;
        once(&form, &["resource"])?;
        let shown = shown(request.headers(), &form)?;
        let app = match shown {
            Shown::Secret(name, secret) => self.by_secret(&name, &secret)?,
            Shown::Assertion(name, text) => self.by_assertion(name.as_deref(), &text, endpoint, now)?,
            Shown::Name(name) => self.by_name(&name)?,
        };
        Ok((form, app))
    }

    fn by_secret(&self, name: &str, secret: &str) -> Result<Arc<AppSettings>, OAuthError> {
        // Hashed before anybody is looked up, so that an unknown name costs the same.
        let shown = Digest::of(secret);
        let app = self.apps.named(name).ok_or(UNKNOWN)?;
        let Authenticate::Secret { digests } = &app.authenticate else { return Err(UNKNOWN) };
        let fits = |known: &Digest| verify_slices_are_equal(&known.0, &shown.0).is_ok();
        // Every one is compared: how long it takes does not tell which.
        let fitting = digests.iter().filter(|known| fits(known)).count();
        if fitting > 0 { Ok(app) } else { Err(UNKNOWN) }
    }

    fn by_name(&self, name: &str) -> Result<Arc<AppSettings>, OAuthError> {
        let app = self.apps.named(name).ok_or(UNKNOWN)?;
        if matches!(app.authenticate, Authenticate::Nothing) { Ok(app) } else { Err(UNKNOWN) }
    }
}

/// One error for an unknown app, a wrong secret and a wrong method: the name of an app is no secret, but there is no
/// need to say more.
pub(super) const UNKNOWN: OAuthError =
    OAuthError::new(ErrorCode::InvalidClient, "the app is not known, or did not show who it is");

/// No parameter stands twice, but those that may (RFC 6749 §3.1, §3.2; RFC 8707 §2).
pub(super) fn once(form: &Form, but: &[&str]) -> Result<(), OAuthError> {
    let mut seen: Vec<&str> = Vec::new();
    for (name, _) in form.iter().filter(|(name, _)| !but.contains(name)) {
        if seen.contains(&name) {
            return Err(OAuthError::invalid_request("a parameter stands more than once"));
        }
        seen.push(name);
    }
    Ok(())
}

fn shown(fields: &HeaderMap, form: &Form) -> Result<Shown, OAuthError> {
    let name = form.one("client_id")?;
    let (secret, assertion) = (form.one("client_secret")?, form.one("client_assertion")?);
    let basic = basic(fields)?;
    if [secret.is_some(), assertion.is_some(), basic.is_some()].into_iter().filter(|is| *is).count() > 1 {
        return Err(OAuthError::invalid_request("an app shows who it is by one method alone"));
    }
    if let Some((user, password)) = basic {
        let other = name.is_some_and(|name| *name != *user);
        return if other {
            Err(OAuthError::invalid_request("client_id is another app"))
        } else {
            Ok(Shown::Secret(user, password))
        };
    }
    if let Some(assertion) = assertion {
        if form.one("client_assertion_type")? != Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
            return Err(OAuthError::invalid_request("client_assertion_type is not jwt-bearer"));
        }
        return Ok(Shown::Assertion(name.map(Box::from), assertion.into()));
    }
    let name = name.ok_or(OAuthError::new(ErrorCode::InvalidClient, "client_id is missing"))?;
    match secret {
        Some(secret) if secret.len() > CREDENTIAL_MAX_LEN => Err(UNKNOWN),
        Some(secret) => Ok(Shown::Secret(name.into(), secret.into())),
        None => Ok(Shown::Name(name.into())),
    }
}

type NameAndSecret = (Box<str>, Box<str>);

/// Name and secret of `Authorization: Basic`, each form-encoded before they were joined (RFC 6749 §2.3.1).
fn basic(fields: &HeaderMap) -> Result<Option<NameAndSecret>, OAuthError> {
    let mut values = fields.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().ok().filter(|_| values.next().is_none()).ok_or(UNKNOWN)?;
    let (scheme, encoded) = text.split_once(' ').ok_or(UNKNOWN)?;
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > 2 * CREDENTIAL_MAX_LEN {
        return Err(UNKNOWN);
    }
    let joined = BASE64.decode(encoded.as_bytes()).ok().and_then(|octets| String::from_utf8(octets).ok());
    let joined = joined.ok_or(UNKNOWN)?;
    let (name, secret) = joined.split_once(':').ok_or(UNKNOWN)?;
    Ok(Some((decoded(name)?, decoded(secret)?)))
}

fn decoded(text: &str) -> Result<Box<str>, OAuthError> {
    let form = Form::parse(format!("v={text}").as_bytes()).map_err(|_| UNKNOWN)?;
    let mut pairs = form.iter();
    match (pairs.next(), pairs.next()) {
        (Some(("v", value)), None) => Ok(value.into()),
        _ => Err(UNKNOWN),
    }
}
