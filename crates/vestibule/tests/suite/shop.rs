//! A shop with accounts: one client door with the provider, apps of every kind before it, and an API that takes tokens
//! and sessions. For tests of what people, programs and attackers do there.

pub(crate) mod flows;

use std::net::SocketAddr;

use idp::Digest;
use testkit::program::Prepared;
use testkit::{Answer, Backend, ClientTls, Connection, House, Reply, Root, script};

use crate::person::Person;
use crate::standing::house;
use crate::two_doors::{SERVED, free_address, request};

/// One that has to be encoded in `Authorization` (RFC 6749 §2.3.1), and one as the house makes them.
pub(crate) const SECRETS: [&str; 2] =
    ["a secret: of 256 bits & more +%", "secret_dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"];
pub(crate) const CALLBACK: &str = "https://app.example/callback";
pub(crate) const ADA: &str = "ada@shop.example";

/// `@…@` are put in when it is opened; tests change or add lines of it.
const FILE: &str = r#"vestibule: 1
doors:
  client:
    listen: "@client@"
    hosts: [localhost, page.localhost]
    tls: { files: [{ certificate: door.pem, key: door-key.pem }] }
identity:
  issuer: "@issuer@"
  name: Corner Shop
  accounts: open
  mail: print
apps:
  shop:
    type: server
    title: The shop
    redirect_uris: https://app.example/callback
    after_sign_out: https://app.example/bye
    scopes: [openid, profile, email, offline_access, orders.read]
    authenticate: secret
    secrets: ["@secret-0@", "@secret-1@"]
    resources: "@issuer@/orders"
  cli:
    type: native
    title: Shop on the command line
    redirect_uris: https://app.example/callback
    scopes: [openid, profile, email, offline_access, orders.read]
    resources: ["@issuer@/orders", "@issuer@/bills"]
  page:
    type: session
    origins: "@issuer@"
    scopes: [orders.read, orders.write]
    consent: never
    after_sign_out: /
services:
  shop: { urls: "@service@" }
apis:
  orders:
    door: client
    host: localhost
    path: /orders
    service: shop
    callers: { users: { via: [token, session] } }
    operations:
      list: { route: GET /list, scopes: orders.read }
      place: { route: POST /place, scopes: orders.write }
      open: { route: GET /open, public: true }
  bills:
    door: client
    host: localhost
    path: /bills
    service: shop
    callers: { users: { via: token } }
    operations: { list: GET /list }
  bound:
    door: client
    host: localhost
    path: /bound
    service: shop
    callers: { users: { via: token, bound: dpop } }
    operations: { list: GET /list }
"#;

/// Everything that is there before the gateway starts.
pub(crate) struct Ground {
    pub(crate) prepared: Prepared,
    pub(crate) service: Backend,
    pub(crate) client: SocketAddr,
    pub(crate) root: Root,
}

/// The same, with the gateway running.
pub(crate) struct Shop {
    pub(crate) house: House,
    pub(crate) service: Backend,
    pub(crate) client: SocketAddr,
    pub(crate) root: Root,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let root = Root::new("people");
        let prepared = house();
        let leaf = root.server(&["localhost", "page.localhost"]);
        prepared.write("door.pem", &leaf.pem);
        prepared.write("door-key.pem", &leaf.key_pem);
        let service = Backend::choosing(|_, _| script::answer(Reply::ok(SERVED)));
        Self { prepared, service, client: free_address(), root }
    }

    pub(crate) fn issuer(&self) -> String {
        issuer(self.client)
    }

    /// A text with all that is known put in.
    pub(crate) fn filled(&self, text: &str) -> String {
        let [first, second] = SECRETS.map(hash);
        text.replace("@client@", &self.client.to_string())
            .replace("@issuer@", &self.issuer())
            .replace("@port@", &self.client.port().to_string())
            .replace("@service@", self.service.url())
            .replace("@secret-0@", &first)
            .replace("@secret-1@", &second)
    }

    /// The file, with these pieces of it replaced once; each may have `@…@` too.
    pub(crate) fn file(&self, changes: &[(&str, &str)]) -> String {
        self.filled(&crate::two_doors::changed(FILE, changes))
    }

    pub(crate) fn open(self, file: &str) -> Shop {
        let Self { prepared, service, client, root } = self;
        let house = prepared.config(file).start();
        Shop { house, service, client, root }
    }
}

impl Shop {
    /// With the file as it is.
    pub(crate) fn open() -> Self {
        Self::open_with(&[])
    }

    pub(crate) fn open_with(changes: &[(&str, &str)]) -> Self {
        let ground = Ground::new();
        let file = ground.file(changes);
        ground.open(&file)
    }

    pub(crate) fn issuer(&self) -> String {
        issuer(self.client)
    }

    /// A new person with an account, signed in at the provider.
    pub(crate) fn person(&self, address: &str) -> Person {
        let mut person = Person::new(address, &self.root);
        person.register(&self.house, &self.issuer());
        person
    }

    /// A connection for this host.
    pub(crate) fn connect(&self) -> Connection {
        Connection::tls(self.client, &ClientTls::new(&self.root))
    }

    /// One request, as a program makes it.
    pub(crate) fn ask(&self, method: &str, target: &str, fields: &[&str], body: &str) -> Answer {
        self.connect().exchange(self.request(method, target, fields, body))
    }

    /// Its octets, with the host as the issuer has it.
    pub(crate) fn request(&self, method: &str, target: &str, fields: &[&str], body: &str) -> String {
        let host = format!("host: localhost:{}\r\n", self.client.port());
        request(method, target, fields, body).replacen("host: localhost\r\n", &host, 1)
    }
}

fn issuer(client: SocketAddr) -> String {
    format!("https://localhost:{}", client.port())
}

/// As the file has the secret of an app.
pub(crate) fn hash(secret: &str) -> String {
    format!("sha256:{}", data_encoding::HEXLOWER.encode(&Digest::of(secret).0))
}
