//! What the house works out on its control side: handed over whole, answered over both protocols, bounded, and finished.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that breaks is a test that fails")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use bytes::Bytes;
use gateway::{
    Answerer, Answering, Builtin, ConnectionBounds, DoorSettings, Errors, Gateway, HeadBounds, HouseAnswer,
    OperationSettings, Options, Patience, Protocols, Received, Settings, Streams, UpstreamErrors,
};
use model::{Door, DoorKind, OperationId};
use observe::{LogFormat, LogSettings, Observatory};
use policy::{OperationRule, Rules};
use routing::{MethodRule, Route, Table, Template};
use testkit::http2::{Http2, Outcome};
use testkit::{Connection, Deadline};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

/// As many as may be under way at once.
const AT_ONCE: usize = 256;

/// Answers by path; what it was asked comes out at the other end.
struct Echo {
    asked: Sender<http::Request<Bytes>>,
    /// Requests to `/wait` stay until there is a place.
    gate: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    finished: Arc<AtomicUsize>,
}

impl Answerer for Echo {
    fn answer(&self, request: http::Request<Bytes>) -> Answering {
        let (gate, waiting, finished) = (Arc::clone(&self.gate), Arc::clone(&self.waiting), Arc::clone(&self.finished));
        let path = request.uri().path().to_owned();
        let content = format!("{} {}", request.uri(), String::from_utf8_lossy(request.body()));
        let _ = self.asked.send(request);
        Box::pin(async move {
            let answer = http::Response::builder();
            let answer = match path.as_str() {
                "/wait" => {
                    waiting.fetch_add(1, Ordering::SeqCst);
                    gate.acquire().await.expect("an open gate").forget();
                    finished.fetch_add(1, Ordering::SeqCst);
                    answer
                }
                "/panic" => panic!("sprung"),
                "/switch" => answer.status(101),
                "/cookies" => answer.header("set-cookie", "a=1").header("set-cookie", "b=2").status(201),
                "/framed" => answer.header("content-length", "1").header("transfer-encoding", "chunked"),
                _ => answer.header("cache-control", "max-age=60"),
            };
            answer.header("content-type", "text/plain").body(Bytes::from(content)).expect("an answer")
        })
    }
}

/// A gateway with one door in clear, and all that its answerer is asked.
struct House {
    runtime: Runtime,
    gateway: Option<Gateway>,
    address: SocketAddr,
    asked: Receiver<http::Request<Bytes>>,
    gate: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    finished: Arc<AtomicUsize>,
}

impl House {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let address = SocketAddr::from(([127, 0, 0, 1], testkit::port::free()));
        let (sender, asked) = channel();
        let (gate, waiting, finished) = (Arc::new(Semaphore::new(0)), Arc::default(), Arc::default());
        let echo = Echo {
            asked: sender,
            gate: Arc::clone(&gate),
            waiting: Arc::clone(&waiting),
            finished: Arc::clone(&finished),
        };
        let builtin = Builtin::new("the echo");
        builtin.connect(Arc::new(echo), runtime.handle().clone());
        let log = observe::Settings { log: LogSettings { format: LogFormat::Off, colour: false } };
        let observatory = Observatory::start(log, Box::new(std::io::sink())).expect("an observatory");
        let settings = settings(address, Arc::new(builtin));
        let gateway =
            runtime.block_on(Gateway::start(settings, Options { threads: 1, ..Options::default() }, observatory));
        let gateway = Some(gateway.expect("a gateway"));
        Self { runtime, gateway, address, asked, gate, waiting, finished }
    }

    fn connect(&self) -> Connection {
        Connection::plain(self.address)
    }

    fn http2(&self) -> Http2 {
        Http2::over(self.connect().into_stream())
    }

    fn asked(&self) -> http::Request<Bytes> {
        self.asked.recv_timeout(Duration::from_secs(20)).expect("a request that was handed over")
    }

    /// Waits until a count is reached.
    fn until(count: &AtomicUsize, wanted: usize) {
        let deadline = Deadline::default();
        while count.load(Ordering::SeqCst) < wanted {
            assert!(!deadline.passed(), "{} of {wanted}", count.load(Ordering::SeqCst));
            std::thread::yield_now();
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(gateway) = self.gateway.take() {
            self.runtime.block_on(gateway.shutdown(Duration::ZERO));
        }
    }
}

