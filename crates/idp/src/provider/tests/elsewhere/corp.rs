//! A provider elsewhere that says whatever a test wants it to say, and a house whose people may come in with it.

#![expect(clippy::disallowed_types, reason = "a provider of a test")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use auth::jose::{Algorithm, Jwks, SigningKey};
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use http::{Method, Response};
use model::Secret;
use serde_json::{Value, json};
use upstream::{DialError, FetchError, HouseRequest};

use super::super::house::{Browser, House, ISSUER, Seen, parameter};
use super::super::known::Known;
use crate::external::{Beyond, ExternalClient, ExternalSettings, Externals, Waiting};
use crate::issuers::{ClientCredentials, Fetching, Outside, discovery_urls};
use crate::{Form, Settings};

pub(super) const CORP: &str = "https://login.corp.example";
const NOW: u64 = 1_790_000_000;

/// What was asked for with a code.
struct Asked {
    nonce: String,
    challenge: String,
}

/// The provider.
pub(super) struct Corp {
    pub(super) key: Mutex<Arc<SigningKey>>,
    /// Claims in place of the usual ones; `null` leaves one out.
    pub(super) says: Mutex<Value>,
    /// A token in place of its own.
    pub(super) token: Mutex<Option<String>>,
    pub(super) userinfo: Mutex<Value>,
    pub(super) gone: AtomicBool,
    /// It has no key before its first token.
    pub(super) keyless: AtomicBool,
    pub(super) requests: Mutex<Vec<HouseRequest>>,
    names_itself: bool,
    codes: Mutex<BTreeMap<String, Asked>>,
}

impl Corp {
    pub(super) fn new(names_itself: bool) -> Arc<Self> {
        let key = Arc::new(SigningKey::generate(Algorithm::Es256).expect("a key"));
        Arc::new(Self {
            key: Mutex::new(key),
            says: Mutex::new(json!({})),
            token: Mutex::default(),
            userinfo: Mutex::new(json!({})),
            gone: AtomicBool::new(false),
            keyless: AtomicBool::new(false),
            requests: Mutex::default(),
            names_itself,
            codes: Mutex::default(),
        })
    }

    pub(super) fn says(&self, claims: Value) {
        *self.says.lock().expect("it") = claims;
    }

    pub(super) fn times(&self, path: &str) -> usize {
        self.requests.lock().expect("it").iter().filter(|request| request.target.path() == path).count()
    }

    /// A code for whoever is led there by this address.
    pub(super) fn code(&self, led: &str) -> String {
        let said = |name| parameter(led, name).expect("a parameter");
        let mut codes = self.codes.lock().expect("it");
        let code = format!("code-{}", codes.len());
        codes.insert(code.clone(), Asked { nonce: said("nonce"), challenge: said("code_challenge") });
        code
    }

    fn metadata(&self) -> Value {
        json!({
            "issuer": CORP,
            "jwks_uri": format!("{CORP}/keys"),
            "authorization_endpoint": format!("{CORP}/authorize?tenant=main"),
            "token_endpoint": format!("{CORP}/token"),
            "userinfo_endpoint": format!("{CORP}/userinfo"),
            "authorization_response_iss_parameter_supported": self.names_itself,
        })
    }

    /// RFC 6749 §4.1.3, RFC 7636 §4.6: a code without its verifier is none.
    fn redeem(&self, request: &HouseRequest) -> (u16, Value) {
        let form = Form::parse(&request.body).expect("a form");
        let one = |name| form.one(name).expect("once").unwrap_or_default();
        assert_eq!(one("grant_type"), "authorization_code");
        let challenge = BASE64URL_NOPAD.encode(digest(&SHA256, one("code_verifier").as_bytes()).as_ref());
        let asked = self.codes.lock().expect("it").remove(one("code")).filter(|asked| asked.challenge == challenge);
        let Some(asked) = asked else { return (400, json!({ "error": "invalid_grant" })) };
        self.keyless.store(false, Ordering::Relaxed);
        let mut claims = json!({
            "iss": CORP, "sub": "a1", "aud": "vestibule", "nonce": asked.nonce, "iat": NOW, "exp": NOW + 300,
            "auth_time": NOW, "email": "ada@corp.example", "email_verified": true, "name": "Ada L.",
        });
        for (name, value) in self.says.lock().expect("it").as_object().expect("claims") {
            claims[name] = value.clone();
        }
        let claims: Value =
            claims.as_object().expect("claims").clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
        let signed = self.key.lock().expect("it").sign("JWT", &claims).expect("signed");
        let token = self.token.lock().expect("it").clone().unwrap_or(signed);
        (200, json!({ "id_token": token, "access_token": "at", "token_type": "Bearer", "expires_in": 60 }))
    }

