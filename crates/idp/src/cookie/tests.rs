//! How cookies are read and set.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use super::Cookie;

fn fields(cookies: &[&'static str]) -> HeaderMap {
    let mut fields = HeaderMap::new();
    for cookie in cookies {
        fields.append(COOKIE, HeaderValue::from_static(cookie));
    }
    fields
}

#[test]
fn a_cookie_is_found_among_others() {
    for sent in [
        &["__Host-vestibule-sign-in=abc"][..],
        &["a=1; __Host-vestibule-sign-in=abc; b=2"],
        &["a=1", "__Host-vestibule-sign-in=abc"],
    ] {
        assert_eq!(Cookie::SignIn.of(&fields(sent)), Some("abc"), "{sent:?}");
    }
}

#[test]
fn one_that_stands_twice_or_is_not_of_ours_is_none() {
    for sent in [
        &["__Host-vestibule-sign-in=abc; __Host-vestibule-sign-in=abc"][..],
        &["__Host-vestibule-sign-in=abc", "__Host-vestibule-sign-in=def"],
        &["__Host-vestibule-sign-in="],
        &["__Host-vestibule-sign-in=a b"],
        &["__Host-vestibule-sign-in=\"abc\""],
        &["__host-vestibule-sign-in=abc"],
        &["__Host-vestibule-sign-in-2=abc"],
        &["__Host-vestibule-sign-in"],
        &["vestibule-sign-in=abc"],
        &[],
    ] {
        assert_eq!(Cookie::SignIn.of(&fields(sent)), None, "{sent:?}");
    }
}

#[test]
fn every_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts() {
    let set = Cookie::SignIn.set("abc", Some(60)).expect("a field");
    let expected = "__Host-vestibule-sign-in=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60";
    assert_eq!(set.to_str().ok(), Some(expected));
    assert!(set.is_sensitive());
    let gone = Cookie::SignIn.clear().expect("a field");
    assert!(gone.to_str().expect("text").ends_with("Max-Age=0"));
}

#[test]
fn nothing_can_be_smuggled_in_by_a_value() {
    for bad in ["", "a;b", "a b", "a\r\nb", "a=b", "ä", &"a".repeat(513)] {
        assert_eq!(Cookie::SignIn.set(bad, None), None, "{bad}");
    }
}