fn settings(address: SocketAddr, builtin: Arc<Builtin>) -> Settings {
    let second = Duration::from_secs(1);
    let route = Route {
        host: None,
        template: Template::parse("/**").expect("a template"),
        method: MethodRule::Any,
        operation: OperationId(0),
    };
    let patience =
        Patience { handshake: second, head: second, keep_alive: second, stall: second, body_bytes_per_second: 0 };
    let door = DoorSettings {
        door: Door::new("client", DoorKind::Client),
        listen: vec![address],
        redirect_from: None,
        hosts: vec![],
        tls: None,
        protocols: Protocols { http1: true, http2: true },
        proxies: None,
        networks: guard::Networks::any(),
        connections: ConnectionBounds { at_most: 64, per_address: 64 },
        heads: HeadBounds { bytes: 4096, fields: 32, target_bytes: 1024 },
        patience,
        errors: Errors::Detailed,
        routes: Table::build(vec![route]).expect("a table"),
    };
    let operation = OperationSettings {
        door: 0,
        api: "sign-in".into(),
        name: "all".into(),
        place: "vestibule.yaml:1:1".into(),
        house: Some(HouseAnswer::Builtin(builtin)),
        prefix: "/below".into(),
        networks: vec![],
        deadline: Duration::from_secs(20),
        idle: second,
        body_bytes: 1024 * 1024,
        errors: Errors::Detailed,
        streams: Streams::default(),
        websocket: false,
        upstream_errors: UpstreamErrors::Replace,
        compress: wire::coding::Codings::NONE,
        attempts: 0,
        idempotent: false,
        affine_segment: None,
        cache: None,
        ending: None,
        ask: None,
        resource: None,
        sign_in: None,
        audience: None,
        cors: None,
    };
    let rule = OperationRule {
        api: "sign-in".into(),
        operation: "all".into(),
        service: None,
        public: true,
        ways: vec![],
        place: "vestibule.yaml:1:1".into(),
    };
    Settings {
        hash: "test".into(),
        doors: vec![door],
        operations: vec![operation],
        rules: Rules::new(vec![rule]),
        directory: auth::Directory::new(auth::Settings { keys: vec![], workloads: vec![], trust_domain: None })
            .expect("an empty directory"),
        services: vec![],
        assertions: Arc::default(),
    }
}

#[test]
fn a_request_is_handed_over_whole_with_what_the_door_knows_of_it() {
    let house = House::open();
    let answer = house.connect().exchange(
        "POST /below/it?a=%20b HTTP/1.1\r\nhost: Shop.Example:8443\r\nauthorization: Basic eDp5\r\ncookie: c=1\r\n\
         x-forwarded-for: 1.2.3.4\r\nx-request-id: mine\r\nconnection: x-hop\r\nx-hop: 1\r\nvestibule-csrf: c\r\n\
         transfer-encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n",
    );
    assert_eq!((answer.status, answer.text().as_str()), (200, "/below/it?a=%20b a=1"));
    assert_eq!(answer.field("cache-control"), Some("max-age=60"));
    assert_eq!(answer.field("x-content-type-options"), Some("nosniff"));
    let asked = house.asked();
    let mut names: Vec<&str> = asked.headers().keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["authorization", "cookie", "host", "vestibule-csrf"]);
    let received = asked.extensions().get::<Received>().expect("what the door knows");
    assert_eq!(received.address.to_string(), "127.0.0.1");
    assert_eq!(&*received.host, "shop.example");
    assert_eq!(&*received.origin, "http://shop.example:8443");
    assert_eq!(answer.field("x-request-id"), Some(received.id.to_string().as_str()));
}

#[test]
fn each_cookie_is_a_field_of_its_own_and_nothing_is_kept_by_default() {
    let house = House::open();
    let answer = house.connect().exchange("GET /cookies HTTP/1.1\r\nhost: shop.example\r\n\r\n");
    let cookies: Vec<&str> =
        answer.fields.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect();
    assert_eq!((answer.status, cookies), (201, vec!["a=1", "b=2"]));
    assert_eq!(answer.field("cache-control"), Some("no-store"));
}

