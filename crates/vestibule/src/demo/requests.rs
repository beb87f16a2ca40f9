//! What to try at the doors: complete `curl` commands, each with the answer that it must get.
//!
//! One list serves the printed lines, `--json` and the test that runs every one
//! of them, so that none can be wrong for long. It grows with what the doors can do.

use std::path::Path;

use model::{Code, DoorKind};
use serde_json::{Value, json};

use crate::roots;

/// One command and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Try {
    /// What it shows, in kebab-case.
    pub(crate) name: &'static str,
    /// At which door.
    pub(crate) door: DoorKind,
    /// The whole command.
    pub(crate) argv: Vec<String>,
    /// The status that it must get; 0 where there is no handshake.
    pub(crate) expect: u16,
    /// The code of the problem that it must get.
    pub(crate) problem: Option<Code>,
    /// Whether it is among those printed for people, who would not read all.
    pub(crate) shown: bool,
}

impl Try {
    /// Makes it one that is printed for people.
    fn shown(mut self) -> Self {
        self.shown = true;
        self
    }

    /// The form for `--json`.
    pub(crate) fn to_json(&self) -> Value {
        let mut object = json!({
            "name": self.name, "door": self.door.as_str(), "argv": self.argv, "expect": self.expect,
        });
        if let (Some(problem), Some(members)) = (self.problem, object.as_object_mut()) {
            members.insert("problem".to_owned(), json!(problem.as_str()));
        }
        object
    }
}

/// What the commands are made of; all paths are absolute.
#[derive(Clone, Debug)]
pub(crate) struct Facts<'a> {
    /// `https://localhost:PORT` of the client door.
    pub(crate) client: &'a str,
    /// The same of the server door.
    pub(crate) server: &'a str,
    /// The local CA.
    pub(crate) ca: &'a Path,
    /// The folder of certificates and keys, as `NAME.pem` and `NAME-key.pem`.
    pub(crate) certificates: &'a Path,
    /// A body that is larger than an order may be.
    pub(crate) too_large: &'a Path,
    /// The text of the key `window`.
    pub(crate) window: &'a str,
    /// The text of the key `till`.
    pub(crate) till: &'a str,
    /// The text of the key `bookkeeper`.
    pub(crate) bookkeeper: &'a str,
}

/// Everything there is to try, door by door, what works before what is refused.
pub(crate) fn list(facts: &Facts<'_>) -> Vec<Try> {
    let mut tries = at_the_client_door(facts);
    tries.extend(refused_at_the_client_door(facts));
    tries.extend(at_the_server_door(facts));
    tries.extend(refused_at_the_server_door(facts));
    tries
}

/// The certificate of nobody we know.
pub(crate) const STRANGER: &str = "stranger";
/// A certificate that the local CA signed.
pub(crate) const DOOR: &str = "door";

const NOTHING: [&str; 0] = [];
const JSON: [&str; 2] = ["-H", "content-type: application/json"];
const ORDER: &str = r#"{"name":"Ada","items":[{"product":"bell","quantity":1}]}"#;
const UNPAID: &str = r#"{"name":"Ada","card":"declined","items":[{"product":"mat","quantity":2}]}"#;
const CHARGE: &str = r#"{"order":"by-hand","amount_cents":6450}"#;
const REFUND: &str = r#"{"charge":"charge-1"}"#;

fn at_the_client_door(facts: &Facts<'_>) -> Vec<Try> {
    let door = Door { kind: DoorKind::Client, url: facts.client, ca: facts.ca };
    let from_the_page = from_a_page(facts.window, facts.client);
    vec![
        door.answers("page", 200, &NOTHING, "/"),
        door.answers("products", 200, &from_the_page, "/api/products").shown(),
        door.answers("one-product", 200, &from_the_page, "/api/products/bell"),
        door.answers("live-stock", 200, &["-N"], "/api/feed?events=1").shown(),
        door.answers("the-bell", 101, &with(&upgrade(), &["--output", "-"]), "/bell?messages=1"),
        door.answers("order", 201, &[JSON[0], JSON[1], "-d", ORDER], "/api/orders").shown(),
        door.answers("order-with-a-declined-card", 402, &[JSON[0], JSON[1], "-d", UNPAID], "/api/orders"),
        door.answers("all-orders-with-a-key", 200, &["-H", &bearer(facts.till)], "/api/orders").shown(),
    ]
}

