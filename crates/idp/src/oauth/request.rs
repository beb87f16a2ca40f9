//! Authorization requests: read so that it is always clear where an error may be told.

use std::collections::BTreeSet;
use std::sync::Arc;

use auth::jose::decode_base64url;

use super::client::once;
use super::{ErrorCode, OAuthError, PageFault};
use crate::Scopes;
use crate::apps::{AppKind, AppSettings, Apps};
use crate::form::{Form, push_parameter};

/// The longest `state`, in octets.
const STATE_MAX_LEN: usize = 2048;
/// The longest of the other texts, in octets.
const TEXT_MAX_LEN: usize = 512;

/// App and redirect URI, both verified: from here on errors may go there.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) app: Arc<AppSettings>,
    pub(super) redirect_uri: Box<str>,
    /// Given back as it came; left out where it stands twice or is too long.
    pub(super) state: Option<Box<str>>,
}

/// An authorization request.
#[derive(Clone, Debug)]
pub(super) struct AuthorizationRequest {
    pub(super) target: Target,
    pub(super) scopes: Scopes,
    pub(super) resources: Box<[Box<str>]>,
    pub(super) challenge: Box<str>,
    pub(super) nonce: Option<Box<str>>,
    /// RFC 9449 §10.
    pub(super) key: Option<Box<str>>,
    pub(super) prompt: Prompt,
    /// In seconds.
    pub(super) max_age: Option<u64>,
    pub(super) hint: Option<Box<str>>,
    pub(super) id_token_hint: Option<Box<str>>,
    /// Our own: in seconds since 1970, when a new sign-in was asked for. One after that is new enough.
    pub(super) after: Option<u64>,
}

/// What the app wants the person to be asked (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    pub(super) none: bool,
    pub(super) login: bool,
    pub(super) consent: bool,
}

/// The parameter of ours that says when a new sign-in was asked for.
pub(super) const AFTER: &str = "signed_in_after";

impl Target {
    /// Reads the two parameters that decide where errors go, and nothing else.
    pub(super) fn read(form: &Form, apps: &Apps, session_callback: &str) -> Result<Self, PageFault> {
        let once = |name| form.one(name).map_err(|_| PageFault::Malformed);
        let name = once("client_id")?.ok_or(PageFault::UnknownApp)?;
        let app = apps.named(name).ok_or(PageFault::UnknownApp)?;
        let shown = once("redirect_uri")?.ok_or(PageFault::RedirectUri)?;
        let registered = match app.kind {
            AppKind::Session => {
                let below = |origin: &str| shown.strip_prefix(origin) == Some(session_callback);
                app.origins.iter().any(|origin| below(origin.as_str()))
            }
            kind => app.redirect_uris.iter().any(|uri| uri.matches(shown, kind == AppKind::Native)),
        };
        if !registered {
            return Err(PageFault::RedirectUri);
        }
        let state = form.one("state").ok().flatten().filter(|state| state.len() <= STATE_MAX_LEN);
        Ok(Self { app, redirect_uri: shown.into(), state: state.map(Box::from) })
    }

    /// The redirect URI with these parameters, and always with `state` and `iss` (RFC 9207).
    pub(super) fn with(&self, parameters: &[(&str, &str)], issuer: &str) -> Box<str> {
        let mut query = String::new();
        let state = self.state.as_deref().map(|state| ("state", state));
        for (name, value) in parameters.iter().copied().chain(state).chain([("iss", issuer)]) {
            push_parameter(&mut query, name, value);
        }
        let mark = if self.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{mark}{query}", self.redirect_uri).into()
    }
}

impl AuthorizationRequest {
    /// Reads everything else.
    pub(super) fn read(target: Target, form: &Form, pushed: bool) -> Result<Self, OAuthError> {
        once(form, &["resource"])?;
        refuse_what_is_not_supported(form)?;
        let app = &target.app;
        if app.pushed_only && !pushed {
            return Err(OAuthError::invalid_request("this app has to push its requests (RFC 9126)"));
        }
        if form.one("response_type")? != Some("code") {
            return Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "response_type is code"));
        }
        if form.one("response_mode")?.is_some_and(|mode| mode != "query") {
            return Err(OAuthError::invalid_request("response_mode is query"));
        }
        if form.one("state")?.is_some_and(|state| state.len() > STATE_MAX_LEN) {
            return Err(OAuthError::invalid_request("state is too long"));
        }
        let (scopes, resources) = (scopes(form, app)?, resources(form, app)?);
        let (challenge, key) = (challenge(form)?, key(form)?);
        let (prompt, max_age) = (Prompt::read(form)?, number(form, "max_age")?);
        let (nonce, hint) = (text(form, "nonce")?, text(form, "login_hint")?);
        let id_token_hint = form.one("id_token_hint")?.map(Box::from);
        let after = number(form, AFTER)?;
        let wanted =
            Self { target, scopes, resources, challenge, nonce, key, prompt, max_age, hint, id_token_hint, after };
        Ok(wanted)
    }
}

