//! Another service that is asked: its yes adds nothing, and everything else refuses.

pub(crate) mod ext_authz;

use testkit::script::{self, Script};
use testkit::{Backend, Reply, port};

use crate::open_house::{OpenHouse, SOON, get};

/// A house that asks, in front of a service.
struct Asking {
    house: OpenHouse,
    asked: Backend,
    service: Backend,
}

impl Asking {
    fn answering(script: Script) -> Self {
        Self::with(Backend::always(script), "")
    }

    fn with(asked: Backend, keys: &str) -> Self {
        let service = Backend::saying("served");
        let ask = format!("ask: {{ http: \"{}/check?strict=1\"{keys} }}", asked.url());
        let house = OpenHouse::plain(&service, &[&ask]);
        Self { house, asked, service }
    }

    fn assert_refused(&self, what: &str, status: u16, code: &str) {
        let answer = self.house.connect().exchange(get("/orders/7"));
        assert_eq!((answer.status, answer.problem().as_deref()), (status, Some(code)), "{what}: {}", answer.text());
        assert!(self.service.requests().is_empty(), "{what}: a refused request reached the service");
    }
}

#[test]
fn a_yes_lets_the_request_pass_unchanged() {
    let yes = Reply::status(200, "a page of words").field("x-user", "root").field("authorization", "Bearer more");
    let asking = Asking::answering(script::answer(yes));
    let mut connection = asking.house.connect();
    for _ in 0..5 {
        let answer = connection.exchange(get("/orders/7?page=2"));
        assert_eq!((answer.status, answer.field("x-user")), (200, None), "{}", answer.text());
    }
    for request in asking.service.requests() {
        let head = request.head;
        assert_eq!((head.field("x-user"), head.field("authorization")), (None, None), "a yes widened: {head:?}");
    }
    assert_eq!(asking.asked.connections(), 1, "the connection is used again");
}

#[test]
fn it_is_told_what_is_asked_for_and_by_whom_and_no_more() {
    let asking = Asking::with(Backend::saying("yes"), ", headers: [x-tenant]");
    let request = b"PUT /orders/7?page=2 HTTP/1.1\r\nHost: shop.example\r\nX-Tenant: one\r\nX-Tenant: two\r\n\
                    X-Secret: hidden\r\nVestibule-Caller: key:root\r\nX-Forwarded-Method: GET\r\nContent-Length: 4\r\n\r\nbody";
    assert_eq!(asking.house.connect().exchange(request).status, 200);
    let asked = asking.asked.requests().remove(0);
    let head = asked.head;
    assert_eq!((head.method.as_str(), head.target.as_str()), ("GET", "/check?strict=1"));
    for (name, value) in [
        ("x-forwarded-method", "PUT"),
        ("x-forwarded-host", "shop.example"),
        ("x-forwarded-uri", "/orders/7?page=2"),
        ("x-forwarded-for", "127.0.0.1"),
        ("vestibule-door", "client"),
        ("vestibule-operation", "everything.all"),
        ("vestibule-caller", "anonymous"),
    ] {
        assert_eq!(head.all(name), [value.as_bytes()], "{name}: {head:?}");
    }
    let left = head.field("vestibule-deadline-ms").and_then(|left| str::from_utf8(left).ok()?.parse::<u64>().ok());
    assert!(left.is_some_and(|left| left <= 500), "how long it has: {head:?}");
    assert_eq!(head.all("x-tenant"), [b"one", b"two"]);
    assert_eq!((head.field("x-secret"), asked.body.len()), (None, 0));
    let served = asking.service.requests().remove(0);
    assert_eq!(head.field("x-request-id"), served.head.field("x-request-id"));
    assert_eq!(served.body, b"body");
}

#[test]
fn a_no_refuses_whatever_it_says_besides() {
    for status in [400, 401, 403, 404, 429] {
        let asking = Asking::answering(script::answer(Reply::status(status, "no").field("location", "/elsewhere")));
        asking.assert_refused(&status.to_string(), 403, "authorization-refused");
        asking.house.house.wait_for_log("\"stage\":\"ask\"");
    }
}

