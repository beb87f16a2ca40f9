//! Callers that go away, at every point of a request: no connection to the service is left, and no request is counted.

use std::time::Duration;

use testkit::{Backend, Connection, Deadline, Reply, script};

use crate::open_house::{OpenHouse, SOON, get, post};

/// How a caller goes.
#[derive(Clone, Copy, Debug)]
enum Going {
    /// In order: to the gateway the same as having nothing more to send.
    Closing,
    /// With a reset, as a killed process or a cut line leaves.
    Resetting,
}

fn go(connection: Connection, going: Going) {
    match going {
        Going::Closing => drop(connection),
        Going::Resetting => connection.into_stream().reset(),
    }
}

fn assert_nothing_left(service: &Backend, house: &OpenHouse) {
    service.wait_until("no connection to the service is left", SOON, |service| service.open_connections() == 0);
    house.wait_for_metric("http_server_active_requests", "0");
    house.wait_for_metric("vestibule_connections", "0");
}

#[test]
fn in_the_head() {
    let service = Backend::saying("reached");
    let house = OpenHouse::plain(&service, &[]);
    let whole = get("/");
    for going in [Going::Closing, Going::Resetting] {
        for cut in [0, 1, 3, 14, 20, whole.len() - 2, whole.len() - 1] {
            let mut connection = house.connect();
            connection.send(&whole[..cut]);
            go(connection, going);
        }
    }
    assert_nothing_left(&service, &house);
    assert_eq!(service.arrivals(), 0);
}

#[test]
fn in_the_body() {
    let service = Backend::saying("reached");
    let house = OpenHouse::plain(&service, &["deadline: 10min"]);
    for going in [Going::Closing, Going::Resetting] {
        for request in [post("Content-Length: 100", "part"), post("Transfer-Encoding: chunked", "4\r\npart\r\n")] {
            let arrived = service.arrivals();
            let mut connection = house.connect();
            connection.send(&request);
            service.wait_until("the head arrives", SOON, |service| service.arrivals() > arrived);
            go(connection, going);
            service.wait_until("the exchange is closed", SOON, |service| service.open_connections() == 0);
        }
    }
    assert_nothing_left(&service, &house);
    assert!(service.requests().is_empty());
}

#[test]
fn before_the_answer() {
    let service = Backend::always(script::hang());
    // A caller that closes may be one that still reads: it is let go at the deadline, or where a write fails.
    let house = OpenHouse::plain(&service, &["deadline: 500ms"]);
    for going in [Going::Closing, Going::Resetting] {
        for number in 0..3 {
            let arrived = service.requests().len();
            let mut connection = house.connect();
            connection.send(&if number == 0 { get("/") } else { post("Content-Length: 5", "hello") });
            service.wait_until("the request arrives", SOON, |service| service.requests().len() > arrived);
            go(connection, going);
        }
    }
    assert_nothing_left(&service, &house);
}

#[test]
fn with_a_reset_before_the_answer_and_long_before_the_deadline() {
    let service = Backend::always(script::hang());
    for house in [OpenHouse::plain(&service, &["deadline: 10min"]), OpenHouse::over_tls(&service, &["deadline: 10min"])]
    {
        for request in [get("/"), post("Content-Length: 5", "hello")] {
            let arrived = service.requests().len();
            let mut connection = house.connect();
            connection.send(&request);
            service.wait_until("the request arrives", SOON, |service| service.requests().len() > arrived);
            go(connection, Going::Resetting);
            service.wait_until("the exchange is closed", SOON, |service| service.open_connections() == 0);
        }
        assert_nothing_left(&service, &house);
    }
}

#[test]
fn who_only_ended_its_side_gets_its_answer() {
    let service = Backend::always(script::trickle(&Reply::ok("late"), Duration::from_millis(5)));
    let house = OpenHouse::plain(&service, &[]);
    let mut connection = house.connect();
    connection.send(&get("/")).finish_sending();
    assert_eq!(connection.answer_to("GET", Deadline::within(SOON)).expect("an answer").text(), "late");
}

#[test]
fn in_the_answer() {
    let service = Backend::always(script::hang_mid_body(1_000, b"part"));
    let house = OpenHouse::plain(&service, &["deadline: 10min", "idle: 1s"]);
    for going in [Going::Closing, Going::Resetting] {
        let mut connection = house.connect();
        connection.send(&get("/"));
        let part = connection.answer_to("GET", Deadline::within(Duration::from_millis(500))).expect_err("a part");
        assert!(part.contains("part"), "{part}");
        go(connection, going);
    }
    assert_nothing_left(&service, &house);
}

#[test]
fn in_a_large_answer() {
    let service = Backend::always(script::answer(Reply::ok(vec![b'x'; 20 << 20])));
    let house = OpenHouse::plain(&service, &["deadline: 10min"]);
    for going in [Going::Closing, Going::Resetting] {
        let mut connection = house.connect();
        connection.send(&get("/"));
        service.wait_until("the request arrives", SOON, |service| service.open_connections() == 1);
        go(connection, going);
        service.wait_until("the exchange is closed", SOON, |service| service.open_connections() == 0);
    }
    assert_nothing_left(&service, &house);
}

#[test]
fn many_at_once() {
    let service = Backend::choosing(|head, _| match head.target.as_str() {
        "/hang" => script::hang(),
        _ => script::answer(Reply::ok(head.target.clone())),
    });
    // Forty that hang would open the breaker, and rightly.
    let keys = format!("urls: \"{}\", breaker: none", service.url());
    let house = OpenHouse::to_service(&keys, &["deadline: 1s"]);
    let mut connections: Vec<Connection> = (0..40).map(|_| house.connect()).collect();
    for connection in &mut connections {
        connection.send(&get("/hang"));
    }
    service.wait_until("all arrive", SOON, |service| service.requests().len() == 40);
    for (number, connection) in connections.into_iter().enumerate() {
        go(connection, if number % 2 == 0 { Going::Closing } else { Going::Resetting });
    }
    assert_nothing_left(&service, &house);
    assert_eq!(house.get("/still/here"), "/still/here");
}
