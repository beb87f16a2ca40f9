//! Entity tags and conditions by the tables and the order of RFC 9110.

use super::*;

fn fields(lines: &[(&str, &str)]) -> Fields {
    let mut fields = Fields::new();
    for (name, value) in lines {
        fields.push(name.as_bytes(), value.as_bytes()).expect("a field");
    }
    fields
}

const OLD: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const NEW: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

fn strong() -> Validators<'static> {
    Validators { entity_tag: EntityTag::parse(b"\"a\""), last_modified: parse_date(OLD.as_bytes()) }
}

fn weak() -> Validators<'static> {
    Validators { entity_tag: EntityTag::parse(b"W/\"a\""), last_modified: None }
}

fn get(lines: &[(&str, &str)], current: &Validators<'_>) -> Verdict {
    evaluate(&fields(lines), Method::Get, Some(current))
}

fn put(lines: &[(&str, &str)], current: &Validators<'_>) -> Verdict {
    evaluate(&fields(lines), Method::Put, Some(current))
}

#[test]
fn an_entity_tag_is_one_quoted_text() {
    for good in ["\"\"", "\"a\"", "W/\"a\"", "\"a,b\"", "\"*\"", "\"\\\""] {
        assert!(EntityTag::parse(good.as_bytes()).is_some(), "{good}");
    }
    for bad in ["", "a", "\"a", "a\"", "w/\"a\"", "W/a", "\"a\" ", "\"a b\"", "\"a\"\"b\"", "W/", "*"] {
        assert!(EntityTag::parse(bad.as_bytes()).is_none(), "{bad}");
    }
}

/// The table of RFC 9110 §8.8.3.2.
#[test]
fn tags_compare_as_the_standard_s_table_says() {
    let tag = |text: &'static str| EntityTag::parse(text.as_bytes()).expect("a tag");
    for (one, other, strongly, weakly) in [
        ("W/\"1\"", "W/\"1\"", false, true),
        ("W/\"1\"", "W/\"2\"", false, false),
        ("W/\"1\"", "\"1\"", false, true),
        ("\"1\"", "\"1\"", true, true),
    ] {
        assert_eq!(tag(one).is_strongly(&tag(other)), strongly, "{one} {other}");
        assert_eq!(tag(one).is_weakly(&tag(other)), weakly, "{one} {other}");
    }
}

#[test]
fn a_list_of_tags_is_read_over_lines_commas_in_quotes_and_empty_members() {
    let fields = fields(&[("if-none-match", ",\"a,b\" , W/\"c\",, "), ("if-none-match", "\"d\"")]);
    let read: Vec<_> = tags(&fields, Name::IfNoneMatch).map(|tag| tag.map(|tag| tag.opaque)).collect();
    assert_eq!(read, [Some(b"\"a,b\"".as_slice()), Some(b"\"c\""), Some(b"\"d\"")]);
}

#[test]
fn what_is_no_tag_ends_its_line() {
    let fields = fields(&[("if-match", "\"a\" b, \"c\""), ("if-match", "\"d\"")]);
    let read: Vec<_> = tags(&fields, Name::IfMatch).map(|tag| tag.map(|tag| tag.opaque)).collect();
    assert_eq!(read, [None, Some(b"\"d\"".as_slice())]);
}

#[test]
fn a_read_with_the_tag_of_now_is_not_modified() {
    for value in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
        assert_eq!(get(&[("if-none-match", value)], &strong()), Verdict::NotModified, "{value}");
    }
    assert_eq!(get(&[("if-none-match", "\"a\"")], &weak()), Verdict::NotModified);
    for value in ["\"b\"", "a", "", "\"*\"", "*, \"b\""] {
        assert_eq!(get(&[("if-none-match", value)], &strong()), Verdict::Proceed, "{value}");
    }
}

