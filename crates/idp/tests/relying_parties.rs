//! Libraries of relying parties, as they are published, complete their flows against the protocol over TLS.
//!
//! The person is signed in already and says yes to everything; what pages do is tested elsewhere. Each script says what
//! came of each step; `relying_parties/` has them, and what they need is put under `target/` once by its `install.sh`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails where it cannot go on"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, SystemTime};

use auth::jose::{Algorithm, Jwks, SigningKey};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use idp::apps::{AppKind, AppSettings, Apps, Authenticate, Consent, Origin, PublicKeys, RedirectUri, TokenAlgorithm};
use idp::keyring::{Keyring, Schedule};
use idp::oauth::{Decision, DevicePage, Foundation, Outcome, People, Person, Revocations, Server};
use idp::oidc::Leaving;
use idp::store::Answer;
use idp::store::grants::MemoryGrants;
use idp::store::signing_keys::MemorySigningKeys;
use idp::{
    AccountsMode, Brand, Digest, Endpoint, Form, GrantId, IssuerUrl, Lifetimes, MailSettings, Scopes, SecondFactor,
    Settings, SignInId, SignedIn, UserId,
};
use model::{DoorKind, SystemClock};
use testkit::certificates::Root;
use testkit::{ServerTls, Stream};
use tokio::runtime::Runtime;

/// One that has to be encoded (RFC 6749 §2.3.1), and one as the house makes them; Authlib encodes nothing.
const SECRETS: [&str; 2] = ["a secret: of 256 bits & more +%", "secret_dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"];
const CALLBACK: &str = "https://app.example/callback";
const RESOURCE: &str = "https://shop.example/orders";

/// One person, who is there.
struct Ada;

impl People for Ada {
    fn person(&self, _user: UserId) -> Answer<'_, Option<Person>> {
        let person = Person {
            generation: 1,
            locked: false,
            name: Some("Ada".into()),
            address: "ada@shop.example".into(),
            verified: true,
            changed: SystemTime::now(),
        };
        Box::pin(std::future::ready(Ok(Some(person))))
    }
}

/// Nobody believes tokens here but the server itself.
struct Nobody;

impl Revocations for Nobody {
    fn grants_ended(&self, _grants: &[GrantId], _until: SystemTime) {}
    fn app_ended(&self, _name: &str) {}
    fn token_ended(&self, _id: &str, _until: SystemTime) {}
}

/// The protocol behind a listener.
struct House {
    address: SocketAddr,
    /// Where the pages of an app are, which is another origin.
    pages: SocketAddr,
    /// What the page says when it is done.
    said: Receiver<String>,
    root: Root,
    signer: SigningKey,
    over: Arc<AtomicBool>,
}

struct Served {
    server: Server,
    runtime: Runtime,
    ada: SignedIn,
    issuer: String,
    said: Sender<String>,
}

fn app(name: &str, kind: AppKind) -> AppSettings {
    let scopes =
        if kind == AppKind::Machine { "orders.read" } else { "openid profile email offline_access orders.read" };
    let uris = |uri: &str| -> Box<[RedirectUri]> { Box::new([RedirectUri::parse(uri).unwrap()]) };
    AppSettings {
        name: name.into(),
        title: name.into(),
        kind,
        redirect_uris: if kind == AppKind::Machine { Box::default() } else { uris(CALLBACK) },
        after_sign_out: uris("https://app.example/bye"),
        origins: Box::default(),
        scopes: Scopes::parse(scopes).unwrap(),
        consent: if kind == AppKind::Machine { Consent::First } else { Consent::Never },
        authenticate: match kind {
            AppKind::Native => Authenticate::Nothing,
            _ => Authenticate::Secret { digests: SECRETS.map(Digest::of).into() },
        },
        algorithm: TokenAlgorithm::Es256,
        resources: Box::new([RESOURCE.into()]),
        answers_for: Box::default(),
        bound: false,
        pushed_only: false,
    }
}

