//! Which HTTP is spoken: what TLS agrees on, what the file says, and what happens where the service speaks another.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread;

use testkit::http2_backend::Http2Backend;
use testkit::script;
use testkit::{Backend, Reply, Root, ServerTls};

use super::saying;
use crate::open_house::{OpenHouse, SOON, get};
use crate::standing::house;

const HERE: &[&str] = &["127.0.0.1"];

fn open(url: &str, root: &Root, keys: &str) -> OpenHouse {
    let prepared = house();
    prepared.write("ca.pem", root.pem());
    OpenHouse::prepared_to(prepared, &format!("urls: \"{url}\", ca: ca.pem{keys}"))
}

fn ends_with(house: &OpenHouse, code: &str) {
    let answer = house.connect().exchange(get("/"));
    assert_eq!((answer.status, answer.problem().as_deref()), (502, Some(code)), "{}", answer.text());
}

#[test]
fn over_tls_both_sides_choose_and_http2_comes_first() {
    let root = Root::new("services");
    let leaf = root.server(HERE);
    for (offered, keys) in [
        (&["h2", "http/1.1"][..], ""),
        (&["h2"], ""),
        (&["h2", "http/1.1"], ", http: 2"),
        (&["h2", "http/1.1"], ", http: auto"),
    ] {
        let service = Http2Backend::over_tls(&ServerTls::offering(&leaf, offered), saying("two"));
        let house = open(&service.url(), &root, keys);
        assert_eq!(house.get("/"), "two", "{offered:?}{keys}");
        assert_eq!(house.get("/"), "two");
        assert_eq!(service.arrived()[0].uri.split(':').next(), Some("https"));
    }
    for (offered, keys) in [(&["http/1.1"][..], ""), (&[], ""), (&["h2", "http/1.1"], ", http: 1")] {
        let tls = Arc::new(ServerTls::offering(&leaf, offered));
        let service = Backend::over_tls(&tls, script::answer(Reply::ok("one")));
        assert_eq!(open(service.url(), &root, keys).get("/"), "one", "{offered:?}{keys}");
    }
}

#[test]
fn a_service_that_does_not_speak_what_the_file_says_gets_no_request() {
    let root = Root::new("services");
    let leaf = root.server(HERE);
    // One that offers something else refuses the handshake; one that offers nothing speaks HTTP/1.1.
    for (offered, code) in [(&["http/1.1"][..], "upstream-tls"), (&[], "upstream-malformed")] {
        let tls = Arc::new(ServerTls::offering(&leaf, offered));
        let service = Backend::over_tls(&tls, script::answer(Reply::ok("one")));
        ends_with(&open(service.url(), &root, ", http: 2"), code);
        assert_eq!(service.arrivals(), 0);
    }
    let tls = ServerTls::offering(&leaf, &["h2"]);
    let service = Http2Backend::over_tls(&tls, saying("two"));
    ends_with(&open(&service.url(), &root, ", http: 1"), "upstream-tls");
    assert_eq!(service.arrived().len(), 0);
}

#[test]
fn a_service_that_asks_who_we_are_is_answered_and_its_no_is_one_of_tls() {
    let (root, ours) = (Root::new("services"), Root::new("gateways"));
    let tls = ServerTls::asking(&root.server(HERE), &ours).and_offers(&["h2"]);
    let service = Http2Backend::over_tls(&tls, saying("two"));
    ends_with(&open(&service.url(), &root, ""), "upstream-tls");
    assert_eq!(service.arrived().len(), 0);
    let prepared = house();
    let leaf = ours.server(&["gateway"]);
    prepared.write("ca.pem", root.pem());
    prepared.write("gateway.pem", &leaf.pem);
    prepared.write("gateway.key", &leaf.key_pem);
    let keys = "ca: ca.pem, authenticate: { files: { certificate: gateway.pem, key: gateway.key } }";
    let house = OpenHouse::prepared_to(prepared, &format!("urls: \"{}\", {keys}", service.url()));
    assert_eq!(house.get("/"), "two");
}

#[test]
fn without_tls_a_service_shows_what_it_speaks_before_it_gets_a_request() {
    for answer in ["HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", ""] {
        let (tell, told) = mpsc::channel();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("a bound socket");
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut came = vec![0; 4096];
                let length = stream.read(&mut came).expect("bytes");
                stream.write_all(answer.as_bytes()).expect("sent");
                stream.shutdown(Shutdown::Write).expect("ended");
                let mut all = came[..length].to_vec();
                // A reset is an end as well.
                let _ = stream.read_to_end(&mut all);
                let _ = tell.send(all);
            }
        });
        let house = OpenHouse::to_service(&format!("urls: \"http://{address}\", http: 2"), &[]);
        ends_with(&house, "upstream-malformed");
        let log = house.house.wait_for_log("upstream-malformed");
        assert!(log.contains("does not speak HTTP/2"), "{log}");
        let came = told.recv_timeout(SOON).expect("what came");
        assert!(came.starts_with(b"PRI * HTTP/2.0") && !came.windows(9).any(|window| window == b"127.0.0.1"));
    }
    let two = Http2Backend::always(saying("two"));
    let house = OpenHouse::to_service(&format!("urls: \"{}\", http: 1", two.url()), &[]);
    ends_with(&house, "upstream-malformed");
    assert_eq!(two.arrived().len(), 0);
}
