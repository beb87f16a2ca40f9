//! How sessions begin, hold and end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderValue, Request, StatusCode};
use model::RequestId;

use super::endpoints::SessionError;
use super::{BrowserSessions, Ends, Ground, KNOWN_FOR, csrf_text};
use crate::accounts::Address;
use crate::apps::{AppKind, AppSettings, Apps, Authenticate, Consent, Origin, TokenAlgorithm};
use crate::reply::Reply;
use crate::store::accounts::{Account, Accounts as _, Change, MemoryPeople};
use crate::store::codes::{Code, Codes as _};
use crate::store::grants::{Grant, Grants as _, MemoryGrants};
use crate::store::sessions::{MemorySessions, Sessions as _};
use crate::{
    AccountsMode, Arrival, Brand, Digest, Form, GrantId, IssuerUrl, Lifetimes, Scopes, SecondFactor, SessionId,
    Settings, SignInId, UserId,
};

const ORIGIN: &str = "https://shop.example";
const USER: UserId = UserId([1; 16]);

/// A clock that is moved by hand, in seconds.
#[derive(Default)]
struct Clock(AtomicU64);

impl model::Clock for Clock {
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + self.0.load(Ordering::SeqCst))
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// Counts what ended.
#[derive(Default)]
struct Ended {
    sessions: AtomicUsize,
    grants: AtomicUsize,
}

impl Ends for Ended {
    fn session(&self, _: SessionId, _: SystemTime) {
        self.sessions.fetch_add(1, Ordering::SeqCst);
    }

    fn grant(&self, _: GrantId, _: SystemTime) {
        self.grants.fetch_add(1, Ordering::SeqCst);
    }
}

struct House {
    sessions: BrowserSessions,
    kept: Arc<MemorySessions>,
    grants: Arc<MemoryGrants>,
    people: Arc<MemoryPeople>,
    clock: Arc<Clock>,
    ended: Arc<Ended>,
}

fn settings() -> Settings {
    Settings {
        issuer: IssuerUrl::parse("https://id.example").expect("an issuer"),
        path: "/auth".into(),
        brand: Brand::default(),
        accounts: AccountsMode::Open,
        second_factor: SecondFactor::Offered,
        lifetimes: Lifetimes::default(),
        mail: crate::MailSettings::Print,
        keys_rotate: Duration::from_secs(1),
    }
}

fn app(name: &str) -> AppSettings {
    AppSettings {
        name: name.into(),
        title: "Shop".into(),
        kind: AppKind::Session,
        redirect_uris: [].into(),
        after_sign_out: [].into(),
        origins: [Origin::parse(ORIGIN).expect("an origin")].into(),
        scopes: Scopes::parse("orders.read orders.write").expect("scopes"),
        consent: Consent::Never,
        authenticate: Authenticate::Nothing,
        algorithm: TokenAlgorithm::default(),
        resources: [].into(),
        answers_for: [].into(),
        bound: false,
        pushed_only: false,
    }
}

impl House {
    async fn open() -> Self {
        let (kept, grants, people) =
            (Arc::new(MemorySessions::default()), Arc::new(MemoryGrants::default()), Arc::new(MemoryPeople::default()));
        let (clock, ended) = (Arc::new(Clock::default()), Arc::new(Ended::default()));
        let ground = Ground {
            sessions: Arc::clone(&kept) as _,
            protocol: Arc::clone(&grants) as _,
            accounts: Arc::clone(&people) as _,
            sign_ins: Arc::clone(&people) as _,
            clock: Arc::clone(&clock) as _,
            ends: Arc::clone(&ended) as _,
        };
        let other = AppSettings { kind: AppKind::Page, ..app("other") };
        let apps = Arc::new(Apps::new([app("page"), other]));
        let sessions = BrowserSessions::new(Arc::new(settings()), apps, ground);
        let house = Self { sessions, kept, grants, people, clock, ended };
        let now = model::Clock::wall(&*house.clock);
        let account = Account {
            id: USER,
            address: Address::parse("ada@example.org").expect("an address"),
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
        };
        house.people.create(account).await.expect("an account");
        house
    }

    fn later(&self, by: Duration) {
        self.clock.0.fetch_add(by.as_secs(), Ordering::SeqCst);
    }

    fn now(&self) -> SystemTime {
        model::Clock::wall(&*self.clock)
    }

