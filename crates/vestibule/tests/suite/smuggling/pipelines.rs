//! Several requests on one connection: as many in as out, in order, and none where the one before leaves a doubt.

use testkit::{Backend, Deadline, Reply, script};

use super::SMUGGLED;
use crate::open_house::{OpenHouse, SOON, get, post};

/// Answers each with its own method, target and number of body bytes.
fn echoing() -> Backend {
    Backend::choosing(|head, _| script::answer(Reply::ok(format!("{} {}", head.method, head.target))))
}

#[test]
fn as_many_answers_as_requests_and_in_their_order() {
    let service = echoing();
    let house = OpenHouse::plain(&service, &[]);
    let mut sent = String::new();
    let mut expected = Vec::new();
    for number in 0..60 {
        let (method, framed) = match number % 4 {
            0 => ("GET", "\r\n".to_owned()),
            1 => ("POST", format!("Content-Length: {}\r\n\r\n{SMUGGLED}", SMUGGLED.len())),
            2 => ("PUT", format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{SMUGGLED}\r\n0\r\n\r\n", SMUGGLED.len())),
            _ => ("DELETE", "Content-Length: 0\r\n\r\n".to_owned()),
        };
        sent.push_str(&format!("{method} /{number} HTTP/1.1\r\nHost: shop.example\r\n{framed}"));
        expected.push(format!("{method} /{number}"));
    }
    let mut connection = house.connect();
    connection.send(sent.as_bytes()).finish_sending();
    for line in &expected {
        let answer = connection.answer_to("GET", Deadline::within(SOON)).expect(line);
        assert_eq!((answer.status, answer.text()), (200, line.clone()));
    }
    assert!(connection.is_closed_by(Deadline::within(SOON)), "nothing follows the last answer");
    let received = service.requests();
    let lines = received.iter().map(|request| format!("{} {}", request.head.method, request.head.target));
    assert_eq!(lines.collect::<Vec<_>>(), expected);
}

#[test]
fn nothing_is_served_after_a_request_in_doubt() {
    let service = echoing();
    let house = OpenHouse::plain(&service, &[]);
    let doubtful: [&[u8]; 4] = [
        &post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        &post("Content-Length: 5\r\nContent-Length: 5", "hello"),
        &post("Transfer-Encoding: chunked", "5\r\nhello0\r\n\r\n"),
        b"GET / HTTP/1.1\nHost: shop.example\r\n\r\n",
    ];
    for doubtful in doubtful {
        let mut connection = house.connect();
        connection.send(&[&get("/first"), doubtful, &get("/admin")].concat());
        assert_eq!(connection.answer_to("GET", Deadline::within(SOON)).expect("the first").text(), "GET /first");
        assert_eq!(connection.answer_to("POST", Deadline::within(SOON)).expect("a refusal").status, 400);
        assert!(connection.is_closed_by(Deadline::within(SOON)), "\"{}\"", doubtful.escape_ascii());
    }
    assert!(service.requests().iter().all(|request| request.head.target == "/first"));
}

#[test]
fn nothing_is_served_after_the_caller_said_close() {
    let service = echoing();
    let house = OpenHouse::plain(&service, &[]);
    let last = b"GET /last HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n";
    let mut connection = house.connect();
    let answer = connection.exchange([&last[..], &get("/admin")].concat());
    assert_eq!((answer.text().as_str(), answer.field("connection")), ("GET /last", Some("close")));
    assert!(connection.is_closed_by(Deadline::within(SOON)));
    let old = b"GET /old HTTP/1.0\r\nHost: shop.example\r\n\r\n";
    let mut connection = house.connect();
    assert_eq!(connection.exchange([&old[..], &get("/admin")].concat()).text(), "GET /old");
    assert!(connection.is_closed_by(Deadline::within(SOON)));
    assert_eq!(service.arrivals(), 2);
}

#[test]
fn the_body_of_a_refused_request_is_never_taken_for_a_request() {
    let service = echoing();
    // Bodies over 20 bytes are refused before the service is asked.
    let house = OpenHouse::plain(&service, &["body: 20B"]);
    let length = SMUGGLED.len();
    let refused = [
        post(&format!("Content-Length: {length}"), SMUGGLED),
        post("Transfer-Encoding: chunked", &format!("{length:x}\r\n{SMUGGLED}\r\n0\r\n\r\n")),
        b"OPTIONS * HTTP/1.1\r\nHost: shop.example\r\n\r\n".to_vec(),
        format!("OPTIONS * HTTP/1.1\r\nHost: shop.example\r\nContent-Length: {length}\r\n\r\n{SMUGGLED}").into_bytes(),
    ];
    for request in refused {
        let mut connection = house.connect();
        connection.send(&[request.as_slice(), &get("/next")].concat());
        let answer = connection.answer_to("POST", Deadline::within(SOON)).expect("a refusal");
        assert!(matches!(answer.status, 404 | 413), "{}", answer.text());
        // Either the body was read away and the next request is the next request, or the connection ends.
        match connection.answer_to("GET", Deadline::within(SOON)) {
            Ok(next) => assert_eq!(next.text(), "GET /next"),
            Err(_) => assert_eq!(answer.field("connection"), Some("close")),
        }
    }
    assert!(service.requests().iter().all(|request| request.head.target == "/next"), "{:?}", service.requests());
}
