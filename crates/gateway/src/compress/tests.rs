//! What gains by a coding, what is left alone, and conditions that name what was encoded.

use super::*;

fn head(status: u16, lines: &[(&str, &str)]) -> ResponseHead {
    let mut head = ResponseHead::new();
    head.make(status);
    for (name, value) in lines {
        head.push(name, value.as_bytes()).expect("a field");
    }
    head
}

const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");

#[test]
fn text_in_the_wider_sense_gains() {
    for gaining in ["text/html", "TEXT/Plain; charset=utf-8", "application/problem+json", "image/svg+xml", "a/b+XML"] {
        assert!(gains(gaining.as_bytes()), "{gaining}");
    }
    for other in [
        "text/event-stream",
        "text/event-stream; x=y",
        "application/grpc+json",
        "image/png",
        "application/octet-stream",
        "textual/x",
        "",
    ] {
        assert!(!gains(other.as_bytes()), "{other}");
    }
}

#[test]
fn what_must_stay_as_it_is_is_left_alone() {
    assert!(may_gain(&head(200, &[JSON])));
    assert!(may_gain(&head(404, &[JSON])));
    for status in [204, 205, 206] {
        assert!(!may_gain(&head(status, &[JSON])), "{status}");
    }
    for line in [
        ("content-encoding", "br"),
        ("content-encoding", "identity"),
        ("content-range", "bytes 0-1/2"),
        ("cache-control", "public, No-Transform"),
        ("content-digest", "sha-256=:x:"),
        ("repr-digest", "sha-256=:x:"),
        ("content-md5", "x"),
        ("signature-input", "sig=()"),
    ] {
        assert!(!may_gain(&head(200, &[JSON, line])), "{line:?}");
    }
    assert!(!may_gain(&head(200, &[])));
}

#[test]
fn an_encoded_answer_says_so_and_its_strong_tag_becomes_weak() {
    let mut answer = head(200, &[JSON, ("etag", "\"a\""), ("accept-ranges", "bytes")]);
    announce(&mut answer, Coding::Gzip);
    let said: Vec<_> = answer.fields().end_to_end().map(|field| (field.name, field.value)).collect();
    let json = JSON.1.as_bytes();
    assert_eq!(said, [("content-type", json), ("content-encoding", b"gzip"), ("etag", b"W/\"a\"")]);
    let mut weak = head(200, &[("etag", "W/\"a\"")]);
    weaken(&mut weak);
    assert_eq!(weak.fields().end_to_end().count(), 1);
}

#[test]
fn what_varies_already_is_not_said_twice() {
    let varies = |value: &str| super::varies(head(200, &[("vary", value)]).fields());
    assert!(varies("origin, Accept-Encoding") && varies("*"));
    assert!(!varies("origin, accept-encoding-x") && !varies(""));
}

#[test]
fn a_weak_tag_in_a_condition_means_the_strong_one_too() {
    let written = |value: &str| {
        let mut out = Vec::new();
        write_condition(&mut out, "if-match", value.as_bytes());
        String::from_utf8(out).expect("text")
    };
    assert_eq!(written("W/\"a\""), "if-match: W/\"a\", \"a\"\r\n");
    assert_eq!(written("\"a\", W/\"b,c\""), "if-match: \"a\", W/\"b,c\", \"b,c\"\r\n");
    assert_eq!(written("\"a\""), "if-match: \"a\"\r\n");
    assert_eq!(written("*"), "if-match: *\r\n");
    assert_eq!(written("nonsense"), "if-match: nonsense\r\n");
}
