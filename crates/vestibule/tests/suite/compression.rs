//! Content coding through the real program: who gets what encoded, what is left alone, and conditions afterwards.

use std::io::Read as _;
use std::time::Duration;

use testkit::http2::Outcome;
use testkit::script::{Script, Step};
use testkit::{Answer, Backend, Deadline, Reply, script};

use crate::open_house::{OpenHouse, SOON};
use crate::two_doors::request;

const GZIP: &str = "accept-encoding: gzip, deflate, br";

/// Text of some kilobytes, which a coding makes smaller.
fn words() -> String {
    (0..600).map(|number| format!("{{\"number\":{number}}}\n")).collect()
}

/// A service with one JSON document; what it has under each path says how it is sent.
fn service() -> Backend {
    Backend::choosing(|head, _| {
        let json = |reply: Reply| reply.field("content-type", "application/json");
        let tag = |reply: Reply| reply.field("etag", "\"v1\"");
        let shown = |name: &str| {
            head.fields.iter().any(|(own, value)| own == name && value.windows(6).any(|part| part == b", \"v1\""))
        };
        script::answer(match head.target.as_str() {
            "/chunks" => json(Reply::ok(words())).chunked(700),
            "/small" => json(Reply::ok("{}")),
            "/image" => Reply::ok(words()).field("content-type", "image/png"),
            "/as-it-is" => json(Reply::ok(words())).field("cache-control", "no-transform"),
            "/digest" => json(Reply::ok(words())).field("content-digest", "sha-256=:x:"),
            "/tagged" if shown("if-none-match") => tag(Reply::status(304, "")),
            "/tagged" if head.method == "PUT" && !shown("if-match") => json(Reply::status(412, words())),
            _ => tag(json(Reply::ok(words()))).field("accept-ranges", "bytes"),
        })
    })
}

fn ask(house: &OpenHouse, method: &str, target: &str, fields: &[&str]) -> Answer {
    let mut connection = house.connect();
    connection.send(request(method, target, fields, "").as_bytes());
    connection.answer_to(method, Deadline::within(SOON)).expect("an answer")
}

fn decoded(body: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(body).read_to_string(&mut text).expect("gzip");
    text
}

#[test]
fn who_accepts_a_coding_gets_what_gains_by_it_and_others_get_it_as_it_is() {
    let service = service();
    let house = OpenHouse::plain(&service, &[]);
    for target in ["/tagged", "/chunks"] {
        let answer = ask(&house, "GET", target, &[GZIP]);
        assert_eq!((answer.status, answer.field("content-encoding")), (200, Some("gzip")), "{target}");
        assert_eq!((answer.field("vary"), answer.field("content-length")), (Some("accept-encoding"), None));
        assert!(answer.body.len() < words().len() / 3, "{}", answer.body.len());
        assert_eq!(decoded(&answer.body), words());
        for fields in [&[][..], &["accept-encoding: gzip;q=0, *"], &["accept-encoding: br"]] {
            let plain = ask(&house, "GET", target, fields);
            assert_eq!((plain.text(), plain.field("content-encoding")), (words(), None), "{fields:?}");
            assert_eq!(plain.field("vary"), Some("accept-encoding"));
        }
    }
    let head = ask(&house, "HEAD", "/tagged", &[GZIP]);
    assert_eq!((head.field("content-encoding"), head.field("content-length")), (Some("gzip"), None));
}

#[test]
fn what_does_not_gain_or_must_stay_as_it_is_is_left_alone() {
    let service = service();
    let house = OpenHouse::plain(&service, &[]);
    for target in ["/small", "/image", "/as-it-is", "/digest"] {
        let answer = ask(&house, "GET", target, &[GZIP]);
        assert_eq!((answer.field("content-encoding"), answer.field("vary")), (None, None), "{target}");
    }
    let never = OpenHouse::plain(&service, &["compress: none"]);
    let answer = ask(&never, "GET", "/tagged", &[GZIP]);
    assert_eq!((answer.text(), answer.field("vary"), answer.field("etag")), (words(), None, Some("\"v1\"")));
}

