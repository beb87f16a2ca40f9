//! Programs that come for themselves: client credentials at the server door, and what their tokens open.

mod endpoints;
mod libraries;
mod matrix;
mod tokens;

use std::time::SystemTime;

use auth::jose::{Algorithm, Jwks, Object, SigningKey, decode_base64url};
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use testkit::{Answer, ClientTls, Connection, Deadline, Leaf};

use crate::two_doors::{Ground, SOON, TwoDoors, changed, get, request};

/// As the house makes secrets: it needs no encoding in `Authorization: Basic`.
const SECRET: &str = "secret_dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// What this file says besides that of [`Ground`].
const IDENTITY: &str = r#"identity: { issuer: "@issuer@", accounts: open, machines: server }
apps:
  batch:
    type: machine
    authenticate: secret
    secrets: "sha256:@secret@"
    scopes: [orders.read, orders.write]
    resources: ["@orders@", "@stock@"]
    answers_for: "@orders@"
  signer: { type: machine, authenticate: private_key_jwt, public_keys: signer.json, scopes: orders.read }
keys:
"#;

/// APIs that take tokens of programs.
const APIS: &str = r#"  orders:
    door: server
    path: /orders
    service: shop
    callers: { apps: batch }
    operations:
      list: { route: GET /list, scopes: orders.read }
      send: { route: POST /list, scopes: orders.write }
  stock:
    door: server
    path: /stock
    service: shop
    callers: { apps: any }
    operations: { list: GET /list }
  loose:
    door: server
    path: /loose
    service: shop
    callers: { apps: any }
    loosen: { unbound-tokens: a test }
    operations: { list: GET /list }
"#;

/// A gateway whose server door gives tokens to programs.
struct Machines {
    house: TwoDoors,
    signer: SigningKey,
    issuer: String,
    /// As programs write the server door.
    origin: String,
}

impl Machines {
    fn open() -> Self {
        Self::open_with(&[])
    }

    /// With pieces of the file replaced.
    fn open_with(changes: &[(&str, &str)]) -> Self {
        let ground = Ground::new();
        let signer = SigningKey::generate(Algorithm::Es256).expect("a key");
        let keys = Jwks::of([signer.public().clone()]).expect("a set").document();
        ground.prepared.write("signer.json", &keys);
        let issuer = format!("https://localhost:{}", ground.client.port());
        let origin = format!("https://localhost:{}", ground.server.port());
        let file = changed(&ground.file(), &[("keys:\n", IDENTITY)]) + APIS;
        let file = changed(&file, changes)
            .replace("@issuer@", &issuer)
            .replace("@secret@", &HEXLOWER.encode(&idp::Digest::of(SECRET).0))
            .replace("@orders@", &format!("{origin}/orders"))
            .replace("@stock@", &format!("{origin}/stock"));
        Self { house: ground.open(&file), signer, issuer, origin }
    }

    /// A connection to the server door, with this certificate.
    fn at(&self, leaf: &Leaf) -> Connection {
        self.house.at_server(leaf)
    }

    /// One POST of a form at the server door.
    fn post(&self, leaf: &Leaf, target: &str, fields: &[&str], form: &str) -> Answer {
        posted(&mut self.at(leaf), target, fields, form)
    }

    /// What the token endpoint says to the app `batch`.
    fn token_with(&self, leaf: &Leaf, more: &str) -> Value {
        let form = format!("grant_type=client_credentials{more}");
        let answer = self.post(leaf, "/auth/token", &[&basic("batch", SECRET)], &form);
        assert_eq!(answer.status, 200, "{}", answer.raw.escape_ascii());
        serde_json::from_str(&answer.text()).expect("JSON")
    }

    /// An access token of the app `batch`, bound to this certificate.
    fn token(&self, leaf: &Leaf, more: &str) -> String {
        self.token_with(leaf, more)["access_token"].as_str().expect("a token").to_owned()
    }

    /// A call of an operation by a token.
    fn call(&self, leaf: &Leaf, target: &str, token: &str) -> Answer {
        self.at(leaf).exchange(get(target, &[&format!("authorization: Bearer {token}")]))
    }

    /// What the app `signer` signs.
    fn assertion(&self, audience: &str, id: &str) -> String {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
        let claims = json!({
            "iss": "signer", "sub": "signer", "aud": audience, "jti": id, "iat": now, "exp": now + 60,
        });
        self.signer.sign("JWT", &claims).expect("an assertion")
    }
}

/// One POST of a form.
fn posted(connection: &mut Connection, target: &str, fields: &[&str], form: &str) -> Answer {
    let fields: Vec<&str> = fields.iter().copied().chain(["content-type: application/x-www-form-urlencoded"]).collect();
    connection.send(request("POST", target, &fields, form).as_bytes());
    connection.answer_to("POST", Deadline::within(SOON)).expect("an answer")
}

fn basic(name: &str, secret: &str) -> String {
    format!("authorization: Basic {}", BASE64.encode(format!("{name}:{secret}").as_bytes()))
}

/// The claims of a token, not verified.
fn claims(token: &str) -> Object {
    let payload = token.split('.').nth(1).and_then(decode_base64url).expect("a payload");
    serde_json::from_slice(&payload).expect("JSON")
}

fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.raw.escape_ascii());
    serde_json::from_str(&answer.text()).expect("JSON")
}

/// Somebody at the server door who shows no certificate.
fn without_certificate(house: &TwoDoors) -> Connection {
    Connection::tls(house.server, &ClientTls::new(&house.people))
}
