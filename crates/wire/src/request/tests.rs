//! What a request head may be, and for each rule a head that breaks it.

use super::{Http2Request, RequestHead};
use crate::authority::HostError;
use crate::path::PathError;
use crate::{Framing, HeadError, HeadLimits, Method, Name, Version};

const LIMITS: HeadLimits = HeadLimits { head_bytes: 4096, target_bytes: 256, fields: 16 };

fn read(input: &[u8]) -> Result<Option<(RequestHead, usize)>, HeadError> {
    let mut head = RequestHead::new();
    Ok(head.parse(input, &LIMITS)?.map(|consumed| (head, consumed)))
}

fn accepted(input: &str) -> RequestHead {
    let (head, consumed) = read(input.as_bytes()).expect(input).expect("whole");
    assert_eq!(consumed, input.len(), "{input:?}");
    head
}

fn refused(input: &[u8]) -> HeadError {
    match read(input) {
        Err(error) => error,
        Ok(read) => panic!("{:?} was read as {read:?}", String::from_utf8_lossy(input)),
    }
}

#[test]
fn a_plain_request_is_read_as_it_came() {
    let head = accepted(
        "GET /a/b?c=d HTTP/1.1\r\nHost: Shop.Example:8443\r\nX-Own:\t v w \r\nAccept: */*\r\nConnection: close\r\n\r\n",
    );
    assert_eq!((head.method(), head.method_str()), (Method::Get, "GET"));
    assert_eq!(head.version(), Version::Http11);
    assert_eq!((head.path(), head.query(), head.path_and_query()), ("/a/b", Some("c=d"), "/a/b?c=d"));
    assert_eq!((head.host(), head.authority(), head.port()), ("shop.example", "Shop.Example:8443", Some(8443)));
    assert_eq!(head.framing(), Framing::None);
    assert!(!head.keep_alive());
    assert!(!head.expects_continue());
    assert_eq!(head.upgrade(), None);
    assert_eq!(head.fields().by_name("x-own"), Some(b"v w".as_slice()));
    let names: Vec<_> = head.fields().iter().map(|field| field.name).collect();
    assert_eq!(names, ["host", "x-own", "accept", "connection"]);
    let forwarded: Vec<_> = head.fields().end_to_end().map(|field| field.name).collect();
    assert_eq!(forwarded, ["host", "x-own", "accept"]);
}

#[test]
fn requests_may_follow_each_other_and_a_head_is_used_again() {
    let input = b"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: b\r\n\r\n";
    let mut head = RequestHead::new();
    let first = head.parse(input, &LIMITS).expect("first").expect("whole");
    assert_eq!((head.path(), head.framing()), ("/1", Framing::Length(3)));
    let second = head.parse(&input[first + 3..], &LIMITS).expect("second").expect("whole");
    assert_eq!((head.path(), head.host(), head.framing()), ("/2", "b", Framing::None));
    assert_eq!(head.fields().len(), 1);
    assert_eq!(first + 3 + second, input.len());
}

#[test]
fn http2_is_read_into_the_same_head() {
    let mut head = RequestHead::new();
    let request =
        Http2Request { method: "POST", scheme: "https", authority: Some("a:1"), path: "/x?y", end_stream: false };
    let fields = [("cookie", "a=1"), ("x-own", "v"), ("cookie", "b=2")];
    head.assemble(request, fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())), &LIMITS).expect("accepted");
    assert_eq!((head.path(), head.query(), head.host(), head.port()), ("/x", Some("y"), "a", Some(1)));
    assert_eq!((head.framing(), head.version(), head.keep_alive()), (Framing::Stream, Version::Http2, true));
    assert_eq!(head.fields().get(Name::Cookie), Some(b"a=1; b=2".as_slice()));
    assert_eq!(head.fields().get(Name::Host), Some(b"a:1".as_slice()));
}

