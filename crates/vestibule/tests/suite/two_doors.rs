//! A gateway with both doors open, keys and workloads in its file: for tests of who may come in, and how.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use auth::keys::{self, NewKey};
use model::KeyKind;
use testkit::program::Prepared;
use testkit::{Answer, Backend, ClientTls, Connection, Deadline, House, Leaf, Reply, Root, Stream, port, script};

use crate::standing::house;

/// How long a test waits for what should happen at once.
pub(crate) const SOON: Duration = Duration::from_secs(15);

/// What the service says to every request.
pub(crate) const SERVED: &str = "served";

/// The file of most of these tests. `@…@` are put in by [`Ground::file`]; tests change or add lines of it.
const FILE: &str = r#"vestibule: 1
doors:
  client:
    listen: "@client@"
    tls: { files: [{ certificate: door.pem, key: door-key.pem }] }
  server:
    listen: "@server@"
    tls: { files: [{ certificate: door.pem, key: door-key.pem }] }
trust:
  domain: shop.test
  root: { certificate: workloads.pem, key: workloads-key.pem }
services:
  shop: { urls: "@service@" }
keys:
  app: { kind: restricted, hash: "@app@", apis: notes, scopes: notes.read }
  page: { kind: publishable, hash: "@page@", apis: notes, origins: "https://shop.test" }
  other: { kind: restricted, hash: "@other@", apis: elsewhere }
  late: { kind: restricted, hash: "@late@", apis: notes, expires: 2020-01-31 }
  erp: { kind: secret, hash: "@erp@", apis: books }
workloads:
  orders: { networks: loopback }
  billing: { id: "spiffe://shop.test/team/billing" }
  legacy: { dns: legacy.test }
  away: { networks: 10.99.0.0/16 }
apis:
  open:
    door: client
    path: /open
    service: shop
    public: true
    operations: { read: "GET /things", send: "POST /things", one: "GET /things/{id}" }
  notes:
    door: client
    path: /notes
    service: shop
    callers: { keys: [publishable, restricted] }
    operations:
      list: GET /list
      own: { route: GET /own, callers: { keys: restricted } }
      scoped: { route: GET /scoped, scopes: notes.read }
      announced: { route: GET /announced, public: true }
  elsewhere:
    door: client
    path: /elsewhere
    service: shop
    callers: { keys: restricted }
    operations: { list: GET /list }
  payments:
    door: server
    path: /payments
    service: shop
    callers: { workloads: [orders, legacy, away] }
    operations:
      list: GET /charges
      charge: POST /charges
      refund: { route: POST /refunds, callers: { workloads: billing } }
  team:
    door: server
    path: /team
    service: shop
    callers: { workloads: "spiffe://shop.test/team/*" }
    operations: { list: GET /list }
  books:
    door: server
    path: /books
    service: shop
    callers: { keys: secret }
    operations: { list: GET /list }
"#;

/// What a browser says of a request of the page that the publishable key is for.
pub(crate) const FROM_PAGE: &str = "referer: https://shop.test/orders";

/// Everything that is there before the gateway starts.
pub(crate) struct Ground {
    pub(crate) prepared: Prepared,
    pub(crate) service: Backend,
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    /// Signs the certificates of both doors.
    pub(crate) people: Root,
    /// Signs the certificates of callers at the server door.
    pub(crate) workloads: Root,
    pub(crate) keys: KeyRing,
}

/// One key of each kind that tests need.
pub(crate) struct KeyRing {
    /// Restricted, for `notes`, with the scope `notes.read`.
    pub(crate) app: NewKey,
    /// Publishable, for `notes`.
    pub(crate) page: NewKey,
    /// Restricted, for `elsewhere`.
    pub(crate) other: NewKey,
    /// Restricted, for `notes`, past its day.
    pub(crate) late: NewKey,
    /// Secret, for `books`.
    pub(crate) erp: NewKey,
}

/// The same, with the gateway running.
pub(crate) struct TwoDoors {
    pub(crate) house: House,
    pub(crate) service: Backend,
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    pub(crate) people: Root,
    pub(crate) workloads: Root,
    pub(crate) keys: KeyRing,
}

fn new_key(kind: KeyKind) -> NewKey {
    keys::generate(kind).expect("random numbers")
}

/// An address of this machine at a free port.
pub(crate) fn free_address() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()))
}

impl Ground {
    /// A service that says [`SERVED`], and says what software it is.
    pub(crate) fn new() -> Self {
        let reply = Reply::ok(SERVED).field("content-type", "text/plain").field("server", "shop-service/4.2");
        Self::before(Backend::always(script::answer(reply)))
    }

    /// Before a service of the test's own.
    pub(crate) fn before(service: Backend) -> Self {
        let (people, workloads) = (Root::new("people"), Root::new("workloads"));
        let prepared = house();
        let leaf = people.server(&["localhost", "127.0.0.1", "shop.test", "payments.test"]);
        prepared.write("door.pem", &leaf.pem);
        prepared.write("door-key.pem", &leaf.key_pem);
        prepared.write("workloads.pem", workloads.pem());
        prepared.write("workloads-key.pem", &workloads.key_pem());
        let keys = KeyRing {
            app: new_key(KeyKind::Restricted),
            page: new_key(KeyKind::Publishable),
            other: new_key(KeyKind::Restricted),
            late: new_key(KeyKind::Restricted),
            erp: new_key(KeyKind::Secret),
        };
        Self { prepared, service, client: free_address(), server: free_address(), people, workloads, keys }
    }

    /// The file, with all that is known put in.
    pub(crate) fn file(&self) -> String {
        self.filled(FILE)
    }