    /// Begins, gets a code as the authorization endpoint gives it, and gives back the way to the callback.
    async fn until_callback(&self, number: u8) -> (String, String) {
        let reply =
            self.sessions.start(&get("/auth/session/start?return_to=/orders", &[]), &arrival()).expect("a start");
        let cookie = cookie_of(&reply);
        let location = reply.headers()[LOCATION].to_str().expect("text");
        let query = location.strip_prefix("https://id.example/auth/authorize?").expect("the provider");
        let asked = Form::parse(query.as_bytes()).expect("parameters");
        let one = |name| asked.one(name).expect("once").expect("it").to_owned();
        assert_eq!(one("redirect_uri"), "https://shop.example/auth/session/callback");
        assert_eq!(
            (one("scope").as_str(), one("code_challenge_method").as_str()),
            ("orders.read orders.write", "S256")
        );
        let grant = Grant {
            id: GrantId([number; 16]),
            user: USER,
            generation: 7,
            app: one("client_id").into(),
            scopes: Scopes::parse(&one("scope")).expect("scopes"),
            resources: [].into(),
            sign_in: Some(SignInId([number; 16])),
            authenticated_at: self.now(),
            methods: ["pwd".into()].into(),
            bound_to: None,
            begun: self.now(),
            used: self.now(),
            ended: None,
        };
        let code = Code {
            digest: Digest::of(&format!("code_{number}")),
            grant,
            redirect_uri: one("redirect_uri").into(),
            challenge: one("code_challenge").into(),
            nonce: None,
            key: None,
            expires: self.now() + Duration::from_secs(60),
        };
        self.grants.issue(code).await.expect("a code");
        let state = one("state");
        let back = format!("/auth/session/callback?code=code_{number}&state={state}&iss=https%3A%2F%2Fid.example");
        (back, cookie)
    }

    /// A whole sign-in; gives the pair of the session's cookie.
    async fn signed_in(&self, number: u8) -> String {
        let (back, cookie) = self.until_callback(number).await;
        let reply =
            self.sessions.callback_of(&get(&back, &[("cookie", &cookie)]), &arrival()).await.expect("a session");
        assert_eq!(
            (reply.status(), &reply.headers()[LOCATION]),
            (StatusCode::SEE_OTHER, &HeaderValue::from_static("/orders"))
        );
        cookie_of(&reply)
    }

    async fn holds(&self, cookie: &str) -> bool {
        let value = cookie.split_once('=').expect("a pair").1;
        self.sessions.known(Digest::of(value), ORIGIN).await.expect("an answer").is_some()
    }

    async fn who(&self, cookie: &str) -> serde_json::Value {
        let reply =
            self.sessions.who(&get("/auth/session", &[("cookie", cookie)]), &arrival()).await.expect("an answer");
        serde_json::from_slice(reply.body()).expect("JSON")
    }
}

fn arrival() -> Arrival {
    Arrival {
        address: "192.0.2.7".parse().expect("an address"),
        host: "shop.example".into(),
        origin: ORIGIN.into(),
        id: RequestId::new(1, 1),
        certificate: None,
    }
}

fn request(method: &str, target: &str, fields: &[(&str, &str)]) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(Bytes::new()).expect("a request")
}

fn get(target: &str, fields: &[(&str, &str)]) -> Request<Bytes> {
    request("GET", target, fields)
}

