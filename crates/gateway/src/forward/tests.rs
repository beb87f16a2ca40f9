//! What the service is asked for.

use wire::{HeadLimits, RequestHead};

use super::write_request_line;

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
