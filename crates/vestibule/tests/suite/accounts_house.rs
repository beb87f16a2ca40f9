//! A gateway with accounts, an API behind them, and browsers without a screen: for tests of what must not be lost.

mod agent;

use std::net::SocketAddr;
use std::path::Path;

use serde_json::Value;
use testkit::program::Prepared;
use testkit::{Answer, Backend, ClientTls, Connection, Deadline, House, Reply, Root, script};

pub(crate) use agent::{Agent, Ready, form};

use crate::standing::house;
use crate::two_doors::{SOON, free_address, get};

pub(crate) const PASSWORD: &str = "umbrella stand by the window 7";

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const BACK: &str = "http://127.0.0.1/back";

const FILE: &str = r#"vestibule: 1
doors:
  client: { listen: "@door@", tls: { files: [{ certificate: door.pem, key: door-key.pem }] } }
identity:
  issuer: "@issuer@"
  accounts: open
apps:
  page: { type: session, origins: "@issuer@", scopes: orders.read, consent: never }
  program:
    type: native
    redirect_uris: "http://127.0.0.1/back"
    scopes: [orders.read, offline_access]
    consent: never
services:
  shop: { urls: "@service@" }
apis:
  shop:
    door: client
    path: /shop
    service: shop
    callers: { users: any, keys: restricted }
    operations: { orders: GET /orders }
"#;

/// The gateway, and all that is around it.
pub(crate) struct AccountsHouse {
    pub(crate) house: House,
    pub(crate) door: SocketAddr,
    pub(crate) issuer: String,
    tls: ClientTls,
    _service: Backend,
}

/// What an application was given.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Tokens {
    fn of(answer: &Answer) -> Option<Self> {
        let document = answer.json().filter(|_| answer.status == 200)?;
        let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self { access: text("access_token")?, refresh: text("refresh_token")? })
    }
}

impl AccountsHouse {
    pub(crate) fn open() -> Self {
        Self::prepared(house())
    }

    /// With the gateway started by a tool.
    pub(crate) fn open_under(tool: &Path, options: &[&str]) -> Self {
        Self::prepared(house().under(tool, options))
    }

    fn prepared(prepared: Prepared) -> Self {
        let reply = Reply::ok("orders").field("content-type", "text/plain");
        let (service, root) = (Backend::always(script::answer(reply)), Root::new("people"));
        let door = free_address();
        let leaf = root.server(&["localhost", "127.0.0.1"]);
        prepared.write("door.pem", &leaf.pem);
        prepared.write("door-key.pem", &leaf.key_pem);
        let issuer = format!("https://localhost:{}", door.port());
        let file = FILE.replace("@door@", &door.to_string()).replace("@issuer@", &issuer);
        let file = file.replace("@service@", service.url());
        let house = prepared.config(&file).start_with(&["run", "-c", testkit::program::FILE, "--watch", "false"]);
        house.wait_for_message("ready in ");
        Self { house, door, issuer, tls: ClientTls::new(&root), _service: service }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.house.folder()
    }

    pub(crate) const fn tls(&self) -> &ClientTls {
        &self.tls
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::tls(self.door, &self.tls)
    }

    /// A browser that was never here.
    pub(crate) fn agent(&self) -> Agent {
        Agent::new(self.door, self.tls.clone(), self.issuer.clone())
    }

    /// The link in the last mail to somebody, as far as such a mail was printed by this process.
    pub(crate) fn link(&self, address: &str, path: &str) -> Option<String> {
        let said = self.house.stderr();
        let mail = said.rsplit_once(&format!("mail to {address}:"))?.1;
        let link = mail.split_once(&format!("{}{path}?link=", self.issuer))?.1;
        // A line that is not whole yet may break off within the link.
        Some(link.split_once('\n')?.0.trim().to_owned())
    }

    /// The same, waiting for the mail.
    pub(crate) fn mailed(&self, address: &str, path: &str) -> String {
        let deadline = Deadline::within(SOON);
        loop {
            if let Some(link) = self.link(address, path) {
                return link;
            }
            assert!(!deadline.passed(), "no link {path} for {address}:\n{}", self.house.stderr());
            std::thread::yield_now();
        }
    }

