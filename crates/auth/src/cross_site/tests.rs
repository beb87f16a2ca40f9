//! Which requests with a session a page of the application made, by what browsers say.

use std::sync::Arc;

use wire::{HeadLimits, RequestHead};

use super::check;
use crate::verified::{SessionFacts, sha256};

fn head(method: &str, fields: &[&str]) -> RequestHead {
    let lines: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let text = format!("{method} /orders HTTP/1.1\r\nHost: shop.example\r\n{lines}\r\n");
    let mut head = RequestHead::new();
    let limits = HeadLimits { head_bytes: 8192, target_bytes: 4096, fields: 50 };
    head.parse(text.as_bytes(), &limits).expect("a head").expect("whole");
    head
}

fn session() -> SessionFacts {
    SessionFacts {
        origin: "https://shop.example".into(),
        csrf: sha256(b"token-of-the-session"),
        origins: Arc::from([Box::from("https://app.shop.example")]),
    }
}

fn passes(method: &str, fields: &[&str]) -> bool {
    check(&head(method, fields), true, &session()).is_ok()
}

#[test]
fn a_change_passes_only_with_evidence_of_the_own_page() {
    for method in ["POST", "PUT", "PATCH", "DELETE", "PURGE"] {
        for (fields, expected) in [
            (&["Sec-Fetch-Site: same-origin"][..], true),
            (&["Sec-Fetch-Site: same-origin", "Origin: https://shop.example"], true),
            (&["Sec-Fetch-Site: same-site", "Origin: https://app.shop.example"], true),
            (&["Origin: https://shop.example"], true),
            (&["Origin: https://app.shop.example"], true),
            (&["Vestibule-CSRF: token-of-the-session"], true),
            (&[], false),
            (&["Vestibule-CSRF: another"], false),
            (&["Vestibule-CSRF: "], false),
            (&["Sec-Fetch-Site: none"], false),
            (&["Sec-Fetch-Site: cross-site"], false),
            (&["Sec-Fetch-Site: same-site"], false),
            (&["Sec-Fetch-Site: same-site", "Origin: https://evil.shop.example"], false),
            (&["Sec-Fetch-Site: cross-site", "Origin: https://shop.example"], false),
            (&["Sec-Fetch-Site: cross-site", "Vestibule-CSRF: token-of-the-session"], false),
            (&["Sec-Fetch-Site: same-origin", "Origin: https://evil.example"], false),
            (&["Sec-Fetch-Site: SAME-ORIGIN"], false),
            (&["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"], false),
            (&["Origin: null"], false),
            (&["Origin: http://shop.example"], false),
            (&["Origin: https://shop.example.evil.example"], false),
            (&["Origin: https://shop.example:8443"], false),
            (&["Origin: https://evil.example", "Vestibule-CSRF: token-of-the-session"], false),
        ] {
            assert_eq!(passes(method, fields), expected, "{method} {fields:?}");
        }
    }
}

#[test]
fn a_page_may_be_visited_from_anywhere_and_read_by_no_other() {
    let visit = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"];
    assert!(passes("GET", &visit));
    assert!(!passes("GET", &["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"]));
    assert!(!passes("GET", &["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: script"]));
    assert!(!passes("GET", &["Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"]));
    assert!(passes("GET", &["Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors", "Origin: https://app.shop.example"]));
    assert!(passes("GET", &["Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"]));
    assert!(passes("GET", &[]), "an old browser, and a program");
    assert!(passes("HEAD", &["Sec-Fetch-Site: same-origin"]));
    assert!(!passes("GET", &["Origin: https://evil.example"]));
}

#[test]
fn a_websocket_is_no_mere_reading() {
    let upgrade = |fields: &[&str]| {
        passes("GET", &[&["Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x"], fields].concat())
    };
    assert!(!upgrade(&[]));
    assert!(!upgrade(&["Origin: https://evil.example"]));
    assert!(!upgrade(&["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: websocket", "Origin: https://evil.example"]));
    assert!(upgrade(&["Origin: https://shop.example"]));
    assert!(upgrade(&["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: websocket", "Origin: https://shop.example"]));
}

#[test]
fn the_own_origin_has_the_scheme_and_port_of_the_request() {
    let text = "POST / HTTP/1.1\r\nHost: shop.localhost:8443\r\nOrigin: https://shop.localhost:8443\r\n\r\n";
    let mut own = RequestHead::new();
    let limits = HeadLimits { head_bytes: 8192, target_bytes: 4096, fields: 50 };
    own.parse(text.as_bytes(), &limits).expect("a head").expect("whole");
    assert!(check(&own, true, &session()).is_ok());
    assert!(check(&own, false, &session()).is_err(), "a page over TLS, and a door in clear");
    assert!(check(&head("POST", &["Origin: http://shop.example"]), false, &session()).is_ok());
}
