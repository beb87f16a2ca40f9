//! A thousand reloads while requests run over every protocol: none fails.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use testkit::http2::{Http2, Outcome};
use testkit::{Backend, ClientTls, Connection, Deadline};

use super::reload;
use crate::two_doors::{Ground, SOON, TwoDoors, changed, free_address, get};

const RELOADS: usize = 1_000;
/// After so many requests a connection over HTTP/2 is given up: the raw client opens no window for more answers.
const REQUESTS_PER_CONNECTION: u32 = 200;

/// Sends a GET for `localhost` on a stream.
pub(crate) fn ask_http2(connection: &mut Http2, stream: u32, target: &str) {
    let fields: [(&[u8], &[u8]); 4] =
        [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"localhost"), (b":path", target.as_bytes())];
    connection.request(stream, &fields, true);
}

/// The status that a stream is answered with.
pub(super) fn status(connection: &mut Http2, stream: u32) -> u16 {
    match connection.outcome(stream, Deadline::within(SOON)) {
        Outcome::Answer(status, _) => status,
        other => panic!("stream {stream}: {other:?}"),
    }
}

/// What is asked, and what may be answered: whatever file runs, the answer is right for one of the two.
const QUESTIONS: [(&str, &[(u16, &str)]); 3] = [
    ("/open/things", &[(200, "one"), (200, "two")]),
    ("/open/in-one", &[(200, "one"), (404, "")]),
    ("/open/in-two", &[(200, "two"), (404, "")]),
];

#[track_caller]
fn judge(target: &str, allowed: &[(u16, &str)], status: u16, body: &[u8]) {
    let body = String::from_utf8_lossy(body);
    let right = allowed.iter().any(|(right, text)| *right == status && (status == 404 || *text == body));
    assert!(right, "{target}: {status} {body}");
}

struct Load<'a> {
    house: &'a TwoDoors,
    plain: std::net::SocketAddr,
    stop: &'a AtomicBool,
    answered: &'a AtomicUsize,
}

impl Load<'_> {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// One connection for all requests.
    fn keep_alive(&self, mut connection: Connection) {
        while self.goes_on() {
            for (target, allowed) in QUESTIONS {
                let answer = connection.exchange(get(target, &[]));
                judge(target, allowed, answer.status, &answer.body);
                self.count();
            }
        }
    }

    /// A back end's connection, which its certificate opened.
    fn mutual(&self) {
        let mut connection = self.house.at_server(&self.house.workload("orders"));
        while self.goes_on() {
            let answer = connection.exchange(get("/payments/charges", &[]));
            judge("/payments/charges", QUESTIONS[0].1, answer.status, &answer.body);
            self.count();
        }
    }

    /// A new connection, and a new handshake, for each request.
    fn newcomers(&self) {
        let tls = ClientTls::new(&self.house.people);
        while self.goes_on() {
            let answer = Connection::tls(self.house.client, &tls).exchange(get("/open/things", &[]));
            judge("/open/things", QUESTIONS[0].1, answer.status, &answer.body);
            self.count();
        }
    }

    /// Three streams at a time.
    fn http2(&self) {
        let tls = ClientTls::new(&self.house.people).alpn(&["h2"]);
        while self.goes_on() {
            let mut connection = Http2::over(tls.connect(self.house.client).expect("a handshake"));
            let mut stream = 1;
            while self.goes_on() && stream < 2 * REQUESTS_PER_CONNECTION {
                for (target, allowed) in QUESTIONS {
                    ask_http2(&mut connection, stream, target);
                    match connection.outcome(stream, Deadline::within(SOON)) {
                        Outcome::Answer(status, body) => judge(target, allowed, status, &body),
                        other => panic!("{target} on stream {stream}: {other:?}"),
                    }
                    stream += 2;
                    self.count();
                }
            }
        }
    }
}

/// The gateway before two services, and the two files: with the one, `one` answers; with the other, `two`.
fn two_files(ground: Ground, two: &Backend) -> (TwoDoors, std::net::SocketAddr, [String; 2]) {
    let plain = free_address();
    let door = format!("doors:\n  plain: {{ kind: client, listen: \"{plain}\", tls: none }}\n");
    let api = "apis:\n  plain:\n    door: plain\n    path: /open\n    service: shop\n    public: true\n    \
               operations: { read: \"GET /things\", more: \"GET /in-one\" }\n";
    let first = changed(
        &ground.file(),
        &[("doors:\n", door.as_str()), ("apis:\n", api), ("one: \"GET /things/{id}\"", "more: \"GET /in-one\"")],
    );
    let second = first.replace("GET /in-one", "GET /in-two").replace(ground.service.url(), two.url());
    (ground.open_unwatched(&first), plain, [first, second])
}

#[test]
fn a_thousand_reloads_under_load_fail_no_request() {
    let two = Backend::saying("two");
    let (house, plain, files) = two_files(Ground::before(Backend::saying("one")), &two);
    let (stop, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let load = Load { house: &house, plain, stop: &stop, answered: &answered };
    let began = Instant::now();
    std::thread::scope(|scope| {
        let threads = [
            scope.spawn(|| load.keep_alive(Connection::plain(load.plain))),
            scope.spawn(|| load.keep_alive(house.at_client())),
            scope.spawn(|| load.mutual()),
            scope.spawn(|| load.newcomers()),
            scope.spawn(|| load.http2()),
        ];
        let mut running = None;
        for number in 1..=RELOADS {
            let (hash, was) = reload(&house.house, &files[number % 2]);
            assert_ne!(hash, was, "reload {number} changed nothing");
            assert!(running.is_none_or(|running| running == was), "somebody else has reloaded");
            running = Some(hash);
            // A request that failed ends its thread; there is no use in going on then.
            assert!(threads.iter().all(|thread| !thread.is_finished()), "a request failed at reload {number}");
            assert!(began.elapsed() < Duration::from_secs(240), "only {number} reloads in four minutes");
        }
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            thread.join().expect("every request of this thread was answered rightly");
        }
    });
    let answered = answered.into_inner();
    assert!(answered >= RELOADS, "only {answered} requests ran during {RELOADS} reloads");
    assert!(house.service.arrivals() > 0 && two.arrivals() > 0);
    println!("{answered} requests during {RELOADS} reloads in {:?}", began.elapsed());
}
