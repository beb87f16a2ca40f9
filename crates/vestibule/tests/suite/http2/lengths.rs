//! Bodies that are not as long as they say, and trailers that say too much: the service never gets a whole request.

use testkit::http2::{END_HEADERS, END_STREAM, HEADERS, Http2, Outcome, block};
use testkit::{Backend, Deadline, strict};

use super::{Field, POST, SOON, octets, with};
use crate::open_house::OpenHouse;

/// What is done with a stream after its head.
type Story = fn(&mut Http2);

fn assert_never_whole(cases: &[(&[Field<'_>], Story)]) {
    let service = Backend::saying("reached");
    let house = OpenHouse::over_tls(&service, &[]);
    for (number, (fields, story)) in cases.iter().enumerate() {
        let mut connection = house.connect_http2();
        story(connection.request(1, &octets(&with(&POST, fields)), false));
        let outcome = connection.outcome(1, Deadline::within(SOON));
        let refused = matches!(outcome, Outcome::StreamReset(1) | Outcome::GoneAway(1) | Outcome::Answer(400..=499, _));
        assert!(refused, "{outcome:?} for case {number}, {fields:?}");
    }
    service.wait_until("what was broken off is closed", SOON, |service| service.open_connections() == 0);
    assert!(service.requests().is_empty(), "{:?}", service.requests());
    for bytes in service.bytes() {
        assert_eq!(strict::request(&bytes), Ok(None), "\"{}\"", bytes.escape_ascii());
    }
    assert_eq!(house.get("/"), "reached", "and the door still serves");
}

fn trailers(connection: &mut Http2, fields: &[Field<'_>]) {
    connection.send(HEADERS, END_HEADERS | END_STREAM, 1, &block(&octets(fields)));
}

#[test]
fn content_is_as_long_as_it_says() {
    assert_never_whole(&[
        (&[("content-length", "3")], |stream| {
            stream.data(1, b"hello", true);
        }),
        (&[("content-length", "3")], |stream| {
            stream.data(1, b"hello", false);
        }),
        (&[("content-length", "10")], |stream| {
            stream.data(1, b"hello", true);
        }),
        (&[("content-length", "10")], |stream| {
            stream.data(1, b"hello", false).data(1, b"", true);
        }),
        (&[("content-length", "10")], |stream| {
            stream.data(1, b"", true);
        }),
        (&[("content-length", "10")], |stream| trailers(stream.data(1, b"hello", false), &[("x-sum", "1")])),
    ]);
}

#[test]
fn trailers_that_nothing_announced_are_refused_behind_a_body_of_known_length() {
    let five: &[Field<'_>] = &[("content-length", "5")];
    assert_never_whole(&[
        (five, |stream| trailers(stream.data(1, b"hello", false), &[("x-sum", "1")])),
        (five, |stream| trailers(stream.data(1, b"hel", false).data(1, b"lo", false), &[("x-sum", "1")])),
        (five, |stream| trailers(stream.data(1, b"hello", false).data(1, b"", false), &[("x-sum", "1")])),
    ]);
}

#[test]
fn a_length_is_one_plain_decimal_number() {
    let lengths = ["+5", "-5", "05", "0x5", "5 ", "5,5", "5, 5", "5.0", "18446744073709551621", ""];
    let cases = lengths.map(|length| [("content-length", length)]);
    let story: Story = |stream| {
        stream.data(1, b"hello", true);
    };
    assert_never_whole(&cases.each_ref().map(|fields| (&fields[..], story)));
    assert_never_whole(&[(&[("content-length", "5"), ("content-length", "5")], story)]);
}

#[test]
fn content_beyond_its_length_never_becomes_a_second_request() {
    let service = Backend::saying("reached");
    let house = OpenHouse::over_tls(&service, &[]);
    for _ in 0..20 {
        let mut connection = house.connect_http2();
        connection.request(1, &octets(&with(&POST, &[("content-length", "5")])), false);
        connection.data(1, b"hello", false).data(1, b"GET /admin HTTP/1.1\r\nHost: shop.example\r\n\r\n", true);
        // The five bytes may have been a whole request to the service before the others came.
        let outcome = connection.outcome(1, Deadline::within(SOON));
        assert!(!matches!(outcome, Outcome::Nothing), "{outcome:?}");
    }
    assert_eq!(house.get("/last"), "reached");
    for request in service.requests() {
        assert!(
            request.head.target == "/last" || (request.head.target == "/order" && request.body == b"hello"),
            "{request:?}"
        );
    }
}

#[test]
fn a_trailer_says_nothing_about_the_message() {
    assert_never_whole(&[
        (&[], |stream| trailers(stream.data(1, b"hello", false), &[("content-length", "5")])),
        (&[], |stream| trailers(stream.data(1, b"hello", false), &[("transfer-encoding", "chunked")])),
        (&[], |stream| trailers(stream.data(1, b"hello", false), &[("host", "admin.example")])),
        (&[], |stream| trailers(stream.data(1, b"hello", false), &[("authorization", "Bearer x")])),
        (&[], |stream| trailers(stream.data(1, b"hello", false), &[("x-forwarded-for", "10.0.0.1")])),
        (&[], |stream| trailers(stream.data(1, b"hello", false), &[("x-remote-user", "root")])),
        (&[], |stream| trailers(stream.data(1, b"hello", false), &[("remote_user", "root")])),
        (&[], |stream| trailers(stream.data(1, b"hello", false), &[("connection", "close")])),
        (&[], |stream| trailers(stream.data(1, b"hello", false), &[("x", "y\r\n\r\nGET /admin HTTP/1.1")])),
        (&[], |stream| trailers(stream.data(1, b"hello", false), &[("X", "y")])),
        (&[], |stream| trailers(stream.data(1, b"hello", false), &[("x", " y")])),
    ]);
}

#[test]
fn pseudo_fields_after_the_body_reach_nobody() {
    let service = Backend::saying("reached");
    let house = OpenHouse::over_tls(&service, &[]);
    let mut connection = house.connect_http2();
    connection.request(1, &octets(&POST), false).data(1, b"hello", false);
    trailers(&mut connection, &[(":path", "/admin"), ("x-sum", "1")]);
    // RFC 9113 §8.1 calls it malformed; the HTTP/2 library drops them without a word.
    assert!(!matches!(connection.outcome(1, Deadline::within(SOON)), Outcome::Nothing));
    for request in service.requests() {
        assert_eq!(request.head.target, "/order");
        assert!(request.trailers.iter().all(|(name, _)| name == "x-sum"), "{request:?}");
    }
}
