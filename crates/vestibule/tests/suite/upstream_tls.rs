//! Services with `https://`: whom the house believes, what it shows, and that nothing is sent to whoever is not believed.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use testkit::certificates::LeafRequest;
use testkit::script::{self, Script};
use testkit::{Backend, Deadline, Leaf, Reply, Root, ServerTls};

use crate::open_house::{OpenHouse, SOON, get, post};
use crate::reload::reload;
use crate::standing::house;

const HERE: &[&str] = &["127.0.0.1"];

fn hello() -> Script {
    script::answer(Reply::ok("hello"))
}

fn service(leaf: &Leaf, script: Script) -> Backend {
    Backend::over_tls(&Arc::new(ServerTls::new(leaf)), script)
}

/// A house in front of this service, with further keys of it; `ca.pem` holds the root.
fn open(service: &Backend, root: &Root, keys: &str) -> OpenHouse {
    let prepared = house();
    prepared.write("ca.pem", root.pem());
    OpenHouse::prepared_to(prepared, &format!("urls: \"{}\", {keys}", service.url()))
}

fn ends_with(house: &OpenHouse, code: &str) {
    let answer = house.connect().exchange(get("/"));
    assert_eq!((answer.status, answer.problem().as_deref()), (502, Some(code)), "{}", answer.text());
}

#[test]
fn a_service_is_believed_by_the_authority_that_the_file_names() {
    let root = Root::new("services");
    let service = service(&root.server(HERE), script::echo());
    let house = open(&service, &root, "ca: ca.pem");
    let mut connection = house.connect();
    let large = "0123456789abcdef".repeat(128 * 1024 / 2);
    for body in ["small", &large] {
        let answer = connection.exchange(post(&format!("content-length: {}", body.len()), body));
        assert_eq!((answer.status, answer.text().as_str() == body), (200, true));
    }
    let chunked = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let answer = connection.exchange(post("transfer-encoding: chunked", &chunked));
    assert_eq!((answer.status, answer.text() == large), (200, true));
    assert_eq!(service.requests().len(), 3);
    assert_eq!(service.connections(), 1, "a connection is kept");
}

#[test]
fn nothing_is_sent_to_a_service_that_is_not_believed() {
    let root = Root::new("services");
    let leaves = [
        ("is not signed rightly", Root::new("services").server(HERE)),
        ("no authority that is believed vouches", Root::new("others").server(HERE)),
        ("is for `other.example`, `127.0.0.2`, and", root.server(&["other.example", "127.0.0.2"])),
        ("is out of date", root.issue(&LeafRequest::named(HERE).expired())),
        ("is not valid yet", root.issue(&LeafRequest::named(HERE).not_yet_valid())),
        ("no authority that is believed vouches", LeafRequest::named(HERE).self_signed()),
        ("believe its key by `pin`", LeafRequest { authority: true, ..LeafRequest::named(HERE) }.self_signed()),
    ];
    for (what, leaf) in leaves {
        let service = service(&leaf, hello());
        let house = open(&service, &root, "ca: ca.pem");
        ends_with(&house, "upstream-tls");
        let line = house.house.wait_for_log("upstream-tls");
        assert!(line.contains(what), "{what}: {line}");
        assert_eq!(service.arrivals(), 0, "{what}");
    }
}

#[test]
fn without_a_word_the_authorities_of_the_machine_are_believed_and_no_others() {
    let (machine, foreign) = (Root::new("machine"), Root::new("foreign"));
    for (root, good) in [(&machine, true), (&foreign, false)] {
        let service = service(&root.server(HERE), hello());
        let prepared = house();
        prepared.write("machine.pem", machine.pem());
        let path = prepared.folder().join("machine.pem");
        let prepared = prepared.environment("SSL_CERT_FILE", &path.display().to_string());
        let house = OpenHouse::prepared_to(prepared, &format!("urls: \"{}\"", service.url()));
        if good { assert_eq!(house.get("/"), "hello") } else { ends_with(&house, "upstream-tls") }
    }
}

#[test]
fn a_key_that_is_pinned_is_believed_alone_or_together_with_an_authority() {
    let root = Root::new("services");
    let leaf = LeafRequest::named(&["nobody.example"]).expired().self_signed();
    let service = service(&leaf, hello());
    let other = root.server(HERE).pin();
    assert_eq!(open(&service, &root, &format!("pin: [\"{other}\", \"{}\"]", leaf.pin())).get("/"), "hello");
    let refused = open(&service, &root, &format!("pin: \"{other}\""));
    ends_with(&refused, "upstream-tls");
    assert!(refused.house.wait_for_log("upstream-tls").contains(&leaf.pin()), "the log says which key it has");
    ends_with(&open(&service, &root, &format!("ca: ca.pem, pin: \"{}\"", leaf.pin())), "upstream-tls");
}

#[test]
fn an_authority_and_a_pin_must_both_hold() {
    let root = Root::new("services");
    let leaf = root.server(HERE);
    let service = service(&leaf, hello());
    assert_eq!(open(&service, &root, &format!("ca: ca.pem, pin: \"{}\"", leaf.pin())).get("/"), "hello");
    let other = root.server(HERE).pin();
    ends_with(&open(&service, &root, &format!("ca: ca.pem, pin: \"{other}\"")), "upstream-tls");
}

#[test]
fn the_name_in_the_certificate_may_be_said() {
    let root = Root::new("services");
    let service = service(&root.server(&["shop.internal"]), hello());
    assert_eq!(open(&service, &root, "ca: ca.pem, server_name: shop.internal").get("/"), "hello");
    ends_with(&open(&service, &root, "ca: ca.pem"), "upstream-tls");
}

