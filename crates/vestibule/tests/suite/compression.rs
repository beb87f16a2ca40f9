//! Content coding through the real program: who gets what encoded, what is left alone, and conditions afterwards.

use std::io::Read as _;
use std::process::Command;
use std::time::Duration;

use testkit::http2::Outcome;
use testkit::script::{Script, Step};
use testkit::{Answer, Backend, Deadline, Reply, script};

use crate::open_house::{OpenHouse, SOON};
use crate::two_doors::{admin, request};

const GZIP: &str = "accept-encoding: gzip, deflate";
const CODINGS: [&str; 3] = ["zstd", "br", "gzip"];

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

fn decoder<'a>(coding: &str, body: &'a [u8]) -> Box<dyn std::io::Read + 'a> {
    match coding {
        "zstd" => Box::new(zstd::stream::read::Decoder::new(body).expect("memory")),
        "br" => Box::new(brotli::Decompressor::new(body, 4096)),
        "gzip" => Box::new(flate2::read::GzDecoder::new(body)),
        other => panic!("{other}"),
    }
}

fn decoded_from(coding: &str, body: &[u8]) -> String {
    let mut text = String::new();
    decoder(coding, body).read_to_string(&mut text).unwrap_or_else(|error| panic!("{coding} {error}"));
    text
}

fn decoded(body: &[u8]) -> String {
    decoded_from("gzip", body)
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
        for fields in [&[][..], &["accept-encoding: gzip;q=0, deflate"], &["accept-encoding: deflate"]] {
            let plain = ask(&house, "GET", target, fields);
            assert_eq!((plain.text(), plain.field("content-encoding")), (words(), None), "{fields:?}");
            assert_eq!(plain.field("vary"), Some("accept-encoding"));
        }
    }
    let head = ask(&house, "HEAD", "/tagged", &[GZIP]);
    assert_eq!((head.field("content-encoding"), head.field("content-length")), (Some("gzip"), None));
}

#[test]
fn of_the_codings_that_a_caller_takes_it_gets_the_one_that_it_wants_most_and_the_cheapest_of_equals() {
    let service = service();
    let house = OpenHouse::plain(&service, &[]);
    for (accepted, coding) in [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("*", "zstd"),
        ("gzip;q=0, *;q=0.5", "zstd"),
        ("zstd;q=0.5, br;q=0.9, gzip;q=0.8", "br"),
        ("zstd;q=0.001, gzip;q=0.002", "gzip"),
        ("zstd;q=0, br", "br"),
    ] {
        for target in ["/tagged", "/chunks"] {
            let answer = ask(&house, "GET", target, &[&format!("accept-encoding: {accepted}")]);
            assert_eq!(answer.field("content-encoding"), Some(coding), "{accepted}");
            assert!(answer.body.len() < words().len() / 3, "{}", answer.body.len());
            assert_eq!(decoded_from(coding, &answer.body), words(), "{accepted}");
            if target == "/tagged" {
                assert_eq!((answer.field("etag"), answer.field("accept-ranges")), (Some("W/\"v1\""), None));
            }
        }
        let head = ask(&house, "HEAD", "/tagged", &[&format!("accept-encoding: {accepted}")]);
        assert_eq!((head.field("content-encoding"), head.body.len()), (Some(coding), 0));
    }
    let one = OpenHouse::plain(&service, &["compress: [gzip, br]"]);
    let answer = ask(&one, "GET", "/tagged", &["accept-encoding: zstd, gzip"]);
    assert_eq!(answer.field("content-encoding"), Some("gzip"), "the file leaves the others out");
}

#[test]
fn curl_reads_every_coding() {
    if !testkit::needs("curl") {
        return;
    }
    let service = service();
    let house = OpenHouse::plain(&service, &[]);
    for coding in CODINGS {
        let mut curl = Command::new(testkit::tool("curl"));
        curl.args(["-s", "-S", "-m", "20", "--compressed", "-H", &format!("Accept-Encoding: {coding}")]);
        curl.args(["-w", "%header{content-encoding}"]);
        let said = curl.arg(format!("http://{}/chunks", house.address)).output().expect("curl");
        let expected = format!("{}{coding}", words());
        assert!(said.status.success(), "{coding} {}", String::from_utf8_lossy(&said.stderr));
        assert!(said.stdout == expected.as_bytes(), "{coding} {} bytes", said.stdout.len());
    }
}

