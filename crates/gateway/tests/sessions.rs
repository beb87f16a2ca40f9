//! Sessions and tokens at a door: asked about once, refused with what would help, and over as soon as they are ended.

#![expect(clippy::expect_used, reason = "a test that breaks is a test that fails")]

#[path = "sessions/websocket.rs"]
mod websocket;

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, SystemTime};

use auth::jose::{Algorithm, Jwks, SigningKey, TokenType};
use auth::{
    Ask, Asked, ClaimNames, Fingerprint, Form, Ground, Issuer, LEEWAY, Resource, SessionFacts, Telling, Told, Verified,
};
use gateway::{
    ConnectionBounds, DoorSettings, Errors, Fixed, Gateway, HeadBounds, HouseAnswer, OperationSettings, Options,
    Patience, Protocols, Settings, Streams, UpstreamErrors,
};
use model::{Caller, Door, DoorKind, OWN_ISSUER, OperationId, ServiceId, User, Via};
use observe::{LogFormat, LogSettings, Observatory};
use policy::{Binding, OperationRule, Rules, UserWay, Way};
use routing::{MethodRule, Route, Table, Template};
use testkit::client::Answer;
use testkit::http2::{Http2, Outcome};
use testkit::{Connection, Deadline};
use tokio::runtime::Runtime;

/// More than the buffers of a socket hold.
const LARGE: usize = 32 * 1024 * 1024;

/// Knows the session `good` and the token `opaque`, is silent about `silent`, and counts.
struct Known(Arc<AtomicUsize>);

impl Ask for Known {
    fn ask(&self, asked: Asked) -> Telling<'_> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let (good, silent) = (Fingerprint::of(Form::Session, "good"), Fingerprint::of(Form::Session, "silent"));
        Box::pin(async move {
            match asked {
                Asked::Session(one, _) if one == good => Told::Holds(ada(Via::Session)),
                Asked::Session(one, _) if one == silent => Told::Unavailable("the store is away".into()),
                Asked::Token(..) => Told::Holds(ada(Via::Token)),
                Asked::Session(..) | Asked::Keys(_) => Told::Unknown,
            }
        })
    }
}

fn ada(via: Via) -> Arc<Verified> {
    let session = SessionFacts {
        origin: "http://shop.example".into(),
        csrf: [0; 32],
        origins: Arc::from([Box::from("https://app.shop.example")]),
    };
    Arc::new(Verified {
        caller: Caller::User(Arc::new(User {
            subject: "u1".into(),
            name: "u1".into(),
            issuer: OWN_ISSUER.into(),
            app: "page".into(),
            scopes: ["orders.read".into()].into(),
            via,
            bound: None,
            authenticated_at: Some(SystemTime::now() - Duration::from_secs(3_600)),
            claims: Box::new([]),
            grant: "g1".into(),
        })),
        until: SystemTime::now() + Duration::from_secs(600),
        issued_at: SystemTime::now(),
        confirmation: None,
        resources: None,
        grounds: [Ground::Session("s1".into())].into(),
        session: (via == Via::Session).then_some(session),
    })
}

struct House {
    runtime: Runtime,
    gateway: Option<Gateway>,
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    log: Receiver<Vec<u8>>,
    /// What our own issuer signs with.
    signing: SigningKey,
}

