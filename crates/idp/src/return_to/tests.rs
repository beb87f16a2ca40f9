//! Where nobody is led to.

use super::{ReturnTo, ReturnToError};

#[test]
fn own_pages_are_goals() {
    for good in [
        "/auth/authorize?client_id=page&redirect_uri=https%3A%2F%2Fshop.example%2Fback&state=a%20b",
        "/auth/device",
        "/auth/device?user_code=BCDF-GHJK",
        "/auth/account",
        "/auth/account/sign-ins",
        "/auth/end-session?state=1",
    ] {
        assert_eq!(ReturnTo::parse("/auth", good).as_ref().map(ReturnTo::as_str), Ok(good));
    }
    assert_eq!(ReturnTo::account("/auth").as_str(), "/auth/account");
}

#[test]
fn nothing_else_is() {
    for bad in [
        "",
        "/",
        "//evil.example",
        "//evil.example/auth/account",
        "https://evil.example/auth/account",
        "https:/auth/account",
        "javascript:alert(1)",
        "/auth",
        "/auth/",
        "/auth//evil.example",
        "/auth/account//evil.example",
        "/auth/account/../../evil",
        "/auth/account/%2e%2e/evil",
        "/auth/account\\evil",
        "/\\evil.example",
        "/auth/sign-out",
        "/auth/token",
        "/auth/sign-in",
        "/other/account",
        "auth/account",
        " /auth/account",
        "/auth/account ",
        "/auth/account?a b",
        "/auth/account?a\r\nset-cookie: b",
        "/auth/account?a#b",
        "/auth/account#//evil.example",
        "/auth/account?a\\b",
        "/auth/accounté",
    ] {
        assert_eq!(ReturnTo::parse("/auth", bad), Err(ReturnToError), "{bad:?}");
    }
    let long = format!("/auth/authorize?a={}", "b".repeat(ReturnTo::MAX_LEN));
    assert_eq!(ReturnTo::parse("/auth", &long), Err(ReturnToError));
}