/// A request line in a head that has nothing else wrong.
fn with_line(line: &str) -> String {
    format!("{line}\r\nHost: a\r\n\r\n")
}

/// Field lines in a head that has nothing else wrong.
fn with_fields(fields: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n")
}

#[test]
fn what_cannot_begin_a_request_is_refused_at_the_first_octet() {
    for input in
        ["\r\nGET / HTTP/1.1\r\n", "\n", " GET", "\t", "\0", "\x16\x03\x01\x02\x00", "\u{e9}", ":", "\"", "(GET"]
    {
        assert_eq!(refused(input.as_bytes()), HeadError::Start, "{input:?}");
        assert_eq!(refused(&input.as_bytes()[..1]), HeadError::Start, "{input:?}");
    }
}

#[test]
fn a_request_line_has_one_form() {
    use HeadError::{Method, MethodNotImplemented, RequestLine, Target, Version};
    for (line, error) in [
        ("GET", RequestLine),
        ("GET /", RequestLine),
        ("GET ", RequestLine),
        ("GET  / HTTP/1.1", Target),
        ("GET /  HTTP/1.1", Target),
        ("GET / HTTP/1.1 ", RequestLine),
        ("GET / a HTTP/1.1", Target),
        ("GET\t/ HTTP/1.1", RequestLine),
        ("GET\t/ / HTTP/1.1", Method),
        ("GET /\tHTTP/1.1", RequestLine),
        ("GET / HTTP/1.1\t", RequestLine),
        ("GET / http/1.1", RequestLine),
        ("GET / HTTP/1", RequestLine),
        ("GET / HTTP/11", RequestLine),
        ("GET / HTTP/1.01", RequestLine),
        ("GET / HTTP/1,1", RequestLine),
        ("GET / HTTP /1.1", RequestLine),
        ("GET / HTTPS/1.1", RequestLine),
        ("GET / FTP/1.1", RequestLine),
        ("GET / HTTP/0.9", Version),
        ("GET / HTTP/1.2", Version),
        ("GET / HTTP/2.0", Version),
        ("GET / HTTP/3.0", Version),
        ("PRI * HTTP/2.0", Version),
        ("get / HTTP/1.1", Method),
        ("Get / HTTP/1.1", Method),
        ("G!T / HTTP/1.1", Method),
        ("9GET / HTTP/1.1", Method),
        ("GETGETGETGETGETGETGETGETGETGETGET / HTTP/1.1", Method),
        ("CONNECT a:443 HTTP/1.1", MethodNotImplemented),
        ("CONNECT / HTTP/1.1", MethodNotImplemented),
        ("TRACE / HTTP/1.1", MethodNotImplemented),
    ] {
        assert_eq!(refused(with_line(line).as_bytes()), error, "{line:?}");
    }
}

#[test]
fn a_line_ends_with_cr_lf_and_with_nothing_else() {
    for input in [
        "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\r\nHost: a\r\rX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\rX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX\r\n: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX\n\r\n",
        "\u{47}ET / HTTP/1.1\n\n",
    ] {
        assert_eq!(refused(input.as_bytes()), HeadError::LineEnd, "{input:?}");
    }
    assert_eq!(refused(b"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"), HeadError::RequestLine);
    assert_eq!(refused(b"GET /\r/ HTTP/1.1\r\nHost: a\r\n\r\n"), HeadError::Target);
}

