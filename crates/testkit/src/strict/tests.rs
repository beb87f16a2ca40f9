//! The reader is as strict as it says; a lenient judge would acquit.

use super::*;

fn refusal(bytes: &[u8]) -> &'static str {
    all(bytes).expect_err("refused").why
}

#[test]
fn plain_requests_are_read_with_their_bodies() {
    let get = exactly_one(b"GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\n").expect("one");
    assert_eq!((get.head.method.as_str(), get.head.target.as_str()), ("GET", "/a?b=c"));
    let post = exactly_one(b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\nabc").expect("one");
    assert_eq!(post.body, b"abc");
    let chunked = b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\nx: y\r\n\r\n";
    let chunked = exactly_one(chunked).expect("one");
    assert_eq!(chunked.body, b"abc0123456789");
    assert_eq!(chunked.trailers, [("x".to_owned(), b"y".to_vec())]);
}

#[test]
fn a_second_request_in_the_bytes_is_found() {
    let two = b"GET / HTTP/1.1\r\nhost: h\r\n\r\nGET / HTTP/1.1\r\nhost: h\r\n\r\n";
    assert_eq!(all(two).expect("two").len(), 2);
    assert!(exactly_one(two).is_err());
    assert!(exactly_one(b"").is_err());
}

#[test]
fn every_prefix_of_a_good_request_is_incomplete_and_never_a_fault() {
    let whole = b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for length in 0..whole.len() {
        assert_eq!(request(&whole[..length]), Ok(None), "{length} bytes");
    }
}

#[test]
fn what_two_readers_could_read_differently_is_a_fault() {
    let cases: &[(&[u8], &str)] = &[
        (b"GET / HTTP/1.1\nhost: h\r\n\r\n", "a bare LF"),
        (b"GET / HTTP/1.1\r\nhost: h\rx\r\n\r\n", "a bare CR"),
        (b"GET / HTTP/1.1\r\nhost: h\r\n x\r\n\r\n", "a folded line"),
        (b"GET / HTTP/1.1\r\nhost : h\r\n\r\n", "a field name is a token"),
        (b"GET  / HTTP/1.1\r\nhost: h\r\n\r\n", "a request line is three words"),
        (b"GET / HTTP/1.0\r\nhost: h\r\n\r\n", "the version is HTTP/1.1"),
        (b"GET http://h/ HTTP/1.1\r\nhost: h\r\n\r\n", "a target is visible ASCII in origin form"),
        (b"GET / HTTP/1.1\r\n\r\n", "there must be exactly one Host"),
        (b"GET / HTTP/1.1\r\nhost: h\r\nhost: h\r\n\r\n", "there must be exactly one Host"),
        (b"GET / HTTP/1.1\r\nhost: h\0\r\n\r\n", "a NUL"),
        (
            b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
            "a length beside a transfer coding",
        ),
        (
            b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\nx",
            "a repeated length or transfer coding",
        ),
        (b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: +1\r\n\r\nx", "a length is 1 to 15 digits"),
        (
            b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
            "the only transfer coding is chunked",
        ),
    ];
    for (bytes, why) in cases {
        assert_eq!(refusal(bytes), *why, "{}", bytes.escape_ascii());
    }
}

#[test]
fn chunked_framing_has_no_slack() {
    let with = |body: &str| format!("POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n{body}");
    for body in
        ["0x1\r\na\r\n0\r\n\r\n", "1;e\r\na\r\n0\r\n\r\n", " 1\r\na\r\n0\r\n\r\n", "\r\na", "123456789\r\n", "-1\r\n"]
    {
        assert!(refusal(with(body).as_bytes()).starts_with("a chunk size"), "{body:?}");
    }
    assert_eq!(refusal(with("1\r\nab\r\n0\r\n\r\n").as_bytes()), "a chunk ends in CRLF");
    assert!(refusal(with("0\r\ncontent-length: 5\r\n\r\n").as_bytes()).starts_with("a trailer"));
    assert_eq!(refusal(with("1\r\na\r\n0\r\n").as_bytes()), "the last request is incomplete");
}
