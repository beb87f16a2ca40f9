//! Kept answers through the real program: over both protocols, for both doors' callers, changed and reloaded.

mod cases;
mod crowd;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use auth::keys::{self, NewKey};
use model::KeyKind;
use testkit::http2::Outcome;
use testkit::script::Step;
use testkit::{Backend, Connection, Deadline, Reply, script};

use crate::open_house::{OpenHouse, SOON, get};
use crate::reload::reload;
use crate::standing::house;
use crate::two_doors::{admin, bearer, free_address};

/// A service that says how often it was asked, and an hour of freshness.
fn counting(more: &'static [(&'static str, &'static str)]) -> Backend {
    Backend::choosing(move |head, number| {
        let mut reply = Reply::ok(format!("{number} {}", head.target)).field("cache-control", "max-age=3600");
        for (name, value) in more {
            reply = reply.field(name, value);
        }
        script::answer(reply)
    })
}

fn keeping(service: &Backend) -> OpenHouse {
    OpenHouse::plain(service, &["cache: { size: 1MiB }"])
}

#[test]
fn an_answer_that_may_be_kept_is_given_again_without_asking() {
    let service = counting(&[]);
    let house = keeping(&service);
    let first = house.connect().exchange(get("/a"));
    let second = house.connect().exchange(get("/a"));
    assert_eq!((first.text(), second.text()), ("0 /a".into(), "0 /a".into()));
    assert_eq!(service.arrivals(), 1);
    assert_eq!(first.field("age"), None);
    assert_eq!(second.field("age"), Some("0"));
    assert_eq!(second.field("content-length"), Some("4"));
    assert_eq!(second.field("date").is_some(), first.field("date").is_some());
    assert_eq!(second.field("cache-status"), None, "callers at a client door are not told how the house works");
    assert_eq!(house.get("/b"), "1 /b");
    house.house.wait_for_log("\"cache\":\"hit\"");
    house.house.wait_for_log("\"cache\":\"miss\"");
}

#[test]
fn nothing_is_kept_where_the_file_does_not_say_so() {
    let service = counting(&[]);
    for api in [&[][..], &["cache: none"]] {
        let house = OpenHouse::plain(&service, api);
        let before = service.arrivals();
        assert_ne!(house.get("/a"), house.get("/a"));
        assert_eq!(service.arrivals(), before + 2);
    }
}

#[test]
fn threads_and_protocols_share_what_is_kept_and_a_large_answer_comes_whole() {
    let large = "0123456789abcdef".repeat(20_000);
    let reply = Reply::ok(large.clone()).field("cache-control", "max-age=3600").field("etag", "\"a\"");
    for reply in [reply.clone(), reply.chunked(50_000)] {
        let service = Backend::always(script::answer(reply));
        let house = OpenHouse::over_tls(&service, &["cache: { size: 8MiB }"]);
        assert_eq!(house.connect().exchange(get("/large")).text(), large);
        for _ in 0..3 {
            assert_eq!(house.connect().exchange(get("/large")).text(), large);
        }
        let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", "/large")];
        let fields = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let outcome = house.connect_http2().request(1, &fields, true).outcome(1, Deadline::within(SOON));
        let Outcome::Answer(200, body) = outcome else { panic!("{outcome:?}") };
        assert!(body == large.as_bytes(), "{} bytes", body.len());
        assert_eq!(service.arrivals(), 1);
    }
}

#[test]
fn what_came_over_http_2_is_kept_as_well() {
    let service = counting(&[]);
    let house = OpenHouse::over_tls(&service, &["cache: { at_most: 5min }"]);
    let mut http2 = house.connect_http2();
    for (stream, path) in [(1, "/a"), (3, "/a"), (5, "/b")] {
        let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", path)];
        let fields = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let outcome = http2.request(stream, &fields, true).outcome(stream, Deadline::within(SOON));
        assert!(matches!(outcome, Outcome::Answer(200, _)), "{outcome:?}");
    }
    assert_eq!(service.arrivals(), 2);
    assert_eq!(house.get("/a"), "0 /a");
}

#[test]
fn parts_and_conditions_are_answered_from_what_is_kept() {
    let service = Backend::always(script::answer(
        Reply::ok("0123456789").field("cache-control", "max-age=3600").field("etag", "\"a\""),
    ));
    let house = keeping(&service);
    house.get("/");
    let mut connection = house.connect();
    let mut ask = |method: &str, field: &str| {
        connection.exchange(format!("{method} / HTTP/1.1\r\nHost: shop.example\r\n{field}\r\n"))
    };
    let part = ask("GET", "Range: bytes=2-4\r\n");
    assert_eq!((part.status, part.text().as_str()), (206, "234"));
    assert_eq!((part.field("content-range"), part.field("content-length")), (Some("bytes 2-4/10"), Some("3")));
    let none = ask("GET", "Range: bytes=10-\r\n");
    assert_eq!((none.status, none.field("content-range"), none.body.len()), (416, Some("bytes */10"), 0));
    let held = ask("GET", "If-None-Match: \"a\"\r\n");
    assert_eq!((held.status, held.field("etag"), held.field("content-length")), (304, Some("\"a\""), None));
    let head = ask("HEAD", "");
    assert_eq!((head.status, head.field("content-length")), (200, Some("10")));
    assert_eq!(ask("GET", "").text(), "0123456789", "the connection is where it should be");
    assert_eq!(service.arrivals(), 1);
}

