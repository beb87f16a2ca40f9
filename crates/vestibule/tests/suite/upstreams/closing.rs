//! Connections that a service closes between requests: repeated where nothing can happen twice, and only there.

use std::time::Duration;

use testkit::script::{self, Script, Step};
use testkit::{Backend, Reply};

use crate::open_house::{OpenHouse, SOON, get, post};

/// Answers the first request of a test, and closes without a word when it gets the second.
fn closing_at_the_second() -> Backend {
    Backend::choosing(|head, number| match number {
        1 => vec![Step::ReadBody, Step::Close],
        _ => script::answer(Reply::ok(format!("{} {number}", head.method))),
    })
}

#[test]
fn a_get_is_repeated_once_where_the_kept_connection_dies_under_it() {
    let service = closing_at_the_second();
    let house = OpenHouse::plain(&service, &[]);
    let mut connection = house.connect();
    assert_eq!(connection.exchange(get("/")).text(), "GET 0");
    assert_eq!(connection.exchange(get("/")).text(), "GET 2");
    assert_eq!((service.arrivals(), service.connections()), (3, 2));
}

#[test]
fn what_could_happen_twice_is_not_repeated() {
    let put = b"PUT / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 5\r\n\r\nhello".to_vec();
    for request in [post("Content-Length: 5", "hello"), post("Content-Length: 0", ""), post("X: y", ""), put] {
        let service = closing_at_the_second();
        let house = OpenHouse::plain(&service, &[]);
        let mut connection = house.connect();
        assert_eq!(connection.exchange(get("/")).text(), "GET 0");
        let answer = connection.exchange(&request);
        assert_eq!((answer.status, answer.problem().as_deref()), (502, Some("upstream-broken")), "{}", answer.text());
        assert_eq!(service.arrivals(), 2, "the service saw it once");
        let mut connection = house.connect();
        assert_eq!(connection.exchange(get("/")).text(), "GET 2");
    }
}

#[test]
fn nothing_is_repeated_without_end() {
    let service = Backend::choosing(|_, number| match number {
        0 => script::answer(Reply::ok("first")),
        _ => script::close(),
    });
    let house = OpenHouse::plain(&service, &[]);
    let mut connection = house.connect();
    assert_eq!(connection.exchange(get("/")).text(), "first");
    let answer = connection.exchange(get("/"));
    assert_eq!((answer.status, answer.problem().as_deref()), (502, Some("upstream-broken")));
    assert_eq!(service.arrivals(), 3);
}

fn assert_served_anew(script: Script, request: &[u8]) {
    let service = Backend::always(script);
    let house = OpenHouse::plain(&service, &[]);
    let mut connection = house.connect();
    for number in 1..=10 {
        let answer = connection.exchange(request);
        assert_eq!((answer.status, answer.text().as_str()), (200, "x"), "{}", answer.text());
        // The end of the connection is there before the next request is.
        service.wait_until("it is closed", SOON, |service| service.ended_connections() == number);
        assert_eq!(service.requests().len(), number);
    }
    assert_eq!((service.arrivals(), service.connections()), (10, 10));
}

#[test]
fn a_connection_that_was_closed_is_not_used_for_anything() {
    for request in [get("/"), post("Content-Length: 5", "hello")] {
        assert_served_anew(script::answer_and_vanish(Reply::ok("x")), &request);
        assert_served_anew(script::answer_and_close(Reply::ok("x")), &request);
        assert_served_anew(script::answer_and_vanish(Reply::ok("x").chunked(1)), &request);
    }
}

#[test]
fn a_kept_connection_that_the_service_has_ended_is_closed_before_it_is_wanted() {
    let service = Backend::always(script::answer_and_vanish(Reply::ok("x")));
    let house = OpenHouse::plain(&service, &[]);
    assert_eq!(house.get("/"), "x");
    service.wait_until("the service ends it", SOON, |service| service.ended_connections() == 1);
    // The service would give up waiting for our end after 5 s.
    let soon = Duration::from_secs(4);
    service.wait_until("the gateway ends it too", soon, |service| service.open_connections() == 0);
}

#[test]
fn a_connection_that_is_kept_is_used_again() {
    let service = Backend::saying("x");
    let house = OpenHouse::plain(&service, &[]);
    let mut connection = house.connect();
    for _ in 0..20 {
        assert_eq!(connection.exchange(get("/")).status, 200);
    }
    assert_eq!((service.arrivals(), service.connections()), (20, 1));
}
