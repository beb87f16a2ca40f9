//! Proxies in front: the PROXY protocol from those that the file names, and cleartext HTTP/2 on loopback.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use testkit::http2::{Http2, Outcome};
use testkit::{Backend, ClientTls, Connection, Deadline, House, Root, port};

use crate::open_house::get;
use crate::standing::house;

const SOON: Duration = Duration::from_secs(15);

/// A header of version 2 for TCP over IPv4, from this caller, with an attribute that nobody needs.
fn version_2(command: u8, caller: [u8; 4]) -> Vec<u8> {
    let attribute = [0xE0, 0, 3, b'a', b'b', b'c'];
    let length = 12 + attribute.len() as u8;
    let fixed = [b"\r\n\r\n\0\r\nQUIT\n".as_slice(), &[command, 0x11, 0, length]].concat();
    [&fixed[..], &caller, &[127, 0, 0, 1, 0xDC, 4, 1, 0xBB], &attribute].concat()
}

fn version_1(caller: &str) -> Vec<u8> {
    format!("PROXY TCP4 {caller} 127.0.0.1 56324 443\r\n").into_bytes()
}

/// A house with one client door behind proxies, and one service.
pub(crate) struct Site {
    pub(crate) house: House,
    pub(crate) address: SocketAddr,
    pub(crate) service: Backend,
    pub(crate) people: Root,
}

impl Site {
    /// A client door with these further lines.
    pub(crate) fn start(tls: bool, lines: &[&str]) -> Self {
        let service = Backend::saying("reached");
        let keys = format!("urls: \"{}\"", service.url());
        Self::start_to(tls, lines, &keys, service)
    }

    /// The same, in front of a service with these keys.
    pub(crate) fn start_to(tls: bool, lines: &[&str], keys: &str, service: Backend) -> Self {
        let prepared = house();
        let people = Root::new("people");
        let leaf = people.server(&["localhost", "127.0.0.1"]);
        prepared.write("door.pem", &leaf.pem);
        prepared.write("door-key.pem", &leaf.key_pem);
        let tls = if tls { "{ files: [{ certificate: door.pem, key: door-key.pem }] }" } else { "none" };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()));
        let lines: String = lines.iter().map(|line| format!("    {line}\n")).collect();
        let file = format!(
            "vestibule: 1\n\
             doors:\n  client:\n    listen: \"{address}\"\n    tls: {tls}\n{lines}\
             services:\n  shop: {{ {keys} }}\n\
             apis:\n  shop:\n    door: client\n    service: shop\n    public: true\n\
             \x20   operations: {{ all: \"GET /**\" }}\n\
             \x20 office:\n    door: client\n    path: /office\n    service: shop\n    public: true\n\
             \x20   networks: 192.0.2.0/24\n    operations: {{ all: \"GET /**\" }}\n"
        );
        let house = prepared.config(&file).start();
        Self { house, address, service, people }
    }

    /// A connection that began with these bytes.
    fn connect(&self, header: &[u8]) -> Connection {
        let mut connection = Connection::plain(self.address);
        connection.send(header);
        connection
    }

    /// The address that the service was last told of.
    pub(crate) fn told(&self) -> Option<String> {
        let requests = self.service.requests();
        requests.last().and_then(|request| request.head.text("x-forwarded-for").map(str::to_owned))
    }

    /// Whether a connection that begins so is ended without an answer.
    pub(crate) fn is_closed(&self, header: &[u8]) -> bool {
        let mut connection = self.connect(header);
        connection.send(&get("/"));
        connection.is_closed_by(Deadline::within(SOON))
    }
}

#[test]
fn the_caller_is_whom_a_named_proxy_names_in_either_version() {
    for (speak, header) in [("proxy-v2", version_2(0x21, [192, 0, 2, 7])), ("proxy-v1", version_1("192.0.2.7"))] {
        let site = Site::start(false, &[&format!("proxies: {{ networks: loopback, speak: {speak} }}")]);
        let mut connection = site.connect(&header);
        for target in ["/", "/office/desk"] {
            assert_eq!(connection.exchange(get(target)).status, 200, "{speak} {target}");
            assert_eq!(site.told().as_deref(), Some("192.0.2.7"), "{speak}");
        }
        let line = site.house.wait_for_log("\"path\":\"/office/desk\"");
        assert!(line.contains("\"client.address\":\"192.0.2.7\""), "{line}");
        // Networks are asked about the caller, not about the proxy.
        let elsewhere =
            if speak == "proxy-v2" { version_2(0x21, [198, 51, 100, 1]) } else { version_1("198.51.100.1") };
        let mut connection = site.connect(&elsewhere);
        assert_eq!(connection.exchange(get("/office/desk")).problem().as_deref(), Some("not-found"), "{speak}");
        // What a caller writes into fields is still nobody's word.
        let mut connection = site.connect(&header);
        connection.exchange("GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n");
        assert_eq!(site.told().as_deref(), Some("192.0.2.7"), "{speak}");
    }
}

