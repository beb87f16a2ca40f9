//! Callers that break off, one stream or thousands: the service's connection is freed, and the gateway lives.

use testkit::http2::{CONTINUATION, DATA, HEADERS, Http2, Outcome, PING, SETTINGS, block};
use testkit::script::{self, Script};
use testkit::{Backend, Deadline};

use super::{GET, POST, SOON, octets, with};
use crate::open_house::OpenHouse;

/// Longer than any test waits: what frees a connection in time is the caller's going, not a deadline.
const PATIENT: [&str; 2] = ["deadline: 10min", "idle: 10min"];

/// A stream that gets as far as the test says, and is then broken off in two ways.
fn assert_freed(script: &Script, begin: impl Fn(&mut Http2, &Backend, usize)) {
    let service = Backend::always(script.clone());
    let house = OpenHouse::over_tls(&service, &PATIENT);
    for round in 1..=3 {
        let mut connection = house.connect_http2();
        begin(&mut connection, &service, round);
        assert_eq!(service.open_connections(), 1);
        connection.cancel(1);
        service.wait_until("a stream that was reset frees its connection", SOON, |service| {
            service.open_connections() == 0
        });
        // The connection of the caller goes on.
        assert!(
            matches!(connection.send(PING, 0, 0, b"whatever").frame(Deadline::within(SOON)), Ok(frame) if frame.kind != 7)
        );
    }
    let mut connection = house.connect_http2();
    begin(&mut connection, &service, 4);
    drop(connection);
    service.wait_until("a caller that is gone frees its connection", SOON, |service| service.open_connections() == 0);
    house.wait_for_metric("http_server_active_requests", "0");
}

#[test]
fn a_stream_reset_before_its_answer_frees_the_service() {
    assert_freed(&script::hang(), |connection, service, round| {
        connection.request(1, &octets(&GET), true);
        service.wait_until("the request arrives", SOON, |service| service.requests().len() == round);
    });
}

#[test]
fn a_stream_reset_in_its_body_frees_the_service() {
    assert_freed(&script::hang(), |connection, service, round| {
        connection.request(1, &octets(&with(&POST, &[("content-length", "100")])), false).data(1, b"a part", false);
        service.wait_until("a part arrives", SOON, |service| {
            service.bytes().get(round - 1).is_some_and(|bytes| bytes.ends_with(b"a part"))
        });
    });
}

#[test]
fn a_stream_reset_in_its_answer_frees_the_service() {
    assert_freed(&script::hang_mid_body(100, b"a part"), |connection, _, _| {
        connection.request(1, &octets(&GET), true);
        let mut content = Vec::new();
        while content != b"a part" {
            let frame = connection.frame(Deadline::within(SOON)).expect("the beginning of the answer");
            if frame.kind == DATA {
                content.extend_from_slice(&frame.payload);
            }
        }
    });
}

#[test]
fn a_stream_reset_while_its_answer_waits_for_room_frees_the_service() {
    // More than the caller's window takes, and the caller takes none of it in.
    let answer = testkit::Reply::ok(vec![b'x'; 4 << 20]);
    assert_freed(&script::answer(answer), |connection, _, _| {
        connection.request(1, &octets(&GET), true);
        let mut content = 0;
        while content < 65_535 {
            let frame = connection.frame(Deadline::within(SOON)).expect("the beginning of the answer");
            content += if frame.kind == DATA { frame.payload.len() } else { 0 };
        }
    });
}

/// What becomes of a connection in the end.
fn end(connection: &mut Http2) -> Outcome {
    loop {
        if let Err(end) = connection.frame(Deadline::within(SOON)) {
            return end;
        }
    }
}

fn assert_lives(service: &Backend, house: &OpenHouse) {
    assert_eq!(house.get("/"), "alive");
    service.wait_until("nothing is left over", SOON, |service| service.open_connections() <= 8);
    house.wait_for_metric("http_server_active_requests", "0");
}

