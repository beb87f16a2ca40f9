//! The handshake by the letter, with the example of RFC 6455 §1.3.

use model::Code;
use wire::{HeadLimits, Method, RequestHead, ResponseHead};

use super::{check, confirm};

const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const UPGRADE: &str = "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade";
const VERSION: &str = "Sec-WebSocket-Version: 13";

fn asked(method: &str, fields: &[&str]) -> RequestHead {
    let mut head = RequestHead::new();
    let text = format!("{method} /chat HTTP/1.1\r\nHost: a.example\r\n{}\r\n\r\n", fields.join("\r\n"));
    head.parse(text.as_bytes(), &HeadLimits::default()).expect("a head").expect("a whole one");
    head
}

fn granted(fields: &[&str]) -> ResponseHead {
    let mut head = ResponseHead::new();
    let text = format!("HTTP/1.1 101 Switching Protocols\r\n{}\r\n\r\n", fields.join("\r\n"));
    head.parse(text.as_bytes(), Method::Get, &HeadLimits::default()).expect("a head").expect("a whole one");
    head
}

fn refused(method: &str, fields: &[&str]) -> Option<Code> {
    check(&asked(method, fields)).err().map(|problem| problem.code)
}

#[test]
fn only_the_whole_offer_is_one() {
    assert_eq!(refused("GET", &[UPGRADE, KEY, VERSION]), None);
    assert_eq!(refused("GET", &["Accept: */*"]), Some(Code::UpgradeRequired));
    assert_eq!(refused("GET", &["Upgrade: websocket", KEY, VERSION]), Some(Code::UpgradeRequired));
    assert_eq!(refused("GET", &[UPGRADE, KEY]), Some(Code::UpgradeRequired));
    assert_eq!(refused("GET", &[UPGRADE, KEY, "Sec-WebSocket-Version: 8"]), Some(Code::UpgradeRequired));
    assert_eq!(refused("HEAD", &[UPGRADE, KEY, VERSION]), Some(Code::MalformedRequest));
    assert_eq!(refused("GET", &[UPGRADE, VERSION]), Some(Code::MalformedRequest));
    for key in ["", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ==x", "AAAA", "dGhlIHNhbXBsZSBub25jZR=="] {
        let key = format!("Sec-WebSocket-Key: {key}");
        assert_eq!(refused("GET", &[UPGRADE, &key, VERSION]), Some(Code::MalformedRequest), "{key}");
    }
}

#[test]
fn only_what_was_offered_is_granted() {
    let plain = asked("GET", &[UPGRADE, KEY, VERSION]);
    let rich = [
        UPGRADE,
        KEY,
        VERSION,
        "Sec-WebSocket-Protocol: chat.v2, chat.v1",
        "Sec-WebSocket-Extensions: permessage-deflate",
    ];
    let rich = asked("GET", &rich);
    let (chosen, deflate) = ("Sec-WebSocket-Protocol: chat.v1", "Sec-WebSocket-Extensions: permessage-deflate");
    let confirmed = |asked: &RequestHead, fields: &[&str]| confirm(asked, &granted(fields)).is_ok();
    assert!(confirmed(&plain, &[UPGRADE, ACCEPT]));
    assert!(confirmed(&rich, &[UPGRADE, ACCEPT, chosen, deflate]));
    assert!(!confirmed(&plain, &[UPGRADE, ACCEPT, chosen]));
    assert!(!confirmed(&plain, &[UPGRADE, ACCEPT, deflate]));
    assert!(!confirmed(&rich, &[UPGRADE, ACCEPT, chosen, chosen]));
    assert!(!confirmed(&rich, &[UPGRADE, ACCEPT, "Sec-WebSocket-Protocol: chat.v3"]));
    assert!(!confirmed(&plain, &[UPGRADE]));
    assert!(!confirmed(&plain, &[UPGRADE, ACCEPT, ACCEPT]));
    assert!(!confirmed(&plain, &[UPGRADE, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOp="]));
    assert!(!confirmed(&plain, &["Upgrade: h2c\r\nConnection: Upgrade", ACCEPT]));
    assert!(!confirmed(&plain, &[ACCEPT]));
}