fn apps(signer: &SigningKey, pages: &str) -> Apps {
    let keys = PublicKeys::parse(&Jwks::of([signer.public().clone()]).unwrap().document()).unwrap();
    let page = AppSettings {
        redirect_uris: Box::new([RedirectUri::parse(&format!("{pages}/callback")).unwrap()]),
        origins: Box::new([Origin::parse(pages).unwrap()]),
        authenticate: Authenticate::Nothing,
        ..app("page", AppKind::Page)
    };
    let spring = RedirectUri::parse("http://127.0.0.1/login/oauth2/code/vestibule").unwrap();
    Apps::new([
        AppSettings { name: "bound".into(), bound: true, ..page.clone() },
        page,
        app("shop", AppKind::Server),
        app("cli", AppKind::Native),
        // It believes ID tokens by RS256 alone, unless it is told otherwise.
        AppSettings {
            redirect_uris: Box::new([spring]),
            algorithm: TokenAlgorithm::Rs256,
            ..app("spring", AppKind::Native)
        },
        app("both", AppKind::Server),
        app("batch", AppKind::Machine),
        AppSettings { algorithm: TokenAlgorithm::EdDsa, ..app("edwards", AppKind::Server) },
        AppSettings { authenticate: Authenticate::PrivateKeyJwt { keys }, ..app("signer", AppKind::Machine) },
    ])
}

fn settings(issuer: &str) -> Settings {
    Settings {
        issuer: IssuerUrl::parse(issuer).unwrap(),
        path: "/auth".into(),
        brand: Brand::default(),
        accounts: AccountsMode::Open,
        second_factor: SecondFactor::None,
        lifetimes: Lifetimes::default(),
        mail: MailSettings::Print,
        keys_rotate: Duration::from_secs(90 * 24 * 60 * 60),
    }
}

impl House {
    fn start() -> Self {
        let listeners = [(); 2].map(|()| TcpListener::bind(("127.0.0.1", 0)).unwrap());
        let [address, pages] = [0, 1].map(|which: usize| listeners[which].local_addr().unwrap());
        let root = Root::new("relying parties");
        let signer = SigningKey::generate(Algorithm::Es256).unwrap();
        let tls = Arc::new(ServerTls::new(&root.server(&["localhost"])));
        let (saying, said) = channel();
        let served = Arc::new(Served::new(&origin(address), &origin(pages), &signer, saying));
        let over = Arc::new(AtomicBool::new(false));
        for listener in listeners {
            let (served, tls, over) = (Arc::clone(&served), Arc::clone(&tls), Arc::clone(&over));
            std::thread::spawn(move || {
                while let Ok((stream, _)) = listener.accept() {
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    let (served, stream) = (Arc::clone(&served), tls.accept(stream));
                    std::thread::spawn(move || served.serve(stream));
                }
            });
        }
        Self { address, pages, said, root, signer, over }
    }

    /// What a script says of this house; `plain` for a secret without odd characters.
    fn says(&self, mut command: Command, folder: &Path, plain: bool) -> String {
        command.env("RESOURCE", RESOURCE).env("SIGNER", private_jwk(&self.signer));
        says(command, folder, &self.root, &origin(self.address), SECRETS[usize::from(plain)])
    }
}

/// What a script says of an issuer, which runs in the folder that has its libraries.
fn says(mut command: Command, folder: &Path, root: &Root, issuer: &str, secret: &str) -> String {
    let certificate = folder.join(format!("root-{}.pem", issuer.rsplit(':').next().unwrap()));
    std::fs::write(&certificate, root.pem()).unwrap();
    for name in ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"] {
        command.env(name, &certificate);
    }
    let output = command.env("ISSUER", issuer).env("SECRET", secret).output().expect("a script");
    std::fs::remove_file(&certificate).unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

impl Drop for House {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        for address in [self.address, self.pages] {
            drop(std::net::TcpStream::connect(address));
        }
    }
}

/// As a browser says it.
fn origin(address: SocketAddr) -> String {
    format!("https://localhost:{}", address.port())
}

/// The private key as a script reads it; P-256 in PKCS #8 has its scalar behind a fixed head (RFC 5915 §3).
fn private_jwk(key: &SigningKey) -> String {
    let mut jwk = key.public().to_jwk();
    let pkcs8 = key.pkcs8().expose();
    let place = pkcs8.windows(4).position(|octets| octets == [0x02, 0x01, 0x01, 0x04]).unwrap();
    let scalar = pkcs8.get(place + 5..place + 37).unwrap();
    jwk.insert("d".to_owned(), auth::jose::encode_base64url(scalar).into());
    jwk.remove("use");
    serde_json::Value::Object(jwk).to_string()
}

