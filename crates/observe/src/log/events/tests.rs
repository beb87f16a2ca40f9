//! Lines of events and gaps.

use std::time::Duration;

use model::{Caller, Code, Decision, Event, Outcome, RequestId, Stage};
use serde_json::{Value, json};

use super::super::stamp::Stamp;
use crate::settings::LogFormat;
use crate::specimen::{afternoon, door};

fn written(event: &Event, format: LogFormat) -> String {
    let mut out = Vec::new();
    super::write(event, format, &mut Stamp::default(), &mut out);
    String::from_utf8(out).expect("UTF-8")
}

fn refused_handshake() -> Event {
    let why = "no certificate \x1b[31m\n\"really\"".to_owned();
    Event::HandshakeRefused { at: afternoon(), door: door(), address: [203, 0, 113, 9].into(), why }
}

#[test]
fn an_event_is_one_json_line() {
    let line = written(&refused_handshake(), LogFormat::Json);
    assert_eq!(line.matches('\n').count(), 1);
    let expected = json!({ "time": "2026-11-22T14:02:11.402Z", "event": "handshake-refused", "door": "client",
        "client.address": "203.0.113.9", "why": "no certificate \x1b[31m\n\"really\"" });
    assert_eq!(serde_json::from_str::<Value>(&line).expect("JSON"), expected);
}

#[test]
fn an_event_is_readable_and_harmless_on_a_terminal() {
    let line = written(&refused_handshake(), LogFormat::Text);
    let expected = "14:02:11.402 * handshake-refused door=client client.address=203.0.113.9 \
                    why=no certificate \\u{1b}[31m\\u{a}\"really\"\n";
    assert_eq!(line, expected);
    assert_eq!(written(&refused_handshake(), LogFormat::Off), "");
}

#[test]
fn every_kind_of_event_reads_back_as_json() {
    let at = afternoon();
    let request = RequestId::new(1, 2);
    let decision = Decision {
        request,
        stage: Stage::Policy,
        outcome: Outcome::Refused(Code::NotAllowed),
        caller: Some(Caller::Anonymous),
        operation: Some("shop.listProducts".into()),
        address: [127, 0, 0, 1].into(),
        took: Duration::from_millis(1),
    };
    let events = [
        (Event::Request { at, door: door(), decision }, "decided"),
        (
            Event::ConnectionRefused { at, door: door(), address: [127, 0, 0, 1].into(), bound: "door" },
            "connection-refused",
        ),
        (Event::ConfigurationLoaded { at, hash: "7f3a91c".to_owned() }, "configuration-loaded"),
        (Event::ConfigurationRefused { at, faults: 2 }, "configuration-refused"),
        (
            Event::ReplicaOut {
                at,
                service: "shop".into(),
                replica: "http://127.0.0.1:3000".to_owned(),
                why: "ejected",
            },
            "replica-out",
        ),
        (
            Event::ReplicaBack { at, service: "shop".into(), replica: "http://127.0.0.1:3000".to_owned() },
            "replica-back",
        ),
        (Event::Breaker { at, service: "shop".into(), state: "open" }, "breaker"),
        (
            Event::CertificateIssued { at, door: door(), name: "shop.example".to_owned(), until: at },
            "certificate-issued",
        ),
        (
            Event::CertificateEnding { at, door: door(), name: "shop.example".to_owned(), until: at },
            "certificate-ending",
        ),
        (
            Event::CertificateFailed { at, door: door(), name: "shop.example".to_owned(), why: "no".to_owned() },
            "certificate-failed",
        ),
        (Event::Panicked { at, request }, "panicked"),
    ];
    for (event, word) in events {
        let read: Value = serde_json::from_str(&written(&event, LogFormat::Json)).expect("JSON");
        assert_eq!(read["event"], word);
    }
}

#[test]
fn a_moment_in_a_line_is_written_as_its_time_is() {
    let later = afternoon() + Duration::from_secs(86_400);
    let event =
        Event::CertificateEnding { at: afternoon(), door: door(), name: "shop.example".to_owned(), until: later };
    let expected = json!({ "time": "2026-11-22T14:02:11.402Z", "event": "certificate-ending", "door": "client",
        "name": "shop.example", "until": "2026-11-23T14:02:11.402Z" });
    assert_eq!(serde_json::from_str::<Value>(&written(&event, LogFormat::Json)).expect("JSON"), expected);
    let text = "14:02:11.402 * certificate-ending door=client name=shop.example until=2026-11-23T14:02:11.402Z\n";
    assert_eq!(written(&event, LogFormat::Text), text);
}