#[test]
fn a_target_has_one_reading() {
    use HeadError::Target;
    for (target, error) in [
        ("", Target),
        ("a", Target),
        ("?a=b", Target),
        ("#", Target),
        ("/#a", Target),
        ("/?a#b", Target),
        ("/a\\b", Target),
        ("/?a\\b", Target),
        ("\\a", Target),
        ("/\u{e9}", Target),
        ("/?\u{e9}", Target),
        ("/\u{7f}", Target),
        ("/?\u{1}", Target),
        ("/\"", Target),
        ("/?<", Target),
        ("/<a>", PathError::Character.into()),
        ("/a[0]", PathError::Character.into()),
        ("/a|b", PathError::Character.into()),
        ("/{a}", PathError::Character.into()),
        ("//", PathError::EmptySegment.into()),
        ("//a/b", PathError::EmptySegment.into()),
        ("/%2e%2e/a", PathError::EncodedUnreserved.into()),
        ("*", Target),
        ("**", Target),
        ("a:443", Target),
        ("ftp://a/", Target),
        ("http:/a/", Target),
        ("http:a", Target),
        ("http://a?b", Target),
        ("http://", HostError::Missing.into()),
        ("http:///a", HostError::Missing.into()),
        ("http://u@a/", HostError::UserInformation.into()),
        ("http://u:p@a/", HostError::UserInformation.into()),
        ("http://a:/", HostError::Port.into()),
        ("http://a#b", HostError::Name.into()),
        ("http://b/", HostError::Disagree.into()),
        ("http://a:80/", HostError::Disagree.into()),
        ("http://a.b/", HostError::Disagree.into()),
    ] {
        assert_eq!(refused(with_line(&format!("GET {target} HTTP/1.1")).as_bytes()), error, "{target:?}");
    }
    assert_eq!(refused(with_line("OPTIONS http://a HTTP/1.1").as_bytes()), Target);
}

#[test]
fn the_forms_of_a_target_that_are_taken() {
    for (line, path, query) in [
        ("GET / HTTP/1.1", "/", None),
        ("GET /? HTTP/1.1", "/", Some("")),
        ("GET /?? HTTP/1.1", "/", Some("?")),
        ("GET /a/?b=/../c%zz HTTP/1.1", "/a/", Some("b=/../c%zz")),
        ("GET /?a[0]={b|c}^`'* HTTP/1.1", "/", Some("a[0]={b|c}^`'*")),
        ("GET http://a/b?c HTTP/1.1", "/b", Some("c")),
        ("GET HTTPS://A HTTP/1.1", "/", None),
        ("OPTIONS http://a/ HTTP/1.1", "/", None),
        ("OPTIONS * HTTP/1.1", "*", None),
        ("VERSION-CONTROL / HTTP/1.1", "/", None),
    ] {
        let head = accepted(&with_line(line));
        assert_eq!((head.path(), head.query()), (path, query), "{line}");
        assert_eq!(head.host(), "a");
    }
    let head = accepted(&with_line("VERSION-CONTROL / HTTP/1.1"));
    assert_eq!((head.method(), head.method_str()), (Method::Other, "VERSION-CONTROL"));
    assert!(accepted(&with_line("OPTIONS * HTTP/1.1")).is_options_asterisk());
}

#[test]
fn a_request_names_its_host_once_in_every_version() {
    use HostError::{Missing, Name, Port, Repeated, UserInformation};
    for (fields, error) in [
        ("X: a", Missing),
        ("Host:", Missing),
        ("Host: \t", Missing),
        ("Host: a\r\nHost: a", Repeated),
        ("Host: a\r\nhOST: b", Repeated),
        ("Host:\r\nHost: a", Repeated),
        ("Host: a, b", Name),
        ("Host: a b", Name),
        ("Host: a/b", Name),
        ("Host: u@a", UserInformation),
        ("Host: u:1@a", UserInformation),
        ("Host: a:", Port),
        ("Host: a:0", Port),
        ("Host: a:080", Port),
        ("Host: a:65536", Port),
        ("Host: a:8443x", Port),
        ("Host: \u{e9}", Name),
    ] {
        for version in ["1.0", "1.1"] {
            let input = format!("GET / HTTP/{version}\r\n{fields}\r\n\r\n");
            assert_eq!(refused(input.as_bytes()), HeadError::Host(error), "{input:?}");
        }
    }
}

