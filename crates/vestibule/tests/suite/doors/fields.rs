//! What a service sees of a caller, and a caller of a service: fields that are dropped, rebuilt and added.

use testkit::strict::Request;
use testkit::{Backend, Reply, script};

use crate::two_doors::{Ground, TwoDoors, assert_problem, assert_served, request};

/// The one request that reached the service.
fn arrived(house: &TwoDoors) -> Request {
    let mut requests = house.service.requests();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

#[test]
fn what_a_caller_writes_into_forwarding_fields_is_dropped_and_rebuilt() {
    let house = TwoDoors::open();
    let lies = [
        "X-Forwarded-For: 192.0.2.66, 10.0.0.1",
        "x-forwarded-for: 192.0.2.67",
        "X-Forwarded-Host: evil.test",
        "X-Forwarded-Proto: http",
        "X-Forwarded-Port: 80",
        "X-Real-IP: 192.0.2.66",
        "Forwarded: for=192.0.2.66;host=evil.test;proto=http",
        "Via: 1.0 evil",
        "Vestibule-Identity: eyJhbGciOiJub25lIn0.e30.",
        "X-Request-Id: mine",
    ];
    assert_served(&house.get("/open/things", &lies));
    let head = arrived(&house).head;
    assert_eq!(head.text("x-forwarded-for"), Some("127.0.0.1"));
    assert_eq!(head.text("x-forwarded-host"), Some("localhost"));
    assert_eq!(head.text("x-forwarded-proto"), Some("https"));
    assert_eq!(head.text("host"), Some("localhost"));
    for gone in ["x-forwarded-port", "x-real-ip", "forwarded", "vestibule-identity"] {
        assert!(head.all(gone).is_empty(), "{gone}: {head:?}");
    }
    let bytes = house.service.bytes().concat();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("192.0.2.6") && !text.contains("evil") && !text.contains("mine"), "{text}");
}

#[test]
fn what_belongs_to_one_hop_stays_on_it() {
    let house = TwoDoors::open();
    let hop = [
        "Connection: keep-alive, X-Secret-Hop",
        "X-Secret-Hop: 1",
        "Keep-Alive: timeout=5",
        "TE: trailers",
        "Proxy-Authorization: Basic eDp5",
        "Proxy-Connection: keep-alive",
        "X-Kept: 1",
    ];
    assert_served(&house.get("/open/things", &hop));
    let head = arrived(&house).head;
    for gone in ["x-secret-hop", "keep-alive", "te", "proxy-authorization", "proxy-connection"] {
        assert!(head.all(gone).is_empty(), "{gone}: {head:?}");
    }
    assert_eq!(head.text("x-kept"), Some("1"));
}

#[test]
fn what_software_a_service_runs_stays_inside() {
    let reply = Reply::ok("x")
        .field("server", "nginx/1.2.3")
        .field("via", "1.1 varnish")
        .field("x-powered-by", "PHP/4.4.9")
        .field("x-request-id", "theirs")
        .field("x-frame-options", "SAMEORIGIN")
        .field("connection", "x-hop")
        .field("x-hop", "1")
        .field("x-kept", "1");
    let ground = Ground::before(Backend::always(script::answer(reply)));
    let file = ground.file();
    let house = ground.open(&file);
    let answer = house.get("/open/things", &[]);
    for gone in ["server", "via", "x-hop", "x-powered-by"] {
        assert!(answer.fields.iter().all(|(name, _)| name != gone), "{gone}: {:?}", answer.fields);
    }
    assert_eq!(answer.field("x-kept"), Some("1"));
    // What the service says itself is not said a second time.
    assert_eq!(answer.field("x-frame-options"), Some("SAMEORIGIN"));
    assert_ne!(answer.field("x-request-id"), Some("theirs"));
    assert!(answer.field("date").is_some());
    let refused = house.get("/notes/list", &[]);
    assert!(refused.fields.iter().all(|(name, _)| name != "server"), "{:?}", refused.fields);
}

