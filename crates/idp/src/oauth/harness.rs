//! A server on stores in memory, with a clock that is set and apps of every type, for tests.

#![expect(clippy::disallowed_types, reason = "a test looks at what was told")]

use std::collections::{BTreeMap, HashMap};
use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use auth::jose::{Algorithm, Jwks, Object, SigningKey};
use aws_lc_rs::digest;
use bytes::Bytes;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use model::{Clock, DoorKind};
use serde_json::{Value, json};

use super::{Foundation, Outcome, People, Person, Revocations, Server, TokenKeys, seconds};
use crate::apps::{AppKind, AppSettings, Apps, Authenticate, Consent, Origin, PublicKeys, RedirectUri, TokenAlgorithm};
use crate::store::Answer;
use crate::store::grants::MemoryGrants;
use crate::{
    AccountsMode, Brand, Digest, Endpoint, Form, GrantId, IssuerUrl, Lifetimes, MailSettings, Scopes, SecondFactor,
    Settings, SignInId, SignedIn, UserId, push_parameter,
};

pub(crate) const ISSUER: &str = "https://shop.example";
/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const CALLBACK: &str = "https://app.example/callback";
pub(crate) const SECRET: &str = "a secret, of 256 bits & more: +%";
pub(crate) const ORDERS: &str = "https://shop.example/orders";

/// A clock that a test sets.
pub(crate) struct SetClock(Mutex<SystemTime>);

impl Clock for SetClock {
    fn wall(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// People who are known.
#[derive(Default)]
pub(crate) struct Known(Mutex<HashMap<UserId, Person>>);

impl People for Known {
    fn person(&self, user: UserId) -> Answer<'_, Option<Person>> {
        Box::pin(ready(Ok(self.0.lock().unwrap().get(&user).cloned())))
    }
}

/// Keys that are made when they are needed; RSA keys take their time.
pub(crate) struct Keys(Mutex<BTreeMap<Algorithm, Arc<SigningKey>>>);

impl Keys {
    pub(crate) fn key(&self, algorithm: Algorithm) -> Arc<SigningKey> {
        let mut keys = self.0.lock().unwrap();
        Arc::clone(keys.entry(algorithm).or_insert_with(|| Arc::new(SigningKey::generate(algorithm).unwrap())))
    }
}

impl TokenKeys for Keys {
    fn sign(&self, algorithm: TokenAlgorithm, typ: &'static str, claims: Object) -> Answer<'_, String> {
        let algorithm = Algorithm::parse(algorithm.as_str()).unwrap();
        Box::pin(ready(Ok(self.key(algorithm).sign(typ, &claims).unwrap())))
    }

    fn published(&self) -> Arc<Jwks> {
        let keys = self.0.lock().unwrap();
        Arc::new(Jwks::of(keys.values().map(|key| key.public().clone())).unwrap())
    }
}

/// What was told to those who believe tokens.
#[derive(Default)]
pub(crate) struct Told(pub(crate) Mutex<Vec<String>>);

impl Revocations for Told {
    fn grants_ended(&self, grants: &[GrantId], _until: SystemTime) {
        self.0.lock().unwrap().extend(grants.iter().map(ToString::to_string));
    }

    fn app_ended(&self, _: &str) {}

    fn token_ended(&self, id: &str, _until: SystemTime) {
        self.0.lock().unwrap().push(id.to_owned());
    }
}

/// The server and what a test wants to turn.
pub(crate) struct House {
    pub(crate) server: Server,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) people: Arc<Known>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) told: Arc<Told>,
    pub(crate) store: Arc<MemoryGrants>,
    pub(crate) app_key: SigningKey,
    pub(crate) ada: SignedIn,
}

/// A key of an app, with which it makes proofs.
pub(crate) struct Prover(pub(crate) SigningKey);

impl Prover {
    pub(crate) fn new() -> Self {
        Self(SigningKey::generate(Algorithm::Es256).unwrap())
    }

    pub(crate) fn thumbprint(&self) -> String {
        self.0.public().thumbprint().to_string()
    }