#[test]
fn whatever_is_neither_yes_nor_no_refuses() {
    let long = vec![b'x'; 100_000];
    for (what, script) in [
        ("a redirect", script::answer(Reply::status(302, "").field("location", "/yes"))),
        ("an error", script::answer(Reply::status(500, "oh"))),
        ("not modified", script::answer(Reply::status(304, ""))),
        ("silence", script::hang()),
        ("half a yes", script::close_mid_body(100, b"ye")),
        ("a yes that stops", script::hang_mid_body(100, b"ye")),
        ("garbage", script::raw_and_close("yes yes yes\r\n\r\n")),
        ("two lengths", script::raw_and_close("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx")),
        ("a reset", script::reset()),
        ("an upgrade", script::raw_and_close("HTTP/1.1 101 Switching\r\nUpgrade: yes\r\nConnection: upgrade\r\n\r\n")),
    ] {
        let asking = Asking::answering(script);
        asking.assert_refused(what, 503, "authorization-unavailable");
    }
    // More than anybody would say: it is a yes, and is not read to its end.
    let asking = Asking::answering(script::answer(Reply::ok(long)));
    assert_eq!(asking.house.connect().exchange(get("/")).status, 200);
}

#[test]
fn nobody_there_refuses_and_the_house_opens_all_the_same() {
    let service = Backend::saying("served");
    let ask = format!("ask: {{ http: \"http://127.0.0.1:{}\" }}", port::free());
    let house = OpenHouse::plain(&service, &[&ask]);
    let answer = house.connect().exchange(get("/"));
    assert_eq!((answer.status, answer.problem().as_deref()), (503, Some("authorization-unavailable")));
    assert!(service.requests().is_empty());
}

#[test]
fn its_time_is_part_of_the_deadline_and_nothing_is_left_behind() {
    let asking = Asking::with(Backend::always(script::hang()), ", deadline: 200ms");
    asking.assert_refused("late", 503, "authorization-unavailable");
    // Callers who go away while it is asked.
    for _ in 0..20 {
        let mut connection = asking.house.connect();
        connection.send(&get("/"));
    }
    asking.asked.wait_until("nothing is left", SOON, |asked| asked.open_connections() == 0);
    asking.house.wait_for_metric("vestibule_connections", "0");
    asking.house.wait_for_metric("http_server_active_requests", "0");
    assert!(asking.service.requests().is_empty());
}

#[test]
fn whoever_is_refused_here_is_not_asked_about() {
    let asking = Asking::answering(script::answer(Reply::ok("yes")));
    let mut connection = asking.house.connect();
    let answer = connection.exchange(b"GET / HTTP/1.1\r\nHost: shop.example\r\nAuthorization: Bearer guessed\r\n\r\n");
    assert_eq!((answer.status, answer.problem().as_deref()), (401, Some("credential-invalid")));
    assert!(asking.asked.requests().is_empty());
}

#[test]
fn what_is_kept_is_asked_about_each_time_and_coded_for_who_takes_it() {
    let text = "kept ".repeat(400);
    let reply = Reply::ok(text.clone()).field("cache-control", "max-age=60").field("content-type", "text/plain");
    let service = Backend::always(script::answer(reply));
    let asked = Backend::saying("yes");
    let house =
        OpenHouse::plain(&service, &[&format!("ask: {{ http: \"{}\" }}", asked.url()), "cache: { size: 1MiB }"]);
    assert_eq!(house.get("/a"), text);
    let coded = house.connect().exchange("GET /a HTTP/1.1\r\nHost: shop.example\r\nAccept-Encoding: gzip\r\n\r\n");
    assert_eq!((coded.status, coded.field("content-encoding")), (200, Some("gzip")));
    assert_eq!(house.get("/a"), text, "kept as the service gave it");
    assert_eq!((service.arrivals(), asked.arrivals()), (1, 3));
    asked.change(script::answer(Reply::status(403, "no")));
    let answer = house.connect().exchange(get("/a"));
    assert_eq!((answer.status, answer.problem().as_deref()), (403, Some("authorization-refused")));
    assert_eq!(service.arrivals(), 1);
}
