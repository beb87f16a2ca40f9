//! The programs of `docs/backends.md`, run as they stand there: each believes the gateway, and nobody else.
//!
//! What they need is put under `target/` once, by `tests/backends/install.sh`, which takes the programs out of the page.

#[expect(unreachable_pub, reason = "the program stands as on the page")]
#[path = "../backends/rust.rs"]
mod rust;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

use auth::jose::{Algorithm, SigningKey, decode_base64url, encode_base64url};
use auth::keys::{self, NewKey};
use model::{KeyKind, Secret};
use serde_json::{Value, json};
use testkit::program::wait_for_listener;
use testkit::{Answer, Connection, Deadline, House, port};

use crate::standing::house;
use crate::two_doors::{bearer, free_address, request};

const PAGE: &str = include_str!("../../../../docs/backends.md");

/// How long a program of another language may take to begin.
const BEGINS: Duration = Duration::from_secs(90);
const SOON: Duration = Duration::from_secs(30);

/// A gateway whose one service is to listen at `service`.
struct Ground {
    house: House,
    door: SocketAddr,
    service: SocketAddr,
    key: NewKey,
}

impl Ground {
    fn open() -> Self {
        let (door, service) = (free_address(), SocketAddr::from((Ipv4Addr::LOCALHOST, port::free())));
        let key = keys::generate(KeyKind::Restricted).expect("a key");
        let file = format!(
            "vestibule: 1\n\
             doors:\n  client: {{ listen: \"{door}\", tls: none }}\n\
             services:\n  orders: {{ urls: \"http://{service}\" }}\n\
             keys:\n  laptop: {{ kind: restricted, hash: \"{}\", apis: orders }}\n\
             apis:\n\
             \x20 house-keys: {{ door: client, path: /house-keys, public: true, identity_keys: true }}\n\
             \x20 orders:\n    door: client\n    path: /orders\n    service: orders\n    deadline: 20s\n\
             \x20   callers: {{ keys: restricted }}\n\
             \x20   operations: {{ all: ANY /**, seen: {{ route: GET /seen, public: true }} }}\n",
            key.hash
        );
        Self { house: house().config(&file).start(), door, service, key }
    }

    fn keys_url(&self) -> String {
        format!("http://{}/house-keys", self.door)
    }

    /// The key that the house signs with, out of its data directory.
    fn signing(&self) -> SigningKey {
        let path = self.house.folder().join("vestibule-data/assertion-keys.json");
        let text: Value = serde_json::from_slice(&std::fs::read(path).expect("the keys")).expect("JSON");
        let pkcs8 = text["keys"][0]["pkcs8"].as_str().and_then(decode_base64url).expect("a key");
        SigningKey::from_pkcs8(Algorithm::Es256, Secret::new(pkcs8)).expect("a key")
    }

