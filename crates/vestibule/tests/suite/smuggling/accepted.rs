//! Requests that look odd and are legal: what reaches the service is strictly one request, and means what was sent.

use testkit::strict::{self, Request};
use testkit::{Backend, Reply, script};

use super::SMUGGLED;
use crate::open_house::{OpenHouse, post};

/// What the service has to have understood.
struct Meaning<'a> {
    line: &'a str,
    /// Fields with their only value; `None` for one that must not be there.
    fields: &'a [(&'a str, Option<&'a str>)],
    body: &'a str,
}

/// The least there is to say.
const PLAIN: Meaning<'_> = Meaning { line: "GET /", fields: &[], body: "" };

/// Each request on a connection of its own, both sides, so that the bytes of one connection are one request.
fn assert_understood(cases: &[(&[u8], Meaning<'_>)]) {
    let service = Backend::always(script::answer_and_close(Reply::ok("understood")));
    let house = OpenHouse::plain(&service, &[]);
    for (index, (bytes, meaning)) in cases.iter().enumerate() {
        let case = bytes.escape_ascii();
        let answer = house.connect().exchange(bytes);
        assert_eq!((answer.status, answer.text().as_str()), (200, "understood"), "{case}");
        let received = service.bytes();
        assert_eq!(received.len(), index + 1, "one connection for each: {case}");
        let request = strict::exactly_one(&received[index]).unwrap_or_else(|fault| panic!("{fault}: {case}"));
        assert_means(&request, meaning, &case.to_string());
    }
}

fn assert_means(request: &Request, meaning: &Meaning<'_>, case: &str) {
    assert_eq!(format!("{} {}", request.head.method, request.head.target), meaning.line, "{case}");
    for (name, value) in meaning.fields {
        match value {
            Some(value) => assert_eq!(request.head.text(name), Some(*value), "{name}: {case}"),
            None => assert_eq!(request.head.all(name), Vec::<&[u8]>::new(), "{name}: {case}"),
        }
    }
    assert_eq!(String::from_utf8_lossy(&request.body), meaning.body, "{case}");
}

fn request(line: &str, fields: &str) -> Vec<u8> {
    format!("{line}\r\nHost: shop.example\r\n{fields}\r\n").into_bytes()
}

#[test]
fn targets_that_look_odd_and_have_one_reading() {
    let targets = [
        "/",
        "/?",
        "/a/",
        "/a%20b",
        "/a%25b",
        "/%E4%BD%A0",
        "/a:b@c",
        "/~a/-._~!$&'()*+,=",
        "/...",
        "/a..b",
        "/a/..b/c..",
        "/?a=/../b",
        "/?a=//b",
        "/?a=%2e%2e%2f",
        "/?a=%zz",
        "/?a=http://b/?c",
        "/?a[0]={b|c}^`'",
    ];
    let requests = targets.map(|target| (request(&format!("GET {target} HTTP/1.1"), ""), format!("GET {target}")));
    let cases = requests.iter().map(|(bytes, line)| (bytes.as_slice(), Meaning { line, ..PLAIN }));
    assert_understood(&cases.collect::<Vec<_>>());
}

#[test]
fn an_absolute_target_that_agrees_with_host_is_passed_on_as_a_path() {
    let host = [("host", Some("shop.example"))];
    assert_understood(&[
        (&request("GET http://shop.example/b?c HTTP/1.1", ""), Meaning { line: "GET /b?c", fields: &host, ..PLAIN }),
        (&request("GET http://shop.example HTTP/1.1", ""), Meaning { fields: &host, ..PLAIN }),
        (&request("GET https://shop.example/ HTTP/1.1", ""), Meaning { fields: &host, ..PLAIN }),
        (b"GET HTTP://Shop.Example:8443/ HTTP/1.1\r\nhost: shop.example:8443\r\n\r\n", PLAIN),
    ]);
}

#[test]
fn fields_keep_their_value_and_lose_only_the_space_around_it() {
    assert_understood(&[
        (&request("GET / HTTP/1.1", "X:\r\n"), Meaning { fields: &[("x", Some(""))], ..PLAIN }),
        (&request("GET / HTTP/1.1", "X: \t y\tz \t\r\n"), Meaning { fields: &[("x", Some("y\tz"))], ..PLAIN }),
        (&request("GET / HTTP/1.1", "X: a: b, \"c\r\n"), Meaning { fields: &[("x", Some("a: b, \"c"))], ..PLAIN }),
        (
            &request("GET / HTTP/1.1", "X: \u{e9}\u{4f60}\r\n"),
            Meaning { fields: &[("x", Some("\u{e9}\u{4f60}"))], ..PLAIN },
        ),
        (
            &request("GET / HTTP/1.1", "!#$%&'*+-.^`|~: y\r\n"),
            Meaning { fields: &[("!#$%&'*+-.^`|~", Some("y"))], ..PLAIN },
        ),
        (&request("GET / HTTP/1.1", "my_own_name: y\r\n"), Meaning { fields: &[("my_own_name", Some("y"))], ..PLAIN }),
    ]);
}

#[test]
fn what_belongs_to_one_hop_ends_there() {
    let hop = "Connection: close, X-Mine\r\nX-Mine: 1\r\nX-Other: 2\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\n\
               Proxy-Connection: keep-alive\r\nProxy-Authorization: Basic eA==\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
    let names = [
        "connection",
        "x-mine",
        "keep-alive",
        "te",
        "proxy-connection",
        "proxy-authorization",
        "upgrade",
        "http2-settings",
    ];
    let mut fields: Vec<(&str, Option<&str>)> = names.iter().map(|name| (*name, None)).collect();
    fields.push(("x-other", Some("2")));
    let upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
    assert_understood(&[
        (&request("GET / HTTP/1.1", hop), Meaning { fields: &fields, ..PLAIN }),
        (
            &request("GET / HTTP/1.1", upgrade),
            Meaning { fields: &[("upgrade", None), ("http2-settings", None)], ..PLAIN },
        ),
        // An expectation without a body to wait for means nothing.
        (&request("GET / HTTP/1.1", "Expect: 100-continue\r\n"), Meaning { fields: &[("expect", None)], ..PLAIN }),
    ]);
}

#[test]
fn a_body_is_passed_on_whole_whatever_is_in_it() {
    let inside = format!("0\r\n\r\n{SMUGGLED}");
    let length = inside.len().to_string();
    let sized = format!("Content-Length:{length}");
    let chunked = |head: &str, body: &str| {
        format!("{head} HTTP/1.1\r\nHost: shop.example\r\nTRANSFER-encoding: \tCHUNKED\t\r\n\r\n{body}").into_bytes()
    };
    let one_chunk = format!("{:X};x=\"y;\\\"z\" ; w\r\n{inside}\r\n000\r\n\r\n", inside.len());
    let bytes = inside.chars().map(|octet| format!("1\r\n{octet}\r\n")).collect::<String>() + "0;last\r\n\r\n";
    let by_length: &[(&str, Option<&str>)] = &[("content-length", Some(&length)), ("transfer-encoding", None)];
    let by_chunks: &[(&str, Option<&str>)] = &[("content-length", None), ("transfer-encoding", Some("chunked"))];
    let none: &[(&str, Option<&str>)] = &[("content-length", Some("0")), ("transfer-encoding", None)];
    let get = format!("GET /order HTTP/1.1\r\nHost: shop.example\r\n{sized}\r\n\r\n{inside}");
    assert_understood(&[
        (&post(&sized, &inside), Meaning { line: "POST /order", fields: by_length, body: &inside }),
        (get.as_bytes(), Meaning { line: "GET /order", fields: by_length, body: &inside }),
        (&chunked("POST /a", &one_chunk), Meaning { line: "POST /a", fields: by_chunks, body: &inside }),
        (&chunked("PUT /b", &bytes), Meaning { line: "PUT /b", fields: by_chunks, body: &inside }),
        (&chunked("DELETE /c", &one_chunk), Meaning { line: "DELETE /c", fields: by_chunks, body: &inside }),
        (&chunked("OPTIONS /d", &one_chunk), Meaning { line: "OPTIONS /d", fields: by_chunks, body: &inside }),
        (
            &chunked("VERSION-CONTROL /e", &one_chunk),
            Meaning { line: "VERSION-CONTROL /e", fields: by_chunks, body: &inside },
        ),
        (&chunked("POST /f", "0\r\n\r\n"), Meaning { line: "POST /f", fields: by_chunks, body: "" }),
        (&post("X: y", ""), Meaning { line: "POST /order", fields: none, body: "" }),
        (&post("Content-Length: 0", ""), Meaning { line: "POST /order", fields: none, body: "" }),
    ]);
}

#[test]
fn trailers_come_after_the_body_and_stay_there() {
    let service = Backend::always(script::answer_and_close(Reply::ok("understood")));
    let house = OpenHouse::plain(&service, &[]);
    let body = "5\r\nhello\r\n0\r\nX-Checksum: abc \r\nEtag: \"d\"\r\n\r\n";
    let answer = house.connect().exchange(post("Transfer-Encoding: chunked\r\nTrailer: x-checksum", body));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let request = strict::exactly_one(&service.bytes().concat()).expect("one request");
    let expected = [("x-checksum", "abc"), ("etag", "\"d\"")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    let found: Vec<_> = request.trailers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    assert_eq!(found, expected);
    assert_eq!(request.head.text("x-checksum"), None);
}

#[test]
fn http_1_0_is_passed_on_as_1_1_and_answered_so_that_it_understands() {
    let service = Backend::always(script::answer(Reply::ok("in pieces").chunked(4)));
    let house = OpenHouse::plain(&service, &[]);
    let mut connection = house.connect();
    connection.send(b"GET /old HTTP/1.0\r\nHost: shop.example\r\n\r\n");
    let (bytes, end) = connection.read_to_end(testkit::Deadline::default());
    let text = String::from_utf8(bytes).expect("text");
    assert!(text.ends_with("\r\n\r\nin pieces") && !text.contains("transfer-encoding"), "{text}");
    assert_eq!(end, testkit::End::Closed);

    service.change(script::answer(Reply::ok("sized")));
    let mut connection = house.connect();
    for _ in 0..3 {
        let answer = connection.exchange("GET /old HTTP/1.0\r\nHost: shop.example\r\nConnection: keep-alive\r\n\r\n");
        assert_eq!((answer.text().as_str(), answer.field("connection")), ("sized", Some("keep-alive")));
    }
    let answer = connection.exchange("GET /old HTTP/1.0\r\nHost: shop.example\r\n\r\n");
    assert_eq!(answer.field("connection"), Some("close"));
    // An expectation of 1.0 means nothing, and gets no interim answer.
    let waiting = "POST / HTTP/1.0\r\nHost: shop.example\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx";
    assert_eq!(house.connect().exchange(waiting).interim, Vec::<u16>::new());
    assert_eq!(service.requests().len(), 6);
}
