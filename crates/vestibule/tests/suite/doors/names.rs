//! Names: a name of one door is misdirected at another, and the plain port only says where its door is.

use std::net::SocketAddr;

use testkit::http2::{Http2, Outcome};
use testkit::{Answer, ClientTls, Connection, Deadline};

use crate::two_doors::{Ground, SOON, TwoDoors, assert_problem, assert_served, free_address, get, request, said};

/// Both doors with names of their own: `localhost` at the client door, `payments.test` at the server door.
fn named() -> TwoDoors {
    TwoDoors::open_with(&[
        ("  client:\n", "  client:\n    hosts: localhost\n"),
        ("  server:\n", "  server:\n    hosts: payments.test\n"),
    ])
}

fn for_host(target: &str, host: &str) -> String {
    get(target, &[]).replace("localhost", host)
}

#[test]
fn a_name_of_another_door_is_misdirected() {
    let house = named();
    let tls = ClientTls::new(&house.people);
    let client = |server_name: &str, host: &str| -> Answer {
        Connection::tls(house.client, &tls.clone().name(server_name)).exchange(for_host("/open/things", host))
    };
    assert_served(&client("localhost", "localhost"));
    assert_served(&client("localhost", "LOCALHOST"));
    // An address sends no server name: the authority alone decides.
    assert_served(&client("127.0.0.1", "localhost"));
    for (server_name, host) in [
        ("localhost", "payments.test"),
        ("payments.test", "localhost"),
        ("payments.test", "payments.test"),
        ("localhost", "unknown.test"),
        ("shop.test", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
    ] {
        assert_problem(&client(server_name, host), 421, "misdirected-request");
    }
    let tls = ClientTls::with_certificate(&house.people, &house.workload("orders"));
    let server = |server_name: &str, host: &str| -> Answer {
        Connection::tls(house.server, &tls.clone().name(server_name)).exchange(for_host("/payments/charges", host))
    };
    assert_served(&server("payments.test", "payments.test"));
    for (server_name, host) in
        [("payments.test", "localhost"), ("localhost", "payments.test"), ("shop.test", "shop.test")]
    {
        assert_problem(&server(server_name, host), 421, "misdirected-request");
    }
    assert_eq!(house.service.arrivals(), 4);
}

#[test]
fn each_stream_of_http_2_is_held_to_the_names_of_its_door() {
    let house = named();
    let stream = ClientTls::new(&house.people).alpn(&["h2"]).connect(house.client).expect("a handshake");
    let mut connection = Http2::over(stream);
    let mut ask = |stream, authority: &[u8]| {
        let fields: [(&[u8], &[u8]); 4] =
            [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", authority), (b":path", b"/open/things")];
        connection.request(stream, &fields, true).outcome(stream, Deadline::within(SOON))
    };
    assert!(matches!(ask(1, b"localhost"), Outcome::Answer(200, _)));
    assert!(matches!(ask(3, b"payments.test"), Outcome::Answer(421, _)));
    assert!(matches!(ask(5, b"localhost"), Outcome::Answer(200, _)));
}

#[test]
fn a_door_without_names_takes_every_name_that_no_other_door_has() {
    let house = TwoDoors::open_with(&[("  server:\n", "  server:\n    hosts: payments.test\n")]);
    let ask = |host: &str| house.at_client().exchange(for_host("/open/things", host));
    assert_served(&ask("localhost"));
    assert_served(&ask("whatever.test"));
    assert_problem(&ask("payments.test"), 421, "misdirected-request");
}

#[test]
fn a_certificate_is_chosen_by_the_name_asked_for() {
    let ground = Ground::new();
    let other = ground.people.server(&["other.test", "*.wild.test"]);
    ground.prepared.write("other.pem", &other.pem);
    ground.prepared.write("other-key.pem", &other.key_pem);
    let one = "tls: { files: [{ certificate: door.pem, key: door-key.pem }] }";
    let two = "tls: { files: [{ certificate: door.pem, key: door-key.pem }, { certificate: other.pem, key: other-key.pem }] }";
    let file = ground.file().replacen(one, two, 1);
    let house = ground.open(&file);
    let tls = ClientTls::new(&house.people);
    for name in ["localhost", "other.test", "a.wild.test", "127.0.0.1"] {
        // The client itself checks that the certificate is for the name.
        assert!(tls.clone().name(name).connect(house.client).is_ok(), "{name}");
    }
    assert!(tls.clone().name("a.b.wild.test").connect(house.client).is_err());
    assert!(tls.name("wild.test").connect(house.client).is_err());
}

/// A gateway whose client door has a plain port beside it.
fn with_plain_port(changes: &[(&str, &str)]) -> (TwoDoors, SocketAddr) {
    let plain = free_address();
    let line = format!("  client:\n    redirect_from: \"{plain}\"\n");
    let changes: Vec<_> = [("  client:\n", line.as_str())].into_iter().chain(changes.iter().copied()).collect();
    (TwoDoors::open_with(&changes), plain)
}

#[test]
fn the_plain_port_sends_every_request_to_its_door_and_serves_nothing() {
    let (house, plain) = with_plain_port(&[]);
    let port = house.client.port();
    let ask = |text: &str| {
        let mut connection = Connection::plain(plain);
        let answer = connection.exchange(text);
        assert!(connection.is_closed_by(Deadline::within(SOON)), "one request a connection");
        answer
    };
    let answer = ask(&get("/open/things?page=2", &[]));
    assert_eq!((answer.status, answer.text().as_str()), (308, ""));
    assert_eq!(answer.field("location"), Some(format!("https://localhost:{port}/open/things?page=2").as_str()));
    // 308 keeps the method; a port in the request is that of the plain port, and not kept.
    let answer =
        ask(&request("POST", "/notes/list", &[], "").replace("localhost", &format!("localhost:{}", plain.port())));
    assert_eq!(answer.status, 308);
    assert_eq!(answer.field("location"), Some(format!("https://localhost:{port}/notes/list").as_str()));
    for bad in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        "GET /\\evil HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: localhost@evil.test\r\n\r\n",
        "GET http://evil.test/ HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ] {
        let answer = ask(bad);
        assert!((400..500).contains(&answer.status), "{bad:?}: {:?}", said(&answer));
        assert_eq!(answer.field("location"), None, "{bad:?}");
    }
    assert_eq!(house.service.arrivals(), 0);
}

#[test]
fn the_plain_port_does_not_redirect_to_a_name_that_is_not_its_door_s() {
    let (house, plain) = with_plain_port(&[("  client:\n", "  client:\n    hosts: localhost\n")]);
    let answer = Connection::plain(plain).exchange(for_host("/open/things", "evil.test"));
    assert_eq!((answer.status, answer.field("location")), (421, None));
    assert_eq!(Connection::plain(plain).exchange(get("/", &[])).status, 308);
    assert_eq!(house.service.arrivals(), 0);
}
