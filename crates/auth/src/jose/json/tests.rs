//! What is an object here, and what is none.

use serde_json::json;

use super::{DEPTH_AT_MOST, JsonError, read_object};

#[test]
fn an_object_is_read_as_it_is() {
    let read = read_object(br#" {"a":1,"b":[true,null,-2,0.5,{"a":"\u00e9"}],"c":{}} "#).expect("an object");
    assert_eq!(serde_json::Value::Object(read), json!({"a": 1, "b": [true, null, -2, 0.5, {"a": "é"}], "c": {}}));
}

#[test]
fn a_name_may_not_stand_twice_however_it_is_written() {
    for text in
        [r#"{"alg":1,"alg":1}"#, r#"{"alg":1,"\u0061lg":2}"#, r#"{"a":{"b":1,"b":1}}"#, r#"{"a":[{"b":1,"b":1}]}"#]
    {
        assert_eq!(read_object(text.as_bytes()), Err(JsonError::Malformed), "{text}");
    }
}

#[test]
fn what_two_readers_could_read_differently_is_refused() {
    for text in [
        "",
        "{",
        "{}{}",
        "{},",
        "{a:1}",
        "{'a':1}",
        r#"{"a":01}"#,
        r#"{"a":NaN}"#,
        r#"{"a":1e999}"#,
        "\u{feff}{}",
        r#"{"a":1,}"#,
    ] {
        assert_eq!(read_object(text.as_bytes()), Err(JsonError::Malformed), "{text}");
    }
    assert_eq!(read_object(b"{\"a\":\"\xff\"}"), Err(JsonError::Malformed));
    assert_eq!(read_object(br#"{"a":"\ud800"}"#), Err(JsonError::Malformed));
    assert_eq!(read_object(b"[]"), Err(JsonError::NoObject));
    assert_eq!(read_object(b"\"text\""), Err(JsonError::NoObject));
}

#[test]
fn it_may_be_so_deep_and_no_deeper() {
    let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    assert!(read_object(nested(DEPTH_AT_MOST).as_bytes()).is_ok());
    assert_eq!(read_object(nested(DEPTH_AT_MOST + 1).as_bytes()), Err(JsonError::Malformed));
    assert_eq!(read_object(nested(100_000).as_bytes()), Err(JsonError::Malformed));
}