#[test]
fn framing_is_the_door_s_own_and_a_head_comes_without_content() {
    let house = House::open();
    let mut connection = house.connect();
    let answer = connection.exchange("GET /framed HTTP/1.1\r\nhost: shop.example\r\n\r\n");
    assert_eq!((answer.field("content-length"), answer.text().as_str()), (Some("8"), "/framed "));
    assert_eq!(answer.field("transfer-encoding"), None);
    let answer = connection.exchange("HEAD /framed HTTP/1.1\r\nhost: shop.example\r\n\r\n");
    assert_eq!((answer.field("content-length"), answer.body.len()), (Some("8"), 0));
}

#[test]
fn over_http_2_it_is_the_same() {
    let house = House::open();
    let mut connection = house.http2();
    let head: [(&[u8], &[u8]); 4] =
        [(b":method", b"POST"), (b":scheme", b"http"), (b":authority", b"shop.example"), (b":path", b"/it")];
    connection.request(1, &head, false).data(1, b"a=", false).data(1, b"1", true);
    assert_eq!(connection.outcome(1, Deadline::default()), Outcome::Answer(200, b"/it a=1".to_vec()));
    let received = house.asked();
    assert_eq!(&*received.extensions().get::<Received>().expect("it").origin, "http://shop.example");
}

#[test]
fn a_body_beyond_64_kib_is_refused_whatever_the_operation_allows() {
    let house = House::open();
    for (length, status) in [(64 * 1024, 200), (64 * 1024 + 1, 413)] {
        let head = format!("POST /it HTTP/1.1\r\nhost: shop.example\r\ncontent-length: {length}\r\n\r\n");
        let answer = house.connect().exchange([head.as_bytes(), &vec![b'a'; length]].concat());
        assert_eq!(answer.status, status, "{length}");
    }
    house.asked();
    assert!(house.asked.try_recv().is_err());
}

#[test]
fn a_panic_and_an_answer_that_is_none_cost_their_request_only() {
    let house = House::open();
    let mut connection = house.connect();
    for path in ["/panic", "/switch"] {
        let answer = connection.exchange(format!("GET {path} HTTP/1.1\r\nhost: shop.example\r\n\r\n"));
        assert_eq!((answer.status, answer.problem().as_deref()), (500, Some("internal-error")), "{path}");
    }
    assert_eq!(connection.exchange("GET /it HTTP/1.1\r\nhost: shop.example\r\n\r\n").status, 200);
}

#[test]
fn what_was_begun_is_finished_though_the_caller_went_away() {
    let house = House::open();
    let mut connection = house.connect();
    connection.send(b"POST /wait HTTP/1.1\r\nhost: shop.example\r\n\r\n");
    House::until(&house.waiting, 1);
    drop(connection);
    // The door has seen that it is gone by the time that another is served.
    assert_eq!(house.connect().exchange("GET /it HTTP/1.1\r\nhost: shop.example\r\n\r\n").status, 200);
    assert_eq!(house.finished.load(Ordering::SeqCst), 0);
    house.gate.add_permits(1);
    House::until(&house.finished, 1);
}

#[test]
fn so_many_are_under_way_and_no_more() {
    let house = House::open();
    let head: [(&[u8], &[u8]); 4] =
        [(b":method", b"GET"), (b":scheme", b"http"), (b":authority", b"shop.example"), (b":path", b"/wait")];
    let streams: Vec<u32> = (0..64).map(|at| 2 * at + 1).collect();
    let mut connections: Vec<Http2> = (0..AT_ONCE / streams.len()).map(|_| house.http2()).collect();
    for connection in &mut connections {
        for stream in &streams {
            connection.request(*stream, &head, true);
        }
    }
    House::until(&house.waiting, AT_ONCE);
    let answer = house.connect().exchange("GET /it HTTP/1.1\r\nhost: shop.example\r\n\r\n");
    assert_eq!((answer.status, answer.problem().as_deref()), (503, Some("overloaded")));
    assert_eq!(answer.field("retry-after"), Some("1"));
    house.gate.add_permits(AT_ONCE);
    for connection in &mut connections {
        for (stream, outcome) in connection.outcomes(&streams, Deadline::default()) {
            assert_eq!(outcome, Outcome::Answer(200, b"/wait ".to_vec()), "{stream}");
        }
    }
    assert_eq!(house.connect().exchange("GET /it HTTP/1.1\r\nhost: shop.example\r\n\r\n").status, 200);
}
