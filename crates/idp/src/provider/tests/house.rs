//! A provider on stores in memory, somebody at its reception who knows two people, and a browser that keeps cookies.

#![expect(clippy::disallowed_types, reason = "a browser of a test")]

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant, SystemTime};

use auth::jose::{Jwks, Object};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderValue, Method, Request, StatusCode};
use model::{DoorKind, RequestId, Secret};

use crate::accounts::Address;
use crate::apps::{AppKind, AppSettings, Apps, Authenticate, Consent, Origin, RedirectUri, TokenAlgorithm};
use crate::oauth::{self, KnownPeople, Revocations, TokenKeys};
use crate::provider::*;
use crate::sessions::{Ends, Ground};
use crate::store::accounts::{Account, Accounts as _, MemoryPeople};
use crate::store::grants::MemoryGrants;
use crate::store::sessions::MemorySessions;
use crate::store::sign_ins::{Methods, SignIn, SignIns as _};
use crate::store::{Answer, StoreError};
use crate::{
    AccountsMode, Arrival, Bearer, Brand, Digest, Endpoint, Form, GrantId, IssuerUrl, Lifetimes, Scopes, SecondFactor,
    SessionId, Settings, SignInId, UserId, push_parameter,
};

pub(super) const ISSUER: &str = "https://shop.example";
/// Another host, where an app has pages with sessions.
pub(super) const DESK: &str = "https://desk.example";
pub(super) const ADA: UserId = UserId([1; 16]);
/// Has a second factor.
pub(super) const BEA: UserId = UserId([2; 16]);
pub(super) const PASSWORD: &str = "correct horse";
pub(super) const CODE: &str = "123456";

/// When every house of these tests opens.
const BEGINNING: Duration = Duration::from_secs(1_790_000_000);
static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(super) struct Clock(Mutex<SystemTime>);

impl model::Clock for Clock {
    fn wall(&self) -> SystemTime {
        *self.0.lock().expect("it")
    }

    fn now(&self) -> Instant {
        *BEGUN + self.wall().duration_since(SystemTime::UNIX_EPOCH + BEGINNING).expect("later")
    }
}

struct Nobody;

impl Ends for Nobody {
    fn session(&self, _: SessionId, _: SystemTime) {}
    fn grant(&self, _: GrantId, _: SystemTime) {}
}

impl Revocations for Nobody {
    fn grants_ended(&self, _: &[GrantId], _: SystemTime) {}
    fn app_ended(&self, _: &str) {}
    fn token_ended(&self, _: &str, _: SystemTime) {}
}

impl TokenKeys for Nobody {
    fn sign(&self, _: TokenAlgorithm, _: &'static str, _: Object) -> Answer<'_, String> {
        Box::pin(ready(Err(StoreError::Busy)))
    }

    fn published(&self) -> Arc<Jwks> {
        Arc::new(Jwks::of([]).expect("an empty set"))
    }
}

/// Knows Ada and Bea, and what is right.
struct Porter {
    people: Arc<MemoryPeople>,
    clock: Arc<Clock>,
    tickets: Mutex<BTreeMap<String, UserId>>,
    busy: Arc<Mutex<bool>>,
}

impl Porter {
    async fn let_in(&self, user: UserId, guest: &Guest, otp: bool) -> Entered {
        let cookie = Bearer::generate("sign-in").expect("random");
        let now = model::Clock::wall(&*self.clock);
        let sign_in = SignIn {
            id: SignInId::generate().expect("random"),
            cookie: cookie.digest(),
            user,
            started: now,
            seen: now,
            methods: Methods { password: true, otp, federated: false },
            agent: guest.agent.clone(),
            address: guest.address,
        };
        let account = self.people.by_id(user).await.expect("an answer").expect("an account");
        self.people.begin(sign_in, account.generation).await.expect("a sign-in");
        Entered::In(Entry { cookie, device: Some(Secret::new("device".to_owned())) })
    }
}

fn done<'a, T: Send + 'a>(value: T) -> Doing<'a, T> {
    Box::pin(ready(Ok(value)))
}