#[test]
fn an_answer_without_content_is_kept_too() {
    let service = Backend::choosing(|head, _| {
        let reply = match head.target.as_str() {
            "/moved" => Reply::status(301, "").field("location", "/there"),
            _ => Reply::status(204, ""),
        };
        script::answer(reply.field("cache-control", "max-age=3600"))
    });
    let house = keeping(&service);
    for (path, status) in [("/moved", 301), ("/empty", 204)] {
        for _ in 0..2 {
            assert_eq!(house.connect().exchange(get(path)).status, status);
        }
    }
    assert_eq!(service.arrivals(), 2);
}

#[test]
fn an_answer_that_breaks_off_is_not_kept() {
    let broken = Arc::new(Mutex::new(true));
    let choose = Arc::clone(&broken);
    let service = Backend::choosing(move |_, _| {
        if *choose.lock().expect("no panic") {
            let head = "HTTP/1.1 200 OK\r\ncache-control: max-age=3600\r\ncontent-length: 100000\r\n\r\n";
            vec![Step::ReadBody, Step::Send([head.as_bytes(), &[b'x'; 50_000]].concat()), Step::Close]
        } else {
            script::answer(Reply::ok("whole").field("cache-control", "max-age=3600"))
        }
    });
    let house = keeping(&service);
    let mut connection = house.connect();
    connection.send(&get("/"));
    assert!(connection.answer_to("GET", Deadline::within(SOON)).is_err());
    *broken.lock().expect("no panic") = false;
    assert_eq!(house.get("/"), "whole");
    assert_eq!(house.get("/"), "whole");
    assert_eq!(service.arrivals(), 2);
}

#[test]
fn what_somebody_changes_is_asked_for_anew() {
    let service = counting(&[]);
    let house = keeping(&service);
    assert_eq!((house.get("/a"), house.get("/a")), ("0 /a".into(), "0 /a".into()));
    let posted = house.connect().exchange("POST /a HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 2\r\n\r\nhi");
    assert_eq!(posted.status, 200);
    assert_eq!((house.get("/a"), house.get("/a")), ("2 /a".into(), "2 /a".into()));
}

/// An API for anybody, with or without a key, and one for holders of a key, at the same service.
fn file_with_keys(address: SocketAddr, service: &Backend, key: &NewKey, closed: &str) -> String {
    let (service, hash) = (service.url(), &key.hash);
    format!(
        "vestibule: 1\n\
         doors:\n  client: {{ listen: \"{address}\", tls: none }}\n\
         services:\n  shop: {{ urls: \"{service}\" }}\n\
         apis:\n\
         \x20 shop:\n    door: client\n    service: shop\n    public: true\n    callers: {{ keys: restricted }}\n\
         \x20   cache: {{ size: 1MiB }}\n    operations: {{ open: \"GET /open/**\" }}\n\
         \x20 closed:\n    door: client\n    service: shop\n    {closed}\n\
         \x20   cache: {{ size: 1MiB }}\n    operations: {{ members: \"GET /closed/**\" }}\n\
         keys:\n  laptop: {{ hash: \"{hash}\", kind: restricted, apis: [shop, closed] }}\n"
    )
}

fn with_key(target: &str, key: &NewKey) -> Vec<u8> {
    let credential = bearer(key);
    format!("GET {target} HTTP/1.1\r\nHost: shop.example\r\n{credential}\r\n\r\n").into_bytes()
}

/// Answers with how often it was asked; `public` where the path says so.
fn public_by_path() -> Backend {
    Backend::choosing(|head, number| {
        let words = if head.target.ends_with("public") { "public, max-age=3600" } else { "max-age=3600" };
        script::answer(Reply::ok(number.to_string()).field("cache-control", words))
    })
}

