//! What a caller of HTTP/2 waits for, and how long it is waited for.

use std::time::{Duration, Instant};

use testkit::http2::{Frame, HEADERS, Http2, Outcome};
use testkit::{Backend, Deadline, script};

use super::{POST, SOON, answer, octets, problem, with};
use crate::open_house::OpenHouse;

/// The next frame with fields.
fn head(connection: &mut Http2) -> Frame {
    loop {
        let frame = connection.frame(Deadline::within(SOON)).expect("a head");
        if frame.kind == HEADERS {
            return frame;
        }
    }
}

#[test]
fn a_permitted_request_is_told_to_continue_and_sends_its_body() {
    let service = Backend::always(script::echo());
    let house = OpenHouse::over_tls(&service, &[]);
    let mut connection = house.connect_http2();
    for (stream, more) in [(1, &[("content-length", "5")][..]), (3, &[])] {
        let expecting = with(&with(&POST, &[("expect", "100-continue")]), more);
        connection.request(stream, &octets(&expecting), false);
        assert_eq!(head(&mut connection).status(), Some(100));
        connection.data(stream, b"hello", true);
        assert_eq!(answer(connection.outcome(stream, Deadline::within(SOON))), (200, "hello".to_owned()));
    }
    // The service is not asked to wait: whether to go on was decided here.
    assert!(service.requests().iter().all(|request| request.head.text("expect").is_none()));
}

#[test]
fn a_refused_request_is_never_told_to_continue() {
    let service = Backend::saying("reached");
    let house = OpenHouse::over_tls(&service, &["body: 1KiB"]);
    let mut connection = house.connect_http2();
    let large = [("expect", "100-continue"), ("content-length", "2000")];
    let unknown = [("expect", "100-continue"), ("content-length", "5"), ("x-api-key", "vst_restricted_unknown")];
    for (stream, more, status) in [(1, &large[..], 413), (3, &unknown, 401)] {
        connection.request(stream, &octets(&with(&POST, more)), false);
        assert_eq!(head(&mut connection).status(), Some(status));
    }
    let other = with(&POST, &[("expect", "200-ok")]);
    let outcome = connection.request(5, &octets(&other), true).outcome(5, Deadline::within(SOON));
    assert_eq!(problem(&outcome).as_deref(), Some("expectation-failed"));
    assert_eq!(service.arrivals(), 0);
}

#[test]
fn bodies_that_drip_or_stop_are_408() {
    let service = Backend::saying("reached");
    let house = OpenHouse::over_tls(&service, &["deadline: 10min"]);
    let since = Instant::now();
    let begin = || {
        let mut connection = house.connect_http2();
        connection.request(1, &octets(&POST), false).data(1, b"a part", false);
        connection
    };
    let (mut silent, mut dripping) = (begin(), begin());
    let patient = Deadline::within(Duration::from_secs(30));
    let dripped = loop {
        match dripping.outcome(1, Deadline::within(Duration::from_millis(300))) {
            Outcome::Nothing if !patient.passed() => {
                dripping.data(1, b"x", false);
            }
            outcome => break outcome,
        }
    };
    let stopped = silent.outcome(1, patient);
    for outcome in [dripped, stopped] {
        assert_eq!(problem(&outcome).as_deref(), Some("request-timeout"), "{outcome:?}");
    }
    assert!(since.elapsed() > Duration::from_secs(9), "{:?}", since.elapsed());
    service.wait_until("nothing is left", SOON, |service| service.open_connections() == 0);
    assert!(service.requests().is_empty());
}
