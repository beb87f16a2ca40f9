//! Heads that are not one head: line ends, folds, names, hosts, versions, methods, and what claims to be another hop's.

use super::{Refusal, SMUGGLED, assert_refused};
use crate::open_house::post;

const HOST: &str = "Host: shop.example";

fn cases(problem: &'static str, requests: &[&str]) -> Vec<Refusal> {
    requests.iter().map(|request| (request.as_bytes().to_vec(), problem)).collect()
}

/// A request with these field lines, and a smuggled one behind it.
fn with_fields(problem: &'static str, fields: &[&str]) -> Vec<Refusal> {
    let request = |fields: &&str| (format!("GET / HTTP/1.1\r\n{fields}\r\n\r\n{SMUGGLED}").into_bytes(), problem);
    fields.iter().map(request).collect()
}

fn with_line(problem: &'static str, lines: &[&str]) -> Vec<Refusal> {
    let request = |line: &&str| (format!("{line}\r\n{HOST}\r\n\r\n{SMUGGLED}").into_bytes(), problem);
    lines.iter().map(request).collect()
}

#[test]
fn a_line_ends_with_cr_lf_and_nothing_else() {
    assert_refused(cases(
        "malformed-request",
        &[
            "GET / HTTP/1.1\nHost: shop.example\n\n",
            "GET / HTTP/1.1\nHost: shop.example\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: shop.example\n\r\n",
            "GET / HTTP/1.1\r\nHost: shop.example\r\n\n",
            "GET / HTTP/1.1\r\nHost: shop.example\n\n",
            "GET / HTTP/1.1\r\nHost: shop.example\rX: y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: shop.example\r\rX: y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: shop.example\r\n\rX: y\r\n\r\n",
            "GET / HTTP/1.1\r\r\nHost: shop.example\r\n\r\n",
            "GET / HTTP/1.1\rHost: shop.example\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: shop.example\r\nX: \"a\r\nb\"\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: shop.example\r\nX: a\nGET /admin HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: shop.example\r\nX\r\n\r\n",
            "\r\nGET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            "\r\n\r\nGET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            "\nGET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            " GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            "\tGET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            "\0GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            "\u{feff}GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            "\x16\x03\x01\x00\x05hello",
        ],
    ));
}

#[test]
fn a_field_is_a_name_a_colon_and_a_value_on_one_line() {
    assert_refused(with_fields(
        "malformed-request",
        &[
            " Host: shop.example",
            "\tHost: shop.example",
            "Host: shop.example\r\n X: y",
            "Host: shop.example\r\nX: y\r\n z",
            "Host: shop.example\r\nX: y\r\n\tz",
            "Host: shop.example\r\n \r\nX: y",
            "Host : shop.example",
            "Host\t: shop.example",
            "Host: shop.example\r\nX : y",
            "Host: shop.example\r\n: y",
            "Host: shop.example\r\nX y: z",
            "Host: shop.example\r\nX(y): z",
            "Host: shop.example\r\nX/y: z",
            "Host: shop.example\r\nX@y: z",
            "Host: shop.example\r\n\"X\": z",
            "Host: shop.example\r\nX\0: z",
            "Host: shop.example\r\nX: \0",
            "Host: shop.example\r\nX: y\0z",
            "Host: shop.example\r\nX: y\u{1}z",
            "Host: shop.example\r\nX: y\u{b}z",
            "Host: shop.example\r\nX: y\u{c}z",
            "Host: shop.example\r\nX: y\u{1b}z",
            "Host: shop.example\r\nX: y\u{7f}z",
            "Host: shop.example\r\n\u{c4}: z",
            "Host: shop.example\r\nGET /admin HTTP/1.1",
        ],
    ));
}

#[test]
fn what_may_stand_once_stands_once() {
    let names =
        ["Authorization", "Cookie", "Content-Type", "Origin", "X-Api-Key", "Expect", "Idempotency-Key", "Range"];
    let twice = names.map(|name| format!("{HOST}\r\n{name}: a\r\nX: y\r\n{}: b", name.to_lowercase()));
    assert_refused(with_fields("malformed-request", &twice.each_ref().map(String::as_str)));
}

#[test]
fn a_request_names_one_host() {
    assert_refused(with_fields(
        "ambiguous-host",
        &[
            "X: y",
            "Host:",
            "Host: \t",
            "Host: shop.example\r\nHost: shop.example",
            "Host: shop.example\r\nhOST: admin.example",
            "Host: shop.example\r\nX: y\r\nHost:",
            "Host: shop.example, admin.example",
            "Host: shop.example admin.example",
            "Host: admin.example@shop.example",
            "Host: u:p@shop.example",
            "Host: shop.example@admin.example",
            "Host: shop.example/admin",
            "Host: shop.example?x",
            "Host: shop.example#x",
            "Host: shop.example\\admin",
            "Host: shop.example:",
            "Host: shop.example:0",
            "Host: shop.example:080",
            "Host: shop.example:+80",
            "Host: shop.example:80:443",
            "Host: shop.example:65536",
            "Host: shop.example:8443x",
            "Host: http://shop.example",
            "Host: shop..example",
            "Host: .shop.example",
            "Host: shop.example.",
            "Host: sh%6fp.example",
            "Host: sh\u{f6}p.example",
            "Host: [::1",
            "Host: [::1]x",
            "Host: [shop.example]",
            "Host: ::1",
        ],
    ));
}

