//! Ranges as they are read, and which part they become.

use super::*;

fn selected(value: &str, length: u64) -> Selected {
    let mut fields = Fields::new();
    fields.push(b"range", value.as_bytes()).expect("a field");
    select(&fields, Method::Get, length)
}

#[test]
fn one_range_is_one_part_within_what_there_is() {
    for (value, part) in [
        ("bytes=0-0", 0..1),
        ("bytes=0-499", 0..500),
        ("bytes=500-", 500..1000),
        ("bytes=-300", 700..1000),
        ("bytes=-2000", 0..1000),
        ("bytes=990-2000", 990..1000),
        ("bytes=0-99999999999999999999999999", 0..1000),
        ("Bytes=1-2", 1..3),
        ("bytes= 1-2 ,", 1..3),
    ] {
        assert_eq!(selected(value, 1000), Selected::Part(part), "{value}");
    }
}

#[test]
fn ranges_that_grow_together_are_one_part_and_others_are_the_whole() {
    assert_eq!(selected("bytes=100-199, 0-99", 1000), Selected::Part(0..200));
    assert_eq!(selected("bytes=0-,-1", 1000), Selected::Part(0..1000));
    assert_eq!(selected("bytes=0-9, 5000-", 1000), Selected::Part(0..10));
    assert_eq!(selected("bytes=0-9, 20-29", 1000), Selected::Whole);
    assert_eq!(selected(&format!("bytes={}", vec!["0-1"; 17].join(",")), 1000), Selected::Whole);
}

#[test]
fn what_is_not_there_is_unsatisfiable() {
    for (value, length) in [("bytes=1000-", 1000), ("bytes=-0", 1000), ("bytes=0-", 0), ("bytes=-5", 0)] {
        assert_eq!(selected(value, length), Selected::Unsatisfiable, "{value}");
    }
}

#[test]
fn what_cannot_be_read_is_passed_over() {
    for value in ["", "bytes", "bytes=", "bytes=,", "bytes=5-2", "bytes=a-", "bytes=1", "bytes=-", "lines=0-1"] {
        assert_eq!(selected(value, 1000), Selected::Whole, "{value}");
    }
    assert_eq!(selected("bytes=0-1, 5-2", 1000), Selected::Whole);
    assert_eq!(selected("bytes=+1-2", 1000), Selected::Whole);
}

#[test]
fn ranges_are_for_get_alone() {
    let mut fields = Fields::new();
    fields.push(b"range", b"bytes=0-1").expect("a field");
    assert_eq!(select(&fields, Method::Head, 10), Selected::Whole);
    assert_eq!(select(&fields, Method::Post, 10), Selected::Whole);
}

#[test]
fn a_content_range_says_the_first_and_the_last_octet() {
    assert_eq!(content_range(&(0..500), 1234), "bytes 0-499/1234");
    assert_eq!(unsatisfied_range(1234), "bytes */1234");
}
