//! Everything at once: reloads, renewals and upgrades while requests, gRPC calls, WebSockets and streams of events run, and none of them fails.
//!
//! `VESTIBULE_MIXED_LOAD=long` makes it a thousand reloads and twenty upgrades.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use testkit::grpc::{self, Called, Grpc};
use testkit::http2::{Http2, Outcome};
use testkit::http2_backend::{Turn, Turns};
use testkit::script::Step;
use testkit::{Backend, ClientTls, Connection, Deadline, House, Http2Backend, Reply, Root, Stream, script};
use tungstenite::{Message, WebSocket};

use crate::reload::load::ask_http2;
use crate::reload::reload;
use crate::standing::house;
use crate::two_doors::{SOON, free_address, get};
use crate::upgrade::{Followers, upgrade, wait_for_end};
use crate::websocket::Echo;

/// Requests on one connection over HTTP/2: the raw client opens no window for more answers.
const STREAMS: u32 = 200;
const MESSAGES: usize = 30;
const EVENT: &str = "data: 1\n\n";
/// How many a stream has; with what comes between them that takes a good 40 ms, and under load more.
const EVENTS: usize = 20;
const BETWEEN: Duration = Duration::from_millis(2);
/// Calls with one answer for each with a stream of them.
const UNARY: usize = 10;

/// A house with a plain door and one over TLS, before a service of pages and events, one of WebSockets and one of
/// gRPC.
struct Site {
    house: House,
    _shop: Backend,
    _rpc: Http2Backend,
    root: Root,
    plain: SocketAddr,
    tls_at: SocketAddr,
    file: String,
}

impl Site {
    fn start(talk: &Echo) -> Self {
        let pause = |bytes: &str| Step::Trickle(bytes.into(), BETWEEN);
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        let mut feed = vec![Step::ReadBody, Step::Send(head.into())];
        feed.extend((0..EVENTS).map(|_| pause(EVENT)));
        feed.push(Step::Close);
        let shop = Backend::choosing(move |head, _| match head.target.as_str() {
            "/feed" => feed.clone(),
            _ => script::answer(Reply::ok("served")),
        });
        let rpc = Http2Backend::choosing(|request, _| calls(request.uri.ends_with("/Watch")));
        let root = Root::new("people");
        let (plain, tls_at) = (free_address(), free_address());
        let file = format!(
            "vestibule: 1\n\
             doors:\n  plain: {{ kind: client, listen: \"{plain}\", tls: none }}\n\
             \x20 client:\n    listen: \"{tls_at}\"\n\
             \x20   tls: {{ files: [{{ certificate: door.pem, key: door-key.pem }}] }}\n\
             services:\n  shop: {{ urls: \"{}\" }}\n  talk: {{ urls: \"{}\" }}\n\
             \x20 rpc: {{ urls: \"{}\", http: 2 }}\n\
             apis:\n  open:\n    door: client\n    service: shop\n    public: true\n\
             \x20   operations: {{ read: GET /things, feed: GET /feed, more: GET /in-0 }}\n\
             \x20 calls:\n    door: client\n    service: rpc\n    public: true\n\
             \x20   operations: {{ get: POST /shop.Feed/Get, watch: POST /shop.Feed/Watch }}\n\
             \x20 bare:\n    door: plain\n    service: shop\n    public: true\n    operations: {{ read: GET /things }}\n\
             \x20 talk:\n    door: plain\n    path: /talk\n    service: talk\n    public: true\n\
             \x20   operations: {{ chat: {{ route: GET /chat, websocket: true }} }}\n",
            shop.url(),
            talk.url(),
            rpc.url()
        );
        let prepared = house();
        let leaf = root.server(&["localhost", "127.0.0.1"]);
        prepared.write("door.pem", &leaf.pem);
        prepared.write("door-key.pem", &leaf.key_pem);
        let house = prepared.config(&file).start_with(&["run", "-c", testkit::program::FILE, "--watch", "false"]);
        house.wait_for_message("ready in ");
        Self { house, _shop: shop, _rpc: rpc, root, plain, tls_at, file }
    }

    /// Another file, which publishes one more path than the first.
    fn reload(&self, number: usize) {
        let (hash, was) = reload(&self.house, &self.file.replace("/in-0", &format!("/in-{number}")));
        assert_ne!(hash, was, "reload {number} changed nothing");
    }

    /// Another certificate for the door.
    fn renew(&self) {
        let leaf = self.root.server(&["localhost", "127.0.0.1"]);
        self.house.write("door.pem", &leaf.pem);
        self.house.write("door-key.pem", &leaf.key_pem);
    }