#[test]
fn the_target_and_host_agree() {
    assert_refused(with_line(
        "ambiguous-host",
        &[
            "GET http://admin.example/ HTTP/1.1",
            "GET http://shop.example:80/ HTTP/1.1",
            "GET http://shop.example.evil.example/ HTTP/1.1",
            "GET http://shop.example@admin.example/ HTTP/1.1",
            "GET http://u@shop.example/ HTTP/1.1",
            "GET http://u:p@shop.example/ HTTP/1.1",
            "GET http://shop.example:/ HTTP/1.1",
            "GET http://shop.example:99999/ HTTP/1.1",
            "GET http:///admin HTTP/1.1",
            "GET http:// HTTP/1.1",
            "GET https://admin.example/ HTTP/1.1",
            "GET http://admin.example\\.shop.example/ HTTP/1.1",
        ],
    ));
    let without_host = "GET http://shop.example/ HTTP/1.1\r\nX: y\r\n\r\n";
    assert_refused(cases("ambiguous-host", &[without_host, "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"]));
}

#[test]
fn a_request_line_has_one_form() {
    assert_refused(with_line(
        "malformed-request",
        &[
            "GET",
            "GET ",
            "GET /",
            "GET / ",
            "GET /admin",
            "GET  / HTTP/1.1",
            "GET /  HTTP/1.1",
            "GET / HTTP/1.1 ",
            "GET / HTTP/1.1 x",
            "GET / / HTTP/1.1",
            "GET\t/ HTTP/1.1",
            "GET /\tHTTP/1.1",
            "GET\u{b}/\u{b}HTTP/1.1",
            "GET / http/1.1",
            "GET / Http/1.1",
            "GET / HTTP/1",
            "GET / HTTP/11",
            "GET / HTTP/1.",
            "GET / HTTP/1.10",
            "GET / HTTP/01.1",
            "GET / HTTP/+1.1",
            "GET / HTTP/1,1",
            "GET / HTTP/1 .1",
            "GET / HTTP /1.1",
            "GET / HTTPS/1.1",
            "GET / XTTP/1.1",
            "GET / RTSP/1.0",
            "GET /\u{1}HTTP/1.1 HTTP/1.1",
            "get / HTTP/1.1",
            "Get / HTTP/1.1",
            "G\0T / HTTP/1.1",
            "GE T / HTTP/1.1",
            "G\u{c9}T / HTTP/1.1",
            "\"GET\" / HTTP/1.1",
            "GETGETGETGETGETGETGETGETGETGETGET / HTTP/1.1",
        ],
    ));
}

#[test]
fn versions_other_than_1_0_and_1_1_are_refused() {
    let lines =
        ["GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/1.9", "GET / HTTP/2.0", "GET / HTTP/3.0", "PRI * HTTP/2.0"];
    assert_refused(with_line("version-not-supported", &lines));
    assert_refused(cases("version-not-supported", &["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]));
    // HTTP/0.9 had no version at all, and its answer no head.
    assert_refused(cases("malformed-request", &["GET /\r\n", "GET /admin\r\n\r\n"]));
}

#[test]
fn methods_that_are_not_for_a_gateway_are_refused() {
    let lines = [
        "CONNECT admin.example:443 HTTP/1.1",
        "CONNECT / HTTP/1.1",
        "TRACE / HTTP/1.1",
        "TRACE * HTTP/1.1",
        "CONNECT * HTTP/1.0",
    ];
    assert_refused(with_line("not-implemented", &lines));
    let upgrades = ["Upgrade: websocket\r\nConnection: upgrade", "Connection: keep-alive, Upgrade\r\nUpgrade: x/1"];
    let upgrades = upgrades.map(|fields| format!("{HOST}\r\n{fields}"));
    assert_refused(with_fields("not-implemented", &upgrades.each_ref().map(String::as_str)));
}

#[test]
fn connection_cannot_take_away_what_the_service_needs() {
    let names = ["Host", "Content-Length", "Transfer-Encoding", "Authorization", "Cookie", "Content-Type", "Origin"];
    let more = ["X-Forwarded-For", "Forwarded", "X-Api-Key", "Vestibule-Identity", "Traceparent", "Connection"];
    let named = names.iter().chain(&more).map(|name| format!("{HOST}\r\nConnection: close, {name}"));
    let named: Vec<String> = named.collect();
    assert_refused(with_fields("malformed-request", &named.iter().map(String::as_str).collect::<Vec<_>>()));
    let many = format!("{HOST}\r\nConnection: {}", ["a"; 20].join(","));
    let odd =
        ["Connection: a b", "Connection: \"close\"", "Connection: close;x"].map(|field| format!("{HOST}\r\n{field}"));
    let odd: Vec<&str> = odd.iter().map(String::as_str).chain([many.as_str()]).collect();
    assert_refused(with_fields("malformed-request", &odd));
}

#[test]
fn there_is_one_expectation() {
    let body = |fields: &str| (post(fields, SMUGGLED), "expectation-failed");
    assert_refused([
        body("Content-Length: 44\r\nExpect: 200-ok"),
        body("Content-Length: 44\r\nExpect: 100-continue, 100-continue"),
        body("Content-Length: 44\r\nExpect: 100-continue; x"),
        body("Content-Length: 44\r\nExpect: 100 continue"),
        body("Content-Length: 44\r\nExpect:"),
        body("Expect: y 100-continue"),
    ]);
}

#[test]
fn a_head_has_bounds() {
    let many = format!("{HOST}\r\n{}X: y", "X: y\r\n".repeat(120));
    let large = format!("{HOST}\r\nX: {}", "y".repeat(40_000));
    assert_refused(with_fields("headers-too-large", &[&many, &large]));
    let long = format!("GET /{} HTTP/1.1", "a".repeat(9_000));
    assert_refused(with_line("target-too-long", &[&long]));
    // It need not have ended to be too long.
    assert_refused(cases("target-too-long", &[&"A".repeat(40_000)]));
    assert_refused(cases("headers-too-large", &[&format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(40_000))]));
}