impl Served {
    fn new(issuer: &str, pages: &str, signer: &SigningKey, said: Sender<String>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let clock = Arc::new(SystemClock);
        let schedule = Schedule { rotate: Duration::from_secs(90 * 86_400), longest_token: Duration::from_secs(600) };
        let keys = Keyring::open(Arc::new(MemorySigningKeys::default()), Arc::<SystemClock>::clone(&clock), schedule);
        let keys = Arc::new(runtime.block_on(keys).unwrap());
        let store = Arc::new(MemoryGrants::default());
        let foundation = Foundation::new(store, Arc::new(Ada), keys, Arc::new(Nobody), clock).unwrap();
        let settings = Arc::new(settings(issuer));
        let server = Server::new(settings, Arc::new(apps(signer, pages)), Arc::new(foundation));
        let ada = SignedIn {
            user: UserId::generate().unwrap(),
            sign_in: SignInId::generate().unwrap(),
            authenticated_at: SystemTime::now(),
            methods: Box::new(["pwd".into()]),
        };
        Self { server, runtime, ada, issuer: issuer.to_owned(), said }
    }

    /// One request after another, until the other side goes.
    fn serve(&self, mut stream: Stream) {
        stream.set_timeout(Duration::from_secs(30)).unwrap();
        let mut octets = Vec::new();
        while let Some(request) = read(&mut stream, &mut octets) {
            let answer = self.runtime.block_on(self.answer(&request));
            if write(&mut stream, &answer).is_err() {
                break;
            }
        }
    }

    async fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let query = || Form::of_query(request.uri()).unwrap();
        if request.uri().path() == "/test/allow" {
            let typed = query().one("user_code").unwrap().unwrap().to_owned();
            let done = self.server.decide_device(&typed, &self.ada, Decision::Allow).await.unwrap();
            return plain(if matches!(done, DevicePage::Done(_)) { 200 } else { 404 });
        }
        if request.uri().path() == "/said" {
            self.said.send(String::from_utf8_lossy(request.body()).into_owned()).unwrap();
            return plain(204);
        }
        let Some(endpoint) = Endpoint::at("/auth", request.uri().path()) else {
            return self.page(request.uri().path());
        };
        if let Some(answer) = self.server.answer(endpoint, request, DoorKind::Server).await {
            return answer;
        }
        let outcome = match endpoint {
            Endpoint::Authorize => self.server.authorize(&query(), Some(&self.ada)).await,
            Endpoint::EndSession => match self.server.end_session(&query(), Some(&self.ada)) {
                Leaving::Leave { to: Some(to) } => Outcome::Redirect(to),
                _ => return plain(400),
            },
            _ => return plain(404),
        };
        let Outcome::Redirect(to) = outcome else { return plain(400) };
        let mut answer = plain(303);
        answer.headers_mut().insert("location", to.parse().unwrap());
        answer
    }
}

impl Served {
    /// The page of an app, and the library that it uses.
    fn page(&self, path: &str) -> Response<Bytes> {
        let folder = installed("node");
        let (file, kind) = match path {
            "/" | "/bound" | "/callback" => (folder.join("page.html"), "text/html"),
            "/oidc-client-ts.min.js" => (
                folder.join("node_modules/oidc-client-ts/dist/browser").join("oidc-client-ts.min.js"),
                "text/javascript",
            ),
            _ => return plain(404),
        };
        let text = std::fs::read_to_string(file).unwrap().replace("ISSUER", &self.issuer);
        let mut answer = plain(200);
        answer.headers_mut().insert("content-type", kind.parse().unwrap());
        *answer.body_mut() = Bytes::from(text);
        answer
    }
}

fn plain(status: u16) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer
}

/// A request, as plainly as libraries write it: a head, and a body with its length.
fn read(stream: &mut Stream, octets: &mut Vec<u8>) -> Option<Request<Bytes>> {
    let end = loop {
        if let Some(end) = octets.windows(4).position(|octets| octets == b"\r\n\r\n") {
            break end;
        }
        more(stream, octets)?;
    };
    let head: Vec<u8> = octets.drain(..end + 4).collect();
    let head = std::str::from_utf8(&head).ok()?;
    let (line, fields) = head.trim_end().split_once("\r\n")?;
    let mut words = line.split(' ');
    let mut request = Request::builder().method(words.next()?).uri(words.next()?);
    let mut length = 0;
    for (name, value) in fields.split("\r\n").filter_map(|field| field.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        request = request.header(name, value.trim());
    }
    while octets.len() < length {
        more(stream, octets)?;
    }
    request.body(Bytes::from(octets.drain(..length).collect::<Vec<u8>>())).ok()
}

fn more(stream: &mut Stream, octets: &mut Vec<u8>) -> Option<()> {
    let mut piece = [0; 4096];
    let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
    octets.extend_from_slice(piece.get(..read)?);
    Some(())
}

fn write(stream: &mut Stream, answer: &Response<Bytes>) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {}\r\ncontent-length: {}\r\n", answer.status(), answer.body().len());
    for (name, value) in answer.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    stream.write_all(answer.body())?;
    stream.flush()
}

