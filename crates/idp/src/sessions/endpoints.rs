//! The endpoints of a browser session, on the app's own host.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{HeaderName, ORIGIN};
use http::{HeaderMap, Request, StatusCode};
use serde_json::json;

use super::beginning::{self, AppPath, Beginning};
use super::{BrowserSessions, Known, csrf_text, is_at};
use crate::apps::{AppKind, AppSettings};
use crate::reply::{Reply, empty, json, push_cookie, see_other};
use crate::same_origin::check_origin;
use crate::store::StoreError;
use crate::store::codes::{Redeem, Redemption};
use crate::store::grants::Grant;
use crate::store::sessions::Session;
use crate::{Arrival, Bearer, Cookie, Digest, Endpoint, Form, FormError, NoRandomness, SessionId, push_parameter};

const CSRF: HeaderName = HeaderName::from_static("vestibule-csrf");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Why a session does not begin or end as asked.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The parameters cannot be read.
    #[error(transparent)]
    Form(#[from] FormError),
    /// No session app has pages at the host that was asked.
    #[error("no application with sessions has its pages here")]
    NoApp,
    /// The path to go on to is none of this host.
    #[error("`return_to` is not a path of this host")]
    ReturnTo,
    /// The age that a sign-in may have is no number of seconds.
    #[error("`max_age` is not a number of seconds")]
    MaxAge,
    /// The callback belongs to no beginning in this browser.
    #[error("this sign-in was not begun in this browser, or too long ago")]
    NotBegun,
    /// The provider says no.
    #[error("the sign-in was refused: {0}")]
    Refused(Box<str>),
    /// The request comes from another page.
    #[error("the request was sent by a page of another origin")]
    Foreign,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No randomness can be had.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

impl BrowserSessions {
    /// Leads a browser to the provider: `app` (not needed where one app alone has its pages here), `return_to`,
    /// and `max_age`, the seconds ago that the person may have shown who they are (RFC 9470 §5).
    ///
    /// # Errors
    /// There is no such app, no such path, or no such age.
    pub fn start(&self, request: &Request<Bytes>, arrival: &Arrival) -> Result<Reply, SessionError> {
        let form = Form::of_query(request.uri())?;
        let app = self.app_at(form.one("app")?, &arrival.origin).ok_or(SessionError::NoApp)?;
        let return_to = form.one("return_to")?.unwrap_or("/");
        let return_to = AppPath::parse(return_to).map_err(|_| SessionError::ReturnTo)?;
        let max_age = form.one("max_age")?.unwrap_or_default();
        if max_age.len() > 9 || !max_age.bytes().all(|octet| octet.is_ascii_digit()) {
            return Err(SessionError::MaxAge);
        }
        let kept = Cookie::Beginning.of(request.headers()).map(str::to_owned);
        let cookie = match kept {
            Some(cookie) => cookie,
            None => Bearer::generate("beginning")?.text().expose().clone(),
        };
        let beginning = Beginning::new(&app.name, return_to, self.clock.wall())?;
        let mut to = format!("{}{}{}?", self.settings.issuer, self.settings.path, Endpoint::Authorize.path());
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", &*app.name),
            ("redirect_uri", &self.callback(&arrival.origin)),
            ("scope", &app.scopes.to_string()),
            ("state", &beginning.state(&cookie)),
            ("code_challenge", &beginning.challenge(&cookie)),
            ("code_challenge_method", "S256"),
            ("max_age", max_age),
        ] {
            if !value.is_empty() {
                push_parameter(&mut to, name, value);
            }
        }
        let mut reply = see_other(&to);
        push_cookie(&mut reply, Cookie::Beginning.set(&cookie, Some(beginning::AT_MOST.as_secs())));
        Ok(reply)
    }

    /// Takes the code that the provider sends back, and begins the session.
    ///
    /// # Errors
    /// The callback is not of this browser, or the code does not hold.
    pub async fn callback_of(&self, request: &Request<Bytes>, arrival: &Arrival) -> Result<Reply, SessionError> {
        let form = Form::of_query(request.uri())?;
        let cookie = Cookie::Beginning.of(request.headers()).ok_or(SessionError::NotBegun)?;
        let now = self.clock.wall();
        let state = form.one("state")?.ok_or(SessionError::NotBegun)?;
        let beginning = Beginning::of_state(state, cookie, now).ok_or(SessionError::NotBegun)?;
        // RFC 9207 §2.4: an answer of another issuer is none to us.
        if form.one("iss")? != Some(self.settings.issuer.as_str()) {
            return Err(SessionError::NotBegun);
        }
        if let Some(error) = form.one("error")? {
            return Err(SessionError::Refused(error.chars().take(64).collect::<String>().into()));
        }
        let code = form.one("code")?.ok_or_else(|| SessionError::Refused("there is no code".into()))?;
        let app = self.app_at(Some(&beginning.app), &arrival.origin).ok_or(SessionError::NoApp)?;
        let redeem = Redeem {
            shown: Digest::of(code),
            app: Arc::clone(&app.name),
            redirect_uri: Some(self.callback(&arrival.origin).into()),
            challenge: beginning.challenge(cookie).into(),
            key: None,
            bound_to: None,
            refresh: None,
            now,
        };
        let grant = match self.protocol.redeem(redeem).await? {
            Redemption::Redeemed { grant, .. } => *grant,
            Redemption::Replayed(grant) => {
                self.ends.grant(grant, now + self.settings.lifetimes.session);
                return Err(SessionError::Refused("the code was used before".into()));
            }
            _ => return Err(SessionError::Refused("the code does not hold".into())),
        };
        let (session, reply) = self.begin(grant, &arrival.origin, &beginning.return_to)?;
        let former = Cookie::Session.of(request.headers()).map(Digest::of);
        for ended in self.kept.begin(session, former).await? {
            self.ends.session(ended.id, ended.begun + self.settings.lifetimes.session);
            self.protocol.end(ended.grant, now).await?;
        }
        Ok(reply)
    }

    /// The session that comes of a grant, and the answer that sets its cookie.
    fn begin(&self, grant: Grant, origin: &str, return_to: &AppPath) -> Result<(Session, Reply), SessionError> {
        let bearer = Bearer::generate("session")?;
        let text = bearer.text().expose();
        let now = self.clock.wall();
        let session = Session {
            id: SessionId::generate()?,
            cookie: bearer.digest(),
            csrf: Digest::of(&csrf_text(text)),
            grant: grant.id,
            user: grant.user,
            generation: grant.generation,
            app: grant.app,
            scopes: grant.scopes,
            sign_in: grant.sign_in,
            authenticated_at: grant.authenticated_at,
            methods: grant.methods,
            origin: origin.into(),
            begun: now,
            seen: now,
        };
        let mut reply = see_other(return_to.as_str());
        push_cookie(&mut reply, Cookie::Session.set(text, Some(self.settings.lifetimes.session.as_secs())));
        Ok((session, reply))
    }

    /// Says who is in a session, for scripts of the app's own pages.
    ///
    /// # Errors
    /// A page of another origin asks, or the store does not answer.
    pub async fn who(&self, request: &Request<Bytes>, arrival: &Arrival) -> Result<Reply, SessionError> {
        let by_hand = request.headers().get(SEC_FETCH_SITE).is_some_and(|site| site == "none");
        if !by_hand {
            check_origin(request.headers(), &arrival.origin).map_err(|_| SessionError::Foreign)?;
        }
        let Some((cookie, known)) = self.of_request(request.headers(), arrival).await? else {
            return Ok(json(StatusCode::OK, &json!({ "signed_in": false })));
        };
        let account = self.accounts.by_id(known.session.user).await?;
        let scopes: Vec<&str> = known.session.scopes.iter().collect();
        let document = json!({
            "signed_in": true,
            "subject": known.session.user.to_string(),
            "name": account.and_then(|account| account.name),
            "app": &*known.session.app,
            "scopes": scopes,
            "csrf": csrf_text(cookie),
        });
        Ok(json(StatusCode::OK, &document))
    }

    /// Ends the session; with `everywhere`, all that its person has anywhere.
    ///
    /// # Errors
    /// The request is not of the app's own pages, or the store does not answer.
    pub async fn end_of_request(&self, request: &Request<Bytes>, arrival: &Arrival) -> Result<Reply, SessionError> {
        let fields = request.headers();
        check_origin(fields, &arrival.origin).map_err(|_| SessionError::Foreign)?;
        let form = if request.body().is_empty() { Form::default() } else { Form::of_body(fields, request.body())? };
        let known = self.of_request(fields, arrival).await?;
        let mut to = AppPath::parse("/").map_err(|_| SessionError::ReturnTo)?.as_str().to_owned();
        if let Some((cookie, known)) = known {
            let says_nothing = !fields.contains_key(SEC_FETCH_SITE) && !fields.contains_key(ORIGIN);
            if says_nothing && !shows_csrf(fields, cookie) {
                return Err(SessionError::Foreign);
            }
            if form.one("everywhere")?.is_some() {
                self.end_everywhere(&known.session).await?;
            } else {
                self.end(&known.session).await?;
            }
            if let Some(goal) = known.app.after_sign_out.first() {
                to = goal.as_str().to_owned();
            }
        }
        let navigates = fields.get(SEC_FETCH_MODE).is_some_and(|mode| mode == "navigate");
        let mut reply = if navigates { see_other(&to) } else { empty(StatusCode::NO_CONTENT) };
        push_cookie(&mut reply, Cookie::Session.clear());
        Ok(reply)
    }

    /// The session of a request, and the text of its cookie.
    async fn of_request<'a>(
        &self,
        fields: &'a HeaderMap,
        arrival: &Arrival,
    ) -> Result<Option<(&'a str, Known)>, StoreError> {
        let Some(cookie) = Cookie::Session.of(fields) else { return Ok(None) };
        Ok(self.known(Digest::of(cookie), &arrival.origin).await?.map(|known| (cookie, known)))
    }

    /// The session app of this name with pages at this origin; without a name the only one there.
    fn app_at(&self, name: Option<&str>, origin: &str) -> Option<Arc<AppSettings>> {
        let fits = |app: &Arc<AppSettings>| app.kind == AppKind::Session && is_at(app, origin);
        let Some(name) = name else {
            let mut here = self.apps.all().into_iter().filter(fits);
            let only = here.next()?;
            return here.next().is_none().then_some(only);
        };
        self.apps.named(name).filter(fits)
    }
}

fn shows_csrf(fields: &HeaderMap, cookie: &str) -> bool {
    let expected = csrf_text(cookie);
    fields.get(CSRF).is_some_and(|shown| {
        aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_bytes(), shown.as_bytes()).is_ok()
    })
}
