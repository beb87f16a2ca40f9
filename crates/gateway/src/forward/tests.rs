//! What the service is asked for.

use wire::{HeadLimits, RequestHead};

use super::{write_cookies, write_request_line};

fn line(target: &str, prefix: &str) -> String {
    let limits = HeadLimits { head_bytes: 4096, target_bytes: 1024, fields: 32 };
    let mut head = RequestHead::new();
    let request = format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    head.parse(request.as_bytes(), &limits).expect("readable").expect("whole");
    let mut out = Vec::new();
    write_request_line(&mut out, &head, prefix);
    String::from_utf8(out).expect("text")
}

#[test]
fn the_service_sees_the_path_without_the_apis_own() {
    for (target, prefix, seen) in [
        ("/products?page=2", "", "/products?page=2"),
        ("/api/products?page=2", "/api", "/products?page=2"),
        ("/api/v2/products", "/api/v2", "/products"),
        ("/api/", "/api", "/"),
        ("/api", "/api", "/"),
        ("/api?page=2", "/api", "/?page=2"),
        ("/caf%C3%A9/menu", "/café", "/menu"),
    ] {
        assert_eq!(line(target, prefix), format!("GET {seen} HTTP/1.1\r\n"), "{target} below {prefix}");
    }
}

#[test]
fn no_service_gets_a_cookie_of_this_house() {
    for (cookies, seen) in [
        ("a=1; b=2", Some("a=1; b=2")),
        ("__Host-vestibule-session=x", None),
        ("a=1; __Host-vestibule-session=x; b=2", Some("a=1; b=2")),
        ("__Host-vestibule-sign-in=x;a=1", Some("a=1")),
        ("a=__Host-vestibule-session", Some("a=__Host-vestibule-session")),
        ("my__Host-vestibule-session=1", Some("my__Host-vestibule-session=1")),
    ] {
        let mut out = Vec::new();
        write_cookies(&mut out, "cookie", cookies.as_bytes());
        let expected = seen.map(|seen| format!("cookie: {seen}\r\n")).unwrap_or_default();
        assert_eq!(String::from_utf8(out).expect("text"), expected, "{cookies}");
    }
}