#[test]
fn a_condition_with_the_tag_of_what_was_encoded_still_means_it() {
    let service = service();
    let house = OpenHouse::plain(&service, &[]);
    let answer = ask(&house, "GET", "/tagged", &[GZIP]);
    assert_eq!((answer.field("etag"), answer.field("accept-ranges")), (Some("W/\"v1\""), None));
    let again = ask(&house, "GET", "/tagged", &[GZIP, "if-none-match: W/\"v1\""]);
    assert_eq!((again.status, again.field("etag")), (304, Some("W/\"v1\"")));
    assert_eq!(ask(&house, "PUT", "/tagged", &["if-match: W/\"v1\""]).status, 200);
    assert_eq!(ask(&house, "PUT", "/tagged", &["if-match: \"v0\""]).status, 412);
}

#[test]
fn what_another_site_may_have_asked_for_with_a_cookie_is_not_encoded() {
    let service = service();
    let house = OpenHouse::plain(&service, &[]);
    let coding = |fields: &[&str]| {
        let fields: Vec<_> = fields.iter().copied().chain([GZIP]).collect();
        ask(&house, "GET", "/tagged", &fields).field("content-encoding").map(str::to_owned)
    };
    for site in ["cross-site", "same-site"] {
        assert_eq!(coding(&["cookie: a=b", &format!("sec-fetch-site: {site}")]), None, "{site}");
    }
    assert_eq!(coding(&["cookie: a=b"]), None);
    assert_eq!(coding(&["authorization: Basic YTpi"]), None);
    for site in ["same-origin", "none"] {
        assert_eq!(coding(&["cookie: a=b", &format!("sec-fetch-site: {site}")]).as_deref(), Some("gzip"), "{site}");
    }
    assert_eq!(coding(&["sec-fetch-site: cross-site"]).as_deref(), Some("gzip"));
}

/// The content of the chunks that have come.
fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    while let Some(at) = body.windows(2).position(|end| end == b"\r\n") {
        let line = std::str::from_utf8(&body[..at]).expect("the length of a chunk");
        let length = usize::from_str_radix(line, 16).expect("the length of a chunk");
        content.extend_from_slice(&body[at + 2..at + 2 + length]);
        body = &body[at + 2 + length + 2..];
    }
    content
}

#[test]
fn an_encoded_stream_is_not_held_back_while_its_service_is_silent() {
    let first = "x".repeat(100);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n";
    let script: Script = vec![Step::ReadBody, Step::Send(format!("{head}64\r\n{first}\r\n").into_bytes()), Step::Hang];
    let service = Backend::always(script);
    let house = OpenHouse::plain(&service, &[]);
    let mut connection = house.connect();
    connection.send(request("GET", "/", &[GZIP], "").as_bytes());
    let (bytes, _) = connection.read_to_end(Deadline::within(Duration::from_secs(2)));
    let body = bytes.windows(4).position(|end| end == b"\r\n\r\n").map(|at| &bytes[at + 4..]).expect("a head");
    let mut text = vec![0; 100];
    flate2::read::GzDecoder::new(unchunked(body).as_slice()).read_exact(&mut text).expect("as much as was sent");
    assert_eq!(text, first.as_bytes());
}

#[test]
fn over_http_2_it_is_the_same() {
    let service = service();
    let house = OpenHouse::over_tls(&service, &[]);
    let fields = [
        (":method", "GET"),
        (":scheme", "https"),
        (":authority", "shop.example"),
        (":path", "/chunks"),
        ("accept-encoding", "gzip"),
    ];
    let fields = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let outcome = house.connect_http2().request(1, &fields, true).outcome(1, Deadline::within(SOON));
    let Outcome::Answer(200, body) = outcome else { panic!("{outcome:?}") };
    assert_eq!(decoded(&body), words());
}