#[test]
fn a_request_id_is_told_to_the_caller_the_service_and_the_log_alike() {
    let house = TwoDoors::open();
    let answer = house.get("/open/things", &["x-request-id: mine"]);
    let id = answer.field("x-request-id").expect("an id").to_owned();
    assert_eq!(arrived(&house).head.text("x-request-id"), Some(id.as_str()));
    let line = house.house.wait_for_log(&id);
    assert!(line.contains(&format!("\"id\":\"{id}\"")) && line.contains("\"outcome\":\"answered\""), "{line}");
    assert!(!line.contains("mine"), "{line}");
    let refused = house.get("/notes/list", &[]);
    assert_problem(&refused, 401, "credential-required");
    let id = refused.field("x-request-id").expect("an id");
    assert_eq!(refused.json().expect("JSON")["id"], id);
    assert!(house.house.wait_for_log(id).contains("\"problem\":\"credential-required\""));
}

#[test]
fn a_good_trace_goes_on_with_a_span_of_our_own_and_a_bad_one_begins_anew() {
    let house = TwoDoors::open();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let sent = |fields: &[&str]| -> (String, Option<String>) {
        let before = house.service.requests().len();
        assert_served(&house.get("/open/things", fields));
        let head = house.service.requests().remove(before).head;
        let state = head.text("tracestate").map(str::to_owned);
        (head.text("traceparent").expect("one traceparent").to_owned(), state)
    };
    let parent = format!("traceparent: 00-{trace}-00f067aa0ba902b7-01");
    let (out, state) = sent(&[&parent, "tracestate: vendor=opaque"]);
    assert!(out.starts_with(&format!("00-{trace}-")) && out.ends_with("-01"), "{out}");
    assert!(!out.contains("00f067aa0ba902b7"), "our own span is the parent: {out}");
    assert_eq!(state.as_deref(), Some("vendor=opaque"));
    let bad = [
        vec![],
        vec![format!("traceparent: 00-{}-00f067aa0ba902b7-01", "0".repeat(32))],
        vec![format!("traceparent: ff-{trace}-00f067aa0ba902b7-01")],
        vec![format!("traceparent: 00-{}-00f067aa0ba902b7-01", trace.to_uppercase())],
        vec![parent.clone(), parent.clone()],
        vec!["traceparent: ../../etc/passwd".to_owned()],
    ];
    for fields in &bad {
        let mut fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        fields.push("tracestate: vendor=opaque");
        let (out, state) = sent(&fields);
        assert!(!out.contains(trace) && out.len() == 55, "{fields:?}: {out}");
        assert_eq!(state, None, "{fields:?}");
    }
}

#[test]
fn what_a_caller_says_of_its_own_identity_is_replaced_by_what_the_house_vouches_for() {
    let house = TwoDoors::open();
    assert_served(&house.get_as("orders", "/payments/charges", &["vestibule-identity: spiffe://shop.test/root"]));
    let head = arrived(&house).head;
    let told = head.all("vestibule-identity");
    assert_eq!(told.len(), 1, "{head:?}");
    // Three parts, signed: `assertion` and `backends` check what they say.
    assert_eq!(told[0].split(|octet| *octet == b'.').count(), 3, "{head:?}");
}

#[test]
fn nobody_is_vouched_for_who_did_not_say_who_they_are() {
    let house = TwoDoors::open();
    assert_served(&house.get("/open/things", &["vestibule-identity: spiffe://shop.test/root"]));
    assert!(arrived(&house).head.all("vestibule-identity").is_empty());
}

#[test]
fn what_may_not_be_forged_may_not_be_forged_with_underscores_either() {
    let house = TwoDoors::open();
    // Services that follow RFC 3875 read `_` in a name as `-`.
    for forged in [
        "x_forwarded_for: 192.0.2.66",
        "X_Forwarded-Proto: http",
        "Vestibule_Identity: root",
        "content_length: 7",
        "transfer_encoding: chunked",
        "x_real_ip: 192.0.2.66",
    ] {
        assert_problem(&house.get("/open/things", &[forged]), 400, "malformed-request");
    }
    assert_served(&house.get("/open/things", &["x_mine: 1"]));
    assert_eq!(arrived(&house).head.text("x_mine"), Some("1"));
}

#[test]
fn a_request_to_a_method_with_content_says_that_there_is_none() {
    let house = TwoDoors::open();
    assert_served(&house.at_client().exchange(request("POST", "/open/things", &[], "")));
    assert_eq!(arrived(&house).head.text("content-length"), Some("0"));
}
