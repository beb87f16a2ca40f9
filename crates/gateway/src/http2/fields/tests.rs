//! A field arrives as it was given.

use http::HeaderMap;
use wire::fields::{Fields, Name};

use super::map;

#[test]
fn every_known_name_keeps_its_spelling() {
    for known in Name::ALL {
        let mut headers = HeaderMap::new();
        super::append(&mut headers, *known, known.as_str(), b"x");
        let names: Vec<_> = headers.keys().map(http::HeaderName::as_str).collect();
        assert_eq!(names, [known.as_str()]);
    }
}

#[test]
fn fields_keep_their_names_values_and_repetitions() {
    let given =
        [("x-own", "1"), ("x-content-type-options", "nosniff"), ("x-own", "2"), ("vary", ""), ("etag", "\"é\"")];
    let mut fields = Fields::new();
    for (name, value) in given {
        fields.push(name.as_bytes(), value.as_bytes()).expect("a field");
    }
    let headers = map(&fields);
    let mut found: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    found.sort_by_key(|(name, _)| *name);
    let mut expected = given.map(|(name, value)| (name, value.as_bytes()));
    expected.sort_by_key(|(name, _)| *name);
    assert_eq!(found, expected);
}

#[test]
fn only_the_id_of_the_request_is_kept_out_of_the_table() {
    let mut headers = HeaderMap::new();
    super::append(&mut headers, Name::RequestId, "x-request-id", b"01");
    super::append(&mut headers, Name::Vary, "vary", b"01");
    assert!(headers.get("x-request-id").is_some_and(http::HeaderValue::is_sensitive));
    assert!(!headers.get("vary").is_none_or(http::HeaderValue::is_sensitive));
}
