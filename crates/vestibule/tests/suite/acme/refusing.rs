//! A CA that gives one certificate and then no other: what it says is told, it is left in peace, and the certificate stays.
//!
//! Pebble cannot be brought to that. This one speaks just enough ACME, looks at no signature and checks no name.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use data_encoding::BASE64URL_NOPAD;
use rustls::version::{TLS12, TLS13};
use serde_json::{Value, json};
use testkit::{ClientTls, Connection, Root, ServerTls, Stream};

use super::{Place, file, note, service, shown, started};
use crate::standing::house;
use crate::two_doors::{assert_served, get};

const MINUTE: Duration = Duration::from_secs(60);

/// What it does with every order but the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refuses {
    /// The order itself: there were too many.
    Orders,
    /// The request for the certificate.
    Requests,
    /// To say when it will be done, but for an hour later.
    Haste,
}

/// The CA; its thread ends when it is dropped.
struct Ca {
    address: SocketAddr,
    server_root: Root,
    state: Arc<State>,
}

struct State {
    refuses: Refuses,
    address: SocketAddr,
    tls: ServerTls,
    signs: Root,
    orders: AtomicUsize,
    /// The first certificate, once it is signed.
    issued: OnceLock<String>,
    /// An order is being worked on.
    slow: AtomicBool,
    over: AtomicBool,
}

impl Ca {
    fn start(refuses: Refuses) -> Self {
        let (server_root, signs) = (Root::new("ca server"), Root::new("ca"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let tls = ServerTls::new(&server_root.server(&["127.0.0.1"]));
        let (orders, issued) = (AtomicUsize::new(0), OnceLock::new());
        let (slow, over) = (AtomicBool::new(false), AtomicBool::new(false));
        let state = Arc::new(State { refuses, address, tls, signs, orders, issued, slow, over });
        let serving = Arc::clone(&state);
        std::thread::spawn(move || {
            // One after the other: a client of ACME asks one thing at a time.
            for stream in listener.incoming().map_while(Result::ok) {
                if serving.over.load(Ordering::SeqCst) {
                    return;
                }
                serving.answer(stream);
            }
        });
        Self { address, server_root, state }
    }

    fn orders(&self) -> usize {
        self.state.orders.load(Ordering::SeqCst)
    }
}

impl Drop for Ca {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

/// An answer: its status, further field lines, and its body.
type Said = (u16, String, String);

impl State {
    fn answer(&self, stream: TcpStream) {
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        let mut stream = self.tls.accept(stream);
        let Some((method, path, payload)) = read(&mut stream) else { return };
        let (status, fields, body) = self.decide(&method, &path, &payload);
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} said\r\nreplay-nonce: n0nce\r\n{fields}content-length: {length}\r\nconnection: close\r\n\r\n"
        );
        let body = if method == "HEAD" { String::new() } else { body };
        // Whoever has gone away asks again.
        let _ = stream.write_all((head + &body).as_bytes()).and_then(|()| stream.flush());
        let _ = stream.finish_sending();
    }

    fn decide(&self, method: &str, path: &str, payload: &Value) -> Said {
        let url = |path: &str| format!("https://{}{path}", self.address);
        let json = |status, fields: String, body: Value| (status, fields, body.to_string());
        let plain = |body| json(200, String::new(), body);
        match (method, path) {
            ("GET", "/directory") => plain(json!({
                "newNonce": url("/nonce"), "newAccount": url("/account"), "newOrder": url("/order"),
            })),
            (_, "/nonce") => (200, String::new(), String::new()),
            (_, "/account") => json(201, format!("location: {}\r\n", url("/accounts/1")), json!({ "status": "valid" })),
            (_, "/order") => {
                let first = self.orders.fetch_add(1, Ordering::SeqCst) == 0;
                if !first && self.refuses == Refuses::Orders {
                    return problem(429, "rateLimited", "too many certificates already issued");
                }
                json(201, format!("location: {}\r\n", url("/orders/1")), self.order("ready"))
            }
            (_, "/finalize") => self.finalize(payload),
            (_, "/orders/1") if self.slow.load(Ordering::SeqCst) => {
                json(200, "retry-after: 3600\r\n".to_owned(), self.order("processing"))
            }
            (_, "/orders/1") => {
                let is_signed = self.issued.get().is_some() && self.orders.load(Ordering::SeqCst) == 1;
                plain(self.order(if is_signed { "valid" } else { "ready" }))
            }
            (_, "/certificate") => (200, String::new(), self.issued.get().cloned().unwrap_or_default()),
            _ => problem(404, "malformed", "there is nothing here"),
        }
    }

    fn finalize(&self, payload: &Value) -> Said {
        if self.issued.get().is_some() {
            return match self.refuses {
                Refuses::Requests => problem(400, "badCSR", "a name is missing"),
                _ => {
                    self.slow.store(true, Ordering::SeqCst);
                    (200, String::new(), self.order("processing").to_string())
                }
            };
        }
        let request = payload["csr"].as_str().expect("a request");
        let request = BASE64URL_NOPAD.decode(request.as_bytes()).expect("base64url");
        // Valid for a while yet, and old enough to be renewed at once.
        let now = SystemTime::now();
        let chain = self.signs.sign(&request, now - 170 * MINUTE, now + 70 * MINUTE);
        self.issued.set(chain).expect("the first");
        (200, String::new(), self.order("valid").to_string())
    }

    fn order(&self, status: &str) -> Value {
        let url = |path: &str| format!("https://{}{path}", self.address);
        let mut order = json!({ "status": status, "authorizations": [], "finalize": url("/finalize") });
        if status == "valid" {
            order["certificate"] = url("/certificate").into();
        }
        order
    }
}

fn problem(status: u16, kind: &str, detail: &str) -> Said {
    let body = json!({ "type": format!("urn:ietf:params:acme:error:{kind}"), "detail": detail });
    (status, "content-type: application/problem+json\r\n".to_owned(), body.to_string())
}

/// Method, path, and what the signed body holds.
fn read(stream: &mut Stream) -> Option<(String, String, Value)> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4_096];
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().filter_map(|line| line.split_once(':'));
        let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.filter_map(|(_, value)| value.trim().parse().ok()).next().unwrap_or(0);
        if body.len() < length {
            continue;
        }
        let mut words = head.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let signed: Value = serde_json::from_str(body).unwrap_or_default();
        let payload = BASE64URL_NOPAD.decode(signed["payload"].as_str().unwrap_or_default().as_bytes());
        return Some((method, path, serde_json::from_slice(&payload.unwrap_or_default()).unwrap_or_default()));
    }
}