#[test]
fn a_field_line_has_one_form() {
    use HeadError::{FieldName, FieldValue, Folded, LineEnd};
    for (fields, error) in [
        ("X : b", FieldName),
        ("X\t: b", FieldName),
        (": b", FieldName),
        ("X", LineEnd),
        ("X Y: b", FieldName),
        ("X(: b", FieldName),
        ("X\0: b", FieldName),
        ("\u{e9}: b", FieldName),
        ("X: b\r\n c", Folded),
        ("X: b\r\n\tc: d", Folded),
        (" X: b", Folded),
        ("X: a\0b", FieldValue),
        ("X: \u{1}", FieldValue),
        ("X: \u{7f}", FieldValue),
        ("X: a\u{b}", FieldValue),
        ("X: a\rb", LineEnd),
        ("X: a\nb", LineEnd),
        ("X: \ra", LineEnd),
    ] {
        assert_eq!(refused(with_fields(fields).as_bytes()), error, "{fields:?}");
    }
    assert_eq!(refused(b"GET / HTTP/1.1\r\n Host: a\r\n\r\n"), Folded);
    let head = accepted(&with_fields("X:\r\nY: \u{e9}\tz"));
    assert_eq!(head.fields().by_name("x"), Some(b"".as_slice()));
    assert_eq!(head.fields().by_name("Y"), Some("\u{e9}\tz".as_bytes()));
}

#[test]
fn a_length_that_leaves_a_choice_is_refused() {
    use HeadError::{ContentLength, LengthAndCoding, LengthRepeated, TransferCoding};
    for (fields, error) in [
        ("Content-Length: ", ContentLength),
        ("Content-Length: +1", ContentLength),
        ("Content-Length: -1", ContentLength),
        ("Content-Length: 1 ,1", ContentLength),
        ("Content-Length: 1, 1", ContentLength),
        ("Content-Length: 1 1", ContentLength),
        ("Content-Length: 01", ContentLength),
        ("Content-Length: 00", ContentLength),
        ("Content-Length: 0x10", ContentLength),
        ("Content-Length: 1.0", ContentLength),
        ("Content-Length: 1e1", ContentLength),
        ("Content-Length: ١", ContentLength),
        ("Content-Length: 18446744073709551616", ContentLength),
        ("Content-Length: 10000000000000000000", ContentLength),
        ("Content-Length: 1\r\nContent-Length: 1", LengthRepeated),
        ("Content-Length: 1\r\nX: y\r\ncontent-length: 2", LengthRepeated),
        ("Content-Length: 1\r\nTransfer-Encoding: chunked", LengthAndCoding),
        ("Transfer-Encoding: chunked\r\nContent-Length: 0", LengthAndCoding),
        ("Transfer-Encoding: x\r\nContent-Length: 0", LengthAndCoding),
        ("Transfer-Encoding:", TransferCoding),
        ("Transfer-Encoding: identity", TransferCoding),
        ("Transfer-Encoding: gzip, chunked", TransferCoding),
        ("Transfer-Encoding: chunked, gzip", TransferCoding),
        ("Transfer-Encoding: chunked, chunked", TransferCoding),
        ("Transfer-Encoding: chunked,", TransferCoding),
        ("Transfer-Encoding: ,chunked", TransferCoding),
        ("Transfer-Encoding: chunked;a=b", TransferCoding),
        ("Transfer-Encoding: \"chunked\"", TransferCoding),
        ("Transfer-Encoding: xchunked", TransferCoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", TransferCoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", TransferCoding),
        ("Transfer-Encoding: x\r\nTransfer-Encoding: chunked", TransferCoding),
    ] {
        assert_eq!(refused(with_fields(fields).as_bytes()), error, "{fields:?}");
    }
    let http10 = b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(refused(http10), HeadError::CodingInHttp10);
}