/// Where the log goes.
struct Lines(Sender<Vec<u8>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // Whoever listens may have gone first.
        let _ = self.0.send(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl House {
    fn open() -> Self {
        Self::before(0)
    }

    /// With a service at this port, for `/live`.
    fn before(service: u16) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let address = SocketAddr::from(([127, 0, 0, 1], testkit::port::free()));
        let log = observe::Settings { log: LogSettings { format: LogFormat::Json, colour: false } };
        let (sender, lines) = channel();
        let observatory = Observatory::start(log, Box::new(Lines(sender))).expect("an observatory");
        let gateway = runtime.block_on(Gateway::start(
            settings(address, service),
            Options { threads: 1, ..Options::default() },
            observatory,
        ));
        let gateway = gateway.expect("a gateway");
        let asked = Arc::new(AtomicUsize::new(0));
        let identification = gateway.identification();
        identification.connect(Arc::new(Known(Arc::clone(&asked))), runtime.handle());
        let signing = SigningKey::generate(Algorithm::Es256).expect("a key");
        identification.verifier().believe_own(Some(Arc::new(own(&signing))));
        identification.verifier().believe_others(&[], true);
        Self { runtime, gateway: Some(gateway), address, asked, log: lines, signing }
    }

    fn connect(&self) -> Connection {
        Connection::plain(self.address)
    }

    fn get(&self, path: &str, fields: &[&str]) -> Answer {
        self.connect().exchange(request("GET", path, fields))
    }

    /// The line of a request for this path, once it is over.
    fn logged(&self, path: &str) -> String {
        let wanted = format!("\"path\":\"{path}\"");
        let mut seen = String::new();
        loop {
            if let Some(line) = seen.lines().find(|line| line.contains(&wanted) && line.ends_with('}')) {
                return line.to_owned();
            }
            let more = self.log.recv_timeout(Duration::from_secs(20)).expect("a line");
            seen.push_str(&String::from_utf8_lossy(&more));
        }
    }

    /// A token of our own issuer for this audience, of a person or, where the subject is the client, of an application.
    fn token(&self, subject: &str, audience: &str) -> String {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
        let claims = serde_json::json!({
            "iss": "https://shop.example", "aud": audience, "sub": subject, "client_id": "page",
            "scope": "orders.read", "iat": now, "exp": now + 600, "jti": "t1", "grant": "g1",
        });
        format!("authorization: Bearer {}", self.signing.sign("at+jwt", &claims).expect("signed"))
    }

    fn end_session(&self) {
        let gateway = self.gateway.as_ref().expect("open");
        let ended = [Ground::Session("s1".into())];
        gateway.identification().verifier().revoke(&ended, Duration::from_secs(600));
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(gateway) = self.gateway.take() {
            self.runtime.block_on(gateway.shutdown(Duration::ZERO));
        }
    }
}

fn own(signing: &SigningKey) -> Issuer {
    let keys = Jwks::of([signing.public().clone()]).expect("a set");
    Issuer {
        name: OWN_ISSUER.into(),
        iss: "https://shop.example".into(),
        audience: vec!["https://shop.example".into()],
        resources: true,
        kind: TokenType::ACCESS,
        keys: Some(Arc::new(keys)),
        claims: ClaimNames::standard(),
        leeway: LEEWAY,
    }
}

fn request(method: &str, path: &str, fields: &[&str]) -> String {
    let lines: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let length = if method == "POST" { "content-length: 0\r\n" } else { "" };
    format!("{method} {path} HTTP/1.1\r\nhost: shop.example\r\n{length}{lines}\r\n")
}

/// `/orders` for people, `/fresh` for those who signed in just now, `/write` with a scope that nobody has, `/large`,
/// `/live`, which is a WebSocket of the service, and `/open` for anyone.
fn settings(address: SocketAddr, service: u16) -> Settings {
    let second = Duration::from_secs(1);
    let patience =
        Patience { handshake: second, head: second, keep_alive: second, stall: 20 * second, body_bytes_per_second: 0 };
    let names = ["/orders", "/fresh", "/write", "/large", "/live", "/open"];
    let routes = names.iter().zip(0..).map(|(path, id)| Route {
        host: None,
        template: Template::parse(path).expect("a template"),
        method: MethodRule::Any,
        operation: OperationId(id),
    });
    let door = DoorSettings {
        door: Door::new("client", DoorKind::Client),
        listen: vec![address],
        redirect_from: None,
        hosts: vec![],
        tls: None,
        protocols: Protocols { http1: true, http2: true },
        proxies: None,
        networks: guard::Networks::any(),
        connections: ConnectionBounds { at_most: 64, per_address: 64 },
        heads: HeadBounds { bytes: 4096, fields: 32, target_bytes: 1024 },
        patience,
        errors: Errors::Terse,
        routes: Table::build(routes.collect()).expect("a table"),
    };
    let users = UserWay { issuers: vec![OWN_ISSUER.into()], bound: Binding::Free, ..UserWay::default() };
    let way = |path: &str| match path {
        "/fresh" => UserWay { fresh: Some(60 * second), ..users.clone() },
        "/write" => UserWay { scopes: vec!["orders.write".into()], ..users.clone() },
        _ => users.clone(),
    };
    let rules = names.iter().map(|path| OperationRule {
        api: "shop".into(),
        operation: (*path).into(),
        service: (*path == "/live").then_some(ServiceId(0)),
        public: *path == "/open",
        ways: if *path == "/open" { vec![] } else { vec![Way::Users(Box::new(way(path)))] },
        place: "vestibule.yaml:1:1".into(),
    });
    Settings {
        hash: "test".into(),
        doors: vec![door],
        operations: names.iter().map(|path| operation(path)).collect(),
        rules: Rules::new(rules.collect()),
        directory: auth::Directory::new(auth::Settings::default()).expect("an empty directory"),
        services: vec![websocket::service(service)],
        assertions: Arc::default(),
    }
}

fn operation(path: &str) -> OperationSettings {
    let content = if path == "/large" { "x".repeat(LARGE) } else { "yours".to_owned() };
    let metadata = "http://shop.example/.well-known/oauth-protected-resource";
    OperationSettings {
        door: 0,
        api: "shop".into(),
        name: path.into(),
        place: "vestibule.yaml:1:1".into(),
        house: (path != "/live").then(|| HouseAnswer::Fixed(Arc::new(Fixed::new(200, "text/plain", &content)))),
        prefix: "".into(),
        networks: vec![],
        deadline: Duration::from_secs(60),
        idle: Duration::from_secs(60),
        body_bytes: 1024,
        errors: Errors::Terse,
        streams: Streams::default(),
        websocket: path == "/live",
        upstream_errors: UpstreamErrors::Replace,
        compress: wire::coding::Codings::NONE,
        attempts: 0,
        idempotent: false,
        affine_segment: None,
        cache: None,
        ending: None,
        ask: None,
        audience: None,
        cors: None,
        resource: Some(Arc::new(Resource { id: "http://shop.example".into(), metadata: metadata.into() })),
        sign_in: (path != "/open").then(|| Arc::from("/auth/session/start?app=page")),
    }
}

const SESSION: &str = "cookie: theme=dark; __Host-vestibule-session=good";
const DEAD: &str = "cookie: __Host-vestibule-session=dead";
const VISIT: [&str; 3] = ["sec-fetch-site: none", "sec-fetch-mode: navigate", "sec-fetch-dest: document"];

fn challenges(answer: &Answer) -> Vec<&str> {
    let fields = answer.fields.iter().filter(|(name, _)| name == "www-authenticate");
    fields.map(|(_, value)| value.as_str()).collect()
}

fn refused(answer: &Answer) -> (u16, Option<String>) {
    (answer.status, answer.problem())
}

#[test]
fn a_session_is_asked_about_once_and_then_remembered_over_both_protocols() {
    let house = House::open();
    for _ in 0..3 {
        let answer = house.get("/orders", &[SESSION]);
        assert_eq!((answer.status, answer.text().as_str()), (200, "yours"));
        assert_eq!(answer.field("cache-control"), Some("private, no-cache"));
    }
    let mut http2 = Http2::over(house.connect().into_stream());
    let head: [(&[u8], &[u8]); 5] = [
        (b":method", b"GET"),
        (b":scheme", b"http"),
        (b":authority", b"shop.example"),
        (b":path", b"/orders"),
        (b"cookie", b"__Host-vestibule-session=good"),
    ];
    http2.request(1, &head, true);
    assert_eq!(http2.outcome(1, Deadline::default()), Outcome::Answer(200, b"yours".to_vec()));
    assert_eq!(house.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn an_opaque_token_is_asked_about_once_and_then_remembered() {
    let house = House::open();
    for _ in 0..3 {
        assert_eq!(house.get("/orders", &["authorization: Bearer opaque"]).status, 200);
    }
    assert_eq!(house.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn nobody_is_told_where_tokens_come_from() {
    let house = House::open();
    let answer = house.get("/orders", &[]);
    assert_eq!(refused(&answer), (401, Some("credential-required".to_owned())));
    let metadata = "resource_metadata=\"http://shop.example/.well-known/oauth-protected-resource\"";
    let [bearer, dpop] = challenges(&answer)[..] else { panic!("{answer:?}") };
    assert_eq!(bearer, format!("Bearer realm=\"vestibule\", {metadata}"));
    assert!(dpop.starts_with("DPoP ") && dpop.ends_with(metadata), "{dpop}");
}

#[test]
fn a_dead_session_is_refused_and_forgotten_by_the_browser() {
    let house = House::open();
    for path in ["/orders", "/open"] {
        let answer = house.get(path, &[DEAD, "sec-fetch-site: same-origin", "sec-fetch-mode: cors"]);
        assert_eq!(refused(&answer), (401, Some("credential-invalid".to_owned())), "{path}");
        let cookie = answer.field("set-cookie").expect("a cookie");
        assert!(cookie.starts_with("__Host-vestibule-session=; ") && cookie.ends_with("Max-Age=0"), "{cookie}");
    }
}

#[test]
fn only_a_visit_to_a_page_is_led_to_sign_in() {
    let house = House::open();
    let answer = house.get("/orders?page=2&b=%2F", &VISIT);
    let expected = "/auth/session/start?app=page&return_to=/orders%3Fpage%3D2%26b%3D%252F";
    assert_eq!((answer.status, answer.field("location")), (303, Some(expected)));
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    let dead = [&[DEAD][..], &VISIT].concat();
    let answer = house.get("/orders", &dead);
    let expected = "/auth/session/start?app=page&return_to=/orders";
    assert_eq!((answer.status, answer.field("location")), (303, Some(expected)));
    assert!(answer.field("set-cookie").is_some());
    let answer = house.get("/open", &dead);
    assert_eq!((answer.status, answer.field("location")), (303, Some("/open")), "the same page, without it");
    let scripted = house.get("/orders", &["sec-fetch-site: same-origin", "sec-fetch-mode: cors"]);
    assert_eq!(scripted.status, 401);
    let posted = house.connect().exchange(request("POST", "/orders", &VISIT));
    assert_eq!(posted.status, 401);
}

#[test]
fn a_sign_in_of_an_hour_ago_is_asked_for_again_where_it_must_be_fresh() {
    let house = House::open();
    let answer = house.get("/fresh", &[SESSION, "sec-fetch-site: same-origin", "sec-fetch-mode: cors"]);
    assert_eq!(refused(&answer), (401, Some("sign-in-too-old".to_owned())));
    let [told] = challenges(&answer)[..] else { panic!("{answer:?}") };
    assert!(told.contains("error=\"insufficient_user_authentication\", max_age=\"60\""), "{told}");
    let visit = house.get("/fresh", &[&[SESSION][..], &VISIT].concat());
    let expected = "/auth/session/start?app=page&max_age=60&return_to=/fresh";
    assert_eq!((visit.status, visit.field("location")), (303, Some(expected)));
}

#[test]
fn a_missing_scope_is_named() {
    let house = House::open();
    let answer = house.get("/write", &[SESSION]);
    assert_eq!(refused(&answer), (403, Some("insufficient-scope".to_owned())));
    assert!(challenges(&answer)[0].contains("error=\"insufficient_scope\", scope=\"orders.write\""), "{answer:?}");
}

#[test]
fn another_site_cannot_use_a_session() {
    let house = House::open();
    let post = |fields: &[&str]| {
        let answer = house.connect().exchange(request("POST", "/orders", &[&[SESSION], fields].concat()));
        refused(&answer)
    };
    assert_eq!(post(&["sec-fetch-site: same-origin"]).0, 200);
    assert_eq!(post(&["origin: http://shop.example"]).0, 200);
    assert_eq!(post(&["origin: https://app.shop.example"]).0, 200);
    let cross_site = (403, Some("cross-site-request".to_owned()));
    assert_eq!(post(&[]), cross_site);
    assert_eq!(post(&["sec-fetch-site: cross-site", "origin: https://evil.example"]), cross_site);
    assert_eq!(post(&["origin: null"]), cross_site);
    let token = request("POST", "/orders", &["authorization: Bearer opaque", "origin: https://evil.example"]);
    assert_eq!(house.connect().exchange(token).status, 200, "a token is sent by nobody's browser alone");
}

#[test]
fn what_cannot_be_found_out_does_not_pass() {
    let house = House::open();
    for path in ["/orders", "/open"] {
        let answer = house.get(path, &["cookie: __Host-vestibule-session=silent"]);
        assert_eq!(refused(&answer), (503, Some("issuer-unavailable".to_owned())), "{path}");
    }
}

#[test]
fn a_session_that_ends_is_over_with_the_next_request_of_an_open_connection() {
    let house = House::open();
    let mut connection = house.connect();
    assert_eq!(connection.exchange(request("GET", "/orders", &[SESSION])).status, 200);
    house.end_session();
    let answer = connection.exchange(request("GET", "/orders", &[SESSION]));
    assert_eq!(refused(&answer), (401, Some("credential-invalid".to_owned())));
}

#[test]
fn an_answer_under_way_is_broken_off_when_its_session_ends() {
    let house = House::open();
    let mut connection = house.connect();
    connection.send(request("GET", "/large", &[SESSION]).as_bytes());
    let mut stream = connection.into_stream();
    // It was let through before the session ends, and waits for the caller to take the rest.
    let mut begun = [0; 12];
    stream.read_exact(&mut begun).expect("a head");
    assert_eq!(&begun, b"HTTP/1.1 200");
    house.end_session();
    assert_eq!(house.get("/orders", &[SESSION]).status, 401);
    // No more of it is read before the log says that it is over, so that only the house can have ended it.
    let line = house.logged("/large");
    assert!(line.contains("\"problem\":\"credential-invalid\"") && line.contains("revoked while"), "{line}");
    let mut read = Vec::new();
    // By an end or by a reset.
    let _ = stream.read_to_end(&mut read);
    assert!(read.len() < LARGE, "{}", read.len());
}

#[test]
fn a_token_of_ours_is_verified_on_the_data_thread_and_nobody_is_asked() {
    let house = House::open();
    let token = house.token("u1", "https://shop.example");
    for _ in 0..2 {
        assert_eq!(house.get("/orders", &[&token]).status, 200);
    }
    assert_eq!(house.get("/orders", &[&house.token("u1", "http://shop.example")]).status, 200, "for this resource");
    assert_eq!(house.asked.load(Ordering::SeqCst), 0);
    let line = house.logged("/orders");
    assert!(line.contains(r#""caller":{"kind":"user","name":"u1","app":"page"}"#), "{line}");
}

#[test]
fn a_token_that_does_not_hold_is_refused_where_anyone_may_call_too() {
    let house = House::open();
    let mut forged = house.token("u1", "https://shop.example");
    forged.push('A');
    for (field, code) in [
        (house.token("u1", "https://other.example"), "credential-invalid"),
        (forged, "credential-invalid"),
        (house.token("page", "https://shop.example"), "credential-misplaced"),
    ] {
        for path in ["/orders", "/open"] {
            let answer = house.get(path, &[&field]);
            assert_eq!(refused(&answer), (401, Some(code.to_owned())), "{path} {field}");
            let told = challenges(&answer).join("|");
            assert!(told.starts_with("Bearer realm=\"vestibule\", error=\"invalid_token\""), "{told}");
        }
    }
}