    /// A true word, and lies of every kind.
    fn words(&self) -> (String, Vec<(&'static str, String)>) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
        let ours = self.signing();
        let claims = |changes: &Value| {
            let mut claims =
                json!({ "iss": "vestibule", "aud": "orders", "sub": "key:laptop", "iat": now, "exp": now + 60 });
            for (name, value) in changes.as_object().expect("changes") {
                claims[name] = value.clone();
            }
            claims
        };
        let sign = |key: &SigningKey, changes: Value| key.sign("JWT", &claims(&changes)).expect("a token");
        let stranger = SigningKey::generate(Algorithm::Es256).expect("a key");
        let good = sign(&ours, json!({}));
        let (signed, signature) = good.rsplit_once('.').expect("parts");
        let (header, payload) = signed.split_once('.').expect("parts");
        let theirs = sign(&stranger, json!({}));
        let none = encode_base64url(format!(r#"{{"alg":"none","kid":"{}"}}"#, ours.id()).as_bytes());
        let other = encode_base64url(claims(&json!({ "sub": "key:admin" })).to_string().as_bytes());
        let lies = vec![
            ("nothing", String::new()),
            ("no token", "hello".to_owned()),
            ("for another service", sign(&ours, json!({ "aud": "billing" }))),
            ("of another issuer", sign(&ours, json!({ "iss": "https://id.shop.example" }))),
            ("past its end", sign(&ours, json!({ "iat": now - 600, "exp": now - 300 }))),
            ("by a key that is nobody's", theirs.clone()),
            ("by another key under our name", format!("{signed}.{}", theirs.rsplit_once('.').expect("parts").1)),
            ("changed", format!("{header}.{other}.{signature}")),
            ("without a signature", format!("{none}.{payload}.")),
        ];
        (good, lies)
    }

    /// Asks the service itself, as a neighbour that reaches it does.
    fn ask_beside(&self, word: &str) -> Answer {
        ask(self.service, "/", &format!("vestibule-identity: {word}"))
    }

    /// A program that runs believes what comes by the gateway, and refuses every lie that a neighbour tells it.
    fn is_believed_and_nobody_else(&self) {
        wait_for_listener(self.service, BEGINS);
        let answer = ask(self.door, "/orders/", &bearer(&self.key));
        assert_eq!((answer.status, answer.text().as_str()), (200, "hello key:laptop"));
        // Nobody is told of nobody, whatever is written there.
        let (good, lies) = self.words();
        assert_eq!(ask(self.door, "/orders/seen", &format!("vestibule-identity: {good}")).status, 401);
        assert_eq!(self.ask_beside(&good).text(), "hello key:laptop", "the words of this test are of the right form");
        assert_eq!(ask(self.service, "/", "x-nothing: 1").status, 401);
        for (what, lie) in lies {
            assert_eq!(self.ask_beside(&lie).status, 401, "{what}: {lie}");
        }
    }
}

fn ask(address: SocketAddr, target: &str, field: &str) -> Answer {
    let mut connection = Connection::plain(address);
    connection.send(request("GET", target, &[field, "connection: close"], "").as_bytes());
    connection.answer_to("GET", Deadline::within(SOON)).expect("an answer")
}

/// A program that is ended with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The folder that has the programs of a language.
fn installed(language: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("backends").join(language);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/backends/install.sh");
    let status = Command::new(script).arg(language).arg(&folder).status().expect("a shell");
    assert!(status.success(), "the programs of {language} cannot be had");
    folder
}

fn holds(language: &str, command: impl FnOnce(&Path) -> Command) {
    let folder = installed(language);
    let ground = Ground::open();
    let mut command = command(&folder);
    command.env("KEYS_URL", ground.keys_url()).env("PORT", ground.service.port().to_string()).current_dir(&folder);
    let _program = Program(command.spawn().expect("a program"));
    ground.is_believed_and_nobody_else();
}

fn python(folder: &Path, script: &str) -> Command {
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", folder.join("library")).arg(folder.join(script));
    command
}

#[test]
fn a_service_in_node_believes_the_gateway_and_nobody_else() {
    if testkit::needs("npm") {
        holds("node", |folder| {
            let mut command = Command::new("node");
            command.arg(folder.join("service.mjs"));
            command
        });
    }
}

#[test]
fn a_service_in_flask_believes_the_gateway_and_nobody_else() {
    if testkit::needs("pip") {
        holds("python", |folder| python(folder, "hello_flask.py"));
    }
}

#[test]
fn a_service_in_django_believes_the_gateway_and_nobody_else() {
    if testkit::needs("pip") {
        holds("python", |folder| python(folder, "hello_django.py"));
    }
}

#[test]
fn a_service_in_go_believes_the_gateway_and_nobody_else() {
    if testkit::needs("go") {
        holds("go", |folder| Command::new(folder.join("service")));
    }
}

#[test]
fn a_service_in_spring_believes_the_gateway_and_nobody_else() {
    if testkit::needs("javac") && testkit::needs("mvn") {
        holds("java", |folder| {
            let mut command = Command::new("java");
            command.arg("-cp").arg(format!("{0}/target/classes:{0}/library/*", folder.display())).arg("shop.Orders");
            command
        });
    }
}

#[test]
fn a_service_in_rust_believes_the_gateway_and_nobody_else() {
    let (_, program) = include_str!("../backends/rust.rs").split_once("\n\n").expect("a first line");
    assert!(PAGE.contains(&format!("```rust\n{program}```")), "the page has the program that is run");
    let ground = Ground::open();
    let answer = ask(ground.door, "/house-keys", "accept: */*");
    let keys = serde_json::from_str(&answer.text()).expect("a set");
    let (good, lies) = ground.words();
    assert_eq!(rust::caller(&good, &keys).expect("it is true").sub, "key:laptop");
    for (what, lie) in lies {
        assert!(rust::caller(&lie, &keys).is_none(), "{what}: {lie}");
    }
}

#[test]
fn the_file_of_the_page_loads() {
    let file = PAGE.split_once("```yaml\n").and_then(|(_, rest)| rest.split_once("```")).expect("a block").0;
    let checked = house().config(file).command(&["check", "-c", "vestibule.yaml"]);
    assert!(checked.status.success(), "{checked:?}");
}