#[test]
fn a_part_of_what_is_kept_is_given_as_it_is_and_the_whole_encoded_for_each() {
    let service = Backend::always(script::answer(
        Reply::ok(words()).field("content-type", "text/plain").field("cache-control", "max-age=3600"),
    ));
    let house = OpenHouse::plain(&service, &["cache: { size: 1MiB }"]);
    for coding in CODINGS {
        let accepts = format!("accept-encoding: {coding}");
        let whole = ask(&house, "GET", "/", &[&accepts]);
        assert_eq!(whole.field("content-encoding"), Some(coding));
        assert_eq!(decoded_from(coding, &whole.body), words());
        let part = ask(&house, "GET", "/", &[&accepts, "range: bytes=10-2009"]);
        assert_eq!((part.status, part.field("content-encoding")), (206, None));
        assert_eq!(part.body, words().as_bytes()[10..2010]);
    }
    assert_eq!(service.arrivals(), 1);
}

#[test]
fn what_breaks_off_at_its_service_never_gets_the_end_of_its_coding() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 100000\r\n\r\n";
    let sent = Step::Send([head.as_bytes(), words().as_bytes()].concat());
    let service = Backend::always(vec![Step::ReadBody, sent, Step::Close]);
    let house = OpenHouse::plain(&service, &[]);
    for coding in CODINGS {
        let mut connection = house.connect();
        connection.send(request("GET", "/", &[&format!("accept-encoding: {coding}")], "").as_bytes());
        let (bytes, _) = connection.read_to_end(Deadline::within(SOON));
        let body = bytes.windows(4).position(|end| end == b"\r\n\r\n").map(|at| &bytes[at + 4..]).expect("a head");
        assert!(!bytes.ends_with(b"\r\n0\r\n\r\n"), "{coding}: the message has an end");
        let mut text = Vec::new();
        let end = decoder(coding, &unchunked(body)).read_to_end(&mut text);
        assert!(end.is_err(), "{coding}: the coding has an end");
        assert!(words().as_bytes().starts_with(&text), "{coding}");
    }
}

#[test]
fn answers_are_counted_by_coding_with_their_bytes() {
    let service = service();
    let house = OpenHouse::plain(&service, &[]);
    let sent: Vec<_> = CODINGS
        .iter()
        .map(|coding| ask(&house, "GET", "/chunks", &[&format!("accept-encoding: {coding}")]).body.len())
        .collect();
    ask(&house, "GET", "/chunks", &[]);
    assert_eq!(house.metric("vestibule_unencoded_answers_total"), "0");
    let lines: Vec<String> = CODINGS
        .iter()
        .zip(sent)
        .flat_map(|(coding, sent)| {
            let figures = [("answers", 1), ("answers_read_bytes", words().len()), ("answers_written_bytes", sent)];
            figures.map(|(metric, value)| {
                format!("vestibule_encoded_{metric}_total{{door=\"client\",coding=\"{coding}\"}} {value}\n")
            })
        })
        .collect();
    // It is counted once the answer is gone, which is after its caller has it.
    let deadline = Deadline::within(SOON);
    let missing = |page: &str| lines.iter().find(|line| !page.contains(*line)).cloned();
    loop {
        let page = admin(&house.house, "GET", "/metrics").text();
        let Some(line) = missing(&page) else { break };
        assert!(!deadline.passed(), "{line} {page}");
        std::thread::yield_now();
    }
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
    for coding in CODINGS {
        let mut connection = house.connect();
        connection.send(request("GET", "/", &[&format!("accept-encoding: {coding}")], "").as_bytes());
        let (bytes, _) = connection.read_to_end(Deadline::within(Duration::from_secs(1)));
        let body = bytes.windows(4).position(|end| end == b"\r\n\r\n").map(|at| &bytes[at + 4..]).expect("a head");
        let mut text = vec![0; 100];
        decoder(coding, &unchunked(body)).read_exact(&mut text).expect("as much as was sent");
        assert_eq!(text, first.as_bytes(), "{coding}");
    }
}

#[test]
fn over_http_2_it_is_the_same() {
    let service = service();
    let house = OpenHouse::over_tls(&service, &[]);
    let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", "/chunks")];
    for coding in CODINGS {
        let fields = fields.into_iter().chain([("accept-encoding", coding)]);
        let fields: Vec<_> = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        let outcome = house.connect_http2().request(1, &fields, true).outcome(1, Deadline::within(SOON));
        let Outcome::Answer(200, body) = outcome else { panic!("{outcome:?}") };
        assert_eq!(decoded_from(coding, &body), words());
    }
}
