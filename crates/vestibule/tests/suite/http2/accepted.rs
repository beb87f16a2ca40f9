//! What HTTP/2 may say differently: it reaches the service as strictly one HTTP/1.1 request of the same meaning.

use testkit::http2::{CONTINUATION, END_HEADERS, END_STREAM, HEADERS, Http2, SETTINGS, block};
use testkit::strict::{self, Framing, Request};
use testkit::{Backend, Deadline, Reply, script};

use super::{Field, GET, POST, SOON, answer, octets, with};
use crate::open_house::OpenHouse;

const SMUGGLED: &str = "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: shop.example\r\n\r\n";

/// What the service got, for a stream 1 that was made so.
fn received(make: impl FnOnce(&mut Http2)) -> Request {
    let service = Backend::always(script::answer_and_close(Reply::ok("understood")));
    let house = OpenHouse::over_tls(&service, &[]);
    let mut connection = house.connect_http2();
    make(&mut connection);
    assert_eq!(answer(connection.outcome(1, Deadline::within(SOON))), (200, "understood".to_owned()));
    strict::exactly_one(&service.bytes().concat()).expect("one request")
}

fn got(fields: &[Field<'_>]) -> Request {
    received(|connection| {
        connection.request(1, &octets(fields), true);
    })
}

fn posted(fields: &[Field<'_>], pieces: &[&str]) -> Request {
    received(|connection| {
        connection.request(1, &octets(&with(&POST, fields)), false);
        for piece in pieces {
            connection.data(1, piece.as_bytes(), false);
        }
        connection.data(1, b"", true);
    })
}

#[test]
fn a_request_becomes_the_same_in_http_1_1() {
    let request = got(&with(&GET, &[("x-own", "a, b"), ("te", "trailers"), ("priority", "u=1"), ("x-empty", "")]));
    assert_eq!((request.head.method.as_str(), request.head.target.as_str()), ("GET", "/order"));
    assert_eq!(request.head.text("host"), Some("shop.example"));
    assert_eq!((request.head.text("x-own"), request.head.text("x-empty")), (Some("a, b"), Some("")));
    assert_eq!((request.head.text("te"), request.head.framing), (None, Framing::None));
    assert_eq!(request.head.text("via"), Some("2 vestibule"));
    assert_eq!(request.head.text("x-forwarded-proto"), Some("https"));
}

#[test]
fn authority_and_host_are_one() {
    let request = got(&with(&GET, &[("host", "Shop.Example")]));
    assert_eq!(request.head.all("host").len(), 1);
    let [method, scheme, _, path] = GET;
    let request = got(&[method, scheme, path, ("host", "shop.example:8443")]);
    assert_eq!(request.head.text("host"), Some("shop.example:8443"));
}

#[test]
fn a_cookie_in_crumbs_is_one_cookie_again() {
    let crumbs = [("cookie", "a=1"), ("x", "y"), ("cookie", "b=2; c=3"), ("cookie", "d=\"4\"")];
    assert_eq!(got(&with(&GET, &crumbs)).head.text("cookie"), Some("a=1; b=2; c=3; d=\"4\""));
}

#[test]
fn a_body_is_framed_anew_whatever_is_in_it() {
    let length = SMUGGLED.len().to_string();
    let (first, second) = SMUGGLED.split_at(5);
    let sized = posted(&[("content-length", &length)], &[first, second]);
    assert_eq!((sized.head.framing, sized.body.as_slice()), (Framing::Length(SMUGGLED.len()), SMUGGLED.as_bytes()));
    let unsized_ = posted(&[], &[first, "", second]);
    assert_eq!((unsized_.head.framing, unsized_.body.as_slice()), (Framing::Chunked, SMUGGLED.as_bytes()));
    let empty = posted(&[], &[]);
    assert_eq!(empty.body, b"");
    let none = got(&POST);
    assert_eq!((none.head.framing, none.body.as_slice()), (Framing::Length(0), &b""[..]));
    let said = got(&with(&POST, &[("content-length", "0")]));
    assert_eq!(said.head.framing, Framing::Length(0));
}

#[test]
fn trailers_come_after_the_body_and_stay_there() {
    let request = received(|connection| {
        connection.request(1, &octets(&with(&POST, &[("trailer", "x-sum")])), false).data(1, b"hello", false);
        connection.send(HEADERS, END_HEADERS | END_STREAM, 1, &block(&octets(&[("x-sum", "1"), ("grpc-status", "0")])));
    });
    let trailers: Vec<_> = request.trailers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    assert_eq!(trailers, [("x-sum", &b"1"[..]), ("grpc-status", &b"0"[..])]);
    assert_eq!((request.head.text("x-sum"), request.body.as_slice()), (None, &b"hello"[..]));
}

/// The answer to a body that is as long as it says and has a trailer behind it.
fn with_trailer(fields: &[Field<'_>], content: &[u8]) -> Request {
    let length = content.len().to_string();
    received(|connection| {
        let fields = with(&with(&POST, &[("content-length", &length)]), fields);
        connection.request(1, &octets(&fields), false).data(1, content, false);
        connection.send(HEADERS, END_HEADERS | END_STREAM, 1, &block(&octets(&[("x-sum", "1")])));
    })
}

#[test]
fn trailers_that_are_announced_go_on_behind_a_body_of_known_length_too() {
    // HTTP/1.1 carries trailers behind chunks only (RFC 9112 §7.1.2). Without content nothing was said too early.
    for request in [with_trailer(&[("trailer", "x-sum")], b"hello"), with_trailer(&[], b"")] {
        assert_eq!((request.head.framing, request.head.text("content-length")), (Framing::Chunked, None));
        let trailers: Vec<_> = request.trailers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        assert_eq!(trailers, [("x-sum", &b"1"[..])], "{request:?}");
    }
}

#[test]
fn a_head_may_come_in_pieces_and_unknown_frames_mean_nothing() {
    let request = received(|connection| {
        let whole = block(&octets(&with(&GET, &[("x-own", "in pieces")])));
        let (first, rest) = whole.split_at(30);
        let (second, third) = rest.split_at(1);
        // An unknown setting, an unknown kind of frame (RFC 9113 §5.5), PRIORITY.
        connection.send(SETTINGS, 0, 0, &[0x7F, 0x7F, 0, 0, 0, 1]);
        connection.send(0xBE, 0xFF, 0, b"whatever").send(0xBE, 0xFF, 1, b"whatever");
        connection.send(2, 0, 1, &[0, 0, 0, 3, 16]);
        connection.send(HEADERS, END_STREAM, 1, first).send(CONTINUATION, 0, 1, second);
        connection.send(CONTINUATION, END_HEADERS, 1, third);
    });
    assert_eq!((request.head.target.as_str(), request.head.text("x-own")), ("/order", Some("in pieces")));
}

#[test]
fn the_answer_has_nothing_of_http_1_1() {
    let reply = Reply::ok("x").field("connection", "x-hop, close").field("x-hop", "1").field("keep-alive", "timeout=5");
    let service = Backend::always(script::answer(reply.chunked(1)));
    let house = OpenHouse::over_tls(&service, &[]);
    let mut connection = house.connect_http2();
    connection.request(1, &octets(&GET), true);
    let frame = connection.frame(Deadline::within(SOON)).expect("a frame");
    let frame = if frame.kind == HEADERS { frame } else { connection.frame(Deadline::within(SOON)).expect("a frame") };
    assert_eq!(frame.status(), Some(200));
    // Names are written as they are, or as indices into HPACK's own table, which has none of these but the coding.
    for name in ["connection", "x-hop", "keep-alive", "transfer-encoding"] {
        let found = frame.payload.windows(name.len()).any(|window| window == name.as_bytes());
        assert!(!found, "{name}");
    }
}
