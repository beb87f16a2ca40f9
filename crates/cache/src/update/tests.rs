//! What is stored of a head, and what a 304 changes.

use wire::fields::Name;

use crate::Settled;
use crate::specimen::{Lines, Shop, answer, request};

const OLD: Lines<'static> = &[
    ("cache-control", "max-age=10"),
    ("etag", "\"a\""),
    ("content-type", "text/plain"),
    ("x-old", "1"),
    ("x-both", "1"),
    ("date", "Mon, 23 Nov 2026 08:00:00 GMT"),
];

fn stale_shop() -> Shop {
    let mut shop = Shop::new();
    assert!(shop.fetch(&request("GET", "/", &[]), &answer(200, OLD, "hello"), "hello"));
    shop.wait(60);
    shop
}

fn validated(shop: &Shop, lines: Lines<'_>) -> crate::Found {
    let request = request("GET", "/", &[]);
    let pending = shop.ask(&request);
    assert_eq!(pending.condition().unwrap().etag, Some(b"\"a\"".as_slice()));
    match shop.settle(pending, &request, &answer(304, lines, "")) {
        Settled::Holds(found) => found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_for_one_hop_or_one_caller_is_not_stored() {
    let shop = Shop::new();
    let request = request("GET", "/", &[]);
    let lines = [
        ("cache-control", "max-age=3600"),
        ("content-length", "0"),
        ("keep-alive", "timeout=1"),
        ("x-hop", "1"),
        ("connection", "x-hop"),
        ("proxy-authenticate", "Basic"),
        ("proxy-authentication-info", "x"),
        ("age", "7"),
        ("x-kept", "1"),
    ];
    assert!(shop.fetch(&request, &answer(200, &lines, ""), ""));
    let (head, _) = shop.given(&shop.fresh(&request).unwrap(), &request);
    let names: Vec<String> = head.fields().iter().map(|field| field.name.to_owned()).collect();
    assert_eq!(names, ["cache-control", "x-kept", "date", "age"]);
    assert_eq!(head.fields().get(Name::Age), Some(b"7".as_slice()));
    assert_eq!(head.fields().get(Name::Date), Some(b"Mon, 23 Nov 2026 08:00:00 GMT".as_slice()));
}

#[test]
fn a_304_brings_its_fields_and_makes_the_stored_answer_fresh_again() {
    let mut shop = stale_shop();
    let news: Lines<'_> = &[
        ("cache-control", "max-age=100"),
        ("etag", "\"a\""),
        ("x-both", "2"),
        ("x-new", "2"),
        ("content-type", "image/png"),
        ("content-length", "99"),
        ("date", "Mon, 23 Nov 2026 08:01:00 GMT"),
    ];
    let found = validated(&shop, news);
    let request = request("GET", "/", &[]);
    let (head, content) = shop.given(&found, &request);
    let say = |name: &str| head.fields().by_name(name).map(|value| String::from_utf8_lossy(value).into_owned());
    assert_eq!(content, b"hello");
    assert_eq!(say("x-old").as_deref(), Some("1"));
    assert_eq!(say("x-both").as_deref(), Some("2"));
    assert_eq!(say("x-new").as_deref(), Some("2"));
    assert_eq!(say("content-type").as_deref(), Some("text/plain"), "the octets are the same");
    assert_eq!(say("content-length"), None);
    assert_eq!(say("age").as_deref(), Some("0"));
    shop.wait(99);
    assert!(shop.fresh(&request).is_some());
    shop.wait(1);
    assert!(shop.fresh(&request).is_none());
    assert_eq!(shop.store.standing().answers, 1, "in place of the other");
}

#[test]
fn a_304_about_another_version_changes_nothing_and_the_next_asks_anew() {
    let shop = stale_shop();
    let found = validated(&shop, &[("cache-control", "max-age=100"), ("etag", "\"b\""), ("x-new", "2")]);
    let request = request("GET", "/", &[]);
    let (head, content) = shop.given(&found, &request);
    assert_eq!(content, b"hello");
    assert_eq!(head.fields().by_name("x-new"), None);
    assert!(shop.ask(&request).condition().is_none(), "it is gone");
}

#[test]
fn a_304_that_says_anew_what_the_answer_varies_by_is_obeyed() {
    let shop = stale_shop();
    validated(&shop, &[("cache-control", "max-age=100"), ("etag", "\"a\""), ("vary", "x-tenant")]);
    assert!(shop.fresh(&request("GET", "/", &[])).is_some(), "as the one who asked");
    assert!(shop.fresh(&request("GET", "/", &[("x-tenant", "b")])).is_none());
    assert_eq!(shop.store.standing().answers, 1, "in place of the other");
    for vary in ["*", "x-tenant x-language"] {
        let shop = stale_shop();
        validated(&shop, &[("cache-control", "max-age=100"), ("etag", "\"a\""), ("vary", vary)]);
        assert_eq!(shop.store.standing().answers, 0, "{vary}");
    }
}

#[test]
fn a_304_that_forbids_keeping_empties_the_place() {
    let shop = stale_shop();
    validated(&shop, &[("cache-control", "private"), ("etag", "\"a\"")]);
    assert_eq!(shop.store.standing().answers, 0);
    assert_eq!(shop.store.standing().bytes, 0);
}

#[test]
fn another_answer_to_the_question_takes_the_place_and_an_error_leaves_it() {
    let request = request("GET", "/", &[]);
    for (status, value, left) in
        [(200, "max-age=9", 1), (200, "no-store", 0), (404, "no-store", 0), (503, "no-store", 1)]
    {
        let shop = stale_shop();
        shop.fetch(&request, &answer(status, &[("cache-control", value)], "new"), "new");
        assert_eq!(shop.store.standing().answers, left, "{status} {value}");
    }
}

#[test]
fn who_forbids_storing_changes_nothing_for_others() {
    let shop = stale_shop();
    let request = request("GET", "/", &[("cache-control", "no-store")]);
    let pending = shop.ask(&request);
    let settled = shop.settle(pending, &request, &answer(304, &[("cache-control", "private")], ""));
    assert!(matches!(settled, Settled::Holds(_)));
    let pending = shop.ask(&request);
    assert!(matches!(shop.settle(pending, &request, &answer(200, OLD, "other")), Settled::Pass));
    assert_eq!(shop.store.standing().answers, 1);
}