#[test]
fn a_write_with_if_none_match_fails_where_something_is_there_or_the_condition_is_unreadable() {
    for value in ["*", "\"a\"", "W/\"a\"", "a"] {
        assert_eq!(put(&[("if-none-match", value)], &strong()), Verdict::Failed, "{value}");
    }
    assert_eq!(put(&[("if-none-match", "\"b\"")], &strong()), Verdict::Proceed);
    assert_eq!(evaluate(&fields(&[("if-none-match", "*")]), Method::Put, None), Verdict::Proceed);
}

#[test]
fn if_match_holds_for_the_very_octets_only() {
    assert_eq!(put(&[("if-match", "\"b\", \"a\"")], &strong()), Verdict::Proceed);
    assert_eq!(put(&[("if-match", "*")], &weak()), Verdict::Proceed);
    for value in ["\"b\"", "W/\"a\"", "a", ""] {
        assert_eq!(put(&[("if-match", value)], &strong()), Verdict::Failed, "{value}");
    }
    assert_eq!(put(&[("if-match", "\"a\"")], &weak()), Verdict::Failed);
    assert_eq!(put(&[("if-match", "W/\"a\"")], &weak()), Verdict::Failed);
    assert_eq!(evaluate(&fields(&[("if-match", "*")]), Method::Put, None), Verdict::Failed);
}

#[test]
fn dates_count_only_where_no_tag_does_and_only_if_they_can_be_read() {
    assert_eq!(get(&[("if-modified-since", OLD)], &strong()), Verdict::NotModified);
    assert_eq!(get(&[("if-modified-since", NEW)], &strong()), Verdict::NotModified);
    assert_eq!(get(&[("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT")], &strong()), Verdict::Proceed);
    assert_eq!(get(&[("if-modified-since", "yesterday")], &strong()), Verdict::Proceed);
    assert_eq!(get(&[("if-modified-since", OLD), ("if-none-match", "\"b\"")], &strong()), Verdict::Proceed);
    assert_eq!(get(&[("if-modified-since", OLD)], &weak()), Verdict::Proceed);
    assert_eq!(put(&[("if-modified-since", OLD)], &strong()), Verdict::Proceed);
    assert_eq!(put(&[("if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT")], &strong()), Verdict::Failed);
    assert_eq!(put(&[("if-unmodified-since", OLD)], &strong()), Verdict::Proceed);
    let earlier = "Sun, 06 Nov 1994 08:49:36 GMT";
    assert_eq!(put(&[("if-unmodified-since", earlier), ("if-match", "\"a\"")], &strong()), Verdict::Proceed);
}

#[test]
fn a_failed_condition_comes_before_one_that_is_not_modified() {
    assert_eq!(get(&[("if-match", "\"b\""), ("if-none-match", "\"a\"")], &strong()), Verdict::Failed);
    assert_eq!(get(&[("if-match", "\"a\""), ("if-none-match", "\"a\"")], &strong()), Verdict::NotModified);
}

#[test]
fn a_range_is_meant_for_the_octets_that_the_caller_has_a_part_of() {
    let dated = parse_date(NEW.as_bytes()).expect("a date");
    let meant = |value: &str, current: &Validators<'_>| is_range_meant(&fields(&[("if-range", value)]), current, dated);
    assert!(is_range_meant(&Fields::new(), &strong(), dated));
    assert!(meant("\"a\"", &strong()));
    assert!(meant(OLD, &strong()));
    for value in ["\"b\"", "W/\"a\"", NEW, "a", ""] {
        assert!(!meant(value, &strong()), "{value}");
    }
    assert!(!meant("\"a\"", &weak()));
    // Modified in the second in which it was read: it may have been modified again.
    let young = parse_date(OLD.as_bytes()).expect("a date");
    assert!(!is_range_meant(&fields(&[("if-range", OLD)]), &strong(), young));
}

#[test]
fn validators_that_stand_twice_or_cannot_be_read_are_not_there() {
    assert_eq!(Validators::of(&fields(&[("etag", "\"a\""), ("last-modified", OLD)])), strong());
    let unread = fields(&[("etag", "\"a\""), ("etag", "\"b\""), ("last-modified", "now")]);
    assert_eq!(Validators::of(&unread), Validators::default());
}