impl Reception for Porter {
    fn sign_in(&self, address: Box<str>, password: Secret<String>, guest: Guest) -> Doing<'_, Entered> {
        Box::pin(async move {
            if *self.busy.lock().expect("it") {
                return Err(ReceptionError::Wait(7));
            }
            if password.expose() != PASSWORD {
                return Ok(Entered::Wrong);
            }
            match &*address {
                "ada@example.org" => Ok(self.let_in(ADA, &guest, false).await),
                "bea@example.org" => {
                    let ticket = Bearer::generate("step").expect("random");
                    self.tickets.lock().expect("it").insert(ticket.text().expose().clone(), BEA);
                    Ok(Entered::Code(ticket))
                }
                _ => Ok(Entered::Wrong),
            }
        })
    }

    fn second_factor(&self, ticket: Box<str>, code: Box<str>, guest: Guest) -> Doing<'_, Entered> {
        Box::pin(async move {
            let user = self.tickets.lock().expect("it").get(&*ticket).copied();
            let Some(user) = user else { return Ok(Entered::TooLate) };
            Ok(if &*code == CODE { self.let_in(user, &guest, true).await } else { Entered::Wrong })
        })
    }

    fn register(&self, address: Box<str>, _: Guest) -> Doing<'_, Mailed> {
        done(if address.contains('@') { Mailed::Maybe } else { Mailed::NotAnAddress })
    }

    fn forgot(&self, address: Box<str>, guest: Guest) -> Doing<'_, Mailed> {
        self.register(address, guest)
    }

    fn link(&self, link: Box<str>) -> Doing<'_, Option<LinkKind>> {
        done(match &*link {
            "join" => Some(LinkKind::Join("ada@example.org".into())),
            "reset" => Some(LinkKind::Reset),
            "verify" => Some(LinkKind::Confirm("ada@example.org".into())),
            _ => None,
        })
    }

    fn join(&self, _: Box<str>, _: Box<str>, password: Secret<String>, guest: Guest) -> Doing<'_, Chosen<Entered>> {
        Box::pin(async move {
            Ok(match password.expose().as_str() {
                "password" => Chosen::Weak("This is a top-10 common password".into()),
                _ => Chosen::Done(self.let_in(ADA, &guest, false).await),
            })
        })
    }

    fn reset(&self, link: Box<str>, password: Secret<String>, guest: Guest) -> Doing<'_, Chosen<Entered>> {
        self.join(link, "".into(), password, guest)
    }

    fn follow(&self, link: Box<str>) -> Doing<'_, bool> {
        done(&*link == "verify")
    }

    fn rename(&self, user: UserId, name: Box<str>) -> Doing<'_, ()> {
        Box::pin(async move {
            let change = crate::store::accounts::Change::Name(Some(name));
            self.people.change(user, change, model::Clock::wall(&*self.clock)).await?;
            Ok(())
        })
    }

    fn change_password(
        &self,
        _: UserId,
        _: SignInId,
        present: Secret<String>,
        _: Secret<String>,
    ) -> Doing<'_, Chosen<()>> {
        done(right(&present, CODE))
    }

    fn change_address(&self, _: UserId, _: Box<str>, password: Secret<String>) -> Doing<'_, Chosen<()>> {
        done(right(&password, CODE))
    }

    fn offer(&self, _: Whose, _: bool) -> Doing<'_, Option<Offered>> {
        done(Some(Offered { svg: Secret::new("<svg></svg>".to_owned()), text: Secret::new("JBSW Y3DP".to_owned()) }))
    }

    fn confirm(&self, whose: Whose, code: Box<str>, guest: Guest) -> Doing<'_, Chosen<Confirmed>> {
        Box::pin(async move {
            if &*code != CODE {
                return Ok(Chosen::Wrong);
            }
            let entry = match whose {
                Whose::Signed(_) => None,
                Whose::Step(_) => match self.let_in(BEA, &guest, true).await {
                    Entered::In(entry) => Some(entry),
                    other => panic!("{other:?}"),
                },
            };
            Ok(Chosen::Done(Confirmed { codes: vec![Secret::new("4f7k-92mx".to_owned())], entry }))
        })
    }

    fn new_recovery_codes(
        &self,
        _: UserId,
        password: Secret<String>,
        code: Box<str>,
    ) -> Doing<'_, Chosen<Vec<Secret<String>>>> {
        done(right(&password, &code).map(|()| vec![Secret::new("88aw-zz2n".to_owned())]))
    }

    fn remove_second_factor(&self, _: UserId, password: Secret<String>, code: Box<str>) -> Doing<'_, Chosen<()>> {
        done(right(&password, &code))
    }

    fn export(&self, user: UserId) -> Doing<'_, serde_json::Value> {
        done(serde_json::json!({ "id": user.to_string() }))
    }

    fn delete(&self, _: UserId, password: Secret<String>, _: Box<str>) -> Doing<'_, Chosen<()>> {
        done(right(&password, CODE))
    }
}

fn right(password: &Secret<String>, code: &str) -> Chosen<()> {
    if password.expose() == PASSWORD && code == CODE { Chosen::Done(()) } else { Chosen::Wrong }
}