    /// A proof with these claims, signed with a header that has the key in it.
    pub(crate) fn proof(&self, claims: &Value) -> String {
        let mut jwk = self.0.public().to_jwk();
        jwk.retain(|name, _| ["kty", "crv", "x", "y"].contains(&name.as_str()));
        sign_with_header(&self.0, &json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk }), claims)
    }
}

/// A token with a header of one's own.
pub(crate) fn sign_with_header(key: &SigningKey, header: &Value, claims: &Value) -> String {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(header), part(claims));
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.pkcs8().expose()).unwrap();
    let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
}

pub(crate) fn app(name: &str, kind: AppKind) -> AppSettings {
    let scopes = match kind {
        AppKind::Machine => "orders.read orders.write",
        _ => "openid profile email offline_access orders.read orders.write",
    };
    let redirected = matches!(kind, AppKind::Native | AppKind::Server | AppKind::Page);
    let paged = matches!(kind, AppKind::Session | AppKind::Page);
    AppSettings {
        name: name.into(),
        title: format!("The {name}").into(),
        kind,
        redirect_uris: redirected.then(|| RedirectUri::parse(CALLBACK).unwrap()).into_iter().collect(),
        after_sign_out: Box::new([RedirectUri::parse("https://app.example/bye").unwrap()]),
        origins: paged.then(|| Origin::parse("https://app.example").unwrap()).into_iter().collect(),
        scopes: Scopes::parse(scopes).unwrap(),
        consent: if kind.has_people() { Consent::Never } else { Consent::First },
        authenticate: match kind.is_confidential() {
            true => Authenticate::Secret { digests: Box::new([Digest::of("old"), Digest::of(SECRET)]) },
            false => Authenticate::Nothing,
        },
        algorithm: TokenAlgorithm::Es256,
        resources: Box::new([ORDERS.into(), "https://shop.example/stock".into()]),
        answers_for: Box::new([]),
        bound: false,
        pushed_only: false,
    }
}

fn all_apps(app_key: &SigningKey) -> Vec<AppSettings> {
    let keys = Jwks::of([app_key.public().clone()]).unwrap().document();
    let loopback = RedirectUri::parse("http://127.0.0.1/callback").unwrap();
    let mut cli = app("cli", AppKind::Native);
    cli.redirect_uris = Box::new([RedirectUri::parse(CALLBACK).unwrap(), loopback]);
    let apps = vec![
        app("shop", AppKind::Server),
        app("page", AppKind::Page),
        app("site", AppKind::Session),
        app("batch", AppKind::Machine),
        cli,
        AppSettings { consent: Consent::First, ..app("asking", AppKind::Server) },
        AppSettings { consent: Consent::Always, ..app("always", AppKind::Server) },
        AppSettings { pushed_only: true, ..app("pushing", AppKind::Server) },
        AppSettings { bound: true, ..app("bound", AppKind::Native) },
        AppSettings { answers_for: Box::new([ORDERS.into()]), ..app("orders", AppKind::Machine) },
        AppSettings {
            authenticate: Authenticate::PrivateKeyJwt { keys: PublicKeys::parse(&keys).unwrap() },
            ..app("signer", AppKind::Machine)
        },
        AppSettings { algorithm: TokenAlgorithm::EdDsa, ..app("edwards", AppKind::Server) },
    ];
    for app in &apps {
        assert_eq!(app.faults(), [], "{}", app.name);
    }
    apps
}

impl House {
    pub(crate) fn new() -> Self {
        let app_key = SigningKey::generate(Algorithm::Es256).unwrap();
        let apps = all_apps(&app_key);
        Self::with(apps, app_key)
    }

    pub(crate) fn with(apps: Vec<AppSettings>, app_key: SigningKey) -> Self {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let clock = Arc::new(SetClock(Mutex::new(now)));
        let (people, told) = (Arc::new(Known::default()), Arc::new(Told::default()));
        let (keys, store) = (Arc::new(Keys(Mutex::default())), Arc::new(MemoryGrants::default()));
        let foundation = Foundation::new(
            Arc::<MemoryGrants>::clone(&store),
            Arc::<Known>::clone(&people),
            Arc::<Keys>::clone(&keys),
            Arc::<Told>::clone(&told),
            Arc::<SetClock>::clone(&clock),
        );
        let server = Server::new(Arc::new(settings()), Arc::new(Apps::new(apps)), Arc::new(foundation.unwrap()));
        let ada = SignedIn {
            user: UserId::generate().unwrap(),
            sign_in: SignInId::generate().unwrap(),
            authenticated_at: now - Duration::from_secs(60),
            methods: Box::new(["pwd".into()]),
        };
        let house = Self { server, clock, people, keys, told, store, app_key, ada };
        house.know(house.ada.user);
        house
    }