    /// Somebody new, signed in.
    pub(crate) fn register(&self, address: &str) -> Agent {
        let link = self.ask_to_join(address);
        let mut agent = self.agent();
        let answer = agent.submit("/auth/verify", &join(&link));
        assert!(entered(&answer), "{} {}", answer.status, answer.text());
        agent
    }

    /// Asks for an account, and gives the link of the mail that comes of it, not of one before.
    pub(crate) fn ask_to_join(&self, address: &str) -> String {
        let mails = || self.house.stderr().matches(&format!("mail to {address}:")).count();
        let before = mails();
        let answer = self.agent().submit("/auth/register", &[("address", address)]);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let deadline = Deadline::within(SOON);
        while mails() == before {
            assert!(!deadline.passed(), "no mail to {address}");
            std::thread::yield_now();
        }
        self.mailed(address, "/auth/verify")
    }

    /// Signs in with a password, as far as that goes.
    pub(crate) fn sign_in(&self, address: &str, password: &str) -> (Agent, Answer) {
        let mut agent = self.agent();
        let answer = agent.submit("/auth/sign-in", &[("address", address), ("password", password)]);
        assert!(matches!(answer.status, 303 | 422), "{} {}", answer.status, answer.text());
        (agent, answer)
    }

    /// Whether somebody comes in with a password.
    pub(crate) fn comes_in(&self, address: &str, password: &str) -> bool {
        self.sign_in(address, password).1.status == 303
    }

    /// A code for the program, of whoever is signed in in this browser.
    pub(crate) fn code(&self, agent: &mut Agent, scope: &str) -> String {
        let mut target = "/auth/authorize?".to_owned();
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", "program"),
            ("redirect_uri", BACK),
            ("scope", scope),
            ("state", "here"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ] {
            idp::push_parameter(&mut target, name, value);
        }
        let answer = agent.get(&target);
        let location = answer.field("location").unwrap_or_default();
        let code = location.split_once("code=").map(|(_, rest)| rest.split('&').next().unwrap_or_default().to_owned());
        code.unwrap_or_else(|| panic!("no code: {} {location} {}", answer.status, answer.text()))
    }

    /// What a program sends to redeem a code.
    pub(crate) fn redeeming(code: &str) -> String {
        form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("client_id", "program"),
            ("code_verifier", VERIFIER),
        ])
    }

    pub(crate) fn redeem(&self, code: &str) -> Option<Tokens> {
        Tokens::of(&self.agent().post("/auth/token", &Self::redeeming(code)))
    }

    pub(crate) fn tokens(&self, agent: &mut Agent, scope: &str) -> Tokens {
        let code = self.code(agent, scope);
        let answer = self.agent().post("/auth/token", &Self::redeeming(&code));
        Tokens::of(&answer).unwrap_or_else(|| panic!("no tokens: {} {}", answer.status, answer.text()))
    }

    /// What a program sends to refresh.
    pub(crate) fn refreshing(refresh: &str) -> String {
        form(&[("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", "program")])
    }

    /// The next tokens; none where the family has ended.
    pub(crate) fn refresh(&self, refresh: &str) -> Option<Tokens> {
        let answer = self.agent().post("/auth/token", &Self::refreshing(refresh));
        let ended = answer.json().is_some_and(|document| document["error"] == "invalid_grant");
        assert!(answer.status == 200 || ended, "{} {}", answer.status, answer.text());
        Tokens::of(&answer)
    }

    /// Whether the API takes a token or key.
    pub(crate) fn opens(&self, bearer: &str) -> bool {
        let answer = self.connect().exchange(get("/shop/orders", &[&format!("authorization: Bearer {bearer}")]));
        assert!(matches!(answer.status, 200 | 401), "{} {}", answer.status, answer.text());
        answer.status == 200
    }
}

/// What makes the account behind a link.
pub(crate) fn join(link: &str) -> [(&'static str, &str); 3] {
    [("link", link), ("name", "Ada"), ("new_password", PASSWORD)]
}

/// Whether an answer lets somebody in.
pub(crate) fn entered(answer: &Answer) -> bool {
    answer.status == 303 && answer.fields.iter().any(|(name, value)| name == "set-cookie" && is_sign_in(value))
}

fn is_sign_in(cookie: &str) -> bool {
    cookie.starts_with(&format!("{}=", idp::Cookie::SignIn.name())) && !cookie.contains("Max-Age=0")
}