/// The provider, and what a test turns.
pub(super) struct House {
    pub(super) provider: Provider,
    pub(super) people: Arc<MemoryPeople>,
    pub(super) clock: Arc<Clock>,
    pub(super) busy: Arc<Mutex<bool>>,
}

fn porter(people: &Arc<MemoryPeople>, clock: &Arc<Clock>, busy: Arc<Mutex<bool>>) -> Arc<dyn Reception> {
    Arc::new(Porter { people: Arc::clone(people), clock: Arc::clone(clock), tickets: Mutex::default(), busy })
}

pub(super) fn settings() -> Settings {
    Settings {
        issuer: IssuerUrl::parse(ISSUER).expect("an issuer"),
        path: "/auth".into(),
        brand: Brand { name: "Corner Shop".into(), ..Brand::default() },
        accounts: AccountsMode::Open,
        second_factor: SecondFactor::Offered,
        lifetimes: Lifetimes::default(),
        keys_rotate: Duration::from_secs(1),
        mail: crate::MailSettings::Print,
    }
}

fn app(name: &str, kind: AppKind, redirect: Option<&str>) -> AppSettings {
    AppSettings {
        name: name.into(),
        title: format!("The {name}").into(),
        kind,
        redirect_uris: redirect.map(|uri| RedirectUri::parse(uri).expect("a URI")).into_iter().collect(),
        after_sign_out: [].into(),
        origins: if kind == AppKind::Session { [Origin::parse(ISSUER).expect("an origin")].into() } else { [].into() },
        scopes: Scopes::parse("openid email orders.read").expect("scopes"),
        consent: if kind == AppKind::Session { Consent::Never } else { Consent::First },
        authenticate: Authenticate::Nothing,
        algorithm: TokenAlgorithm::default(),
        resources: [].into(),
        answers_for: [].into(),
        bound: false,
        pushed_only: false,
    }
}

impl House {
    pub(super) async fn open() -> Self {
        let busy = Arc::new(Mutex::new(false));
        let known = Arc::clone(&busy);
        Self { busy, ..Self::with(settings(), |people, clock| porter(people, clock, known)).await }
    }

    pub(super) async fn invited_only() -> Self {
        let settings = Settings { accounts: AccountsMode::Invite, ..settings() };
        Self::with(settings, |people, clock| porter(people, clock, Arc::default())).await
    }

    /// With somebody else at the reception.
    pub(super) async fn with(
        settings: Settings,
        reception: impl FnOnce(&Arc<MemoryPeople>, &Arc<Clock>) -> Arc<dyn Reception>,
    ) -> Self {
        let now = SystemTime::UNIX_EPOCH + BEGINNING;
        let (people, clock) = (Arc::new(MemoryPeople::default()), Arc::new(Clock(Mutex::new(now))));
        for (id, address) in [(ADA, "ada@example.org"), (BEA, "bea@example.org")] {
            people.create(account(id, address, now)).await.expect("an account");
        }
        let (grants, sessions) = (Arc::new(MemoryGrants::default()), Arc::new(MemorySessions::default()));
        let ground = Ground {
            sessions: sessions as _,
            protocol: Arc::clone(&grants) as _,
            accounts: Arc::clone(&people) as _,
            sign_ins: Arc::clone(&people) as _,
            clock: Arc::clone(&clock) as _,
            ends: Arc::new(Nobody),
        };
        let known = Arc::new(KnownPeople(Arc::clone(&people) as _));
        let nobody = Arc::new(Nobody);
        let protocol = oauth::Foundation::new(grants, known, Arc::clone(&nobody) as _, nobody, Arc::clone(&clock) as _);
        let protocol = Arc::new(protocol.expect("random"));
        let reception = reception(&people, &clock);
        let apps = Apps::new([
            app("page", AppKind::Session, None),
            app("cli", AppKind::Native, Some("https://cli.example/back")),
            AppSettings {
                origins: [Origin::parse(DESK).expect("an origin")].into(),
                ..app("desk", AppKind::Session, None)
            },
        ]);
        let foundation = Foundation { ground, protocol };
        let provider = Provider::new(Arc::new(settings), Arc::new(apps), reception, foundation);
        Self { provider, people, clock, busy: Arc::default() }
    }

    pub(super) fn wait(&self, by: Duration) {
        *self.clock.0.lock().expect("it") += by;
    }
}

fn account(id: UserId, address: &str, now: SystemTime) -> Account {
    Account {
        id,
        address: Address::parse(address).expect("an address"),
        name: Some("Ada".into()),
        verified: true,
        password: None,
        authenticator: None,
        offered: None,
        recovery: vec![],
        locked: false,
        generation: 7,
        created: now,
        changed: now,
    }
}

/// An answer as a browser reads it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) status: StatusCode,
    pub(super) fields: http::HeaderMap,
    pub(super) text: String,
}

