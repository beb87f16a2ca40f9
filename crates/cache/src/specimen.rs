//! Requests, answers and a store for this room's own tests, with a clock that they set.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant, SystemTime};

use model::{Caller, OperationId, ServiceId};
use policy::{OperationRule, Permit, Rules};
use wire::fields::Name;
use wire::{Framing, HeadLimits, Method, RequestHead, ResponseHead};

use crate::{Asked, Crowd, Found, Look, Moment, Pending, Settings, Settled, Store};

pub(crate) type Lines<'a> = &'a [(&'a str, &'a str)];

/// A request to `http://shop.localhost`.
pub(crate) fn request(method: &str, target: &str, lines: Lines<'_>) -> RequestHead {
    let mut text = format!("{method} {target} HTTP/1.1\r\nhost: shop.localhost\r\n");
    for (name, value) in lines {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    let mut head = RequestHead::new();
    head.parse(text.as_bytes(), &HeadLimits::default()).unwrap().unwrap();
    head
}

/// An answer as it is read from a service; its length is that of `content` unless the lines say otherwise.
pub(crate) fn answer(status: u16, lines: Lines<'_>, content: &str) -> ResponseHead {
    let mut text = format!("HTTP/1.1 {status} \r\n");
    let framed = lines.iter().any(|(name, _)| matches!(*name, "content-length" | "transfer-encoding" | "connection"));
    for (name, value) in lines {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !framed && !matches!(status, 204 | 304) {
        text.push_str(&format!("content-length: {}\r\n", content.len()));
    }
    text.push_str("\r\n");
    let mut head = ResponseHead::new();
    head.parse(text.as_bytes(), Method::Get, &HeadLimits::default()).unwrap().unwrap();
    head
}

pub(crate) fn permit() -> Permit {
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

pub(crate) fn rewritten(known: Name, _: &str) -> bool {
    known == Name::XForwardedFor
}

/// The status alone.
pub(crate) fn write(head: &ResponseHead, out: &mut Vec<u8>) {
    out.extend_from_slice(head.status().to_string().as_bytes());
}

/// 23 November 2026, eight o'clock.
pub(crate) fn monday() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_420_800)
}

/// A store with a clock and somebody who asks it.
pub(crate) struct Shop {
    pub(crate) store: Store,
    began: Instant,
    later: Duration,
    pub(crate) known: bool,
    pub(crate) operation: &'static str,
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self::sized(1024 * 1024)
    }

    pub(crate) fn sized(size_bytes: u64) -> Self {
        let store = Store::new(Settings { size_bytes, at_most: Duration::from_hours(24) });
        Self { store, began: Instant::now(), later: Duration::ZERO, known: false, operation: "products" }
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.later += Duration::from_secs(seconds);
    }

    pub(crate) fn moment(&self) -> Moment {
        Moment { now: self.began + self.later, wall: monday() + self.later }
    }

    pub(crate) fn asked<'a>(&self, head: &'a RequestHead) -> Asked<'a> {
        Asked { head, operation: self.operation, known: self.known, rewritten, write }
    }

    pub(crate) fn look(&self, head: &RequestHead) -> Look {
        self.look_as(head, Crowd::Leave)
    }

    /// As one of a crowd, or not.
    pub(crate) fn look_as(&self, head: &RequestHead, crowd: Crowd) -> Look {
        self.store.look(&permit(), &self.asked(head), crowd, self.moment().now)
    }

    /// What is given without asking anybody.
    pub(crate) fn fresh(&self, head: &RequestHead) -> Option<Found> {
        match self.look(head) {
            Look::Fresh(found) => Some(found),
            _ => None,
        }
    }

    pub(crate) fn ask(&self, head: &RequestHead) -> Pending {
        match self.look(head) {
            Look::Ask(pending) => pending,
            other => panic!("{other:?}"),
        }
    }

    /// The service answers now.
    pub(crate) fn settle(&self, pending: Pending, request: &RequestHead, answer: &ResponseHead) -> Settled {
        let validated = pending.condition().is_some();
        pending.settle(&self.store, &self.asked(request), validated, answer, &self.moment())
    }

    /// Asks the service, which gives this answer with this content; whether it was kept.
    pub(crate) fn fetch(&self, request: &RequestHead, answer: &ResponseHead, content: &str) -> bool {
        let Look::Ask(pending) = self.look(request) else { return false };
        let Settled::Keep(mut keeping) = self.settle(pending, request, answer) else { return false };
        let whole = content.as_bytes().chunks(7).all(|piece| keeping.take_in(piece));
        if whole {
            keeping.finish(&self.store, self.moment().now);
        }
        whole
    }

    /// Whether the answer to a plain request is kept and given to the next that is alike.
    pub(crate) fn keeps(lines: Lines<'_>) -> bool {
        let shop = Self::new();
        let request = request("GET", "/", &[]);
        shop.fetch(&request, &answer(200, lines, "hello"), "hello");
        shop.fresh(&request).is_some()
    }

    /// Status, fields and content as the caller gets them.
    pub(crate) fn given(&self, found: &Found, request: &RequestHead) -> (ResponseHead, Vec<u8>) {
        let mut head = ResponseHead::new();
        let content = found.answer(request, self.moment().now, &mut head);
        assert_eq!(head.framing(), Framing::None, "the content says how long it is");
        (head, content.to_vec())
    }
}
