//! One visit of a browser at an endpoint of people: what it sent, which browser it is, and who is signed in in it.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use maud::Markup;

use super::Provider;
use super::failure::Failure;
use crate::apps::AppKind;
use crate::reply::{FormTargets, Reply, page, push_cookie, see_other};
use crate::same_origin::{self, FormToken, TOKEN};
use crate::store::StoreError;
use crate::store::accounts::Account;
use crate::store::sign_ins::SignIn;
use crate::{Arrival, Bearer, Cookie, Digest, Endpoint, Form, NoRandomness, ReturnTo, SignedIn, push_parameter};

/// How long the browser keeps the cookie that its forms are bound to.
const BROWSER_SECONDS: u64 = 24 * 60 * 60;
/// So often it is noted that a sign-in is in use.
const NOTED_EVERY: std::time::Duration = std::time::Duration::from_secs(60);

/// A visit.
pub(super) struct Visit {
    /// What is asked below the endpoint, without the slash; empty for the endpoint itself.
    pub(super) below: Box<str>,
    pub(super) arrival: Arrival,
    pub(super) fields: HeaderMap,
    /// The parameters: of the query, or of the form that was sent.
    pub(super) form: Form,
    /// Whether a form was sent, and is to be acted upon.
    pub(super) sends: bool,
    browser: Browser,
    pub(super) signed: Option<Signed>,
}

/// Which browser it is, as far as forms are concerned.
struct Browser {
    value: String,
    /// Whether it does not know yet.
    is_new: bool,
}

/// Who is signed in.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) sign_in: SignIn,
    pub(super) account: Account,
}

impl Signed {
    /// As the protocol wants to know it.
    pub(super) fn to_signed_in(&self) -> SignedIn {
        SignedIn {
            user: self.account.id,
            sign_in: self.sign_in.id,
            authenticated_at: self.sign_in.started,
            methods: self.sign_in.methods.values().map(Into::into).collect(),
        }
    }
}

impl Visit {
    /// Reads what came. A form that changes something has to come from our own page (authorization and end-session
    /// requests come from apps, and change nothing by themselves).
    pub(super) async fn begin(
        provider: &Provider,
        endpoint: Endpoint,
        request: &Request<Bytes>,
        arrival: &Arrival,
    ) -> Result<Self, Failure> {
        let fields = request.headers();
        let posts = request.method() == Method::POST;
        let form = if posts { Form::of_body(fields, request.body())? } else { Form::of_query(request.uri())? };
        let of_apps = matches!(endpoint, Endpoint::Authorize | Endpoint::EndSession);
        let shown = Cookie::Browser.of(fields);
        if posts && !of_apps {
            same_origin::check(fields, provider.settings.issuer.as_str(), shown, form.one(TOKEN)?)?;
        }
        let browser = match shown {
            Some(value) => Browser { value: value.to_owned(), is_new: false },
            None => Browser::new()?,
        };
        let own = format!("{}{}", provider.settings.path, endpoint.path());
        let below = request.uri().path().strip_prefix(&own).unwrap_or_default().trim_start_matches('/');
        Ok(Self {
            below: below.into(),
            arrival: arrival.clone(),
            fields: fields.clone(),
            form,
            sends: posts && !of_apps,
            browser,
            signed: provider.signed(fields).await?,
        })
    }

    /// The token of forms in this browser.
    pub(super) fn token(&self) -> FormToken {
        FormToken::of(&self.browser.value)
    }

    /// From now on it is another browser, as far as forms are concerned: forms of before somebody signed in, or of
    /// whoever was signed in, are void.
    pub(super) fn renew_browser(&mut self) -> Result<(), NoRandomness> {
        self.browser = Browser::new()?;
        Ok(())
    }

    /// Tells the browser which one it is, where it does not know.
    pub(super) fn keep_browser(&self, reply: &mut Reply) {
        if self.browser.is_new {
            push_cookie(reply, Cookie::Browser.set(&self.browser.value, Some(BROWSER_SECONDS)));
        }
    }

    /// A parameter that may stand once.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, Failure> {
        Ok(self.form.one(name)?)
    }

    /// A parameter that may stand once, as a text that may be empty.
    pub(super) fn text(&self, name: &str) -> Result<&str, Failure> {
        Ok(self.one(name)?.unwrap_or_default())
    }

    /// What the browser says that it is.
    pub(super) fn agent(&self) -> &str {
        self.fields.get(http::header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
    }
}

impl Browser {
    fn new() -> Result<Self, NoRandomness> {
        let bearer: Bearer = same_origin::new_browser()?;
        Ok(Self { value: bearer.text().expose().clone(), is_new: true })
    }
}

impl Provider {
    /// Who is signed in in the browser that sent these fields.
    async fn signed(&self, fields: &HeaderMap) -> Result<Option<Signed>, StoreError> {
        let Some(cookie) = Cookie::SignIn.of(fields) else { return Ok(None) };
        let Some(sign_in) = self.ground.sign_ins.by_cookie(Digest::of(cookie)).await? else { return Ok(None) };
        let (now, lifetimes) = (self.ground.clock.wall(), &self.settings.lifetimes);
        if now >= sign_in.started + lifetimes.session || now >= sign_in.seen + lifetimes.session_idle {
            return Ok(None);
        }
        let account = self.ground.accounts.by_id(sign_in.user).await?.filter(|account| !account.locked);
        if now >= sign_in.seen + NOTED_EVERY && !self.ground.sign_ins.seen(sign_in.id, now).await? {
            return Ok(None);
        }
        Ok(account.map(|account| Signed { sign_in, account }))
    }

    /// A page.
    pub(super) fn page(&self, markup: Markup) -> Reply {
        page(StatusCode::OK, markup, &FormTargets::default())
    }

    /// A page that shows what is wrong with what was sent.
    pub(super) fn faulty(&self, markup: Markup) -> Reply {
        page(StatusCode::UNPROCESSABLE_ENTITY, markup, &FormTargets::default())
    }

    /// Leads to the sign-in, and from there to `goal`.
    pub(super) fn to_sign_in(&self, goal: &str, hint: Option<&str>) -> Reply {
        let mut to = format!("{}?", self.look.at(Endpoint::SignIn));
        push_parameter(&mut to, "return_to", goal);
        if let Some(hint) = hint {
            push_parameter(&mut to, "hint", hint);
        }
        see_other(&to)
    }

    /// Where a person goes on, as far as it is one of our own pages.
    pub(super) fn goal(&self, visit: &Visit) -> Result<Option<ReturnTo>, Failure> {
        let goal = visit.one("return_to")?;
        Ok(goal.and_then(|goal| ReturnTo::parse(&self.settings.path, goal).ok()))
    }

    /// The app that a goal is an authorization request of, and where its answers may go.
    pub(super) fn app_of(&self, goal: Option<&ReturnTo>) -> (Option<Box<str>>, FormTargets) {
        let mut targets = FormTargets::default();
        let query = goal.and_then(ReturnTo::query).and_then(|query| Form::parse(query.as_bytes()).ok());
        let name = query.as_ref().and_then(|form| form.one("client_id").ok().flatten());
        let Some(app) = name.and_then(|name| self.apps.named(name)) else { return (None, targets) };
        for uri in &app.redirect_uris {
            targets.add(uri.as_str());
        }
        for origin in app.origins.iter().filter(|_| app.kind == AppKind::Session) {
            targets.add(origin.as_str());
        }
        (Some(app.title.clone()), targets)
    }
}
