//! Conditions and ranges that are answered from the store.

use wire::fields::Name;

use crate::specimen::{Lines, Shop, answer, request};

const LINES: Lines<'static> = &[
    ("cache-control", "max-age=3600"),
    ("etag", "\"a\""),
    ("last-modified", "Sun, 22 Nov 2026 08:00:00 GMT"),
    ("content-type", "text/plain"),
    ("vary", "accept"),
];

fn shop() -> Shop {
    let shop = Shop::new();
    assert!(shop.fetch(&request("GET", "/", &[]), &answer(200, LINES, "0123456789"), "0123456789"));
    shop
}

fn given(shop: &Shop, lines: Lines<'_>) -> (u16, String, Option<String>) {
    let request = request("GET", "/", lines);
    let found = shop.fresh(&request).unwrap();
    let (head, content) = shop.given(&found, &request);
    let range = head.fields().get(Name::ContentRange).map(|value| String::from_utf8(value.to_vec()).unwrap());
    assert!(head.fields().count(Name::Age) == 1);
    (head.status(), String::from_utf8(content).unwrap(), range)
}

#[test]
fn whoever_has_it_is_told_so() {
    let shop = shop();
    for condition in [
        ("if-none-match", "\"a\""),
        ("if-none-match", "W/\"a\""),
        ("if-none-match", "\"b\", \"a\""),
        ("if-none-match", "*"),
        ("if-modified-since", "Sun, 22 Nov 2026 08:00:00 GMT"),
        ("if-modified-since", "Mon, 23 Nov 2026 08:00:00 GMT"),
    ] {
        assert_eq!(given(&shop, &[condition]), (304, String::new(), None), "{condition:?}");
    }
    for condition in
        [("if-none-match", "\"b\""), ("if-none-match", "a"), ("if-modified-since", "Sat, 21 Nov 2026 08:00:00 GMT")]
    {
        assert_eq!(given(&shop, &[condition]), (200, "0123456789".into(), None), "{condition:?}");
    }
    let both = [("if-none-match", "\"b\""), ("if-modified-since", "Mon, 23 Nov 2026 08:00:00 GMT")];
    assert_eq!(given(&shop, &both).0, 200, "the tag has the last word");
}

#[test]
fn a_304_says_what_guides_the_caller_and_nothing_of_the_content() {
    let shop = shop();
    let request = request("GET", "/", &[("if-none-match", "\"a\"")]);
    let (head, _) = shop.given(&shop.fresh(&request).unwrap(), &request);
    let names: Vec<String> = head.fields().iter().map(|field| field.name.to_owned()).collect();
    assert_eq!(names, ["cache-control", "etag", "vary", "date", "age"]);
}

#[test]
fn parts_are_cut_from_the_whole() {
    let shop = shop();
    let part = |range: &str, content: &str, says: &str| {
        let expected = (206, content.to_owned(), Some(says.to_owned()));
        assert_eq!(given(&shop, &[("range", range)]), expected, "{range}");
    };
    part("bytes=2-4", "234", "bytes 2-4/10");
    part("bytes=7-", "789", "bytes 7-9/10");
    part("bytes=-3", "789", "bytes 7-9/10");
    part("bytes=0-999", "0123456789", "bytes 0-9/10");
    assert_eq!(given(&shop, &[("range", "bytes=10-")]), (416, String::new(), Some("bytes */10".into())));
    assert_eq!(given(&shop, &[("range", "bytes=0-1,5-6")]).0, 200);
    assert_eq!(given(&shop, &[("range", "lines=0-1")]).0, 200);
}

#[test]
fn a_part_is_given_only_of_the_version_that_the_caller_has_the_rest_of() {
    let shop = shop();
    let status = |if_range: &str| given(&shop, &[("range", "bytes=0-1"), ("if-range", if_range)]).0;
    assert_eq!(status("\"a\""), 206);
    assert_eq!(status("\"b\""), 200);
    assert_eq!(status("W/\"a\""), 200);
    assert_eq!(status("Sun, 22 Nov 2026 08:00:00 GMT"), 206);
    assert_eq!(status("Mon, 23 Nov 2026 08:00:00 GMT"), 200);
}

#[test]
fn head_is_answered_by_what_get_stored() {
    let shop = shop();
    let head = request("HEAD", "/", &[("range", "bytes=0-1")]);
    let (answer, content) = shop.given(&shop.fresh(&head).unwrap(), &head);
    assert_eq!((answer.status(), content.len()), (200, 10), "the length is told, the content is left to the door");
}

#[test]
fn conditions_and_ranges_mean_nothing_to_an_error() {
    let shop = Shop::new();
    let lines = [("cache-control", "max-age=3600"), ("etag", "\"a\"")];
    assert!(shop.fetch(&request("GET", "/", &[]), &answer(404, &lines, "nothing"), "nothing"));
    assert_eq!(given(&shop, &[("if-none-match", "\"a\"")]).0, 404);
    assert_eq!(given(&shop, &[("range", "bytes=0-1")]).0, 404);
}