#[test]
fn the_lengths_that_are_taken() {
    for (fields, framing) in [
        ("X: y", Framing::None),
        ("Content-Length: 0", Framing::Length(0)),
        ("Content-Length:10", Framing::Length(10)),
        ("Content-Length: \t9999999999999999999 ", Framing::Length(9_999_999_999_999_999_999)),
        ("Transfer-Encoding: chunked", Framing::Chunked),
        ("TRANSFER-encoding: \tCHUNKED\t", Framing::Chunked),
    ] {
        assert_eq!(accepted(&with_fields(fields)).framing(), framing, "{fields:?}");
    }
}

#[test]
fn connection_decides_about_this_hop_only() {
    for (version, fields, keep_alive) in [
        ("1.1", "X: y", true),
        ("1.1", "Connection: close", false),
        ("1.1", "Connection: CLOSE", false),
        ("1.1", "Connection: keep-alive, close", false),
        ("1.1", "Connection: keep-alive\r\nConnection: x, Close", false),
        ("1.1", "Connection: closed", true),
        ("1.0", "X: y", false),
        ("1.0", "Connection: Keep-Alive", true),
        ("1.0", "Connection: keep-alive, close", false),
        ("1.0", "Proxy-Connection: keep-alive", false),
    ] {
        let head = accepted(&format!("GET / HTTP/{version}\r\nHost: a\r\n{fields}\r\n\r\n"));
        assert_eq!(head.keep_alive(), keep_alive, "{version} {fields}");
    }
    let head = accepted(&with_fields(
        "Connection: x-One, ,x-two,\r\nX-One: 1\r\nx-two: 2\r\nX-Three: 3\r\nKeep-Alive: 1\r\nTE: trailers\r\nUpgrade: h2c\r\nProxy-Connection: a\r\nProxy-Authorization: b\r\nHTTP2-Settings: c",
    ));
    let forwarded: Vec<_> = head.fields().end_to_end().map(|field| field.name).collect();
    assert_eq!(forwarded, ["host", "x-three"]);
}

#[test]
fn connection_cannot_take_away_what_the_service_needs_to_see() {
    for name in [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "AUTHORIZATION",
        "cookie",
        "Content-Type",
        "Origin",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "Forwarded",
        "X-Real-IP",
        "traceparent",
        "vestibule-identity",
        "x-request-id",
        "Connection",
    ] {
        let fields = format!("Connection: close, {name}");
        assert_eq!(refused(with_fields(&fields).as_bytes()), HeadError::ConnectionNames, "{name}");
    }
    for fields in ["Connection: a b", "Connection: \"close\"", "Connection: a;b", "Connection: \u{e9}"] {
        assert_eq!(refused(with_fields(fields).as_bytes()), HeadError::Connection, "{fields}");
    }
    let many = format!("Connection: {}", ["a"; 17].join(","));
    assert_eq!(refused(with_fields(&many).as_bytes()), HeadError::Connection);
}

#[test]
fn what_may_stand_once_stands_once() {
    for name in ["Authorization", "Cookie", "Content-Type", "Origin", "Sec-Fetch-Site", "Expect", "Idempotency-Key"] {
        let fields = format!("{name}: 100-continue\r\nX: y\r\n{}: 100-continue", name.to_lowercase());
        assert_eq!(refused(with_fields(&fields).as_bytes()), HeadError::Repeated, "{name}");
    }
    let head = accepted(&with_fields("Accept: a\r\nX: y\r\nAccept: b"));
    assert_eq!(head.fields().all(Name::Accept).collect::<Vec<_>>(), [b"a", b"b"]);
    assert_eq!(head.fields().count(Name::Accept), 2);
}

#[test]
fn an_underscore_does_not_stand_for_the_dash_of_a_known_name() {
    for name in ["Content_Length", "transfer_encoding", "X_Forwarded-For", "VESTIBULE_IDENTITY", "x_api_key"] {
        assert_eq!(refused(with_fields(&format!("{name}: 1")).as_bytes()), HeadError::Disguised, "{name}");
        assert_eq!(assemble(HTTP2, &[(&name.to_lowercase(), "1")]).err(), Some(HeadError::Disguised), "{name}");
    }
    for name in ["my_own", "_", "content__length", "_host"] {
        assert_eq!(
            accepted(&with_fields(&format!("{name}: 1"))).fields().by_name(name),
            Some(b"1".as_slice()),
            "{name}"
        );
    }
}

