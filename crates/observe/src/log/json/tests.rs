//! The JSON form of a line.

use std::sync::Arc;

use model::{Caller, Code, Door, DoorKind, Key, KeyKind, OWN_ISSUER, Outcome, User, Via};
use serde_json::{Value, json};

use super::super::{BLOCK, LONGEST_LINE};
use super::FIELDS;
use crate::record::Record;
use crate::settings::{LogFormat, LogSettings};
use crate::specimen::{answered, door, failed, laptop};

fn line(record: &Record<'_>) -> String {
    let mut out = Vec::new();
    let settings = LogSettings { format: LogFormat::Json, colour: true };
    super::super::Clerk::new(settings).write(record, &mut out);
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn a_person_is_told_with_the_application_and_a_foreign_issuer() {
    let person = |issuer: &str| {
        Caller::User(Arc::new(User {
            subject: "0h4x".into(),
            name: "0h4x".into(),
            issuer: issuer.into(),
            app: "page".into(),
            scopes: Box::new([]),
            via: Via::Session,
            bound: None,
            authenticated_at: None,
            claims: Box::new([]),
            grant: "s1".into(),
        }))
    };
    let told = |caller: &Caller| {
        let read: Value = serde_json::from_str(&line(&failed(&door(), caller))).expect("JSON");
        read["caller"].clone()
    };
    assert_eq!(told(&person(OWN_ISSUER)), json!({ "kind": "user", "name": "0h4x", "app": "page" }));
    assert_eq!(told(&person("corp")), json!({ "kind": "user", "name": "0h4x", "app": "page", "issuer": "corp" }));
}

#[test]
fn a_full_record_has_every_field_in_order() {
    let read: Value = serde_json::from_str(&line(&failed(&door(), &laptop()))).expect("JSON");
    let names: Vec<&str> = read.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(names, FIELDS);
    let expected = json!({
        "time": "2026-11-22T14:02:11.402Z", "id": failed(&door(), &laptop()).id.to_string(),
        "trace_id": "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a", "span_id": "f1f1f1f1f1f1f1f1",
        "door": "client", "client.address": "203.0.113.9", "client.port": 50112, "protocol": "HTTP/1.1",
        "method": "GET", "host": "shop.localhost", "path": "/api/products", "query": "masked",
        "api": "shop", "operation": "listProducts", "caller": { "kind": "key", "name": "laptop" },
        "status": 504, "outcome": "failed", "problem": "upstream-timeout", "detail": "no answer within 10 s",
        "stage": "forward", "bytes_in": 0, "bytes_out": 214, "duration_ms": 1.812, "upstream_ms": 3.0, "retries": 1,
        "cache": "miss",
    });
    assert_eq!(read, expected);
}

#[test]
fn what_does_not_apply_is_left_out() {
    let door = door();
    let record = Record { status: 0, outcome: Outcome::Abandoned, ..answered(&door, &Caller::Anonymous) };
    let read: Value = serde_json::from_str(&line(&record)).expect("JSON");
    for absent in
        ["trace_id", "query", "api", "status", "problem", "detail", "stage", "upstream_ms", "retries", "cache"]
    {
        assert!(read.get(absent).is_none(), "{absent}");
    }
    assert_eq!(read["caller"], json!({ "kind": "anonymous" }));
    assert_eq!(read["outcome"], "abandoned");
}

#[test]
fn addresses_are_written_as_the_standard_library_writes_them() {
    for address in ["0.0.0.0", "203.0.113.255", "2001:db8::1", "::1", "fe80::1:2"] {
        let mut out = Vec::new();
        super::address(address.parse().expect("an address"), &mut out);
        assert_eq!(out, address.as_bytes());
    }
    let mut out = Vec::new();
    super::address("::ffff:192.0.2.1".parse().expect("an address"), &mut out);
    assert_eq!(out, b"192.0.2.1", "a mapped address is the address that it maps");
}

#[test]
fn the_worst_record_is_one_line_and_fits_a_block() {
    let worst = "\u{1}".repeat(100_000);
    let hostile = Door::new(&worst, DoorKind::Client);
    let key = Key {
        name: worst.as_str().into(),
        kind: KeyKind::Secret,
        apis: Box::new([]),
        scopes: Box::new([]),
        tier: None,
    };
    let caller = Caller::Key(key.into());
    let mut record = failed(&hostile, &caller);
    let label = crate::OperationLabel { api: &worst, operation: &worst, ..record.operation.expect("one") };
    record.address = "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535".parse().expect("an address");
    (record.method, record.host, record.path, record.detail) = (&worst, &worst, &worst, &worst);
    record.operation = Some(label);
    record.outcome = Outcome::Refused(Code::VersionNotSupported);
    (record.bytes_in, record.bytes_out, record.retries) = (u64::MAX, u64::MAX, u8::MAX);
    record.duration = std::time::Duration::MAX;
    record.upstream = Some(std::time::Duration::MAX);
    let line = line(&record);
    serde_json::from_str::<Value>(&line).expect("JSON");
    assert!(!line.contains(|character: char| character.is_control()));
    assert!(line.len() < LONGEST_LINE, "{}", line.len());
    const { assert!(LONGEST_LINE < BLOCK) };
}

#[test]
fn every_field_is_in_the_page_and_every_field_of_the_page_exists() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/access-log.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (fields, events) = page.split_once("## Events").expect("a section about events");
    let names = |text: &str| -> Vec<String> {
        let cell = |line: &str| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned());
        text.lines().filter_map(cell).collect()
    };
    assert_eq!(names(fields), FIELDS);
    let written = [
        "decided",
        "handshake-refused",
        "connection-refused",
        "configuration-loaded",
        "configuration-refused",
        "replica-out",
        "replica-back",
        "breaker",
        "certificate-issued",
        "certificate-ending",
        "certificate-failed",
        "panicked",
        "log-lines-dropped",
    ];
    assert_eq!(names(events), written);
}