fn refused_at_the_client_door(facts: &Facts<'_>) -> Vec<Try> {
    let door = Door { kind: DoorKind::Client, url: facts.client, ca: facts.ca };
    let too_large = format!("@{}", facts.too_large.display());
    let from_the_page = from_a_page(facts.window, facts.client);
    vec![
        door.refuses("no-key", Code::CredentialRequired, &NOTHING, "/api/orders").shown(),
        door.refuses("a-wrong-key", Code::CredentialInvalid, &["-H", &bearer("guessed")], "/api/orders").shown(),
        door.refuses("a-bad-key-is-not-nobody", Code::CredentialInvalid, &["-H", &bearer("guessed")], "/api/feed"),
        door.refuses("the-pages-key-elsewhere", Code::NotFound, &from_the_page, "/api/orders"),
        door.refuses(
            "the-pages-key-in-another-page",
            Code::CredentialInvalid,
            &from_a_page(facts.window, "https://elsewhere.example"),
            "/api/products",
        )
        .shown(),
        door.refuses(
            "the-pages-key-without-a-page",
            Code::CredentialInvalid,
            &["-H", &bearer(facts.window)],
            "/api/products",
        ),
        door.refuses(
            "the-pages-key-changes-nothing",
            Code::NotFound,
            &with(&from_the_page, &["-X", "POST"]),
            "/api/products",
        ),
        door.refuses("a-servers-key", Code::CredentialMisplaced, &["-H", &bearer(facts.bookkeeper)], "/api/orders"),
        door.refuses("a-key-in-the-url", Code::CredentialInQuery, &NOTHING, "/api/orders?api_key=guessed").shown(),
        door.refuses("nothing-there", Code::NotFound, &NOTHING, "/api/discounts"),
        door.refuses("nothing-there-for-you", Code::NotFound, &NOTHING, "/payments/charges").shown(),
        door.refuses("an-encoded-slash", Code::AmbiguousPath, &NOTHING, "/api/products/..%2fadmin"),
        door.refuses("dots-in-the-path", Code::AmbiguousPath, &["--path-as-is"], "/api/products/../orders").shown(),
        door.refuses("a-body-too-large", Code::BodyTooLarge, &[JSON[0], JSON[1], "-d", &too_large], "/api/orders")
            .shown(),
        door.refuses("another-host", Code::MisdirectedRequest, &["-H", "Host: elsewhere.example"], "/api/products")
            .shown(),
        door.refuses("the-bell-without-an-upgrade", Code::UpgradeRequired, &NOTHING, "/bell"),
        door.refuses("a-strange-expectation", Code::ExpectationFailed, &["-H", "Expect: a-miracle"], "/api/products"),
    ]
}