#[test]
fn a_header_that_comes_byte_by_byte_is_read_and_nothing_behind_it_is_lost() {
    let site = Site::start(false, &["proxies: { networks: loopback, speak: proxy-v2 }"]);
    let mut connection = Connection::plain(site.address);
    for byte in version_2(0x21, [192, 0, 2, 7]) {
        connection.send(&[byte]);
    }
    assert_eq!(connection.exchange(get("/")).text(), "reached");
    let mut connection = Connection::plain(site.address);
    let together = [version_2(0x21, [192, 0, 2, 8]), get("/")].concat();
    connection.send(&together);
    assert_eq!(connection.answer_to("GET", Deadline::within(SOON)).map(|answer| answer.status), Ok(200));
    assert_eq!(site.told().as_deref(), Some("192.0.2.8"));
}

#[test]
fn tls_passes_through_a_proxy_that_says_whose_connection_it_is() {
    let site = Site::start(true, &["proxies: { networks: loopback, speak: proxy-v2 }"]);
    let stream = std::net::TcpStream::connect(site.address).expect("connected");
    std::io::Write::write_all(&mut &stream, &version_2(0x21, [192, 0, 2, 9])).expect("sent");
    let stream = ClientTls::new(&site.people).over(stream).expect("a handshake");
    assert_eq!(Connection::over(stream).exchange(get("/")).text(), "reached");
    assert_eq!(site.told().as_deref(), Some("192.0.2.9"));
}

#[test]
fn whoever_does_not_speak_as_the_file_says_is_closed_without_a_word() {
    let site = Site::start(false, &["proxies: { networks: loopback, speak: proxy-v2 }"]);
    assert!(site.is_closed(b""), "no header");
    assert!(site.is_closed(&version_1("192.0.2.7")), "the other version");
    assert!(site.is_closed(&version_2(0x22, [192, 0, 2, 7])), "an unknown command");
    site.house.wait_for_log("handshake");
    let site = Site::start(false, &["proxies: { networks: 10.99.0.0/16, speak: proxy-v2 }"]);
    assert!(site.is_closed(&version_2(0x21, [192, 0, 2, 7])), "a proxy that is not named");
    assert!(site.is_closed(b""), "a caller without a proxy");
    assert_eq!(site.service.arrivals(), 0);
}

#[test]
fn the_door_s_networks_and_bounds_are_asked_about_the_caller() {
    let lines = ["proxies: { networks: loopback, speak: proxy-v1 }", "networks: 192.0.2.0/24"];
    let site = Site::start(false, &[&lines[..], &["connections: { at_most: 100, per_address: 2 }"]].concat());
    assert!(site.is_closed(&version_1("198.51.100.1")));
    let mut first = site.connect(&version_1("192.0.2.1"));
    let mut second = site.connect(&version_1("192.0.2.1"));
    assert_eq!((first.exchange(get("/")).status, second.exchange(get("/")).status), (200, 200));
    assert!(site.is_closed(&version_1("192.0.2.1")), "a third of one address");
    assert_eq!(site.connect(&version_1("192.0.2.2")).exchange(get("/")).status, 200);
}

#[test]
fn a_proxy_may_speak_for_itself() {
    let site = Site::start(false, &["proxies: { networks: loopback, speak: proxy-v2 }", "networks: 192.0.2.0/24"]);
    assert_eq!(site.connect(&version_2(0x20, [0, 0, 0, 0])).exchange(get("/")).status, 200);
    assert_eq!(site.told().as_deref(), Some("127.0.0.1"));
}

fn over_http2(address: SocketAddr) -> Outcome {
    let fields = [(":method", "GET"), (":scheme", "http"), (":authority", "shop.example"), (":path", "/")];
    let fields = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let stream = Connection::plain(address).into_stream();
    Http2::over(stream).request(1, &fields, true).outcome(1, Deadline::within(SOON))
}

#[test]
fn cleartext_http_2_is_spoken_by_prior_knowledge_where_the_file_says_so() {
    let site = Site::start(false, &["protocols: [http1, http2]"]);
    assert_eq!(over_http2(site.address), Outcome::Answer(200, b"reached".to_vec()));
    assert_eq!(site.connect(b"").exchange(get("/")).text(), "reached");
    // What begins like the preface and is not is HTTP/1.1, and none that there is.
    let answer = site.connect(b"PRI * HTTP/2.0\r\n\r\nGE").answer_to("PRI", Deadline::within(SOON));
    assert_eq!(answer.map(|answer| answer.problem()), Ok(Some("version-not-supported".to_owned())));

    let site = Site::start(false, &["protocols: http2"]);
    assert_eq!(over_http2(site.address), Outcome::Answer(200, b"reached".to_vec()));
    assert!(site.is_closed(b""));

    let site = Site::start(false, &[]);
    assert!(!matches!(over_http2(site.address), Outcome::Answer(200, _)), "not unless it is said");
}

