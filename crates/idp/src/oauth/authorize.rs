//! The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2): sign-in, consent, code.
//!
//! # Steps
//!
//! 1. App and redirect URI. Before they are verified, errors are pages.
//! 2. Everything else of the request; from here on errors go to the app.
//! 3. Is somebody signed in, and recently enough? Otherwise the person signs in and comes back here.
//! 4. Was this allowed already? Otherwise the person is asked and comes back here.
//! 5. A code, and a grant that waits for it.
//!
//! Nothing is kept between two visits: the request travels with the browser, and is read anew each time. A request that
//! was pushed must not (its parameters are nobody's but the app's), so it is kept under a new name that only the browser
//! has, until the code is given out.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use auth::jose::{open, read_object};
use serde_json::Value;

use super::request::{AFTER, AuthorizationRequest, Target};
use super::{ConsentAsked, ErrorCode, OAuthError, Outcome, PageFault, Server, seconds};
use crate::apps::{AppKind, Consent};
use crate::form::{Form, push_parameter};
use crate::store::codes::Code;
use crate::store::grants::Grant;
use crate::store::pushed::Pushed;
use crate::{Bearer, Digest, Endpoint, GrantId, Scopes, SignedIn};

/// How a `request_uri` of ours begins (RFC 9126 §2.2).
pub(super) const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";
/// The parameter of ours that names a pushed request after it was shown.
const CONTINUE: &str = "continue";
/// How long a person may take to sign in and to decide, after a request was pushed.
const CONTINUED: Duration = Duration::from_secs(30 * 60);

/// What a person said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

/// Where the parameters of a request come from.
enum Source {
    /// From the browser.
    Browser,
    /// From the store, where they are kept under this name.
    Kept(Bearer),
    /// From the store, under a name that the browser showed.
    Continued(Box<str>),
}

impl Server {
    /// Answers an authorization request; `form` is its query, or its body.
    pub async fn authorize(&self, form: &Form, signed_in: Option<&SignedIn>) -> Outcome {
        self.visited(form, signed_in, None).await.unwrap_or_else(Outcome::Page)
    }

    /// Answers an authorization request again, after the person decided; `form` is the query of
    /// [`ConsentAsked::return_to`].
    pub async fn decide(&self, form: &Form, signed_in: Option<&SignedIn>, decision: Decision) -> Outcome {
        self.visited(form, signed_in, Some(decision)).await.unwrap_or_else(Outcome::Page)
    }

    async fn visited(
        &self,
        form: &Form,
        signed_in: Option<&SignedIn>,
        decision: Option<Decision>,
    ) -> Result<Outcome, PageFault> {
        let now = self.now();
        let (kept, source) = self.source(form, now).await?;
        let form = kept.as_ref().unwrap_or(form);
        let target = Target::read(form, &self.apps, &self.session_callback())?;
        let pushed = !matches!(source, Source::Browser);
        let outcome = match AuthorizationRequest::read(target.clone(), form, pushed) {
            Ok(request) => self.evaluate(&request, form, &source, signed_in, decision, now).await,
            Err(error) => Err(error),
        };
        Ok(outcome.unwrap_or_else(|error| self.refuse(&target, &error)))
    }

    /// The parameters that count: those of the browser, or those that an app pushed.
    async fn source(&self, form: &Form, now: SystemTime) -> Result<(Option<Form>, Source), PageFault> {
        let once = |name| form.one(name).map_err(|_| PageFault::Malformed);
        let shown = once("request_uri")?.and_then(|uri| uri.strip_prefix(REQUEST_URI));
        let continued = once(CONTINUE)?;
        let name = once("client_id")?.unwrap_or_default();
        let app = self.apps.named(name).map(|app| Arc::clone(&app.name)).ok_or(PageFault::UnknownApp)?;
        let store = &self.foundation.store;
        let (pushed, source) = match (shown, continued) {
            (None, None) => return Ok((None, Source::Browser)),
            (Some(_), Some(_)) => return Err(PageFault::Malformed),
            (Some(shown), None) => {
                let taken = store.take(Digest::of(shown), Arc::clone(&app), now).await;
                let name = Bearer::generate("continue").map_err(|_| PageFault::Unavailable)?;
                (taken, Source::Kept(name))
            }
            (None, Some(name)) => (store.read(Digest::of(name), app, now).await, Source::Continued(name.into())),
        };
        let pushed = pushed.map_err(|_| PageFault::Unavailable)?.ok_or(PageFault::Expired)?;
        let form = Form::parse(pushed.parameters.as_bytes()).map_err(|_| PageFault::Malformed)?;
        Ok((Some(form), source))
    }