    fn answer(&self, request: &HouseRequest) -> Fetching<'_> {
        self.requests.lock().expect("it").push(request.clone());
        let (status, body) = match request.target.path() {
            "/.well-known/openid-configuration" => (200, self.metadata()),
            "/keys" => {
                let key = self.key.lock().expect("it").public().clone();
                let keys = Some(key).filter(|_| !self.keyless.load(Ordering::Relaxed));
                let keys = Jwks::of(keys).expect("a set");
                (200, serde_json::from_str(&keys.document()).expect("JSON"))
            }
            "/token" => self.redeem(request),
            "/userinfo" => (200, self.userinfo.lock().expect("it").clone()),
            other => panic!("{other}"),
        };
        let gone = self.gone.load(Ordering::Relaxed);
        Box::pin(async move {
            if gone {
                return Err(FetchError::Dial(DialError::TooLate { host: "login.corp.example".to_owned() }));
            }
            let answer = Response::builder().status(status).header("content-type", "application/json");
            Ok(answer.body(Bytes::from(body.to_string())).expect("an answer"))
        })
    }
}

impl Outside for Corp {
    fn keys<'a>(&'a self, request: &'a HouseRequest) -> Fetching<'a> {
        self.answer(request)
    }

    fn introspection<'a>(&'a self, _: &'a HouseRequest) -> Fetching<'a> {
        panic!("nobody asks about tokens here")
    }
}

impl Beyond for Corp {
    fn sign_in<'a>(&'a self, request: &'a HouseRequest) -> Fetching<'a> {
        self.answer(request)
    }

    fn as_outside(&self) -> &dyn Outside {
        self
    }
}

pub(super) fn by_secret() -> ExternalClient {
    let secret = Arc::new(Secret::new("s3cret".to_owned()));
    ExternalClient::Secret(ClientCredentials { id: "vestibule".into(), secret })
}

/// People who may come in with `corp`, and with `other`, which is the same one under another name.
pub(super) async fn open(settings: Settings, corp: &Arc<Corp>, admits: bool, client: ExternalClient) -> Known {
    let one = |name: &str| ExternalSettings {
        name: name.into(),
        title: format!("The <{name}>").into(),
        iss: CORP.into(),
        algorithms: vec![Algorithm::Es256],
        discovery: discovery_urls(CORP).expect("an issuer"),
        client: client.clone(),
        admits,
        outside: Arc::clone(corp) as _,
    };
    let all = vec![one("corp"), one("other")];
    Known::with(settings.clone(), |house, people| {
        let clock: Arc<dyn model::Clock> = Arc::clone(&house.clock) as _;
        let waiting = Arc::new(Waiting::new(Arc::clone(&clock)));
        let externals = Externals::new(all, &settings, people, waiting, clock);
        House { provider: house.provider.with_externals(externals), ..house }
    })
    .await
}

/// Presses the button of a page of ours.
pub(super) async fn press(house: &House, browser: &mut Browser, with: &str, more: &str) -> Seen {
    let own = [("sec-fetch-site", "same-origin")];
    browser.send(house, Method::GET, &format!("/auth/sign-in?with={with}{more}"), &own, &[]).await
}

/// Comes back from the provider.
pub(super) async fn come_back(house: &House, browser: &mut Browser, target: &str) -> Seen {
    browser.send(house, Method::GET, target, &[("sec-fetch-site", "cross-site")], &[]).await
}

/// Where the provider leads somebody back to whom it was asked to sign in by this address.
pub(super) fn answer(corp: &Corp, led: &str) -> String {
    let callback = parameter(led, "redirect_uri").expect("a callback");
    assert!(callback.starts_with(&format!("{ISSUER}/auth/external/")), "{callback}");
    let state = parameter(led, "state").expect("a state");
    format!("{callback}?code={}&state={state}&iss=https%3A%2F%2Flogin.corp.example", corp.code(led))
}

/// There and back.
pub(super) async fn sign_in(house: &House, browser: &mut Browser, corp: &Corp) -> Seen {
    let led = press(house, browser, "corp", "").await;
    let back = answer(corp, led.location());
    come_back(house, browser, &back).await
}