#[test]
fn the_only_expectation_is_to_continue() {
    let with_body = "Expect: 100-Continue\r\nContent-Length: 1";
    assert!(accepted(&with_fields(with_body)).expects_continue());
    assert!(accepted(&with_fields("Expect: 100-continue\r\nTransfer-Encoding: chunked")).expects_continue());
    assert!(!accepted(&with_fields("Expect: 100-continue")).expects_continue());
    assert!(!accepted(&with_fields("Expect: 100-continue\r\nContent-Length: 0")).expects_continue());
    let http10 = format!("POST / HTTP/1.0\r\nHost: a\r\n{with_body}\r\n\r\n");
    assert!(!accepted(&http10).expects_continue());
    for fields in ["Expect:", "Expect: 200-ok", "Expect: 100-continue, x", "Expect: 100"] {
        assert_eq!(refused(with_fields(fields).as_bytes()), HeadError::Expectation, "{fields}");
    }
}

#[test]
fn an_upgrade_is_one_protocol_named_twice_without_a_body() {
    for (fields, upgrade) in [
        ("Connection: Upgrade\r\nUpgrade: websocket", Some("websocket")),
        ("Connection: keep-alive, upgrade\r\nUpgrade: WebSocket", Some("WebSocket")),
        ("Connection: upgrade\r\nUpgrade: connect-ip/1", Some("connect-ip/1")),
        ("Upgrade: websocket", None),
        ("Connection: upgrade", None),
        ("Connection: upgrade\r\nUpgrade: h2c", None),
        ("Connection: upgrade\r\nUpgrade: H2C", None),
        ("Connection: upgrade\r\nUpgrade: h2c/1", None),
        ("Connection: upgrade\r\nUpgrade: a, b", None),
        ("Connection: upgrade\r\nUpgrade: a/", None),
        ("Connection: upgrade\r\nUpgrade: a\r\nUpgrade: b", None),
        ("Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1", None),
        ("Connection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked", None),
    ] {
        assert_eq!(accepted(&with_fields(fields)).upgrade(), upgrade, "{fields}");
    }
    let http10 = "GET / HTTP/1.0\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    assert_eq!(accepted(http10).upgrade(), None);
}

#[test]
fn everything_has_a_bound() {
    let target = |len: usize| with_line(&format!("GET /{} HTTP/1.1", "a".repeat(len - 1)));
    assert_eq!(accepted(&target(256)).path().len(), 256);
    assert_eq!(refused(target(257).as_bytes()), HeadError::TargetTooLong);
    assert_eq!(refused(format!("GET /{}", "a".repeat(300)).as_bytes()), HeadError::TargetTooLong);
    assert_eq!(refused(&[b'A'; 4096]), HeadError::TargetTooLong);

    let fields = |count: usize| with_fields(&vec!["X: y"; count - 1].join("\r\n"));
    assert_eq!(accepted(&fields(16)).fields().len(), 16);
    assert_eq!(refused(fields(17).as_bytes()), HeadError::TooManyFields);

    let sized = |len: usize| {
        let around = with_fields("X: ").len();
        with_fields(&format!("X: {}", "y".repeat(len - around)))
    };
    assert_eq!(accepted(&sized(4096)).fields().len(), 2);
    assert_eq!(refused(sized(4097).as_bytes()), HeadError::TooLarge);
    let unended = &sized(4097).into_bytes()[..4096];
    assert_eq!(refused(unended), HeadError::TooLarge);
    assert!(matches!(read(&unended[..4095]), Ok(None)));
}

