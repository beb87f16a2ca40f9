//! The forms of values: what is read, what is refused, and what is offered instead.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::prelude::*;

use super::*;

fn wrong<T: std::fmt::Debug>(result: Result<T, Wrong>) -> Wrong {
    result.expect_err("this should be refused")
}

#[test]
fn a_duration_is_a_number_and_a_unit() {
    for (text, ms) in [("250ms", 250), ("5s", 5_000), ("2min", 120_000), ("1h", 3_600_000), ("366d", 31_622_400_000)] {
        assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
    }
    for text in
        ["", "5", "s", "5 s", "-5s", "5.5s", "05s", "0s", "367d", "99999999999999999999999s", "5_s", "1h30min", "５s"]
    {
        assert!(duration(text).is_err(), "{text}");
    }
    assert_eq!(wrong(duration("5sec")).replace.as_deref(), Some("5s"));
    assert_eq!(wrong(duration("5m")).replace.as_deref(), Some("5min"));
}

#[test]
fn a_size_by_1000_is_told_its_two_readings() {
    assert_eq!(size("64KiB"), Ok(65_536));
    assert_eq!(size("1GiB"), Ok(1 << 30));
    let two = wrong(size("10MB"));
    assert!(two.message.contains("two readings"), "{two:?}");
    assert_eq!(two.replace.as_deref(), Some("10MiB"));
    for text in ["", "64", "0B", "1TiB", "1025GiB", "KiB", "1 KiB", "1.5MiB"] {
        assert!(size(text).is_err(), "{text}");
    }
}

#[test]
fn a_rate_by_m_is_told_its_two_readings() {
    assert_eq!(rate("10_000/day"), Ok((10_000, "day")));
    assert!(wrong(rate("100/m")).message.contains("two readings"));
    for text in ["", "100", "100/", "/min", "0/min", "100/week"] {
        assert!(rate(text).is_err(), "{text}");
    }
}

#[test]
fn only_days_of_the_calendar_are_days() {
    for text in ["2027-03-31", "2024-02-29", "2000-02-29", "1970-01-01", "9999-12-31"] {
        assert_eq!(day(text).map(|day| day.to_string()), Ok(text.to_owned()));
    }
    for text in ["2027-04-31", "2023-02-29", "2100-02-29", "2027-13-01", "2027-00-10", "2027-1-01", "1969-12-31", "x"] {
        assert!(day(text).is_err(), "{text}");
    }
    let end = day("1970-01-02").expect("a day").end();
    assert_eq!(end, UNIX_EPOCH + Duration::from_secs(2 * 86_400));
    assert_eq!(Day::of(end - Duration::from_secs(1)).to_string(), "1970-01-02");
    assert_eq!(Day::of(end).to_string(), "1970-01-03");
    assert!(Day::of(SystemTime::now()) > day("2024-01-01").expect("a day"));
}

#[test]
fn an_address_says_on_which_interface() {
    for text in ["127.0.0.1:8443", "[::1]:8443", "0.0.0.0:443", "127.0.0.1:0"] {
        assert!(listen_address(text).is_ok(), "{text}");
    }
    assert!(wrong(listen_address(":8443")).help.contains("every interface"));
    assert!(wrong(listen_address("8443")).help.contains("every interface"));
    assert_eq!(wrong(listen_address("localhost:8443")).replace.as_deref(), Some("127.0.0.1:8443"));
    for text in ["::1:8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "shop.example:443", "unix:x", "127.1:80"] {
        assert!(listen_address(text).is_err(), "{text}");
    }
    assert!(socket("unix:").is_err());
    assert!(socket(&format!("unix:{}", "x".repeat(108))).is_err());
    assert_eq!(socket("unix:a.sock"), Ok(Socket::Unix("a.sock".into())));
}

#[test]
fn a_host_is_written_in_one_way() {
    for text in ["shop.example", "localhost", "a_b.example", "192.0.2.1", "::1", "xn--bcher-kva.example"] {
        assert!(host(text).is_ok(), "{text}");
    }
    for text in
        ["", ".", "a..b", "shop.example.", "-a.example", "a b", "1.2.3", "bücher.example", "shop.example:443", "*"]
    {
        assert!(host(text).is_err(), "{text}");
    }
    assert_eq!(wrong(host("Shop.Example")).replace.as_deref(), Some("shop.example"));
    assert!(wildcard_host("*.shop.example").is_ok());
    for text in ["*.example", "*", "a.*.example", "*a.example", "**.example.org", "*.10.0.0.1"] {
        assert!(wildcard_host(text).is_err(), "{text}");
    }
}

#[test]
fn a_range_has_no_bits_behind_its_mask() {
    assert!(ip_network("10.0.0.0/16").is_ok());
    assert!(ip_network("192.0.2.7").is_ok());
    assert_eq!(wrong(ip_network("10.0.0.5/16")).replace.as_deref(), Some("10.0.0.0/16"));
    assert!(ip_network("::ffff:10.0.0.0/112").is_err());
    assert!(ip_network("10.0.0.0/33").is_err());
}