    fn websocket(&self) -> WebSocket<Stream> {
        let stream = Connection::plain(self.plain).into_stream();
        stream.set_timeout(SOON).expect("a timeout");
        tungstenite::client("ws://localhost/talk/chat", stream).unwrap_or_else(|e| panic!("no WebSocket: {e}")).0
    }
}

/// A method with one answer, or a stream of them.
fn calls(watch: bool) -> Turns {
    let mut turns =
        vec![Turn::ReadBody, Turn::Head(200, vec![("content-type".into(), "application/grpc".into())], false)];
    if watch {
        turns.extend((0..EVENTS).flat_map(|_| [Turn::Pause(BETWEEN), Turn::Send(grpc::framed(b"1").to_vec())]));
    } else {
        turns.push(Turn::Send(grpc::framed(b"served").to_vec()));
    }
    turns.push(Turn::Trailers(vec![("grpc-status".into(), "0".into())]));
    turns
}

/// What is done as long as nobody stops it, and how often each was done.
struct Load<'a> {
    site: &'a Site,
    tls: ClientTls,
    stop: &'a AtomicBool,
    /// Requests, messages, streams, gRPC calls and gRPC streams that came to a good end.
    done: [AtomicUsize; 5],
    /// What the house sent elsewhere in order, as it may when its process ends.
    elsewhere: AtomicUsize,
}

impl Load<'_> {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn count(&self, what: usize) {
        self.done[what].fetch_add(1, Ordering::Relaxed);
    }

    fn served(&self, status: u16, body: &str) {
        assert_eq!((status, body), (200, "served"));
        self.count(0);
    }

    fn elsewhere(&self) {
        self.elsewhere.fetch_add(1, Ordering::Relaxed);
    }

    /// An idle connection may end at any time, also while a request is on its way; an answer never breaks off.
    fn keep_alive(&self) {
        while self.goes_on() {
            let mut connection = Connection::tls(self.site.tls_at, &self.tls);
            let mut first = true;
            while self.goes_on() {
                connection.send(get("/things", &[]).as_bytes());
                match connection.answer_to("GET", Deadline::within(SOON)) {
                    Ok(answer) => {
                        self.served(answer.status, &answer.text());
                        if answer.field("connection") == Some("close") {
                            break;
                        }
                    }
                    Err(why) if why.ends_with("): ") && !first => {
                        self.elsewhere();
                        break;
                    }
                    Err(why) => panic!("{why}"),
                }
                first = false;
            }
        }
    }

    fn newcomers(&self) {
        while self.goes_on() {
            let answer = Connection::plain(self.site.plain).exchange(get("/things", &["connection: close"]));
            self.served(answer.status, &answer.text());
        }
    }

    fn http2(&self) {
        let tls = self.tls.clone().alpn(&["h2"]);
        while self.goes_on() {
            let mut connection = Http2::over(tls.connect(self.site.tls_at).expect("a handshake"));
            for stream in (0..STREAMS).map(|number| 2 * number + 1) {
                if !self.goes_on() {
                    break;
                }
                ask_http2(&mut connection, stream, "/things");
                match connection.outcome(stream, Deadline::within(SOON)) {
                    Outcome::Answer(status, body) => self.served(status, &String::from_utf8_lossy(&body)),
                    // The last stream that was taken was another one (RFC 9113 §6.8).
                    _ if stream > 1 => {
                        self.elsewhere();
                        break;
                    }
                    other => panic!("the first request of a connection: {other:?}"),
                }
            }
        }
    }

    /// Each message comes back, until the process ends, which says so with 1001.
    fn websockets(&self) {
        while self.goes_on() {
            let mut socket = self.site.websocket();
            for number in 0..MESSAGES {
                let message = Message::text(format!("message {number}"));
                if !self.goes_on() {
                    break;
                }
                // Behind a Close nothing may be sent; it is read below.
                let _ = socket.send(message.clone());
                match socket.read() {
                    Ok(answer) if answer == message => self.count(1),
                    Ok(Message::Close(Some(frame))) if u16::from(frame.code) == 1001 => {
                        self.elsewhere();
                        break;
                    }
                    other => panic!("message {number}: {other:?}"),
                }
            }
            // It may be closed already.
            let _ = socket.close(None);
            while socket.read().is_ok() {}
        }
    }

    /// Each stream comes to its end, also where its process is told to end meanwhile.
    fn events(&self) {
        while self.goes_on() {
            let mut connection = Connection::tls(self.site.tls_at, &self.tls);
            connection.send(get("/feed", &["connection: close"]).as_bytes());
            assert_whole(&mut connection);
            self.count(2);
        }
    }
}

