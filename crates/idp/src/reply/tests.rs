//! What answers carry.

use http::header::{ALLOW, CONTENT_SECURITY_POLICY, LOCATION};
use http::{Method, StatusCode};
use maud::html;

use super::{FormTargets, method_not_allowed, page, see_other};

fn policy(targets: &FormTargets) -> String {
    let reply = page(StatusCode::OK, html! { p { "a" } }, targets);
    reply.headers()[CONTENT_SECURITY_POLICY].to_str().expect("text").to_owned()
}

#[test]
fn a_page_may_do_next_to_nothing() {
    let reply = page(StatusCode::OK, html! { p { "a<b" } }, &FormTargets::default());
    assert_eq!(&reply.body()[..], b"<p>a&lt;b</p>");
    let fields = reply.headers();
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("content-type", "text/html; charset=utf-8"),
    ] {
        assert_eq!(fields[name], value, "{name}");
    }
    let policy = policy(&FormTargets::default());
    assert!(!policy.contains("unsafe") && !policy.contains("script-src") && !policy.contains("http"), "{policy}");
    for rule in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
        assert!(policy.split("; ").any(|said| said == rule), "{rule}: {policy}");
    }
}

#[test]
fn forms_may_lead_to_the_app_that_asked_and_to_nobody_else() {
    let mut targets = FormTargets::default();
    targets.add("https://shop.example/back?a=1");
    targets.add("https://shop.example/other");
    targets.add("http://127.0.0.1:7654/back");
    targets.add("com.example.app:/back");
    assert!(policy(&targets).ends_with("form-action 'self' https://shop.example http://127.0.0.1:* com.example.app:"));
}

#[test]
fn nothing_can_be_added_to_the_policy_by_an_address() {
    for bad in [
        "https://a b",
        "https://a;script-src *",
        "https://*",
        "https://",
        "https:/a",
        "a b:c",
        "no-scheme",
        "https://[::1]/",
    ] {
        let mut targets = FormTargets::default();
        targets.add(bad);
        assert!(policy(&targets).ends_with("form-action 'self'"), "{bad}");
    }
}

#[test]
fn a_redirect_that_is_none_is_refused() {
    assert_eq!(see_other("/auth/account").headers()[LOCATION], "/auth/account");
    assert_eq!(see_other("/a\r\nset-cookie: b").status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[test]
fn a_method_that_is_not_taken_is_told_which_are() {
    let reply = method_not_allowed(&[Method::GET, Method::POST]);
    assert_eq!(
        (reply.status(), &reply.headers()[ALLOW]),
        (StatusCode::METHOD_NOT_ALLOWED, &http::HeaderValue::from_static("GET, POST, HEAD"))
    );
}