    pub(crate) fn know(&self, user: UserId) {
        let person = Person {
            generation: 7,
            locked: false,
            name: Some("Ada".into()),
            address: "ada@shop.example".into(),
            verified: true,
            changed: self.clock.wall(),
        };
        self.people.0.lock().unwrap().insert(user, person);
    }

    pub(crate) fn change(&self, user: UserId, change: impl FnOnce(&mut Person)) {
        change(self.people.0.lock().unwrap().get_mut(&user).unwrap());
    }

    pub(crate) fn forget(&self, user: UserId) {
        self.people.0.lock().unwrap().remove(&user);
    }

    pub(crate) fn wait(&self, seconds: u64) {
        *self.clock.0.lock().unwrap() += Duration::from_secs(seconds);
    }

    pub(crate) fn now(&self) -> u64 {
        seconds(self.clock.wall())
    }

    pub(crate) fn assertion(&self, change: impl FnOnce(&mut Value)) -> String {
        let (now, id) = (self.now(), crate::Bearer::generate("id").unwrap());
        let mut claims = json!({
            "iss": "signer", "sub": "signer", "aud": ISSUER, "jti": id.text().expose(), "iat": now, "exp": now + 60,
        });
        change(&mut claims);
        self.app_key.sign("JWT", &claims).unwrap()
    }

    /// Claims of a proof for an endpoint, with the nonce that is good now.
    pub(crate) fn proof_claims(&self, endpoint: Endpoint) -> Value {
        let id = crate::Bearer::generate("id").unwrap();
        let nonce = self.server.foundation.nonces.present(self.clock.wall());
        let method = "POST";
        json!({
            "htm": method, "htu": self.server.url(endpoint), "jti": id.text().expose(), "iat": self.now(), "nonce": nonce,
        })
    }

    pub(crate) async fn authorize(&self, parameters: &[(&str, &str)]) -> Outcome {
        self.server.authorize(&Form::parse(encoded(parameters).as_bytes()).unwrap(), Some(&self.ada)).await
    }

    /// The code that a request gets, with these parameters in place of the usual ones.
    pub(crate) async fn code(&self, app: &str, other: &[(&str, &str)]) -> String {
        let outcome = self.authorize(&usual(app, other)).await;
        let answer = redirected(&outcome);
        answer.get("code").unwrap_or_else(|| panic!("{outcome:?}")).clone()
    }

    /// Tokens by a code, for an app with a secret.
    pub(crate) async fn tokens(&self, app: &str, other: &[(&str, &str)]) -> Value {
        let code = self.code(app, other).await;
        let (status, answer) = self.redeem(app, &code, &[]).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    pub(crate) async fn redeem(&self, app: &str, code: &str, other: &[(&str, &str)]) -> (StatusCode, Value) {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.token_as(app, &with(&form, other)).await
    }

    pub(crate) async fn refresh(&self, app: &str, token: &str, other: &[(&str, &str)]) -> (StatusCode, Value) {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.token_as(app, &with(&form, other)).await
    }

    /// Asks the token endpoint, with the secret where the app has one.
    pub(crate) async fn token_as(&self, app: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let (fields, form) = self.as_app(app, form);
        read(self.post(Endpoint::Token, fields, &form).await)
    }

    /// The fields and the form that show who an app is.
    pub(crate) fn as_app<'a>(&self, app: &'a str, form: &[(&'a str, &'a str)]) -> (HeaderMap, Vec<(&'a str, &'a str)>) {
        let known = self.server.apps.named(app);
        match known.as_ref().map(|app| &app.authenticate) {
            Some(Authenticate::Secret { .. }) => (basic(app, SECRET), form.to_vec()),
            _ => (HeaderMap::new(), with(&[("client_id", app)], form)),
        }
    }

