//! Libraries of relying parties, as they are published, complete their flows at the door of a running gateway.
//!
//! The person's part is done at the real pages, by forms or in Chromium. Each script of `tests/relying_parties/` says
//! what came of each step; what they need is put under `target/` once by its `install.sh`.

mod in_a_page;
mod others;
mod waiting;

use std::path::{Path, PathBuf};
use std::process::Command;

use auth::jose::{Algorithm, Jwks, SigningKey};
use testkit::Root;

use crate::shop::{ADA, Ground, SECRETS, Shop};
use waiting::Waiting;

/// Apps of the scripts, behind those of the shop; each has its own line of what people are asked.
const APPS: &str = "
  both: { type: server, redirect_uris: https://app.example/callback, scopes: [openid, email], authenticate: secret, secrets: \"@secret-0@\" }
  edwards:
    type: server
    redirect_uris: https://app.example/callback
    scopes: [openid, email, orders.read]
    authenticate: secret
    secrets: \"@secret-0@\"
    algorithm: EdDSA
    resources: \"@issuer@/orders\"
  signer:
    type: server
    redirect_uris: https://app.example/callback
    scopes: [openid, orders.read]
    authenticate: private_key_jwt
    public_keys: signer.json
  # It believes ID tokens by RS256 alone, unless it is told otherwise.
  spring:
    type: native
    redirect_uris: http://127.0.0.1/login/oauth2/code/vestibule
    after_sign_out: https://app.example/bye
    scopes: [openid, email, orders.read]
    algorithm: RS256
services:";

/// The shop with a person who waits to be led to it.
struct Party {
    shop: Shop,
    person: Waiting,
    signer: SigningKey,
}

impl Party {
    fn open() -> Self {
        let ground = Ground::new();
        let signer = SigningKey::generate(Algorithm::Es256).expect("a key");
        let keys = Jwks::of([signer.public().clone()]).expect("a set").document();
        ground.prepared.write("signer.json", &keys);
        let file = ground.file(&[("\nservices:", APPS)]);
        let shop = ground.open(&file);
        let person = Waiting::at_a_browser(shop.person(ADA));
        Self { shop, person, signer }
    }

    /// What a script says of this shop; `plain` for a secret without odd characters.
    fn says(&self, mut command: Command, folder: &Path, plain: bool) -> String {
        let issuer = self.shop.issuer();
        command.env("ORDERS", format!("{issuer}/orders")).env("SIGNER", private_jwk(&self.signer));
        says(command, folder, &self.shop.root, &issuer, &self.person, SECRETS[usize::from(plain)])
    }
}

/// What a script says of an issuer, which runs in the folder that has its libraries.
fn says(mut command: Command, folder: &Path, root: &Root, issuer: &str, person: &Waiting, secret: &str) -> String {
    let certificate = folder.join(format!("root-{}.pem", issuer.rsplit(':').next().expect("a port")));
    std::fs::write(&certificate, root.pem()).expect("a file");
    for name in ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"] {
        command.env(name, &certificate);
    }
    let output = command.env("ISSUER", issuer).env("PERSON", person.url()).env("SECRET", secret).output();
    let output = output.expect("a script");
    std::fs::remove_file(&certificate).expect("the file");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The private key as a script reads it; P-256 in PKCS #8 has its scalar behind a fixed head (RFC 5915 §3).
pub(crate) fn private_jwk(key: &SigningKey) -> String {
    let mut jwk = key.public().to_jwk();
    let pkcs8 = key.pkcs8().expose();
    let place = pkcs8.windows(4).position(|octets| octets == [0x02, 0x01, 0x01, 0x04]).expect("a scalar");
    let scalar = pkcs8.get(place + 5..place + 37).expect("32 octets");
    jwk.insert("d".to_owned(), auth::jose::encode_base64url(scalar).into());
    jwk.remove("use");
    serde_json::Value::Object(jwk).to_string()
}

/// The folder that has the libraries of a language, and what is written with them.
pub(crate) fn installed(language: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("relying-parties").join(language);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/relying_parties/install.sh");
    let status = Command::new(script).arg(language).arg(&folder).status().expect("a shell");
    assert!(status.success(), "the libraries of {language} cannot be had");
    folder
}

fn node(script: &str) -> String {
    let folder = installed("node");
    let mut command = Command::new("node");
    command.arg(folder.join(script));
    Party::open().says(command, &folder, false)
}

#[test]
fn openid_client_completes_every_flow() {
    if !testkit::needs("npm") {
        return;
    }
    let expected = "\
code bearer email offline_access openid orders.read profile shop
userinfo Ada ada@shop.example true
called 200
refresh true true
revoked true false
called 401
left https://app.example/bye
body bearer
pushed bearer
error invalid_scope
denied access_denied
dpop dpop
dpop userinfo true
dpop called 200
dpop refresh dpop
downgrade invalid_grant
device true
signer bearer openid orders.read
";
    assert_eq!(node("openid_client.mjs"), expected);
}

#[test]
fn oauth4webapi_completes_every_step() {
    if !testkit::needs("npm") {
        return;
    }
    let expected = "\
metadata true false
nonce learnt
pushed 60
code dpop [ 'pwd' ]
introspected true true true
as bearer true
called 200
after revocation invalid_grant
";
    assert_eq!(node("oauth4webapi.mjs"), expected);
}

#[test]
fn authlib_completes_every_flow() {
    if !testkit::needs("pip") {
        return;
    }
    let folder = installed("python");
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", folder.join("library")).arg(folder.join("authlib_client.py"));
    let expected = "\
issuer True
iss True
code Bearer email offline_access openid orders.read
id_token ['acr', 'amr', 'at_hash', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'nonce', 'sid', 'sub']
userinfo True ada@shop.example
called 200
refresh True
introspected True shop
revoked 200
introspected {'active': False}
called 401
";
    assert_eq!(Party::open().says(command, &folder, true), expected);
}

#[test]
fn x_oauth2_completes_every_flow() {
    if !testkit::needs("go") {
        return;
    }
    let folder = installed("go");
    let expected = "\
state true
code Bearer email openid orders.read
userinfo ada@shop.example
called 200
refresh true true
";
    assert_eq!(Party::open().says(Command::new(folder.join("client")), &folder, false), expected);
}

#[test]
fn spring_security_signs_people_in_and_out() {
    if !testkit::needs("javac") || !testkit::needs("mvn") {
        return;
    }
    let folder = installed("java");
    let mut command = Command::new("java");
    command.arg("-cp").arg(format!("{0}/target/classes:{0}/library/*", folder.display())).arg("party.Client");
    let expected = "\
200
person ada@shop.example true
id token [spring] true
scopes [email, openid, orders.read]
called served
refresh true
left https://app.example/bye
";
    assert_eq!(Party::open().says(command, &folder, false), expected);
}