impl Seen {
    pub(super) fn location(&self) -> &str {
        self.fields.get(LOCATION).unwrap_or_else(|| panic!("no redirect: {self:?}")).to_str().expect("text")
    }

    /// The value of a hidden field.
    pub(super) fn hidden(&self, name: &str) -> String {
        let begin = format!("name=\"{name}\" value=\"");
        let rest = self.text.split(&begin).nth(1).unwrap_or_else(|| panic!("no `{name}`: {}", self.text));
        rest.split('"').next().expect("an end").replace("&amp;", "&")
    }
}

/// A browser.
#[derive(Default)]
pub(super) struct Browser {
    pub(super) cookies: BTreeMap<String, String>,
    /// Where it is, with the cookies of that host; the issuer's where nothing is said.
    pub(super) origin: Option<&'static str>,
}

impl Browser {
    /// At a host, with what a browser has of it.
    pub(super) fn at(origin: &'static str) -> Self {
        Self { origin: Some(origin), ..Self::default() }
    }

    pub(super) async fn send(
        &mut self,
        house: &House,
        method: Method,
        target: &str,
        fields: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Seen {
        let origin = self.origin.unwrap_or(ISSUER);
        let target = target.strip_prefix(origin).unwrap_or(target);
        let mut body = String::new();
        for (name, value) in form {
            push_parameter(&mut body, name, value);
        }
        let mut request = Request::builder().method(method.clone()).uri(target);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Bytes::from(body)).expect("a request");
        if method == Method::POST {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            request.headers_mut().insert(CONTENT_TYPE, form);
        }
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(COOKIE, HeaderValue::try_from(cookies.join("; ")).expect("cookies"));
        }
        request.extensions_mut().insert(Arrival {
            address: "192.0.2.7".parse().expect("an address"),
            host: origin.trim_start_matches("https://").into(),
            origin: origin.into(),
            id: RequestId::new(1, 1),
            certificate: None,
        });
        let reply = house.provider.answer(request, DoorKind::Client).await;
        self.keep(&reply);
        let (parts, body) = reply.into_parts();
        Seen { status: parts.status, fields: parts.headers, text: String::from_utf8_lossy(&body).into_owned() }
    }

    fn keep(&mut self, reply: &http::Response<Bytes>) {
        for set in reply.headers().get_all(SET_COOKIE) {
            let text = set.to_str().expect("text");
            let (pair, rest) = text.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            assert!(
                name.starts_with("__Host-") && rest.starts_with(" Path=/; Secure; HttpOnly; SameSite=Lax"),
                "{text}"
            );
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub(super) async fn get(&mut self, house: &House, target: &str) -> Seen {
        self.send(house, Method::GET, target, &[("sec-fetch-site", "none")], &[]).await
    }

    /// Sends a form of a page of ours, with the token of that page.
    pub(super) async fn post(&mut self, house: &House, page: &Seen, target: &str, form: &[(&str, &str)]) -> Seen {
        let token = page.hidden("form_token");
        let form: Vec<(&str, &str)> = form.iter().copied().chain([("form_token", &*token)]).collect();
        let own = [("sec-fetch-site", "same-origin"), ("origin", ISSUER)];
        self.send(house, Method::POST, target, &own, &form).await
    }

    /// Follows redirects of ours until there is a page, or an app.
    pub(super) async fn follow(&mut self, house: &House, mut seen: Seen) -> Seen {
        for _ in 0..8 {
            if seen.status != StatusCode::SEE_OTHER || !is_ours(seen.location()) {
                return seen;
            }
            let to = seen.location().to_owned();
            seen = self.get(house, &to).await;
        }
        panic!("too many redirects: {seen:?}");
    }

    /// Signs in at the sign-in page.
    pub(super) async fn sign_in(&mut self, house: &House, address: &str) -> Seen {
        let page = self.get(house, "/auth/sign-in").await;
        self.post(house, &page, "/auth/sign-in", &[("address", address), ("password", PASSWORD)]).await
    }
}

fn is_ours(location: &str) -> bool {
    let path = location.strip_prefix(ISSUER).unwrap_or(location);
    path.starts_with('/') && Endpoint::at("/auth", path.split('?').next().unwrap_or_default()).is_some()
}

/// A parameter of an address.
pub(super) fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let form = Form::parse(query.as_bytes()).expect("parameters");
    form.one(name).expect("once").map(str::to_owned)
}

/// By what a cookie of a sign-in is kept.
pub(super) fn digest_of(browser: &Browser) -> Option<Digest> {
    browser.cookies.get("__Host-vestibule-sign-in").map(|cookie| Digest::of(cookie))
}