type Write = fn(&str) -> String;

/// How each field is written for a caller.
const FIELDS: [(&str, Write); 2] = [
    ("x-forwarded-for", |caller| format!("X-Forwarded-For: {caller}")),
    ("forwarded", |caller| format!("Forwarded: for={caller};proto=https")),
];

fn asking(target: &str, lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n{lines}\r\n")
}

#[test]
fn a_named_proxy_says_in_a_field_whose_each_request_is() {
    for (speak, write) in FIELDS {
        let site = Site::start(false, &[&format!("proxies: {{ networks: [loopback, 10.9.0.0/16], speak: {speak} }}")]);
        let mut connection = site.connect(b"");
        for caller in ["192.0.2.7", "198.51.100.1"] {
            assert_eq!(connection.exchange(asking("/", &[&write(caller)])).status, 200, "{speak}");
            assert_eq!(site.told().as_deref(), Some(caller), "{speak}");
        }
        // What is before the proxy's own word is the caller's, and means nothing.
        let made_up = [&*write("10.9.0.1"), &write("192.0.2.200"), &write("198.51.100.2"), &write("10.9.0.7")];
        assert_eq!(connection.exchange(asking("/made-up", &made_up)).status, 200, "{speak}");
        assert_eq!(site.told().as_deref(), Some("198.51.100.2"), "{speak}");
        let line = site.house.wait_for_log("\"path\":\"/made-up\"");
        assert!(line.contains("\"client.address\":\"198.51.100.2\""), "{line}");
        // Networks are asked about the caller of each request.
        assert_eq!(connection.exchange(asking("/office/desk", &[&write("192.0.2.9")])).status, 200, "{speak}");
        let elsewhere = connection.exchange(asking("/office/desk", &[&write("192.0.2.9"), &write("198.51.100.1")]));
        assert_eq!(elsewhere.problem().as_deref(), Some("not-found"), "{speak}");
        let requests = site.service.requests();
        assert!(requests.iter().all(|request| request.head.all("forwarded").is_empty()), "{requests:?}");
    }
}

#[test]
fn a_request_that_its_proxy_names_nobody_for_is_nobody_s() {
    for (speak, write) in FIELDS {
        let site = Site::start(false, &[&format!("proxies: {{ networks: loopback, speak: {speak} }}")]);
        let other = FIELDS.iter().find(|(other, _)| *other != speak).map(|(_, write)| write("192.0.2.7"));
        let other = other.expect("two fields");
        for lines in [vec![], vec![other], vec![write("192.0.2.7"), write("unknown")], vec![write("\"192.0.2.7")]] {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let answer = site.connect(b"").exchange(asking("/", &lines));
            assert_eq!(answer.problem().as_deref(), Some("malformed-request"), "{speak} {lines:?}");
        }
        assert_eq!(site.service.arrivals(), 0, "{speak}");
    }
}

#[test]
fn a_field_is_believed_of_nobody_else_and_the_door_s_networks_are_asked_about_whom_it_names() {
    for (speak, write) in FIELDS {
        let site = Site::start(false, &[&format!("proxies: {{ networks: 10.99.0.0/16, speak: {speak} }}")]);
        assert!(site.is_closed(b""), "{speak}: not a named proxy");
        let lines = [&*format!("proxies: {{ networks: loopback, speak: {speak} }}"), "networks: 192.0.2.0/24"];
        let site = Site::start(false, &lines);
        let mut connection = site.connect(b"");
        assert_eq!(connection.exchange(asking("/", &[&write("192.0.2.7")])).status, 200, "{speak}");
        let refused = connection.exchange(asking("/", &[&write("198.51.100.1")]));
        assert_eq!(refused.problem().as_deref(), Some("not-found"), "{speak}");
    }
}

#[test]
fn streams_of_one_connection_have_callers_of_their_own() {
    let site = Site::start(true, &["proxies: { networks: loopback, speak: x-forwarded-for }"]);
    let mut connection =
        Http2::over(ClientTls::new(&site.people).alpn(&["h2"]).connect(site.address).expect("a handshake"));
    for (stream, caller) in [(1, "192.0.2.7"), (3, "198.51.100.1")] {
        let fields = [
            (":method", "GET"),
            (":scheme", "https"),
            (":authority", "shop.example"),
            (":path", "/"),
            ("x-forwarded-for", caller),
        ];
        let fields = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let outcome = connection.request(stream, &fields, true).outcome(stream, Deadline::within(SOON));
        assert_eq!(outcome, Outcome::Answer(200, b"reached".to_vec()));
        assert_eq!(site.told().as_deref(), Some(caller));
    }
}
