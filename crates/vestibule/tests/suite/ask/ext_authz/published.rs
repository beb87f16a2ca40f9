//! A service that decides with the messages and stubs that are published for others, and knows nothing of this house.
//!
//! It is put under `target/` once, as the clients of gRPC are.

use serde_json::Value;
use testkit::{Answer, Backend};

use crate::grpc::Service;
use crate::open_house::OpenHouse;
use crate::two_doors::{Ground, assert_served, bearer};

/// What it is told of the request before the last answer.
fn told(service: &mut Service) -> Value {
    serde_json::from_str(&service.line()).expect("what it was told, in JSON")
}

fn text<'v>(told: &'v Value, path: &str) -> &'v str {
    told.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// A house that asks it, the service behind, and who decides.
fn asking(keys: &str) -> (OpenHouse, Backend, Service) {
    let decides = Service::start("ext_authz");
    let service = Backend::saying("served");
    let ask = format!("ask: {{ grpc: \"http://127.0.0.1:{}\"{keys} }}", decides.port);
    (OpenHouse::plain(&service, &[&ask]), service, decides)
}

fn exchange(house: &OpenHouse, request: &[u8]) -> Answer {
    house.connect().exchange(request)
}

#[test]
fn a_published_service_is_told_what_is_asked_for_and_by_whom_and_no_more() {
    if !testkit::needs("pip") {
        return;
    }
    let (house, served, mut decides) = asking(", headers: [x-tenant], deadline: 4s");
    let request = b"PUT /orders/yes?page=2 HTTP/1.1\r\nHost: shop.example\r\nX-Tenant: one\r\nX-Tenant: two\r\n\
                    X-Secret: hidden\r\nVestibule-Caller: key:root\r\nContent-Length: 4\r\n\r\nbody";
    assert_eq!(exchange(&house, request).status, 200);
    let told = told(&mut decides);
    for (path, said) in [
        ("/request/http/method", "PUT"),
        ("/request/http/path", "/orders/yes?page=2"),
        ("/request/http/host", "shop.example"),
        ("/request/http/scheme", "http"),
        ("/request/http/protocol", "HTTP/1.1"),
        ("/request/http/size", "4"),
        ("/request/http/headers/x-tenant", "one, two"),
        ("/request/http/headers/x-forwarded-for", "127.0.0.1"),
        ("/source/address/socketAddress/address", "127.0.0.1"),
        ("/destination/address/socketAddress/address", "127.0.0.1"),
        ("/contextExtensions/vestibule-door", "client"),
        ("/contextExtensions/vestibule-operation", "everything.all"),
        ("/contextExtensions/vestibule-caller", "anonymous"),
    ] {
        assert_eq!(text(&told, path), said, "{path}: {told}");
    }
    let headers = told.pointer("/request/http/headers").and_then(Value::as_object).expect("headers");
    let names: Vec<_> = headers.keys().map(String::as_str).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    assert!(!told.to_string().contains("hidden") && !told.to_string().contains("root"), "{told}");
    assert_eq!(told.pointer("/request/http/body"), None);
    let left = told.get("left").and_then(Value::as_f64);
    assert!(left.is_some_and(|left| left > 0.0 && left <= 4.0), "how long it has: {told}");
    let served = served.requests().remove(0);
    let id = String::from_utf8(served.head.field("x-request-id").expect("a request id").to_vec()).expect("text");
    assert_eq!((text(&told, "/request/http/id"), text(&told, "/request/http/headers/x-request-id")), (&*id, &*id));
    assert_eq!(served.body, b"body");
}

#[test]
fn a_published_service_refuses_and_does_nothing_else() {
    if !testkit::needs("pip") {
        return;
    }
    let (house, served, _decides) = asking(", deadline: 4s");
    let (refused, unavailable) = ((403, "authorization-refused"), (503, "authorization-unavailable"));
    for (path, fields, expected) in [
        ("no", "", refused),
        ("replaces", "X-Tenant: one\r\n", unavailable),
        ("replaces", "X_Tenant: one\r\n", unavailable),
        ("removes", "X-Tenant: one\r\n", unavailable),
        ("query", "", unavailable),
        ("empty", "", unavailable),
        ("unsaid", "", unavailable),
        ("failed", "", unavailable),
        ("large", "", unavailable),
        ("aborts", "", unavailable),
    ] {
        let answer = exchange(&house, format!("GET /{path} HTTP/1.1\r\nHost: shop.example\r\n{fields}\r\n").as_bytes());
        assert_eq!((answer.status, answer.problem().as_deref()), (expected.0, Some(expected.1)), "{path}");
        assert_eq!(answer.field("location"), None, "{path}: what a no says besides goes nowhere");
        assert!(!answer.text().contains("go away"), "{path}");
    }
    assert!(served.requests().is_empty(), "a refused request reached the service");
    // What a yes would add is left out; what it would take from requests that have it matters to no other.
    for path in ["yes", "adds", "replaces", "removes"] {
        let answer = exchange(&house, format!("GET /{path} HTTP/1.1\r\nHost: shop.example\r\n\r\n").as_bytes());
        assert_eq!((answer.status, answer.field("x-more")), (200, None), "{path}");
    }
    for request in served.requests() {
        assert_eq!((request.head.field("x-user"), request.head.field("x-tenant")), (None, None));
    }
}

#[test]
fn a_published_service_that_is_late_refuses() {
    if !testkit::needs("pip") {
        return;
    }
    let (house, served, _decides) = asking(", deadline: 300ms");
    let answer = exchange(&house, b"GET /late HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    assert_eq!((answer.status, answer.problem().as_deref()), (503, Some("authorization-unavailable")));
    assert!(served.requests().is_empty());
}

#[test]
fn a_published_service_is_told_each_kind_of_caller_at_both_doors_and_never_a_key() {
    if !testkit::needs("pip") {
        return;
    }
    let mut decides = Service::start("ext_authz");
    let ground = Ground::new();
    let ask = format!("http://127.0.0.1:{}", decides.port);
    let ask = format!("    ask: {{ grpc: \"{ask}\", deadline: 4s, headers: authorization }}\n    service: shop\n");
    let file = ground.file().replace("    service: shop\n", &ask);
    let house = ground.open(&file);
    let (key, secret) = (bearer(&house.keys.app), bearer(&house.keys.erp));
    let get = crate::two_doors::get;
    let workload = house.workload("orders");
    for (answer, caller, operation, principal) in [
        (house.get("/open/things", &[]), "anonymous", "open.read", ""),
        (house.get("/notes/own", &[&key]), "key:app", "notes.own", ""),
        (
            house.at_server(&workload).exchange(get("/payments/charges", &[])),
            "workload:orders",
            "payments.list",
            "spiffe://shop.test/orders",
        ),
        // The certificate is told as well, and the caller is whom the key makes.
        (
            house.at_server(&workload).exchange(get("/books/list", &[&secret])),
            "key:erp",
            "books.list",
            "spiffe://shop.test/orders",
        ),
    ] {
        assert_served(&answer);
        let told = told(&mut decides);
        assert_eq!(text(&told, "/contextExtensions/vestibule-caller"), caller, "{told}");
        assert_eq!(text(&told, "/contextExtensions/vestibule-operation"), operation, "{told}");
        assert_eq!(text(&told, "/source/principal"), principal, "{told}");
        assert_eq!(text(&told, "/request/http/scheme"), "https");
        assert_eq!(told.pointer("/request/http/headers/authorization"), None, "a key of the house: {told}");
    }
}
