//! Fields that would become something else in HTTP/1.1: refused, and the service sees nothing.

use testkit::http2::Outcome;
use testkit::{Backend, Deadline};

use super::{Field, GET, SOON, octets, problem, with};
use crate::open_house::OpenHouse;

/// What some readers would take for a second request.
const SECOND: &str = "x HTTP/1.1\r\nHost: shop.example\r\n\r\nGET /admin HTTP/1.1\r\nX: y";

/// Refused by the protocol itself (PROTOCOL_ERROR or COMPRESSION_ERROR), or by a problem that blames the caller.
fn is_refusal(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::StreamReset(1) | Outcome::GoneAway(1 | 9) => true,
        Outcome::Answer(status, _) => matches!(status, 400..=499 | 501) && problem(outcome).is_some(),
        Outcome::StreamReset(_) | Outcome::GoneAway(_) | Outcome::Closed | Outcome::Nothing => false,
    }
}

fn assert_refused(cases: &[Vec<Field<'_>>]) {
    assert_refused_with(cases, is_refusal);
}

fn assert_problem(code: &str, cases: &[Vec<Field<'_>>]) {
    assert_refused_with(cases, |outcome| problem(outcome).as_deref() == Some(code));
}

fn assert_refused_with(cases: &[Vec<Field<'_>>], refused: impl Fn(&Outcome) -> bool) {
    let service = Backend::saying("reached");
    let house = OpenHouse::over_tls(&service, &[]);
    let mut wrong = Vec::new();
    for fields in cases {
        let mut connection = house.connect_http2();
        let outcome = connection.request(1, &octets(fields), true).outcome(1, Deadline::within(SOON));
        if !refused(&outcome) {
            wrong.push(format!("{outcome:?}\n    for {fields:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of the table:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!((service.connections(), service.arrivals()), (0, 0), "the service was asked");
    assert_eq!(house.get("/"), "reached", "and the door still serves");
}

/// A GET with another value for one pseudo-field.
fn saying<'a>(name: &'a str, value: &'a str) -> Vec<Field<'a>> {
    GET.iter().map(|(known, said)| if *known == name { (name, value) } else { (*known, *said) }).collect()
}

fn without(name: &str) -> Vec<Field<'static>> {
    GET.into_iter().filter(|(known, _)| *known != name).collect()
}

#[test]
fn controls_in_values_are_refused() {
    let values =
        ["a\r\nx: y", "a\nx: y", "a\rx: y", "\r\n\r\nGET /admin HTTP/1.1", SECOND, "a\0b", "\0", "a\u{1}b", "a\u{7f}"];
    let mut cases = Vec::new();
    for name in ["x", "cookie", "user-agent", "x-forwarded-for", "content-type"] {
        cases.extend(values.iter().map(|value| with(&GET, &[(name, value)])));
    }
    assert_refused(&cases);
}

#[test]
fn controls_in_pseudo_fields_are_refused() {
    let mut cases = Vec::new();
    for name in [":method", ":path", ":authority", ":scheme"] {
        let valid = GET.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).expect("a pseudo-field");
        for added in ["\r\nX: y", "\nX: y", "\0", " HTTP/1.1\r\nX: y\r\n\r\nGET /admin", "\r", " x", "\t", "\u{b}"] {
            let value: &str = Box::leak(format!("{valid}{added}").into_boxed_str());
            cases.push(saying(name, value));
        }
    }
    assert_refused(&cases);
}

#[test]
fn names_are_tokens_in_lower_case() {
    let names = [
        "X",
        "x-Own",
        "Host",
        "Transfer-Encoding",
        "x:y",
        "x: y",
        "x\r\ny",
        "x\ny",
        "x\ry",
        "x\0",
        "x y",
        " x",
        "x ",
        "x\t",
        "",
        ":",
        "x/y",
        "x(y)",
        "x@y",
        "\u{e9}",
        "x\r\ntransfer-encoding: chunked\r\nz",
        "host: admin.example\r\nx",
    ];
    assert_refused(&names.map(|name| with(&GET, &[(name, "v")])));
}

#[test]
fn white_space_around_a_value_is_refused() {
    let cases = [" v", "v ", "\tv", "v\t", " "].map(|value| with(&GET, &[("x", value)]));
    assert_refused(&cases);
}

#[test]
fn fields_of_http_1_connections_are_refused() {
    assert_refused(&[
        with(&GET, &[("transfer-encoding", "chunked")]),
        with(&GET, &[("transfer-encoding", "identity")]),
        with(&GET, &[("connection", "close")]),
        with(&GET, &[("connection", "x-own"), ("x-own", "y")]),
        with(&GET, &[("connection", "transfer-encoding"), ("transfer-encoding", "chunked")]),
        with(&GET, &[("proxy-connection", "keep-alive")]),
        with(&GET, &[("keep-alive", "timeout=5")]),
        with(&GET, &[("upgrade", "websocket")]),
        with(&GET, &[("http2-settings", "AAMAAABk")]),
        with(&GET, &[("te", "gzip")]),
        with(&GET, &[("te", "trailers, gzip")]),
    ]);
}

#[test]
fn pseudo_fields_stand_once_and_first() {
    let mut cases: Vec<_> = [":method", ":scheme", ":path"].map(without).to_vec();
    cases.push(without(":authority"));
    for pair in GET {
        cases.push(with(&GET, &[pair]));
        cases.push(with(&[pair], &GET));
        // After another field.
        cases.push(with(&with(&without(pair.0), &[("x", "y")]), &[pair]));
    }
    cases.push(with(&GET, &[(":path", "/admin")]));
    cases.push(with(&GET, &[(":authority", "admin.example")]));
    for (name, value) in
        [(":status", "200"), (":x", "y"), (":Path", "/admin"), (":host", "admin.example"), (":protocol", "websocket")]
    {
        cases.push(with(&[(name, value)], &GET));
    }
    assert_refused(&cases);
}

#[test]
fn a_path_has_one_reading() {
    let paths = [
        "//admin",
        "/../admin",
        "/a/./b",
        "/..;/admin",
        "/%2e%2e/admin",
        "/a%2fadmin",
        "/a%5cadmin",
        "/%00",
        "/%61dmin",
        "/a%zz",
    ];
    assert_problem("ambiguous-path", &paths.map(|path| saying(":path", path)));
    let paths = [
        "",
        "order",
        "*",
        "?x",
        "http://shop.example/",
        "//",
        "/a\\b",
        "/a b",
        "/\u{e9}",
        "/a?b c",
        "/\"",
        "/a#",
        "/#/../admin",
        "/a?b#c",
    ];
    assert_refused(&paths.map(|path| saying(":path", path)));
}

#[test]
fn there_is_one_host_and_authority_and_host_agree() {
    assert_problem(
        "ambiguous-host",
        &[
            with(&GET, &[("host", "admin.example")]),
            with(&GET, &[("host", "shop.example:443")]),
            with(&GET, &[("host", "shop.example"), ("host", "shop.example")]),
            with(&GET, &[("host", "")]),
            without(":authority"),
            with(&without(":authority"), &[("host", "shop.example"), ("host", "shop.example")]),
            with(&without(":authority"), &[("host", "u@shop.example")]),
            with(&without(":authority"), &[("host", "shop.example:0")]),
        ],
    );
    let names = [
        "u@shop.example",
        "u:p@shop.example",
        "shop.example@admin.example",
        "shop.example:",
        "shop.example:0",
        "shop.example:99999",
        "shop.example:80:80",
        ":80",
        "shop.example, admin.example",
        "shop.example/admin",
        "shop.example?x",
        "shop.example.",
        "shop..example",
        "[::1",
        "sh%6fp.example",
    ];
    assert_refused(&names.map(|name| saying(":authority", name)));
}

#[test]
fn methods_and_schemes_are_what_a_gateway_takes() {
    let methods =
        ["get", "Get", "", "G T", "GET/", "CONNECT", "TRACE", "GETGETGETGETGETGETGETGETGETGETGET", "PR\u{ef}"];
    assert_refused(&methods.map(|method| saying(":method", method)));
    assert_refused(&["ftp", "", "https://shop.example/?", "ws", "javascript"].map(|scheme| saying(":scheme", scheme)));
    // RFC 9110 §7.4: what is asked for by `http` is not what came over TLS.
    assert_problem("misdirected-request", &[saying(":scheme", "http"), saying(":scheme", "HTTP")]);
    // Extended CONNECT (RFC 8441) was not offered.
    assert_refused(&[with(&[(":protocol", "websocket")], &saying(":method", "CONNECT"))]);
}

#[test]
fn what_may_stand_once_stands_once() {
    let names = ["authorization", "content-type", "origin", "x-api-key", "expect", "range"];
    assert_problem("malformed-request", &names.map(|name| with(&GET, &[(name, "a"), ("x", "y"), (name, "b")])));
    assert_problem("malformed-request", &["x_forwarded_for", "content_length"].map(|name| with(&GET, &[(name, "1")])));
}

#[test]
fn a_length_without_content_is_refused() {
    let lengths = ["1", "5", "+0", "-0", "00", "0, 0", "x", "18446744073709551616"];
    assert_refused(&lengths.map(|length| with(&GET, &[("content-length", length)])));
    assert_refused(&[with(&GET, &[("content-length", "0"), ("content-length", "0")])]);
}

#[test]
fn a_head_has_bounds() {
    let value = "y".repeat(40_000);
    let many = vec![("x", "y"); 120];
    let long = format!("/{}", "a".repeat(9_000));
    let service = Backend::saying("reached");
    let house = OpenHouse::over_tls(&service, &[]);
    let outcome = |fields: &[Field<'_>]| {
        house.connect_http2().request(1, &octets(fields), true).outcome(1, Deadline::within(SOON))
    };
    assert_eq!(problem(&outcome(&with(&GET, &many))).as_deref(), Some("headers-too-large"));
    assert_eq!(problem(&outcome(&saying(":path", &long))).as_deref(), Some("target-too-long"));
    // A frame may have 16 KiB; larger blocks go on in CONTINUATION frames.
    let block = testkit::http2::block(&octets(&with(&GET, &[("x", &value)])));
    let mut connection = house.connect_http2();
    let mut pieces = block.chunks(16_000).peekable();
    let mut kind = testkit::http2::HEADERS;
    while let Some(piece) = pieces.next() {
        let stream_ends = if kind == testkit::http2::HEADERS { testkit::http2::END_STREAM } else { 0 };
        let block_ends = if pieces.peek().is_none() { testkit::http2::END_HEADERS } else { 0 };
        connection.send(kind, stream_ends | block_ends, 1, piece);
        kind = testkit::http2::CONTINUATION;
    }
    let outcome = connection.outcome(1, Deadline::within(SOON));
    assert!(matches!(outcome, Outcome::Answer(431, _) | Outcome::GoneAway(_) | Outcome::StreamReset(_)), "{outcome:?}");
    assert_eq!(service.arrivals(), 0);
    assert_eq!(house.get("/"), "reached", "and the door still serves");
}
