//! How `Cache-Control` is read.

use proptest::prelude::*;

use super::*;

fn fields(values: &[&str]) -> Fields {
    let mut fields = Fields::new();
    for value in values {
        fields.push(b"cache-control", value.as_bytes()).unwrap();
    }
    fields
}

fn says(values: &[&str]) -> AnswerDirectives {
    AnswerDirectives::read(&fields(values))
}

#[test]
fn names_are_read_in_any_case_and_from_any_line() {
    let all = says(&["Public, nO-StOrE", ", max-age=5 ,, s-maxage=7", "private=\"a, b\", must-revalidate"]);
    let expected = AnswerDirectives {
        public: true,
        private: true,
        no_store: true,
        must_revalidate: true,
        max_age: Some(5),
        s_maxage: Some(7),
        ..AnswerDirectives::default()
    };
    assert_eq!(all, expected);
    assert!(says(&["proxy-revalidate"]).must_revalidate && says(&["must-understand"]).must_understand);
    assert_eq!(says(&["unknown, other=thing, third=\"x\""]), AnswerDirectives::default());
}

#[test]
fn an_age_is_read_with_quotes_and_zeros_and_the_smallest_counts() {
    for (value, age) in [
        ("max-age=3600", 3600),
        ("max-age=\"3600\"", 3600),
        ("max-age=003600", 3600),
        ("max-age=99999999999999999999", FOREVER),
        ("max-age=1800, max-age=1", 1),
        ("max-age=1, max-age=1800", 1),
        ("max-age=-3600", 0),
        ("max-age='3600'", 0),
        ("max-age=3600.5", 0),
        ("max-age=a3600", 0),
        ("max-age=", 0),
        ("max-age", 0),
    ] {
        assert_eq!(says(&[value]).max_age, Some(age), "{value}");
    }
}

#[test]
fn what_stands_in_quotes_is_no_directive() {
    let all = says(&["extension=\"max-age=3600, no-store\", max-age=1"]);
    assert_eq!((all.max_age, all.no_store), (Some(1), false));
    assert!(says(&["a=\"x\\\", no-store\", private"]).private);
    assert!(!says(&["a=\"x\\\", no-store\", private"]).no_store);
}

#[test]
fn what_is_no_directive_is_seen() {
    for value in ["max-age =1", "no store", "a=\"open", "=5", "max-age= 5", "\"private\"", "a=b=c", "private;x", "@"] {
        assert!(says(&[value]).malformed, "{value}");
    }
    assert!(says(&["@, no-store, max-age=4"]).no_store, "what follows is read all the same");
    assert!(!says(&["", ",", " , a"]).malformed);
}

#[test]
fn wishes_are_read_and_of_two_the_one_that_asks_for_more_counts() {
    let read = |value: &str| CallerDirectives::read(&fields(&[value]));
    assert_eq!(read("max-stale").max_stale, Some(FOREVER));
    assert_eq!(read("max-stale=5, max-stale").max_stale, Some(5));
    assert_eq!(read("min-fresh=5, min-fresh=9").min_fresh, Some(9));
    assert_eq!(read("min-fresh=x").min_fresh, Some(FOREVER));
    assert_eq!(read("max-age=5, max-age=9").max_age, Some(5));
    let all = read("no-cache, no-store, only-if-cached");
    assert!(all.no_cache && all.no_store && all.only_if_cached);
    assert_eq!(read("@, public"), CallerDirectives::default());
}

proptest! {
    #[test]
    fn any_octets_are_read(value in proptest::collection::vec(0x20u8..0x7F, 0..60)) {
        let mut fields = Fields::new();
        fields.push(b"cache-control", &value).unwrap();
        let _ = (AnswerDirectives::read(&fields), CallerDirectives::read(&fields));
    }

    #[test]
    fn what_forbids_is_found_among_any_others(
        before in proptest::collection::vec("[a-z-]{1,8}(=[a-z0-9]{1,4}|=\"[a-z, =]{0,8}\")?", 0..5),
        after in proptest::collection::vec("[a-z-]{1,8}(=[a-z0-9]{1,4}|=\"[a-z, =]{0,8}\")?", 0..5),
        word in proptest::sample::select(vec!["no-store", "private", "no-cache"]),
    ) {
        let list = [before, vec![word.to_owned()], after].concat().join(", ");
        let all = says(&[&list]);
        let found = match word { "no-store" => all.no_store, "private" => all.private, _ => all.no_cache };
        prop_assert!(found, "{list}");
    }

    #[test]
    fn a_line_of_its_own_says_what_it_says_whatever_stands_in_the_others(value in "[ -~]{0,40}") {
        let (alone, beside) = (says(&[&value]), says(&[&value, "no-store, private"]));
        prop_assert!(beside.no_store && beside.private);
        prop_assert_eq!((beside.max_age, beside.malformed), (alone.max_age, alone.malformed));
        prop_assert!(says(&[&value, "max-age=5"]).max_age.is_some_and(|age| age <= 5));
    }
}