#[test]
fn a_service_is_a_host_and_a_port() {
    assert_eq!(url("http://127.0.0.1:3000"), Ok(Url::Http { host: "127.0.0.1".into(), port: 3000 }));
    assert_eq!(url("http://shop/"), Ok(Url::Http { host: "shop".into(), port: 80 }));
    assert_eq!(url("http://[::1]:81"), Ok(Url::Http { host: "::1".into(), port: 81 }));
    assert_eq!(url("https://shop"), Ok(Url::Https { host: "shop".into(), port: 443 }));
    assert_eq!(url("unix:/run/a.sock"), Ok(Url::Unix("/run/a.sock".into())));
    assert_eq!(wrong(url("127.0.0.1:3000")).replace.as_deref(), Some("http://127.0.0.1:3000"));
    for text in [
        "",
        "http://",
        "http://a:b@c",
        "http://a/b",
        "http://a?b",
        "http://a#b",
        "http://a:0",
        "http://a:x",
        "ftp://a",
        "http://::1:80",
        "http://[::1",
        "http://a:+80",
        "HTTP://a",
        "http://a:080",
    ] {
        assert!(url(text).is_err(), "{text}");
    }
}

#[test]
fn a_route_is_a_method_and_a_path() {
    assert!(route("GET /notes/{id}").is_ok());
    assert!(route("ANY /**").is_ok());
    assert_eq!(wrong(route("get /notes")).replace.as_deref(), Some("GET /notes"));
    assert_eq!(wrong(route("/notes")).replace.as_deref(), Some("ANY /notes"));
    assert!(route("VERSION-CONTROL /notes").is_ok());
    assert_eq!(wrong(route("PACTH /notes")).replace.as_deref(), Some("PATCH /notes"));
    assert_eq!(wrong(route("GTE /notes")).replace.as_deref(), Some("GET /notes"));
    assert_eq!(wrong(route("FETCH /notes")).replace, None);
    assert_eq!(wrong(route("/api/*")).replace.as_deref(), Some("ANY /api/**"));
    assert_eq!(wrong(route("/api/**")).replace.as_deref(), Some("ANY /api/**"));
    for text in
        ["", "GET", "GET notes", "GET  /a", "GET /a b", " /a", "CONNECT /a", "TRACE /a", "PRI /a", "GET,POST /a"]
    {
        assert!(route(text).is_err(), "{text}");
    }
}

#[test]
fn a_path_prefix_is_plain_segments() {
    for text in ["/", "/orders", "/v2/orders", "/a~b"] {
        assert!(path_prefix(text).is_ok(), "{text}");
    }
    assert_eq!(wrong(path_prefix("/orders/")).replace.as_deref(), Some("/orders"));
    assert_eq!(wrong(path_prefix("orders")).replace.as_deref(), Some("/orders"));
    assert_eq!(wrong(path_prefix("orders/")).replace.as_deref(), Some("/orders"));
    for text in ["", "//", "/a//b", "/../a", "/.", "/a b", "/a%2Fb", "/{id}", "/a?b", "/ä"] {
        assert!(path_prefix(text).is_err(), "{text}");
    }
}

#[test]
fn reserved_names_cannot_be_given() {
    for reserved in RESERVED {
        assert!(name(reserved).is_err(), "{reserved}");
    }
    assert_eq!(wrong(name("My_Shop")).replace.as_deref(), Some("my-shop"));
    for text in ["", "1a", "-a", "a.b", "ä", &"a".repeat(64)] {
        assert!(name(text).is_err(), "{text}");
    }
}

#[test]
fn a_key_in_place_of_its_hash_is_told_apart_and_not_shown() {
    let key = auth::keys::generate(model::KeyKind::Secret).expect("randomness");
    assert_eq!(hash(&key.hash).map(|hash| hash.to_string()), Ok(key.hash.clone()));
    let told = wrong(hash(key.text.expose()));
    assert!(told.message.contains("a key itself"), "{told:?}");
    assert!(!format!("{told:?}").contains(key.text.expose().as_str()), "{told:?}");
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(ms in 1_u64..31_622_400_000, bytes in 1_u64..(1 << 40)) {
        let time = Duration::from_millis(ms);
        prop_assert_eq!(duration(&write_duration(time)), Ok(time));
        prop_assert_eq!(size(&write_size(bytes)), Ok(bytes));
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,40}|[0-9a-z:/.*_{}\\[\\]-]{0,40}") {
        let _ = (count(&text), duration(&text), size(&text), rate(&text), share(&text), day(&text));
        let _ = (socket(&text), wildcard_host(&text), NetworkText::parse(&text), url(&text));
        let _ = (name(&text), operation_name(&text), trust_domain(&text), workload_pattern(&text), hash(&text));
        let _ = (route(&text), path_prefix(&text));
    }
}