    async fn evaluate(
        &self,
        request: &AuthorizationRequest,
        form: &Form,
        source: &Source,
        signed_in: Option<&SignedIn>,
        decision: Option<Decision>,
        now: SystemTime,
    ) -> Result<Outcome, OAuthError> {
        let person = match signed_in {
            Some(signed_in) => self.foundation.people.person(signed_in.user).await?,
            None => None,
        };
        let here = signed_in.zip(person.filter(|person| !person.locked));
        let here = here.filter(|(signed_in, _)| !must_sign_in(request, signed_in, now));
        let here = here.filter(|(signed_in, _)| self.is_hinted(request, signed_in));
        let Some((signed_in, person)) = here else {
            if request.prompt.none {
                return Err(OAuthError::new(ErrorCode::LoginRequired, "the person has to sign in"));
            }
            let return_to = self.return_to(request, form, source, Some(now), now).await?;
            let (hint, title) = (request.hint.clone(), request.target.app.title.clone());
            return Ok(Outcome::SignIn { return_to, hint, title, again: signed_in.is_some() });
        };
        match decision {
            Some(Decision::Deny) => Err(OAuthError::new(ErrorCode::AccessDenied, "the person said no")),
            None if self.must_ask(request, signed_in).await? => {
                if request.prompt.none {
                    return Err(OAuthError::new(ErrorCode::ConsentRequired, "the person has to be asked"));
                }
                let return_to = self.return_to(request, form, source, None, now).await?;
                Ok(Outcome::Consent(Box::new(asked(request, signed_in, return_to))))
            }
            decision => {
                if let Source::Continued(name) = source {
                    self.use_up(request, name, now).await?;
                }
                if decision.is_some() {
                    self.remember(request, signed_in, now).await?;
                }
                self.issue(request, signed_in, person.generation, now).await
            }
        }
    }

    /// Whether the person is the one that the app means by `id_token_hint`, if it means one.
    fn is_hinted(&self, request: &AuthorizationRequest, signed_in: &SignedIn) -> bool {
        let Some(hint) = &request.id_token_hint else { return true };
        let octets = open(hint, &self.foundation.keys.published()).ok();
        let claims = octets.and_then(|octets| read_object(&octets).ok());
        claims.is_some_and(|claims| claims.get("sub").and_then(Value::as_str) == Some(&signed_in.user.to_string()))
    }

    async fn must_ask(&self, request: &AuthorizationRequest, signed_in: &SignedIn) -> Result<bool, OAuthError> {
        let app = &request.target.app;
        // RFC 8252 §8.6: anybody's program can listen there, so no earlier answer was to this one.
        let anybodys = app.kind == AppKind::Native && !request.target.redirect_uri.starts_with("https://");
        Ok(match app.consent {
            _ if request.prompt.consent => true,
            Consent::Never => false,
            Consent::Always => true,
            Consent::First if anybodys => true,
            Consent::First => {
                let given = self.foundation.store.given(signed_in.user, Arc::clone(&app.name)).await?;
                !remembered(request)?.is_subset(&given)
            }
        })
    }

    async fn remember(
        &self,
        request: &AuthorizationRequest,
        signed_in: &SignedIn,
        now: SystemTime,
    ) -> Result<(), OAuthError> {
        if request.target.app.consent != Consent::First {
            return Ok(());
        }
        let app = Arc::clone(&request.target.app.name);
        Ok(self.foundation.store.remember(signed_in.user, app, remembered(request)?, now).await?)
    }

    /// A pushed request gives one code.
    async fn use_up(&self, request: &AuthorizationRequest, name: &str, now: SystemTime) -> Result<(), OAuthError> {
        let app = Arc::clone(&request.target.app.name);
        let taken = self.foundation.store.take(Digest::of(name), app, now).await?;
        let used = OAuthError::invalid_request("the pushed request has been used");
        if taken.is_some() { Ok(()) } else { Err(used) }
    }

