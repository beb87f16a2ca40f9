//! How parameters are read, and what is refused.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};

use super::{Form, FormError, push_parameter};

fn pairs(text: &str) -> Result<Vec<(String, String)>, FormError> {
    let form = Form::parse(text.as_bytes())?;
    Ok(form.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

#[test]
fn parameters_are_read_as_a_browser_writes_them() {
    assert_eq!(pairs(""), Ok(vec![]));
    let expected = [("a", "1 2"), ("ü", "=&"), ("b", ""), ("c", "")];
    let expected: Vec<(String, String)> = expected.map(|(name, value)| (name.into(), value.into())).into();
    assert_eq!(pairs("a=1+2&%C3%BC=%3d%26&b=&c"), Ok(expected));
}

#[test]
fn what_can_be_understood_in_two_ways_is_refused() {
    for bad in ["a=%", "a=%2", "a=%zz", "a=%+1", "&", "a=1&", "a=1&&b=2", "=1"] {
        assert_eq!(pairs(bad), Err(FormError::Encoding), "{bad}");
    }
    for bad in ["a=%ff", "a=%00", "a=%0a", "a=%c0%80", "a=\u{7f}", "a=%C2%85"] {
        assert_eq!(pairs(bad), Err(FormError::Text), "{bad}");
    }
}

#[test]
fn everything_is_bounded() {
    let many = vec!["a=1"; Form::MAX].join("&");
    assert!(pairs(&many).is_ok());
    assert_eq!(pairs(&format!("{many}&a=1")), Err(FormError::Bounds));
    let long = "a".repeat(Form::NAME_MAX_LEN);
    assert!(pairs(&long).is_ok());
    assert_eq!(pairs(&format!("{long}a")), Err(FormError::Bounds));
    let long = format!("a={}", "%61".repeat(Form::VALUE_MAX_LEN));
    assert!(pairs(&long).is_ok());
    assert_eq!(pairs(&format!("{long}a")), Err(FormError::Bounds));
}

#[test]
fn a_parameter_that_stands_twice_is_an_error_for_whoever_asks_for_it() {
    let form = Form::parse(b"a=1&b=2&a=1&c=").expect("parameters");
    assert_eq!(form.one("a"), Err(FormError::Repeated("a".into())));
    assert_eq!(form.one("b"), Ok(Some("2")));
    assert_eq!((form.one("c"), form.one("d")), (Ok(None), Ok(None)));
    assert_eq!(form.repeated(), Some("a"));
    assert_eq!(Form::parse(b"a=1&b=1").expect("parameters").repeated(), None);
}

#[test]
fn a_body_has_to_say_that_it_is_a_form() {
    let read = |types: &[&'static str]| {
        let mut fields = HeaderMap::new();
        for media_type in types {
            fields.append(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        Form::of_body(&fields, b"a=1").is_ok()
    };
    assert!(read(&["application/x-www-form-urlencoded"]));
    assert!(read(&["Application/X-WWW-Form-URLEncoded; charset=UTF-8"]));
    assert!(!read(&[]));
    assert!(!read(&["text/plain"]));
    assert!(!read(&["multipart/form-data; boundary=a"]));
    assert!(!read(&["application/x-www-form-urlencoded; charset=latin1"]));
    assert!(!read(&["application/x-www-form-urlencoded", "application/x-www-form-urlencoded"]));
}

#[test]
fn what_is_written_is_read_the_same() {
    let mut text = String::from("/authorize?");
    push_parameter(&mut text, "state", "a b+&=%/?#\u{fc}");
    push_parameter(&mut text, "x-y_z.~", "");
    assert_eq!(text, "/authorize?state=a%20b%2B%26%3D%25%2F%3F%23%C3%BC&x-y_z.~=");
    let form = Form::parse(text.trim_start_matches("/authorize?").as_bytes()).expect("parameters");
    assert_eq!(form.one("state"), Ok(Some("a b+&=%/?#\u{fc}")));
}