#[test]
fn an_answer_to_someone_known_is_kept_only_where_it_is_public_and_given_only_with_a_permit() {
    let service = public_by_path();
    let key = keys::generate(KeyKind::Restricted).expect("random numbers");
    let address = free_address();
    let house = house().config(&file_with_keys(address, &service, &key, "callers: { keys: restricted }")).start();
    let mut connection = Connection::plain(address);
    let mut ask = |request: Vec<u8>| connection.exchange(request);
    // Known callers: each is asked for anew, and nothing is left for strangers.
    assert_eq!(ask(with_key("/open/mine", &key)).text(), "0");
    assert_eq!(ask(with_key("/open/mine", &key)).text(), "1");
    assert_eq!(ask(get("/open/mine")).text(), "2");
    assert_eq!(ask(get("/open/mine")).text(), "2", "a stranger's answer is for strangers");
    assert_eq!(ask(with_key("/open/mine", &key)).text(), "3", "and not for those who are known");
    // What is public is for all.
    assert_eq!(ask(with_key("/open/public", &key)).text(), "4");
    assert_eq!(ask(get("/open/public")).text(), "4");
    // For all who may call: what is kept lies behind the permit.
    assert_eq!(ask(with_key("/closed/public", &key)).text(), "5");
    assert_eq!(ask(with_key("/closed/public", &key)).text(), "5");
    let refused = ask(get("/closed/public"));
    assert_eq!((refused.status, refused.problem().as_deref()), (401, Some("credential-required")));
    assert_eq!(refused.field("cache-control"), Some("no-store"));
    house.wait_for_log("credential-required");
}

#[test]
fn what_is_kept_survives_a_reload_that_does_not_concern_it_and_never_outlives_a_change_of_access() {
    let service = public_by_path();
    let other = Backend::always(script::answer(Reply::ok("other").field("cache-control", "max-age=3600")));
    let key = keys::generate(KeyKind::Restricted).expect("random numbers");
    let address = free_address();
    let file = file_with_keys(address, &service, &key, "public: true");
    let house = house().config(&file).start_with(&["run", "-c", testkit::program::FILE, "--watch", "false"]);
    house.wait_for_message("ready in ");
    let ask = |request: Vec<u8>| Connection::plain(address).exchange(request);
    assert_eq!(ask(get("/closed/public")).text(), "0");
    assert_eq!(ask(get("/open/a")).text(), "1");
    reload(&house, &file.replace("public: true\n    cache", "callers: { keys: restricted }\n    cache"));
    assert_eq!(ask(get("/closed/public")).status, 401);
    assert_eq!(ask(with_key("/closed/public", &key)).text(), "0");
    assert_eq!(ask(get("/open/a")).text(), "1");
    // Another service has other answers.
    reload(&house, &file.replace(service.url(), other.url()));
    assert_eq!(ask(get("/open/a")).text(), "other");
}

#[test]
fn at_a_server_door_callers_are_told_what_the_cache_did() {
    let service = counting(&[]);
    let house = OpenHouse::plain(
        &service,
        &["cache: { at_most: 5min }", "errors: detailed", "loosen: { detailed-errors: a test }"],
    );
    house.get("/a");
    let answer = house.connect().exchange(get("/a"));
    let status = answer.field("cache-status").expect("a status").to_owned();
    let ttl: u64 = status.strip_prefix("vestibule; hit; ttl=").expect("a hit").parse().expect("seconds");
    assert!((290..=300).contains(&ttl), "five minutes, whatever the service says: {ttl}");
}

#[test]
fn the_cache_is_counted() {
    let service = counting(&[]);
    let house = keeping(&service);
    for path in ["/a", "/a", "/a", "/b"] {
        house.get(path);
    }
    // A request is counted when its record closes, which is after its caller has the answer.
    let counted = ["hit", "miss"].map(|result| {
        format!("vestibule_cache_requests_total{{door=\"client\",api=\"everything\",result=\"{result}\"}} 2")
    });
    let deadline = Deadline::within(SOON);
    let page = loop {
        let page = admin(&house.house, "GET", "/metrics").text();
        if counted.iter().all(|line| page.contains(line)) || deadline.passed() {
            break page;
        }
        std::thread::yield_now();
    };
    let line = |start: &str| {
        let line = page.lines().find_map(|line| line.strip_prefix(start));
        line.unwrap_or_else(|| panic!("{start} {page}")).trim().to_owned()
    };
    let labels = "{door=\"client\",api=\"everything\"";
    assert_eq!(line(&format!("vestibule_cache_requests_total{labels},result=\"hit\"}}")), "2");
    assert_eq!(line(&format!("vestibule_cache_requests_total{labels},result=\"miss\"}}")), "2");
    assert_eq!(line(&format!("vestibule_cache_answers{labels}}}")), "2");
    assert_eq!(line(&format!("vestibule_cache_stored_total{labels}}}")), "2");
    assert_eq!(line(&format!("vestibule_cache_evicted_total{labels}}}")), "0");
    let bytes: u64 = line(&format!("vestibule_cache_bytes{labels}}}")).parse().expect("bytes");
    assert!((1..1 << 20).contains(&bytes), "{bytes}");
}