fn cookie_of(reply: &Reply) -> String {
    let set = reply.headers()[SET_COOKIE].to_str().expect("text");
    assert!(set.contains("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{set}");
    set.split(';').next().expect("a pair").to_owned()
}

#[tokio::test]
async fn a_session_begins_and_says_who_is_in_it() {
    let house = House::open().await;
    assert_eq!(house.who("a=b").await, serde_json::json!({ "signed_in": false }));
    let cookie = house.signed_in(1).await;
    assert!(cookie.starts_with("__Host-vestibule-session=session_"), "{cookie}");
    let who = house.who(&cookie).await;
    let expected = csrf_text(cookie.split_once('=').expect("a pair").1);
    assert_eq!(who["name"], "Ada");
    assert_eq!(who["subject"], USER.to_string());
    assert_eq!(who["scopes"], serde_json::json!(["orders.read", "orders.write"]));
    assert_eq!(who["csrf"], expected);
    let kept = house.kept.of(USER).await.expect("an answer");
    assert_eq!(kept[0].csrf, Digest::of(&expected));
    // Cookies stay small.
    assert!(cookie.len() < 100, "{}", cookie.len());
}

#[tokio::test]
async fn a_callback_is_for_the_browser_that_began_and_for_once() {
    let house = House::open().await;
    let (back, cookie) = house.until_callback(1).await;
    let tried = async |cookie: &str, back: &str| {
        house.sessions.callback_of(&get(back, &[("cookie", cookie)]), &arrival()).await
    };
    // Somebody else's link, with and without a beginning of one's own (RFC 9700 §4.7).
    let (_, other) = house.until_callback(2).await;
    assert!(matches!(tried(&other, &back).await, Err(SessionError::NotBegun)));
    assert!(matches!(tried("a=b", &back).await, Err(SessionError::NotBegun)));
    // An answer of another issuer, or without a word of whose it is (RFC 9207).
    for bad in [back.replace("id.example", "evil.example"), back.split("&iss").next().expect("it").to_owned()] {
        assert!(matches!(tried(&cookie, &bad).await, Err(SessionError::NotBegun)), "{bad}");
    }
    // A code that was given for another beginning of the same browser.
    let injected = back.replace("code_1", "code_2");
    assert!(matches!(tried(&cookie, &injected).await, Err(SessionError::Refused(_))));
    assert!(tried(&cookie, &back).await.is_ok());
    // A replay ends what came of the code.
    assert!(matches!(tried(&cookie, &back).await, Err(SessionError::Refused(_))));
    let session = house.kept.of(USER).await.expect("an answer").remove(0);
    assert!(house.sessions.known(session.cookie, ORIGIN).await.expect("an answer").is_none());
}

#[tokio::test]
async fn a_refusal_of_the_provider_begins_nothing() {
    let house = House::open().await;
    let (back, cookie) = house.until_callback(1).await;
    let refused = back.replace("code=code_1", "error=access_denied");
    let answer = house.sessions.callback_of(&get(&refused, &[("cookie", &cookie)]), &arrival()).await;
    assert!(matches!(answer, Err(SessionError::Refused(error)) if &*error == "access_denied"));
    assert_eq!(house.kept.of(USER).await, Ok(vec![]));
}

#[tokio::test]
async fn nobody_begins_for_another_host_or_is_led_to_one() {
    let house = House::open().await;
    let start = |query: &str, origin: &str| {
        let arrival = Arrival { origin: origin.into(), ..arrival() };
        house.sessions.start(&get(&format!("/auth/session/start{query}"), &[]), &arrival).map(|_| ())
    };
    assert!(start("?app=page", ORIGIN).is_ok());
    assert!(matches!(start("?app=page", "https://evil.example"), Err(SessionError::NoApp)));
    // Not an app whose sessions the house keeps, though it has pages here.
    assert!(matches!(start("?app=other", ORIGIN), Err(SessionError::NoApp)));
    assert!(matches!(start("?app=page&app=page", ORIGIN), Err(SessionError::Form(_))));
    for bad in ["//evil.example", "https://evil.example", "/%5cevil.example"] {
        assert!(matches!(start(&format!("?return_to={bad}"), ORIGIN), Err(SessionError::ReturnTo)), "{bad}");
    }
    for bad in ["-1", "soon", "1.5", "9999999999"] {
        assert!(matches!(start(&format!("?max_age={bad}"), ORIGIN), Err(SessionError::MaxAge)), "{bad}");
    }
}

#[tokio::test]
async fn a_cookie_is_new_each_time_and_the_one_before_is_void() {
    let house = House::open().await;
    let first = house.signed_in(1).await;
    let (back, beginning) = house.until_callback(2).await;
    let both = format!("{beginning}; {first}");
    let reply = house.sessions.callback_of(&get(&back, &[("cookie", &both)]), &arrival()).await.expect("a session");
    let second = cookie_of(&reply);
    assert_ne!(first, second);
    assert!(!house.holds(&first).await);
    assert!(house.holds(&second).await);
    assert_eq!(house.ended.sessions.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_or_too_old_and_use_is_noted_once_a_minute() {
    let house = House::open().await;
    let lifetimes = Lifetimes::default();
    let cookie = house.signed_in(1).await;
    let seen = async || house.kept.of(USER).await.expect("an answer")[0].seen;
    let begun = seen().await;
    house.later(KNOWN_FOR - Duration::from_secs(1));
    assert!(house.holds(&cookie).await);
    assert_eq!(seen().await, begun);
    house.later(Duration::from_secs(1));
    assert!(house.holds(&cookie).await);
    assert_eq!(seen().await, begun + KNOWN_FOR);
    let busy = lifetimes.session_idle - Duration::from_secs(1);
    let rounds = (lifetimes.session.as_secs() - KNOWN_FOR.as_secs()) / busy.as_secs();
    for _ in 0..rounds {
        house.later(busy);
        assert!(house.holds(&cookie).await);
    }
    house.later(busy);
    assert!(!house.holds(&cookie).await);
    let idle = house.signed_in(2).await;
    house.later(lifetimes.session_idle);
    assert!(!house.holds(&idle).await);
}

#[tokio::test]
async fn nothing_is_believed_longer_than_a_minute_or_beyond_the_session() {
    let house = House::open().await;
    let cookie = house.signed_in(1).await;
    let digest = Digest::of(cookie.split_once('=').expect("a pair").1);
    let known = house.sessions.known(digest, ORIGIN).await.expect("an answer").expect("a session");
    assert_eq!(known.until, house.now() + KNOWN_FOR);
    assert!(house.sessions.known(digest, "https://other.example").await.expect("an answer").is_none());
}

#[tokio::test]
async fn a_session_is_void_with_its_grant_its_lock_and_its_generation() {
    for change in [None, Some(Change::Locked(true)), Some(Change::End { keep: None })] {
        let house = House::open().await;
        let cookie = house.signed_in(1).await;
        assert!(house.holds(&cookie).await);
        match change {
            None => assert_eq!(house.grants.end(GrantId([1; 16]), house.now()).await, Ok(true)),
            Some(change) => drop(house.people.change(USER, change, house.now()).await.expect("a change")),
        }
        assert!(!house.holds(&cookie).await);
    }
}

#[tokio::test]
async fn a_sign_out_ends_session_and_grant_and_takes_the_cookie_away() {
    let house = House::open().await;
    let cookie = house.signed_in(1).await;
    let own = [("cookie", &*cookie), ("origin", ORIGIN), ("sec-fetch-site", "same-origin")];
    let reply = house.sessions.end_of_request(&request("POST", "/auth/session/end", &own), &arrival()).await;
    let reply = reply.expect("an end");
    assert_eq!(reply.status(), StatusCode::NO_CONTENT);
    assert!(reply.headers()[SET_COOKIE].to_str().expect("text").ends_with("Max-Age=0"));
    assert!(!house.holds(&cookie).await);
    assert!(house.grants.by_id(GrantId([1; 16])).await.expect("an answer").expect("the grant").ended.is_some());
    assert_eq!(house.ended.sessions.load(Ordering::SeqCst), 1);
    let navigation = [("cookie", &*cookie), ("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate")];
    let again = house.sessions.end_of_request(&request("POST", "/auth/session/end", &navigation), &arrival()).await;
    assert_eq!(again.expect("an end").headers()[LOCATION], "/");
}

#[tokio::test]
async fn a_sign_out_everywhere_ends_every_session_of_the_person() {
    let house = House::open().await;
    let (one, other) = (house.signed_in(1).await, house.signed_in(2).await);
    let mut asked = request("POST", "/auth/session/end", &[("origin", ORIGIN), ("cookie", &one)]);
    *asked.body_mut() = Bytes::from_static(b"everywhere=yes");
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    asked.headers_mut().insert("content-type", form);
    assert!(house.sessions.end_of_request(&asked, &arrival()).await.is_ok());
    assert!(!house.holds(&one).await && !house.holds(&other).await);
    assert_eq!(house.ended.sessions.load(Ordering::SeqCst), 2);
    assert_eq!(house.ended.grants.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn no_other_page_ends_a_session_or_hears_who_is_in_it() {
    let house = House::open().await;
    let cookie = house.signed_in(1).await;
    for fields in [
        [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        [("sec-fetch-site", "same-site"), ("origin", ORIGIN)],
        [("origin", "https://evil.example"), ("accept", "*/*")],
        // A program that says nothing shows that it can read what the session says.
        [("accept", "*/*"), ("vestibule-csrf", "guessed")],
    ] {
        let fields: Vec<(&str, &str)> = fields.into_iter().chain([(COOKIE.as_str(), &*cookie)]).collect();
        let asked = request("POST", "/auth/session/end", &fields);
        let answer = house.sessions.end_of_request(&asked, &arrival()).await;
        assert!(matches!(answer, Err(SessionError::Foreign)), "{fields:?}");
        assert!(house.holds(&cookie).await);
    }
    let foreign = [("cookie", &*cookie), ("sec-fetch-site", "cross-site")];
    let answer = house.sessions.who(&get("/auth/session", &foreign), &arrival()).await;
    assert!(matches!(answer, Err(SessionError::Foreign)));
    let text = csrf_text(cookie.split_once('=').expect("a pair").1);
    let program = [("cookie", &*cookie), ("vestibule-csrf", &*text)];
    let answer = house.sessions.end_of_request(&request("POST", "/auth/session/end", &program), &arrival()).await;
    assert!(answer.is_ok());
    assert!(!house.holds(&cookie).await);
}