    pub(crate) async fn post(&self, endpoint: Endpoint, fields: HeaderMap, form: &[(&str, &str)]) -> Response<Bytes> {
        self.send(endpoint, fields, encoded(form), DoorKind::Server).await
    }

    pub(crate) async fn send(
        &self,
        endpoint: Endpoint,
        fields: HeaderMap,
        body: String,
        door: DoorKind,
    ) -> Response<Bytes> {
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = endpoint.path().parse().unwrap();
        *request.headers_mut() = fields;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        self.server.answer(endpoint, &request, door).await.unwrap()
    }

    pub(crate) async fn user_info(&self, fields: HeaderMap) -> (StatusCode, Value) {
        read(self.send(Endpoint::UserInfo, fields, String::new(), DoorKind::Client).await)
    }

    pub(crate) async fn introspect(&self, app: &str, token: &str) -> Value {
        let (status, answer) = read(self.post(Endpoint::Introspect, basic(app, SECRET), &[("token", token)]).await);
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    pub(crate) fn told(&self) -> Vec<String> {
        self.told.0.lock().unwrap().clone()
    }

    /// Claims of a token, whose signature is checked.
    pub(crate) fn claims(&self, token: &Value) -> Object {
        let octets = auth::jose::open(token.as_str().unwrap(), &self.keys.published()).unwrap();
        auth::jose::read_object(&octets).unwrap()
    }
}

fn settings() -> Settings {
    Settings {
        issuer: IssuerUrl::parse(ISSUER).unwrap(),
        path: "/auth".into(),
        brand: Brand::default(),
        accounts: AccountsMode::Open,
        second_factor: SecondFactor::None,
        lifetimes: Lifetimes::default(),
        mail: MailSettings::Print,
        keys_rotate: Duration::from_secs(90 * 24 * 60 * 60),
    }
}

pub(crate) fn usual<'a>(app: &'a str, other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let form = [
        ("response_type", "code"),
        ("client_id", app),
        ("redirect_uri", CALLBACK),
        ("scope", "openid orders.read"),
        ("state", "the state"),
        ("nonce", "the nonce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    with(&form, other)
}

/// The first ones, with the others in place of those of the same name or behind; one without value is taken away.
pub(crate) fn with<'a>(form: &[(&'a str, &'a str)], other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = form.iter().filter(|(name, _)| !other.iter().any(|(changed, _)| changed == name));
    kept.chain(other).copied().filter(|(_, value)| !value.is_empty()).collect()
}

pub(crate) fn encoded(form: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in form {
        push_parameter(&mut text, name, value);
    }
    text
}

pub(crate) fn basic(app: &str, secret: &str) -> HeaderMap {
    let part = |text: &str| encoded(&[("", text)]).replacen('=', "", 1);
    let joined = format!("{}:{}", part(app), part(secret));
    one(AUTHORIZATION, &format!("Basic {}", BASE64.encode(joined.as_bytes())))
}

pub(crate) fn one(name: HeaderName, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(name, HeaderValue::try_from(value).unwrap())])
}

pub(crate) fn read(response: Response<Bytes>) -> (StatusCode, Value) {
    let status = response.status();
    (status, serde_json::from_slice(response.body()).unwrap_or(Value::Null))
}

/// The parameters that a redirect to the app has.
pub(crate) fn redirected(outcome: &Outcome) -> BTreeMap<String, String> {
    let Outcome::Redirect(uri) = outcome else { panic!("no redirect: {outcome:?}") };
    let (_, query) = uri.split_once('?').unwrap();
    let form = Form::parse(query.as_bytes()).unwrap();
    form.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The error that an app is told by way of the browser.
pub(crate) fn told_error(outcome: &Outcome) -> String {
    redirected(outcome).remove("error").unwrap_or_else(|| panic!("no error: {outcome:?}"))
}

/// The query of a path of ours.
pub(crate) fn query(return_to: &str) -> Form {
    let (path, query) = return_to.split_once('?').unwrap();
    assert_eq!(path, "/auth/authorize");
    Form::parse(query.as_bytes()).unwrap()
}

pub(crate) fn token_digest(token: &str) -> String {
    BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, token.as_bytes()).as_ref())
}
