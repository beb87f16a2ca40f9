//! What is refused before a frame is sent.

use testkit::{Backend, Deadline, script};

use super::{GRANTED, Site, handshake};

#[test]
fn an_operation_that_is_a_websocket_is_nothing_else() {
    let service = Backend::saying("reached");
    let site = Site::plain(service.url(), "");
    let whole = handshake("/chat", "");
    let cases = [
        ("no upgrade", "GET /chat HTTP/1.1\r\nHost: talk.example\r\n\r\n".to_owned(), 426, "upgrade-required"),
        ("another version", whole.replace("Version: 13", "Version: 8"), 426, "upgrade-required"),
        ("Connection without upgrade", whole.replace("Connection: Upgrade\r\n", ""), 426, "upgrade-required"),
        ("h2c", whole.replace("Upgrade: websocket", "Upgrade: h2c"), 426, "upgrade-required"),
        ("another protocol", whole.replace("Upgrade: websocket", "Upgrade: irc"), 501, "not-implemented"),
        ("a short key", whole.replace("ZQ==", "Zg"), 400, "malformed-request"),
        ("two keys", handshake("/chat", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), 400, "malformed-request"),
        ("elsewhere", handshake("/plain", ""), 501, "not-implemented"),
    ];
    for (what, request, status, problem) in cases {
        let answer = site.connect().exchange(&request);
        assert_eq!((answer.status, answer.problem().as_deref()), (status, Some(problem)), "{what}: {}", answer.text());
        if status == 426 {
            assert_eq!(answer.field("sec-websocket-version"), Some("13"), "{what}");
            assert_eq!(answer.field("upgrade"), Some("websocket"), "{what}");
        }
    }
    assert_eq!(service.arrivals(), 0);
}

#[test]
fn a_service_that_grants_something_else_is_a_502() {
    let wrong = [
        GRANTED.replace("xOo=", "xOp="),
        GRANTED.replace("Sec-WebSocket-Accept", "X-Accept"),
        GRANTED.replace("Upgrade: websocket", "Upgrade: h2c"),
        GRANTED.replace("Upgrade: websocket\r\n", ""),
        GRANTED.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: chat\r\n\r\n"),
        GRANTED.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
        GRANTED.replace("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\n"),
    ];
    let service = Backend::saying("reached");
    let site = Site::plain(service.url(), "");
    for (number, answer) in wrong.iter().enumerate() {
        service.change(script::raw(answer.as_str()));
        let answer = site.connect().exchange(handshake("/chat", ""));
        assert_eq!((answer.status, answer.problem().as_deref()), (502, Some("upstream-malformed")), "{number}");
    }
    service.wait_until("no connection is kept", super::SOON, |service| service.open_connections() == 0);
    // A service that changes the protocol of an ordinary request is none.
    service.change(script::raw(GRANTED));
    let mut connection = site.connect();
    let answer = connection.exchange("GET /plain HTTP/1.1\r\nHost: talk.example\r\n\r\n");
    assert_eq!((answer.status, answer.problem().as_deref()), (502, Some("upstream-malformed")));
    assert!(connection.answer_to("GET", Deadline::within(std::time::Duration::from_millis(50))).is_err());
}

#[test]
fn a_route_with_other_methods_is_a_fault_of_the_file() {
    let file = "vestibule: 1\ndoors:\n  client: { listen: \"127.0.0.1:12001\", tls: none }\n\
                services:\n  talk: { urls: \"http://127.0.0.1:1\" }\n\
                apis:\n  talk:\n    door: client\n    service: talk\n    public: true\n    operations:\n\
                \x20     chat: { route: \"ANY /chat\", websocket: true }\n";
    let ended = crate::standing::house().config(file).command(&["check"]);
    assert!(ended.stderr.contains("a WebSocket begins with GET, and the route says `ANY`"), "{}", ended.stderr);
}