fn at_the_server_door(facts: &Facts<'_>) -> Vec<Try> {
    let door = Door { kind: DoorKind::Server, url: facts.server, ca: facts.ca };
    let shop = certificate(facts.certificates, "shop");
    let warehouse = certificate(facts.certificates, "warehouse");
    vec![
        door.answers("stock-levels-for-the-shop", 200, &shop, "/stock/levels"),
        door.answers("stock-levels-for-the-warehouse", 200, &warehouse, "/stock/levels").shown(),
        door.answers(
            "the-warehouse-fills-a-shelf",
            200,
            &with(&warehouse, &["-X", "PUT", JSON[0], JSON[1], "-d", r#"{"stock":60}"#]),
            "/stock/levels/mat",
        ),
        door.answers("the-shop-charges", 201, &with(&shop, &[JSON[0], JSON[1], "-d", CHARGE]), "/payments/charges"),
        door.answers("the-shop-reads-the-charges", 200, &shop, "/payments/charges").shown(),
        door.answers(
            "the-books-with-certificate-and-key",
            200,
            &with(&warehouse, &["-H", &bearer(facts.bookkeeper)]),
            "/books/charges",
        ),
    ]
}

fn refused_at_the_server_door(facts: &Facts<'_>) -> Vec<Try> {
    let door = Door { kind: DoorKind::Server, url: facts.server, ca: facts.ca };
    let shop = certificate(facts.certificates, "shop");
    let warehouse = certificate(facts.certificates, "warehouse");
    vec![
        door.shuts("no-certificate", &NOTHING, "/payments/charges").shown(),
        door.shuts(
            "a-certificate-of-another-authority",
            &certificate(facts.certificates, STRANGER),
            "/payments/charges",
        )
        .shown(),
        door.shuts("a-certificate-of-the-local-ca", &certificate(facts.certificates, DOOR), "/payments/charges"),
        door.refuses(
            "the-warehouse-refunds",
            Code::NotAllowed,
            &with(&warehouse, &[JSON[0], JSON[1], "-d", REFUND]),
            "/payments/refunds",
        )
        .shown(),
        door.refuses(
            "a-customers-key",
            Code::CredentialMisplaced,
            &with(&shop, &["-H", &bearer(facts.till)]),
            "/books/charges",
        ),
        door.refuses(
            "a-pages-key",
            Code::CredentialMisplaced,
            &with(&shop, &["-H", &bearer(facts.window)]),
            "/stock/levels",
        ),
        door.refuses(
            "a-browser",
            Code::BrowserNotAllowed,
            &with(&shop, &["-H", "Origin: https://localhost"]),
            "/payments/charges",
        )
        .shown(),
        door.refuses("another-method", Code::MethodNotAllowed, &with(&shop, &["-X", "DELETE"]), "/payments/charges")
            .shown(),
        door.refuses("from-another-network", Code::NetworkNotAllowed, &warehouse, "/depot/levels").shown(),
        door.refuses("nothing-there-either", Code::NotFound, &shop, "/payments/discounts"),
    ]
}

struct Door<'a> {
    kind: DoorKind,
    url: &'a str,
    ca: &'a Path,
}

impl Door<'_> {
    fn answers(&self, name: &'static str, expect: u16, arguments: &[impl AsRef<str>], path: &str) -> Try {
        let mut argv = vec!["curl".to_owned(), "-sS".to_owned(), "--cacert".to_owned(), self.ca.display().to_string()];
        argv.extend(arguments.iter().map(|argument| argument.as_ref().to_owned()));
        argv.push(format!("{}{path}", self.url));
        Try { name, door: self.kind, argv, expect, problem: None, shown: false }
    }

    fn refuses(&self, name: &'static str, code: Code, arguments: &[impl AsRef<str>], path: &str) -> Try {
        Try { problem: Some(code), ..self.answers(name, code.status(), arguments, path) }
    }

    fn shuts(&self, name: &'static str, arguments: &[impl AsRef<str>], path: &str) -> Try {
        self.answers(name, 0, arguments, path)
    }
}

/// What opens a WebSocket (RFC 6455 §4.1).
fn upgrade() -> Vec<String> {
    let fields = [
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: aGFsbCBhbmQgaG9vayBzaA==",
    ];
    std::iter::once("--http1.1".to_owned())
        .chain(fields.iter().flat_map(|field| ["-H".to_owned(), (*field).to_owned()]))
        .collect()
}

fn bearer(key: &str) -> String {
    format!("Authorization: Bearer {key}")
}

/// What a script of a page sends: the key, and, said by the browser, where the page is from.
fn from_a_page(key: &str, origin: &str) -> Vec<String> {
    ["-H".to_owned(), bearer(key), "-H".to_owned(), format!("Origin: {origin}")].into()
}

fn certificate(folder: &Path, name: &str) -> [String; 4] {
    let (certificate, key) = roots::files(folder, name);
    ["--cert".to_owned(), certificate.display().to_string(), "--key".to_owned(), key.display().to_string()]
}

fn with(credentials: &[String], more: &[&str]) -> Vec<String> {
    credentials.iter().cloned().chain(more.iter().map(|&word| word.to_owned())).collect()
}

#[cfg(test)]
mod tests;