    /// A text with all that is known put in.
    pub(crate) fn filled(&self, text: &str) -> String {
        let keys = &self.keys;
        text.replace("@client@", &self.client.to_string())
            .replace("@server@", &self.server.to_string())
            .replace("@service@", self.service.url())
            .replace("@app@", &keys.app.hash)
            .replace("@page@", &keys.page.hash)
            .replace("@other@", &keys.other.hash)
            .replace("@late@", &keys.late.hash)
            .replace("@erp@", &keys.erp.hash)
    }

    /// Starts the gateway with this file.
    pub(crate) fn open(self, file: &str) -> TwoDoors {
        let Self { prepared, service, client, server, people, workloads, keys } = self;
        let house = prepared.config(file).start();
        TwoDoors { house, service, client, server, people, workloads, keys }
    }

    /// Starts it without the watching of files: it loads another file only when it is told to.
    pub(crate) fn open_unwatched(self, file: &str) -> TwoDoors {
        let Self { prepared, service, client, server, people, workloads, keys } = self;
        let house = prepared.config(file).start_with(&["run", "-c", testkit::program::FILE, "--watch", "false"]);
        house.wait_for_message("ready in ");
        TwoDoors { house, service, client, server, people, workloads, keys }
    }
}

impl TwoDoors {
    /// With the file as it is.
    pub(crate) fn open() -> Self {
        let ground = Ground::new();
        let file = ground.file();
        ground.open(&file)
    }

    /// With one piece of the file replaced by another, which may have `@…@` too.
    pub(crate) fn open_with(changes: &[(&str, &str)]) -> Self {
        let ground = Ground::new();
        let file =
            changed(&ground.file(), &changes.iter().map(|(old, new)| (*old, ground.filled(new))).collect::<Vec<_>>());
        ground.open(&file)
    }

    /// A connection to the client door, over TLS.
    pub(crate) fn at_client(&self) -> Connection {
        Connection::tls(self.client, &ClientTls::new(&self.people))
    }

    /// A connection to the server door that shows this certificate.
    pub(crate) fn at_server(&self, leaf: &Leaf) -> Connection {
        Connection::tls(self.server, &ClientTls::with_certificate(&self.people, leaf))
    }

    /// A certificate of the workload with this SPIFFE path.
    pub(crate) fn workload(&self, path: &str) -> Leaf {
        self.workloads.workload(&format!("spiffe://shop.test/{path}"))
    }

    /// One GET at the client door, on a connection of its own.
    pub(crate) fn get(&self, target: &str, fields: &[&str]) -> Answer {
        self.at_client().exchange(get(target, fields))
    }

    /// One GET at the server door by the workload with this SPIFFE path.
    pub(crate) fn get_as(&self, path: &str, target: &str, fields: &[&str]) -> Answer {
        self.at_server(&self.workload(path)).exchange(get(target, fields))
    }

    /// Whether the server door ends the handshake of a caller, or the connection before it has read a request.
    pub(crate) fn refuses_handshake(&self, tls: &ClientTls) -> bool {
        refuses_handshake(self.server, tls)
    }
}

/// Whether a door ends the handshake of a caller, or the connection without an answer.
pub(crate) fn refuses_handshake(door: SocketAddr, tls: &ClientTls) -> bool {
    // With TLS 1.3 a client is done before its certificate is judged: the refusal shows when it reads.
    let Ok(stream) = tls.connect(door) else { return true };
    let mut connection = Connection::over(stream);
    connection.send(get("/payments/charges", &[]).as_bytes());
    connection.answer_to("GET", Deadline::within(SOON)).is_err() && connection.is_closed_by(Deadline::within(SOON))
}

/// The text with each of these pieces replaced once.
pub(crate) fn changed<Text: AsRef<str>>(text: &str, changes: &[(&str, Text)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "the file has no {old:?}");
        text.replacen(old, new.as_ref(), 1)
    })
}

/// A GET for `localhost` with further field lines.
pub(crate) fn get(target: &str, fields: &[&str]) -> String {
    request("GET", target, fields, "")
}

/// A request for `localhost` with further field lines; a body where there is one, or a method that should have one.
pub(crate) fn request(method: &str, target: &str, fields: &[&str], body: &str) -> String {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let length = match (method, body) {
        ("GET" | "HEAD" | "DELETE" | "OPTIONS", "") => String::new(),
        _ => format!("content-length: {}\r\n", body.len()),
    };
    format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n{length}{fields}\r\n{body}")
}

/// `Authorization: Bearer KEY`.
pub(crate) fn bearer(key: &NewKey) -> String {
    format!("authorization: Bearer {}", key.text.expose())
}

/// Status and problem code, for a message that tells both.
pub(crate) fn said(answer: &Answer) -> (u16, String) {
    (answer.status, answer.problem().unwrap_or_else(|| answer.text()))
}

/// Asserts that the answer is this problem.
#[track_caller]
pub(crate) fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(said(answer), (status, code.to_owned()), "{}", answer.raw.escape_ascii());
}

/// Asserts that the service's answer came through.
#[track_caller]
pub(crate) fn assert_served(answer: &Answer) {
    assert_eq!(said(answer), (200, SERVED.to_owned()), "{}", answer.raw.escape_ascii());
}

/// One request to the admin socket of a gateway that keeps its data in its folder.
pub(crate) fn admin(house: &House, method: &str, target: &str) -> Answer {
    let socket = house.folder().join("vestibule-data/admin.sock");
    let stream = UnixStream::connect(socket).expect("the admin socket");
    let request = format!("{method} {target} HTTP/1.1\r\nhost: vestibule\r\ncontent-length: 0\r\n\r\n");
    Connection::over(Stream::Unix(stream)).exchange(request)
}
