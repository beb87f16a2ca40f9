//! What the service is asked for.

use wire::{HeadLimits, RequestHead};

use super::{is_trusted_by_services, write_request_line};

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
fn what_services_take_for_the_word_of_a_proxy_is_not_the_callers_to_say() {
    for name in [
        "x-forwarded-client-cert",
        "x-forwarded-prefix",
        "x-original-url",
        "x-rewrite-url",
        "x-client-cert",
        "ssl-client-verify",
        "client-cert",
        "true-client-ip",
        "proxy",
        "x-http-method-override",
        "x-vestibule-caller",
    ] {
        assert!(is_trusted_by_services(name), "{name}");
    }
    for name in ["x-requested-with", "x-csrf-token", "client-version", "x-custom", "prefer", "trace-state", "foo"] {
        assert!(!is_trusted_by_services(name), "{name}");
    }
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