#[test]
fn rapid_resets_end_the_connection() {
    // CVE-2023-44487: each pair costs the caller nothing and the other side a request.
    let service = Backend::saying("alive");
    let house = OpenHouse::over_tls(&service, &PATIENT);
    let mut connection = house.connect_http2();
    for number in 0..5_000 {
        connection.request(2 * number + 1, &octets(&GET), true).cancel(2 * number + 1);
    }
    let end = end(&mut connection);
    assert!(matches!(end, Outcome::GoneAway(11) | Outcome::Closed), "{end:?}");
    assert!(service.connections() < 500, "{} requests were begun", service.connections());
    assert_lives(&service, &house);
}

#[test]
fn resets_of_requests_under_way_end_them_and_bound_how_many_there_are() {
    let service = Backend::always(script::hang());
    let house = OpenHouse::over_tls(&service, &PATIENT);
    let mut connection = house.connect_http2();
    for number in 0..40 {
        let stream = 2 * number + 1;
        connection.request(stream, &octets(&GET), true);
        let arrived = usize::try_from(number).expect("few") + 1;
        service.wait_until("the request arrives", SOON, |service| service.arrivals() >= arrived);
        connection.cancel(stream);
    }
    service.wait_until("none is left", SOON, |service| service.open_connections() == 0);
    house.wait_for_metric("http_server_active_requests", "0");
}

#[test]
fn an_endless_head_ends_the_connection() {
    // CVE-2024-27316 and its kin: CONTINUATION frames without end.
    let service = Backend::saying("alive");
    let house = OpenHouse::over_tls(&service, &[]);
    let mut connection = house.connect_http2();
    connection.send(HEADERS, 0, 1, &block(&octets(&GET)));
    let more = block(&octets(&[("x", &"y".repeat(1_000))]));
    for _ in 0..20_000 {
        connection.send(CONTINUATION, 0, 1, &more);
        if connection.is_over() {
            break;
        }
    }
    let end = end(&mut connection);
    assert!(matches!(end, Outcome::GoneAway(_) | Outcome::Closed), "{end:?}");
    // Empty ones grow nothing and cost as much.
    let mut connection = house.connect_http2();
    connection.send(HEADERS, 0, 1, &block(&octets(&GET)));
    for _ in 0..20_000 {
        connection.send(CONTINUATION, 0, 1, b"");
        if connection.is_over() {
            break;
        }
    }
    let end = self::end(&mut connection);
    assert!(matches!(end, Outcome::GoneAway(_) | Outcome::Closed), "{end:?}");
    assert_eq!(service.arrivals(), 0);
    assert_lives(&service, &house);
}

#[test]
fn floods_of_frames_that_ask_for_answers_are_survived() {
    let service = Backend::saying("alive");
    let house = OpenHouse::over_tls(&service, &[]);
    for (kind, payload) in [(PING, &b"whatever"[..]), (SETTINGS, &[0, 3, 0, 0, 0, 100])] {
        let mut connection = house.connect_http2();
        for _ in 0..5_000 {
            connection.send(kind, 0, 0, payload);
            if connection.is_over() {
                break;
            }
        }
        assert_lives(&service, &house);
    }
}

#[test]
fn frames_that_break_the_protocol_end_the_connection() {
    let service = Backend::saying("alive");
    let house = OpenHouse::over_tls(&service, &[]);
    let stories: [fn(&mut Http2); 9] = [
        |connection| {
            connection.data(1, b"before any head", true);
        },
        |connection| {
            connection.request(2, &octets(&GET), true);
        },
        |connection| {
            connection.request(0, &octets(&GET), true);
        },
        |connection| {
            connection.send(CONTINUATION, 4, 1, b"");
        },
        |connection| {
            connection.send(HEADERS, 0, 1, &block(&octets(&GET))).data(1, b"in a head", false);
        },
        |connection| {
            connection.send(SETTINGS, 0, 0, b"odd");
        },
        |connection| {
            connection.send(PING, 0, 0, b"short");
        },
        |connection| {
            connection.send(HEADERS, 5, 1, &[0xFF; 20]);
        },
        |connection| {
            connection.send(8, 0, 0, &[0, 0, 0, 0]);
        },
    ];
    for (number, story) in stories.iter().enumerate() {
        let mut connection = house.connect_http2();
        story(&mut connection);
        let end = end(&mut connection);
        assert!(matches!(end, Outcome::GoneAway(1..) | Outcome::Closed), "{end:?} after story {number}");
    }
    assert_eq!(service.arrivals(), 0);
    assert_lives(&service, &house);
}
