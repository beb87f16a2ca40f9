//! What stays of a head that changes its protocol, and what cannot.

use super::*;

const HEAD: &str = "POST /a/b?c=d HTTP/1.1\r\nhost: shop.example:8080\r\nx-own: one\r\nx-own: two\r\n\
                    connection: upgrade\r\nupgrade: websocket\r\ntransfer-encoding: chunked\r\n\r\n";

#[test]
fn the_pieces_stand_where_http2_has_them_and_nothing_of_the_connection_is_left() {
    let request = request(HEAD.as_bytes(), "http", false).expect("a head");
    assert_eq!(
        (request.method().as_str(), request.uri().to_string()),
        ("POST", "http://shop.example:8080/a/b?c=d".into())
    );
    let fields: Vec<_> = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    assert_eq!(fields, [("x-own", b"one".as_slice()), ("x-own", b"two")]);
}

#[test]
fn trailers_are_asked_for_where_the_caller_takes_them() {
    let request = request(HEAD.as_bytes(), "https", true).expect("a head");
    assert_eq!(request.uri().scheme_str(), Some("https"));
    assert_eq!(request.headers().get("te").map(HeaderValue::as_bytes), Some(b"trailers".as_slice()));
}

#[test]
fn a_length_that_was_told_is_told_on() {
    let head = "PUT / HTTP/1.1\r\nhost: h\r\ncontent-length: 12\r\n\r\n";
    let request = request(head.as_bytes(), "http", false).expect("a head");
    assert_eq!(request.headers().get("content-length").map(HeaderValue::as_bytes), Some(b"12".as_slice()));
}

#[test]
fn what_is_no_head_is_no_request() {
    for head in ["", "GET / HTTP/1.1\r\nhost: h\r\n", "GET / HTTP/1.1\r\n\r\n"] {
        assert!(request(head.as_bytes(), "http", false).is_none(), "{head:?}");
    }
}