#[test]
fn a_head_in_pieces_is_the_same_head() {
    let whole = with_fields("X-A: 1\r\nContent-Length: 3\r\nConnection: x-a");
    let expected = accepted(&whole);
    for cut in 0..whole.len() {
        let mut head = RequestHead::new();
        assert_eq!(head.parse(&whole.as_bytes()[..cut], &LIMITS), Ok(None), "{cut}");
        assert_eq!(head.parse(whole.as_bytes(), &LIMITS), Ok(Some(whole.len())), "{cut}");
        assert_eq!(format!("{:?}", head.fields()), format!("{:?}", expected.fields()));
        assert_eq!(head.framing(), Framing::Length(3));
    }
    let mut head = RequestHead::new();
    for end in 0..whole.len() {
        assert_eq!(head.parse(&whole.as_bytes()[..end], &LIMITS), Ok(None));
    }
    assert_eq!(head.parse(whole.as_bytes(), &LIMITS), Ok(Some(whole.len())));
    assert_eq!(head.fields(), expected.fields());
}

#[test]
fn a_cleared_head_keeps_nothing_of_the_request() {
    let mut head = accepted(&with_fields(
        "Expect: 100-continue\r\nContent-Length: 1\r\nConnection: upgrade\r\nUpgrade: x\r\nAuthorization: s",
    ));
    head.clear();
    assert_eq!((head.path(), head.host(), head.authority(), head.port()), ("", "", "", None));
    assert!(head.fields().is_empty());
    assert_eq!(head.fields().get(Name::Authorization), None);
    assert_eq!((head.framing(), head.expects_continue(), head.upgrade()), (Framing::None, false, None));
}

fn assemble(request: Http2Request<'_>, fields: &[(&str, &str)]) -> Result<RequestHead, HeadError> {
    let mut head = RequestHead::new();
    head.assemble(request, fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())), &LIMITS)?;
    Ok(head)
}

const HTTP2: Http2Request<'static> =
    Http2Request { method: "POST", scheme: "https", authority: Some("a"), path: "/", end_stream: false };

#[test]
fn http2_pseudo_fields_are_held_to_the_same_rules() {
    for (request, error) in [
        (Http2Request { method: "", ..HTTP2 }, HeadError::Method),
        (Http2Request { method: "get", ..HTTP2 }, HeadError::Method),
        (Http2Request { method: "GET / HTTP/1.1\r\nX:", ..HTTP2 }, HeadError::Method),
        (Http2Request { method: "CONNECT", ..HTTP2 }, HeadError::MethodNotImplemented),
        (Http2Request { method: "TRACE", ..HTTP2 }, HeadError::MethodNotImplemented),
        (Http2Request { scheme: "ftp", ..HTTP2 }, HeadError::Scheme),
        (Http2Request { scheme: "https://a/?", ..HTTP2 }, HeadError::Scheme),
        (Http2Request { path: "", ..HTTP2 }, HeadError::Target),
        (Http2Request { path: "*", ..HTTP2 }, HeadError::Target),
        (Http2Request { path: "a", ..HTTP2 }, HeadError::Target),
        (Http2Request { path: "http://a/", ..HTTP2 }, HeadError::Target),
        (Http2Request { path: "/ HTTP/1.1\r\nX: y", ..HTTP2 }, HeadError::Target),
        (Http2Request { path: "/a#b", ..HTTP2 }, HeadError::Target),
        (Http2Request { path: "/..;/a", ..HTTP2 }, HeadError::Path(PathError::DotSegment)),
        (Http2Request { authority: Some(""), ..HTTP2 }, HeadError::Host(HostError::Missing)),
        (Http2Request { authority: Some("u@a"), ..HTTP2 }, HeadError::Host(HostError::UserInformation)),
        (Http2Request { authority: Some("a\r\nX: y"), ..HTTP2 }, HeadError::Host(HostError::Name)),
        (Http2Request { authority: None, ..HTTP2 }, HeadError::Host(HostError::Missing)),
    ] {
        assert_eq!(assemble(request, &[]).err(), Some(error), "{request:?}");
    }
    assert_eq!(
        assemble(Http2Request { path: &format!("/{}", "a".repeat(256)), ..HTTP2 }, &[]).err(),
        Some(HeadError::TargetTooLong)
    );
    let asterisk = assemble(Http2Request { method: "OPTIONS", path: "*", ..HTTP2 }, &[]).expect("accepted");
    assert!(asterisk.is_options_asterisk());
}