/// A renewal that is refused so is told so, with so many minutes to the next at least; nothing else changes.
fn is_told_and_the_certificate_stays(refuses: Refuses, why: &str, minutes: u64) {
    let (place, service) = (Place::free(), service());
    let ca = Ca::start(refuses);
    let prepared = house();
    prepared.write("ca.pem", ca.server_root.pem());
    let directory = format!("https://{}/directory", ca.address);
    let house = started(prepared, &file(place, &directory, &service, ""));
    house.wait_for_message("the door `client` has a new certificate for");
    let said = house.wait_for_message("no certificate of the door `client` for `shop.test`: the CA: ");
    assert!(said.contains(why), "{said}");
    let line = house.wait_for_log("certificate-failed");
    assert!(line.contains("shop.test") && line.contains(why), "{line}");

    let trusting = ClientTls::trusting(ca.state.signs.pem().as_bytes(), None, &[&TLS13, &TLS12]).name("shop.test");
    let issued = ca.state.issued.get().expect("a certificate");
    let shown = shown(&trusting.clone().without_resumption(), place.tls).expect("a certificate");
    assert!(issued.replace('\n', "").contains(&data_encoding::BASE64.encode(&shown)), "another one is shown");
    let read = get("/open/things", &[]).replace("localhost", "shop.test");
    assert_served(&Connection::tls(place.tls, &trusting).exchange(read));

    let told = note(&house);
    let wait = told.rsplit_once("tried again in ").and_then(|(_, wait)| wait.strip_suffix(" min"));
    assert!(wait.and_then(|wait| wait.parse().ok()).is_some_and(|wait: u64| wait >= minutes), "{told}");
    let orders = ca.orders();
    std::thread::park_timeout(Duration::from_secs(2));
    assert_eq!((ca.orders(), orders), (2, 2), "it is not asked again");
}

#[test]
fn a_ca_that_was_asked_too_often_is_left_in_peace_for_an_hour_and_the_certificate_stays() {
    is_told_and_the_certificate_stays(Refuses::Orders, "rateLimited", 60);
}

#[test]
fn a_request_that_a_ca_refuses_is_told_and_the_certificate_stays() {
    is_told_and_the_certificate_stays(Refuses::Requests, "badCSR", 1);
}

#[test]
fn a_ca_that_wants_an_hour_is_not_waited_for_and_the_certificate_stays() {
    is_told_and_the_certificate_stays(Refuses::Haste, "timed out", 1);
}