impl Load<'_> {
    /// Calls with one answer, and now and then one with a stream of them, on one connection as long as it lasts.
    fn grpc(&self) {
        while self.goes_on() {
            let connection = Grpc::connect(self.site.tls_at, &self.tls);
            for number in 0.. {
                if !self.goes_on() {
                    break;
                }
                let watch = number % (UNARY + 1) == UNARY;
                let (method, messages) = match watch {
                    true => ("/shop.Feed/Watch", vec![b"1".to_vec(); EVENTS]),
                    false => ("/shop.Feed/Get", vec![b"served".to_vec()]),
                };
                match connection.call(method, b"which", SOON) {
                    Called::Ended(said, status) => {
                        assert_eq!((said, status.as_str()), (messages, "0"), "{method}");
                        self.count(3 + usize::from(watch));
                    }
                    Called::NotTaken if number > 0 => {
                        self.elsewhere();
                        break;
                    }
                    other => panic!("call {number} of a connection, {method}: {other:?}"),
                }
            }
        }
    }
}

/// All events come, and the end of their chunks.
#[track_caller]
fn assert_whole(connection: &mut Connection) {
    let answer = connection.answer_to("GET", Deadline::within(SOON)).expect("a whole stream");
    assert_eq!((answer.status, answer.text()), (200, EVENT.repeat(EVENTS)));
}

/// How many reloads and upgrades.
fn amount() -> (usize, usize) {
    match std::env::var("VESTIBULE_MIXED_LOAD").as_deref() {
        Ok("long") => (1_000, 20),
        _ => (100, 3),
    }
}

#[test]
fn reloads_renewals_and_upgrades_under_mixed_load_fail_nothing() {
    let talk = Echo::start();
    let site = Site::start(&talk);
    let (stop, (reloads, upgrades)) = (AtomicBool::new(false), amount());
    let (done, elsewhere) = Default::default();
    let load = Load { site: &site, tls: ClientTls::new(&site.root), stop: &stop, done, elsewhere };
    let mut followers = Followers::default();
    let began = Instant::now();
    let pauses = reloads.div_ceil(upgrades + 1);
    std::thread::scope(|scope| {
        let threads = [
            scope.spawn(|| load.keep_alive()),
            scope.spawn(|| load.newcomers()),
            scope.spawn(|| load.http2()),
            scope.spawn(|| load.websockets()),
            scope.spawn(|| load.events()),
            scope.spawn(|| load.grpc()),
        ];
        let mut before = site.house.pid();
        for number in 1..=reloads {
            if number % 10 == 0 {
                site.renew();
            }
            site.reload(number);
            if number % pauses == 0 {
                let pid = upgrade(&site.house, &mut followers);
                assert_ne!(pid, before);
                wait_for_end(before);
                before = pid;
            }
            // What failed ends its thread; there is no use in going on then.
            assert!(threads.iter().all(|thread| !thread.is_finished()), "something failed at reload {number}");
        }
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            thread.join().expect("all of this thread came to a good end");
        }
    });
    let [requests, messages, streams, calls, watches] = load.done.map(AtomicUsize::into_inner);
    let elsewhere = load.elsewhere.into_inner();
    println!(
        "{requests} requests, {messages} messages, {streams} streams of events, {calls} gRPC calls and {watches} \
         streams of such during {reloads} reloads, {} renewals and \
         {upgrades} upgrades in {:?}; {elsewhere} sent elsewhere",
        reloads / 10,
        began.elapsed()
    );
    assert!(requests >= reloads && messages >= upgrades && streams >= upgrades, "{requests} {messages} {streams}");
    assert!(calls >= upgrades && watches >= upgrades, "{calls} {watches}");
    // Four kinds of lasting connections, each once at an upgrade.
    assert!(elsewhere <= 4 * upgrades, "{elsewhere} were sent elsewhere at {upgrades} upgrades");
}

#[test]
fn websockets_and_streams_of_routes_that_did_not_change_go_on_over_reloads() {
    let talk = Echo::start();
    let site = Site::start(&talk);
    let tls = ClientTls::new(&site.root);
    let mut socket = site.websocket();
    let mut feed = Connection::tls(site.tls_at, &tls);
    feed.send(get("/feed", &["connection: close"]).as_bytes());
    let mut feed_over_2 = Http2::over(tls.clone().alpn(&["h2"]).connect(site.tls_at).expect("a handshake"));
    ask_http2(&mut feed_over_2, 1, "/feed");
    for number in 1..=10 {
        site.reload(number);
        socket.send(Message::text(format!("{number}"))).expect("sent");
        assert_eq!(socket.read().expect("a message"), Message::text(format!("{number}")));
    }
    let outcome = feed_over_2.outcome(1, Deadline::within(SOON));
    let Outcome::Answer(200, body) = outcome else { panic!("{outcome:?}") };
    assert_eq!(String::from_utf8_lossy(&body), EVENT.repeat(EVENTS));
    assert_whole(&mut feed);
}
