//! What is kept and for how long, one line of RFC 9111 at a time.

use crate::specimen::{Lines, Shop, answer, request};

const FRESH: (&str, &str) = ("cache-control", "max-age=3600");

fn keeps(lines: Lines<'_>) -> bool {
    Shop::keeps(lines)
}

#[test]
fn only_what_says_that_it_may_be_kept_is_kept() {
    assert!(keeps(&[FRESH]));
    assert!(keeps(&[("cache-control", "s-maxage=5")]));
    assert!(keeps(&[("expires", "Tue, 24 Nov 2026 08:00:00 GMT")]));
    assert!(!keeps(&[]));
    assert!(!keeps(&[("etag", "\"a\""), ("last-modified", "Mon, 02 Nov 2020 08:00:00 GMT")]), "no heuristics");
}

#[test]
fn what_forbids_keeping_wins_over_what_allows_it() {
    for word in ["no-store", "private", "private=\"x-mine\"", "nO-StOrE", "max-age =9", "no-cache", "x y"] {
        assert!(!keeps(&[("cache-control", &format!("public, max-age=3600, {word}"))]), "{word}");
    }
    assert!(!keeps(&[FRESH, ("set-cookie", "session=1")]));
    assert!(!keeps(&[FRESH, ("vary", "*")]));
    assert!(!keeps(&[FRESH, ("content-range", "bytes 0-4/5")]));
    assert!(!keeps(&[FRESH, ("transfer-encoding", "chunked"), ("trailer", "x-sum")]));
    assert!(!keeps(&[FRESH, ("connection", "close")]), "cut off by a closing connection, it would look whole");
}

#[test]
fn a_status_that_is_understood_lifts_no_store_where_the_service_says_so() {
    assert!(keeps(&[("cache-control", "max-age=3600, no-store, must-understand")]));
}

#[test]
fn the_shared_age_goes_before_the_age_and_that_before_the_date() {
    let gone = ("expires", "Mon, 02 Nov 2020 08:00:00 GMT");
    assert!(keeps(&[FRESH, gone]));
    assert!(!keeps(&[("cache-control", "max-age=3600, s-maxage=0")]));
    assert!(keeps(&[("cache-control", "max-age=0, s-maxage=3600"), gone]));
    assert!(!keeps(&[gone]));
    assert!(!keeps(&[("expires", "0")]));
    let twice = ("expires", "Tue, 24 Nov 2026 08:00:00 GMT");
    assert!(!keeps(&[twice, ("expires", "Wed, 25 Nov 2026 08:00:00 GMT")]));
    // It is eight o'clock, and the clock of this service is an hour fast.
    assert!(!keeps(&[("date", "Mon, 23 Nov 2026 09:00:00 GMT"), ("expires", "Mon, 23 Nov 2026 08:30:00 GMT")]));
}

#[test]
fn an_answer_is_as_old_as_it_says_and_as_its_date_says() {
    assert!(!keeps(&[FRESH, ("age", "7200")]));
    assert!(!keeps(&[FRESH, ("age", "2147483649")]));
    assert!(!keeps(&[FRESH, ("date", "Mon, 23 Nov 2026 06:00:00 GMT")]));
    assert!(!keeps(&[FRESH, ("age", "7200, 0")]), "the first counts");
    assert!(keeps(&[FRESH, ("age", "0, 7200")]));
    for nonsense in ["abc", "-7200", "7200.0", "7200;a"] {
        assert!(keeps(&[FRESH, ("age", nonsense)]), "{nonsense}");
    }
}

#[test]
fn with_public_and_no_other_word_a_tenth_of_the_time_unchanged_is_fresh() {
    let mut shop = Shop::new();
    let request = request("GET", "/", &[]);
    // 1,000 seconds ago.
    let lines = [("cache-control", "public"), ("last-modified", "Mon, 23 Nov 2026 07:43:20 GMT")];
    assert!(shop.fetch(&request, &answer(200, &lines, ""), ""));
    shop.wait(99);
    assert!(shop.fresh(&request).is_some());
    shop.wait(1);
    assert!(shop.fresh(&request).is_none());
}

#[test]
fn no_answer_is_fresh_for_longer_than_the_file_says() {
    let mut shop = Shop::new();
    let request = request("GET", "/", &[]);
    let lines = [("cache-control", "max-age=2147483648"), ("age", "50")];
    assert!(shop.fetch(&request, &answer(200, &lines, ""), ""));
    shop.wait(24 * 3600 - 1);
    assert!(shop.fresh(&request).is_some());
    shop.wait(1);
    assert!(shop.fresh(&request).is_none());
}

#[test]
fn errors_are_kept_only_where_they_say_something_of_the_address() {
    for (status, kept) in [
        (200, true),
        (203, true),
        (204, true),
        (300, true),
        (301, true),
        (302, true),
        (303, true),
        (307, true),
        (308, true),
        (404, true),
        (405, true),
        (410, true),
        (501, true),
        (201, false),
        (206, false),
        (299, false),
        (400, false),
        (401, false),
        (403, false),
        (413, false),
        (429, false),
        (431, false),
        (500, false),
        (502, false),
        (503, false),
        (504, false),
        (599, false),
    ] {
        let shop = Shop::new();
        let request = request("GET", "/", &[]);
        shop.fetch(&request, &answer(status, &[FRESH], ""), "");
        assert_eq!(shop.fresh(&request).is_some(), kept, "{status}");
    }
}

#[test]
fn only_get_fills_the_store_and_nobody_who_forbids_it() {
    let shop = Shop::new();
    for (method, lines) in [("POST", &[][..]), ("HEAD", &[]), ("GET", &[("cache-control", "no-store")])] {
        assert!(!shop.fetch(&request(method, "/", lines), &answer(200, &[FRESH], ""), ""), "{method} {lines:?}");
    }
    assert_eq!(shop.store.standing().answers, 0);
    assert_eq!(shop.store.standing().bytes, 0);
}

#[test]
fn an_answer_to_someone_who_can_be_known_is_kept_only_where_it_is_for_all() {
    let credentials: [Lines<'_>; 4] =
        [&[("authorization", "Bearer x")], &[("cookie", "session=1")], &[("x-api-key", "k")], &[]];
    for (known, lines) in credentials.iter().map(|lines| (lines.is_empty(), lines)) {
        for (value, kept) in [
            ("max-age=3600", false),
            // RFC 9111 §3.5 would take these; they do not say that it is for everybody.
            ("s-maxage=3600", false),
            ("max-age=3600, must-revalidate", false),
            ("max-age=3600, public", true),
        ] {
            let mut shop = Shop::new();
            shop.known = known;
            let request = request("GET", "/", lines);
            assert_eq!(shop.fetch(&request, &answer(200, &[("cache-control", value)], ""), ""), kept, "{value}");
            assert_eq!(shop.fresh(&request).is_some(), kept, "{lines:?} {value}");
        }
    }
}