#[test]
fn tls_1_2_is_spoken_to_a_service_that_knows_no_better() {
    let root = Root::new("services");
    let tls = ServerTls::speaking(&root.server(HERE), &[&rustls::version::TLS12]);
    let service = Backend::over_tls(&Arc::new(tls), hello());
    assert_eq!(open(&service, &root, "ca: ca.pem").get("/"), "hello");
}

#[test]
fn a_service_that_asks_who_we_are_is_shown_the_certificate_of_the_file() {
    let (root, ours) = (Root::new("services"), Root::new("gateways"));
    let service = Backend::over_tls(&Arc::new(ServerTls::asking(&root.server(HERE), &ours)), hello());
    let shown = |leaf: &Leaf| {
        let prepared = house();
        prepared.write("ca.pem", root.pem());
        prepared.write("gateway.pem", &leaf.pem);
        prepared.write("gateway.key", &leaf.key_pem);
        let keys = "ca: ca.pem, authenticate: { files: { certificate: gateway.pem, key: gateway.key } }";
        OpenHouse::prepared_to(prepared, &format!("urls: \"{}\", {keys}", service.url()))
    };
    assert_eq!(shown(&ours.server(&["gateway"])).get("/"), "hello");
    let before = service.arrivals();
    ends_with(&shown(&root.server(&["gateway"])), "upstream-tls");
    ends_with(&open(&service, &root, "ca: ca.pem"), "upstream-tls");
    assert_eq!(service.arrivals(), before, "nothing was taken from who is not known");
}

#[test]
fn a_handshake_that_stalls_ends_with_the_time_for_connecting() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("bound");
    let prepared = house();
    prepared.write("ca.pem", Root::new("services").pem());
    let keys = "ca: ca.pem, connect_timeout: 200ms, retries: { attempts: none }";
    let house = OpenHouse::prepared_to(prepared, &format!("urls: \"https://{address}\", {keys}"));
    let before = Instant::now();
    ends_with(&house, "upstream-tls");
    assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
}

#[test]
fn a_service_that_speaks_no_tls_gets_no_request() {
    let service = Backend::saying("plain");
    let prepared = house();
    prepared.write("ca.pem", Root::new("services").pem());
    let url = service.url().replace("http://", "https://");
    let house = OpenHouse::prepared_to(prepared, &format!("urls: \"{url}\", ca: ca.pem"));
    ends_with(&house, "upstream-tls");
    assert!(service.bytes().iter().all(|bytes| !bytes.windows(4).any(|window| window == b"HTTP")));
}

#[test]
fn a_session_is_resumed_with_the_next_connection() {
    let root = Root::new("services");
    let tls = Arc::new(ServerTls::new(&root.server(HERE)));
    let service = Backend::over_tls(&tls, script::answer_and_close(Reply::ok("hello")));
    let house = open(&service, &root, "ca: ca.pem");
    let deadline = Deadline::within(SOON);
    while tls.resumed() == 0 {
        assert!(!deadline.passed(), "nothing was resumed in {} connections", service.connections());
        assert_eq!(house.get("/"), "hello");
    }
}

#[test]
fn what_was_trusted_before_a_reload_is_not_used_after_it() {
    let (root, other) = (Root::new("services"), Root::new("others"));
    let service = service(&root.server(HERE), hello());
    let house = open(&service, &root, "ca: ca.pem");
    let mut connection = house.connect();
    assert_eq!(connection.exchange(get("/")).status, 200);
    let file = std::fs::read_to_string(house.house.folder().join(testkit::program::FILE)).expect("the file");
    reload(&house.house, &format!("{file}# nothing that matters\n"));
    assert_eq!(connection.exchange(get("/")).status, 200);
    assert_eq!(service.connections(), 1, "a reload that does not concern it keeps the connection");
    house.house.write("ca.pem", other.pem());
    reload(&house.house, &file);
    let refused = connection.exchange(get("/"));
    assert_eq!((refused.status, refused.problem().as_deref()), (502, Some("upstream-tls")));
    assert_eq!(service.arrivals(), 2);
}

#[test]
fn a_replica_that_is_not_believed_costs_no_caller_an_answer() {
    let root = Root::new("services");
    let (good, bad) = (service(&root.server(HERE), hello()), service(&LeafRequest::named(HERE).self_signed(), hello()));
    let prepared = house();
    prepared.write("ca.pem", root.pem());
    let urls = format!("urls: [\"{}\", \"{}\"], balance: round-robin", good.url(), bad.url());
    let house = OpenHouse::prepared_to(prepared, &format!("{urls}, ca: ca.pem"));
    for _ in 0..4 {
        assert_eq!(house.connect().exchange(post("content-length: 2", "ab")).status, 200);
    }
    assert_eq!((good.arrivals(), bad.arrivals()), (4, 0));
}

#[test]
fn an_answer_without_a_length_is_whole_only_when_tls_says_that_it_ends() {
    let root = Root::new("services");
    let endless = "HTTP/1.1 200 OK\r\n\r\nhalf of it";
    let ended = service(&root.server(HERE), script::raw_and_close(endless));
    assert_eq!(open(&ended, &root, "ca: ca.pem").get("/"), "half of it");
    let cut = service(&root.server(HERE), script::raw_and_cut(endless));
    let house = open(&cut, &root, "ca: ca.pem");
    let answer = house.connect().send(&get("/")).answer_to("GET", Deadline::within(SOON));
    // What has not gone out yet can still be told.
    assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status == 502));
}

#[test]
fn probes_are_sent_over_tls_too() {
    let root = Root::new("services");
    let service = service(&root.server(HERE), hello());
    let _house = open(&service, &root, "ca: ca.pem, health: { route: GET /healthz }");
    service.wait_until("a probe", SOON, |service| !service.requests().is_empty());
    assert_eq!(service.requests()[0].head.target, "/healthz");
}