/// The folder that has the libraries of a language, and what is written with them.
fn installed(language: &str) -> PathBuf {
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
    House::start().says(command, &folder, false)
}

#[test]
fn openid_client_completes_every_flow() {
    if !testkit::needs("npm") {
        return;
    }
    let expected = "\
code bearer email offline_access openid orders.read profile shop
userinfo Ada ada@shop.example true
refresh true true
revoked true false
left https://app.example/bye
body bearer
pushed bearer
error invalid_scope
dpop dpop
dpop userinfo true
dpop refresh dpop
downgrade invalid_grant
device true
machine bearer orders.read
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
code Bearer email offline_access openid
id_token ['acr', 'amr', 'at_hash', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'nonce', 'sid', 'sub']
userinfo True ada@shop.example
refresh True
introspected True shop
revoked 200
introspected {'active': False}
machine Bearer orders.read
";
    assert_eq!(House::start().says(command, &folder, true), expected);
}

#[test]
fn x_oauth2_completes_every_flow() {
    if !testkit::needs("go") {
        return;
    }
    let folder = installed("go");
    let expected = "\
state true
code Bearer email openid
userinfo ada@shop.example
refresh true true
machine Bearer orders.read
device true 5
allowed 200
tokens Bearer true
";
    assert_eq!(House::start().says(Command::new(folder.join("client")), &folder, false), expected);
}

#[test]
fn spring_security_signs_people_in() {
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
scopes [email, openid]
refresh true
";
    assert_eq!(House::start().says(command, &folder, false), expected);
}

/// The provider of others, until its standard input ends.
struct OidcProvider {
    process: Child,
    issuer: String,
    root: Root,
}

impl OidcProvider {
    fn start(folder: &Path) -> Self {
        let root = Root::new("another provider");
        let leaf = root.server(&["localhost"]);
        let (key, certificate) = (folder.join("provider-key.pem"), folder.join("provider.pem"));
        std::fs::write(&key, &leaf.key_pem).unwrap();
        std::fs::write(&certificate, &leaf.pem).unwrap();
        let mut command = Command::new("node");
        command.arg(folder.join("provider.mjs")).env("TLS_KEY", key).env("TLS_CERTIFICATE", certificate);
        command.env("SECRET", SECRETS[0]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("a provider");
        let mut said = BufReader::new(process.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let issuer = said.find(|line| line.starts_with("https://")).expect("its issuer");
        std::thread::spawn(move || said.for_each(drop));
        Self { process, issuer, root }
    }
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        drop(self.process.wait());
    }
}

#[test]
fn one_relying_party_hears_the_same_of_this_provider_and_of_oidc_provider() {
    if !testkit::needs("npm") {
        return;
    }
    let folder = installed("node");
    let script = || {
        let mut command = Command::new("node");
        command.arg(folder.join("both.mjs"));
        command
    };
    let other = OidcProvider::start(&folder);
    let of_other = says(script(), &folder, &other.root, &other.issuer, SECRETS[0]);
    let of_ours = House::start().says(script(), &folder, false);
    assert_eq!(of_ours, of_other);
    assert!(of_ours.contains("dpop userinfo ada@shop.example\nplain invalid_request\n"), "{of_ours}");
}

/// What the page says that a browser opens at this path.
fn page_says(path: &str) -> String {
    installed("node");
    let house = House::start();
    let profile = tempfile::tempdir().unwrap();
    let mut browser = Command::new(testkit::tool("chromium"));
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors", "--no-first-run"]);
    browser.arg("--disable-background-networking").arg(format!("--user-data-dir={}", profile.path().display()));
    browser.arg(format!("{}{path}", origin(house.pages)));
    let mut browser = browser.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a browser");
    let said = house.said.recv_timeout(Duration::from_secs(120));
    browser.kill().and_then(|()| browser.wait()).expect("its end");
    said.expect("the page says something")
}

#[test]
fn oidc_client_ts_completes_its_flow_in_a_page_of_another_origin() {
    if testkit::needs("npm") && testkit::needs("chromium") {
        let expected = "\
code Bearer email offline_access openid ada@shop.example
refresh Bearer true true
revoked
";
        assert_eq!(page_says("/"), expected);
    }
}

#[test]
fn oidc_client_ts_binds_its_tokens_to_a_key_that_never_leaves_the_browser() {
    if testkit::needs("npm") && testkit::needs("chromium") {
        let expected = "\
code DPoP email offline_access openid nobody
refresh DPoP true true
revoked
";
        assert_eq!(page_says("/bound"), expected);
    }
}