#[test]
fn http2_fields_bring_nothing_of_a_connection_along() {
    use HeadError::{ConnectionSpecific, ContentLength, FieldName, FieldValue, LengthRepeated, ValueEdges};
    for (fields, error) in [
        ([("connection", "close")].as_slice(), ConnectionSpecific),
        (&[("proxy-connection", "close")], ConnectionSpecific),
        (&[("keep-alive", "1")], ConnectionSpecific),
        (&[("transfer-encoding", "chunked")], ConnectionSpecific),
        (&[("upgrade", "websocket")], ConnectionSpecific),
        (&[("http2-settings", "a")], ConnectionSpecific),
        (&[("te", "gzip")], ConnectionSpecific),
        (&[("te", "trailers, gzip")], ConnectionSpecific),
        (&[("X-Upper", "a")], FieldName),
        (&[("x y", "a")], FieldName),
        (&[("x:", "a")], FieldName),
        (&[("", "a")], FieldName),
        (&[(":path", "/b")], FieldName),
        (&[("x\r\ny", "a")], FieldName),
        (&[("x", "a\r\nY: z")], FieldValue),
        (&[("x", "a\0")], FieldValue),
        (&[("x", "a\n")], FieldValue),
        (&[("x", " a")], ValueEdges),
        (&[("x", "a\t")], ValueEdges),
        (&[("content-length", "+1")], ContentLength),
        (&[("content-length", "1"), ("content-length", "1")], LengthRepeated),
        (&[("host", "b")], HeadError::Host(HostError::Disagree)),
        (&[("host", "a"), ("host", "a")], HeadError::Host(HostError::Repeated)),
        (&[("authorization", "a"), ("authorization", "b")], HeadError::Repeated),
        (&[("expect", "x")], HeadError::Expectation),
        (&[("x", "y"); 17], HeadError::TooManyFields),
        (&[("x", LONG)], HeadError::TooLarge),
    ] {
        assert_eq!(assemble(HTTP2, fields).err(), Some(error), "{fields:?}");
    }
    let head = assemble(HTTP2, &[("te", "trailers"), ("host", "A")]).expect("accepted");
    assert_eq!((head.host(), head.authority()), ("a", "a"));
    assert_eq!(head.fields().end_to_end().map(|field| field.name).collect::<Vec<_>>(), ["host"]);
    let by_host = assemble(Http2Request { authority: None, ..HTTP2 }, &[("host", "B:1")]).expect("accepted");
    assert_eq!((by_host.host(), by_host.authority(), by_host.port()), ("b", "B:1", Some(1)));
}

const LONG: &str = match std::str::from_utf8(&[b'y'; 4096]) {
    Ok(long) => long,
    Err(_) => "",
};

#[test]
fn http2_lengths_agree_with_the_end_of_the_stream() {
    let ended = Http2Request { end_stream: true, ..HTTP2 };
    for (request, fields, framing) in [
        (HTTP2, [].as_slice(), Ok(Framing::Stream)),
        (HTTP2, &[("content-length", "5")], Ok(Framing::Length(5))),
        (HTTP2, &[("content-length", "0")], Ok(Framing::Length(0))),
        (ended, &[], Ok(Framing::None)),
        (ended, &[("content-length", "0")], Ok(Framing::None)),
        (ended, &[("content-length", "5")], Err(HeadError::LengthWithoutContent)),
    ] {
        assert_eq!(assemble(request, fields).map(|head| head.framing()), framing, "{fields:?}");
    }
}
