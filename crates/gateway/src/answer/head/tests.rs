//! The head of a stored answer: written once, said alike in both ways, and never changed for others.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use cache::{Asked, Crowd, Look, Moment, Settings, Settled, Store};
use model::{Caller, OperationId, ServiceId};
use policy::{OperationRule, Permit, Rules};
use wire::{HeadLimits, Method, RequestHead};

use super::*;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\n\
    date: Mon, 23 Nov 2026 08:00:00 GMT\r\n\
    content-type: text/plain\r\n\
    cache-control: public, max-age=60\r\n\
    server: secret/1\r\n\
    content-length: 2\r\n\r\n";

fn permit() -> Permit {
    let rule = OperationRule {
        api: "shop".into(),
        operation: "products".into(),
        service: Some(ServiceId(0)),
        public: true,
        ways: Vec::new(),
        place: "here".into(),
    };
    Rules::new(vec![rule])
        .decide(OperationId(0), &Caller::Anonymous, IpAddr::V4(Ipv4Addr::LOCALHOST), std::time::SystemTime::UNIX_EPOCH)
        .unwrap()
}

/// A stored answer, seven seconds old, and when it is so.
fn kept(detailed: bool) -> KeptHead {
    let store = Store::new(Settings { size_bytes: 1 << 20, at_most: Duration::from_mins(5) });
    let mut request = RequestHead::new();
    request.parse(b"GET / HTTP/1.1\r\nhost: shop.localhost\r\n\r\n", &HeadLimits::default()).unwrap().unwrap();
    let asked = Asked { head: &request, operation: "products", known: false, rewritten: |_, _| false, write };
    let mut answer = ResponseHead::new();
    answer.parse(ANSWER, Method::Get, &HeadLimits::default()).unwrap().unwrap();
    let now = Instant::now();
    let moment = Moment { now, wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_420_800) };
    let Look::Ask(pending) = store.look(&permit(), &asked, Crowd::Join, now) else { panic!("it is empty") };
    let Settled::Keep(mut keeping) = pending.settle(&store, &asked, false, &answer, &moment) else {
        panic!("not kept")
    };
    assert!(keeping.take_in(b"hi"));
    keeping.finish(&store, now);
    let later = now + Duration::from_secs(7);
    let Look::Fresh(found) = store.look(&permit(), &asked, Crowd::Join, later) else { panic!("not found") };
    KeptHead::new(found, later, detailed)
}

fn written(head: &AnswerHead) -> String {
    let mut out = Vec::new();
    head.write(&mut out);
    String::from_utf8(out).unwrap()
}

/// The same by its fields, as HTTP/2 takes them.
fn by_fields(head: &AnswerHead) -> String {
    let mut out = Vec::new();
    encode::status_line(&mut out, head.status());
    head.each_field(|_, name, value| encode::field(&mut out, name, value));
    String::from_utf8(out).unwrap()
}

#[test]
fn what_was_written_when_it_was_stored_says_the_same_as_its_fields() {
    let head = AnswerHead::Kept(kept(false));
    assert_eq!(
        written(&head),
        "HTTP/1.1 200 OK\r\ndate: Mon, 23 Nov 2026 08:00:00 GMT\r\ncontent-type: text/plain\r\n\
         cache-control: public, max-age=60\r\nage: 7\r\n"
    );
    assert_eq!(written(&head), by_fields(&head));
    let detailed = AnswerHead::Kept(kept(true));
    assert!(written(&detailed).ends_with("age: 7\r\ncache-status: vestibule; hit; ttl=53\r\n"));
    assert_eq!(written(&detailed), by_fields(&detailed));
}

#[test]
fn whoever_changes_what_is_stored_changes_a_copy_that_says_the_rest_too() {
    let mut head = AnswerHead::Kept(kept(true));
    let before = written(&head);
    say(&mut head, "vary", b"accept-encoding");
    assert_eq!(written(&head), format!("{before}vary: accept-encoding\r\n"));
    assert_eq!(written(&head), by_fields(&head));
    assert!(head.reclaim().is_some_and(|copy| copy.fields().count(Name::Vary) == 1));
}

#[test]
fn a_head_that_is_stored_stays_where_it_is() {
    let head = AnswerHead::Kept(kept(false));
    assert_eq!(head.fields().count(Name::Age), 0, "it is read, not copied");
    assert!(head.reclaim().is_none());
}