    async fn issue(
        &self,
        request: &AuthorizationRequest,
        signed_in: &SignedIn,
        generation: u64,
        now: SystemTime,
    ) -> Result<Outcome, OAuthError> {
        let (code, target) = (Bearer::generate("code")?, &request.target);
        let grant = Grant {
            id: GrantId::generate()?,
            user: signed_in.user,
            generation,
            app: Arc::clone(&target.app.name),
            scopes: request.scopes.clone(),
            resources: request.resources.clone(),
            sign_in: Some(signed_in.sign_in),
            authenticated_at: signed_in.authenticated_at,
            methods: signed_in.methods.clone(),
            bound_to: None,
            begun: now,
            used: now,
            ended: None,
        };
        let expires = now.checked_add(self.settings.lifetimes.code).unwrap_or(now);
        let (redirect_uri, challenge) = (target.redirect_uri.clone(), request.challenge.clone());
        let (nonce, key, digest) = (request.nonce.clone(), request.key.clone(), code.digest());
        self.foundation.store.issue(Code { digest, grant, redirect_uri, challenge, nonce, key, expires }).await?;
        Ok(Outcome::Redirect(target.with(&[("code", code.text().expose())], self.settings.issuer.as_str())))
    }

    fn refuse(&self, target: &Target, error: &OAuthError) -> Outcome {
        let told = [("error", error.code.as_str()), ("error_description", &*error.description)];
        Outcome::Redirect(target.with(&told, self.settings.issuer.as_str()))
    }

    /// Where the browser comes back to. With `after`, a sign-in from then on is new enough.
    async fn return_to(
        &self,
        request: &AuthorizationRequest,
        form: &Form,
        source: &Source,
        after: Option<SystemTime>,
        now: SystemTime,
    ) -> Result<Box<str>, OAuthError> {
        let mut parameters = String::new();
        for (name, value) in form.iter().filter(|(name, _)| *name != AFTER) {
            push_parameter(&mut parameters, name, value);
        }
        if let Some(after) = request.after.or(after.map(seconds)) {
            push_parameter(&mut parameters, AFTER, &after.to_string());
        }
        let query = match source {
            Source::Browser => parameters,
            Source::Kept(name) => self.keep(request, name.text().expose(), parameters.into(), now).await?,
            Source::Continued(name) => self.keep(request, name, parameters.into(), now).await?,
        };
        Ok(format!("{}{}?{query}", self.settings.path, Endpoint::Authorize.path()).into())
    }

    async fn keep(
        &self,
        request: &AuthorizationRequest,
        name: &str,
        parameters: Box<str>,
        now: SystemTime,
    ) -> Result<String, OAuthError> {
        let app = &request.target.app.name;
        let expires = now.checked_add(CONTINUED).unwrap_or(now);
        let pushed = Pushed { digest: Digest::of(name), app: Arc::clone(app), parameters, expires };
        if !self.foundation.store.push(pushed, now).await? {
            return Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, "too many requests of this app wait"));
        }
        let mut query = String::new();
        push_parameter(&mut query, "client_id", app);
        push_parameter(&mut query, CONTINUE, name);
        Ok(query)
    }

    /// Where sessions of the house itself get their codes, below each origin of their app.
    pub(super) fn session_callback(&self) -> String {
        format!("{}{}", self.settings.path, Endpoint::SessionCallback.path())
    }
}

fn asked(request: &AuthorizationRequest, signed_in: &SignedIn, return_to: Box<str>) -> ConsentAsked {
    ConsentAsked {
        app: Arc::clone(&request.target.app),
        user: signed_in.user,
        scopes: request.scopes.clone(),
        resources: request.resources.clone(),
        redirect_uri: request.target.redirect_uri.clone(),
        return_to,
    }
}

/// Whether a sign-in is too old for what the app wants.
fn must_sign_in(request: &AuthorizationRequest, signed_in: &SignedIn, now: SystemTime) -> bool {
    let new = request.after.is_some_and(|after| seconds(signed_in.authenticated_at) >= after);
    let age = seconds(now).saturating_sub(seconds(signed_in.authenticated_at));
    let old = request.max_age.is_some_and(|max_age| age > max_age || max_age == 0);
    (request.prompt.login || old) && !new
}

/// What is remembered of a yes: the scopes, and each resource.
fn remembered(request: &AuthorizationRequest) -> Result<Scopes, OAuthError> {
    let resources: Vec<String> = request.resources.iter().map(|resource| format!("resource={resource}")).collect();
    Ok(Scopes::of(request.scopes.iter().chain(resources.iter().map(String::as_str)))?)
}