impl Prompt {
    fn read(form: &Form) -> Result<Self, OAuthError> {
        let mut prompt = Self::default();
        let words: BTreeSet<&str> =
            form.one("prompt")?.unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect();
        for word in &words {
            match *word {
                "none" if words.len() > 1 => {
                    return Err(OAuthError::invalid_request("prompt is none, or something else"));
                }
                "none" => prompt.none = true,
                // Whoever wants another account signs in anew.
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => return Err(OAuthError::invalid_request("prompt is none, login, select_account or consent")),
            }
        }
        Ok(prompt)
    }
}

fn refuse_what_is_not_supported(form: &Form) -> Result<(), OAuthError> {
    let refusals = [
        ("request", ErrorCode::RequestNotSupported, "request objects are not supported"),
        ("request_uri", ErrorCode::RequestUriNotSupported, "request_uri is one that was pushed here (RFC 9126)"),
        ("registration", ErrorCode::RegistrationNotSupported, "registration is not supported"),
    ];
    match refusals.into_iter().find(|(name, ..)| form.all(name).next().is_some()) {
        Some((_, code, description)) => Err(OAuthError::new(code, description)),
        None => Ok(()),
    }
}

/// The scopes that are asked for; where none are, those of the app that are not about the person.
pub(crate) fn scopes(form: &Form, app: &AppSettings) -> Result<Scopes, OAuthError> {
    let Some(text) = form.one("scope")? else {
        return Ok(app.scopes.filter(|scope| !matches!(scope, "openid" | "profile" | "email" | "offline_access")));
    };
    let scopes = Scopes::parse(text)?;
    let theirs = scopes.is_subset(&app.scopes);
    let beyond = OAuthError::new(ErrorCode::InvalidScope, "the app may not ask for one of these scopes");
    if theirs { Ok(scopes) } else { Err(beyond) }
}

/// The resources that are asked for (RFC 8707 §2); none is the house as a whole.
pub(crate) fn resources(form: &Form, app: &AppSettings) -> Result<Box<[Box<str>]>, OAuthError> {
    let asked: BTreeSet<&str> = form.all("resource").collect();
    let theirs = asked.iter().all(|asked| app.resources.iter().any(|known| &**known == *asked));
    let beyond = OAuthError::new(ErrorCode::InvalidTarget, "the app may not ask tokens for one of these resources");
    if theirs { Ok(asked.into_iter().map(Box::from).collect()) } else { Err(beyond) }
}

/// RFC 7636 §4.3, and S256 alone: OAuth 2.1 §7.5.2.
fn challenge(form: &Form) -> Result<Box<str>, OAuthError> {
    let challenge =
        form.one("code_challenge")?.ok_or(OAuthError::invalid_request("code_challenge is missing (PKCE)"))?;
    if form.one("code_challenge_method")? != Some("S256") {
        return Err(OAuthError::invalid_request("code_challenge_method is S256"));
    }
    digest(challenge).ok_or(OAuthError::invalid_request("code_challenge is no SHA-256 in base64url"))
}

fn key(form: &Form) -> Result<Option<Box<str>>, OAuthError> {
    let key = form.one("dpop_jkt")?;
    let wrong = OAuthError::invalid_request("dpop_jkt is no SHA-256 in base64url");
    key.map(|key| digest(key).ok_or(wrong)).transpose()
}

/// The text of a SHA-256 in base64url, if it is one.
fn digest(text: &str) -> Option<Box<str>> {
    let octets = decode_base64url(text)?;
    (octets.len() == 32).then(|| text.into())
}

fn number(form: &Form, name: &str) -> Result<Option<u64>, OAuthError> {
    let Some(text) = form.one(name)? else { return Ok(None) };
    let plain = text.len() <= 12 && text.bytes().all(|octet| octet.is_ascii_digit());
    let wrong = OAuthError::invalid_request("a number of seconds is not a number");
    text.parse().ok().filter(|_| plain).map(Some).ok_or(wrong)
}

fn text(form: &Form, name: &str) -> Result<Option<Box<str>>, OAuthError> {
    match form.one(name)? {
        Some(text) if text.len() > TEXT_MAX_LEN => Err(OAuthError::invalid_request("nonce or login_hint is too long")),
        text => Ok(text.map(Box::from)),
    }
}
