//! Bodies on their way: streamed both ways, answered before they end, larger than allowed, and callers that stop sending.

use testkit::script::{self, Step};
use testkit::{Backend, Deadline, End, Reply};

use super::own_answer;
use crate::open_house::{OpenHouse, SOON, get, post};

#[test]
fn bodies_go_both_ways_at_the_same_time() {
    let service = Backend::always(vec![
        Step::Send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n".to_vec()),
        Step::ReadBody,
        Step::Send(b"6\r\nsecond\r\n0\r\n\r\n".to_vec()),
    ]);
    let house = OpenHouse::plain(&service, &[]);
    let mut connection = house.connect();
    connection.send(&post("Transfer-Encoding: chunked", "3\r\none\r\n"));
    // The answer has begun although the request has not ended; what was read of it stays for the next look.
    let begun =
        connection.answer_to("POST", Deadline::within(std::time::Duration::from_millis(500))).expect_err("begun");
    assert!(begun.contains("first"), "{begun}");
    service.wait_until("the first piece arrives", SOON, |service| service.bytes().concat().ends_with(b"3\r\none\r\n"));
    connection.send(b"3\r\ntwo\r\n0\r\n\r\n");
    let answer = connection.answer_to("POST", Deadline::within(SOON)).expect("an answer");
    assert_eq!(answer.text(), "firstsecond");
    assert_eq!(service.requests()[0].body, b"onetwo");
}

#[test]
fn large_bodies_arrive_whole() {
    let service = Backend::always(script::echo());
    let house = OpenHouse::plain(&service, &["body: 8MiB", "deadline: 60s"]);
    let body: String = (0..400_000).map(|number: u32| char::from(b'a' + (number % 26) as u8)).collect();
    let mut connection = house.connect();
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    for request in
        [post(&format!("Content-Length: {}", body.len()), &body), post("Transfer-Encoding: chunked", &chunked)]
    {
        let answer = connection.exchange(&request);
        assert_eq!(answer.status, 200);
        assert!(answer.body == body.as_bytes(), "{} bytes", answer.body.len());
    }
    service.change(script::answer(Reply::ok(body.repeat(5)).chunked(70_000)));
    assert!(connection.exchange(get("/")).body == body.repeat(5).as_bytes());
}

/// A request whose body is still on its way when the answer comes.
const BEGUN: &str = "half of it";

#[test]
fn an_answer_before_the_body_has_ended_is_passed_on_at_once() {
    for script in
        [script::answer_early(Reply::status(403, "no")), script::answer_early_and_close(Reply::status(403, "no"))]
    {
        let early = script.clone();
        let service = Backend::choosing(move |head, _| match head.target.as_str() {
            "/order" => early.clone(),
            _ => own_answer(head),
        });
        let house = OpenHouse::plain(&service, &[]);
        let mut connection = house.connect();
        connection.send(&post("Content-Length: 1000", BEGUN));
        let answer = connection.answer_to("POST", Deadline::within(SOON)).expect("an early answer");
        assert_eq!((answer.status, answer.text().as_str()), (403, "no"));
        // The rest of the body cannot be told from a next request by whoever did not read it: the connection ends.
        connection.send(&get("/next"));
        let (rest, end) = connection.read_to_end(Deadline::within(SOON));
        assert_eq!((rest.as_slice(), end != End::StillOpen), (&b""[..], true), "{}", rest.escape_ascii());
        service.wait_until("the unfinished exchange is closed", SOON, |service| service.open_connections() == 0);
        assert_eq!(house.get("/new"), "/new");
        assert!(service.requests().iter().all(|request| request.head.target == "/new"));
    }
}

#[test]
fn an_answer_before_a_body_that_then_comes_leaves_both_connections_usable() {
    let service = Backend::choosing(|head, _| match head.target.as_str() {
        "/order" => script::answer_early(Reply::ok("early")),
        _ => own_answer(head),
    });
    let house = OpenHouse::plain(&service, &[]);
    for _ in 0..10 {
        let mut connection = house.connect();
        let answer = connection.exchange(post("Content-Length: 5", "hello"));
        assert_eq!(answer.text(), "early");
        // Whether the body was still on its way when the answer ended is a race; a leak would be no race.
        connection.send(&get("/next"));
        if let Ok(next) = connection.answer_to("GET", Deadline::within(SOON)) {
            assert_eq!(next.text(), "/next");
        }
        assert_eq!(house.get("/new"), "/new");
    }
    assert!(service.requests().iter().all(|request| request.head.target != "/order" || request.body == b"hello"));
}

#[test]
fn a_service_that_refuses_a_large_body_is_heard_while_the_caller_still_sends() {
    let script = script::answer_early_and_close(Reply::status(413, "too much for me"));
    let service = Backend::always(script);
    let house = OpenHouse::plain(&service, &["body: 64MiB", "deadline: 60s"]);
    let body = "x".repeat(600_000);
    for _ in 0..3 {
        let mut connection = house.connect();
        connection.send(&post(&format!("Content-Length: {}", 50_000_000), &body));
        let answer = connection.answer_to("POST", Deadline::within(SOON)).expect("the refusal");
        assert_eq!((answer.status, answer.text().as_str()), (413, "too much for me"));
    }
    service.wait_until("all are closed", SOON, |service| service.open_connections() == 0);
}

#[test]
fn a_body_over_the_bound_is_413_announced_or_not() {
    let service = Backend::saying("reached");
    let house = OpenHouse::plain(&service, &["body: 1KiB"]);
    let body = "x".repeat(1_025);
    let announced = post("Content-Length: 1025", &body);
    let enormous = post("Content-Length: 9999999999999999999", "");
    let one_chunk = post("Transfer-Encoding: chunked", &format!("401\r\n{body}\r\n0\r\n\r\n"));
    let many = post("Transfer-Encoding: chunked", &("40\r\n".to_owned() + &"x".repeat(64) + "\r\n").repeat(17));
    let endless = post("Transfer-Encoding: chunked", "ffffffffffffffff\r\n").into_iter().chain(body.bytes()).collect();
    for request in [announced, enormous, one_chunk, many, endless] {
        let answer = house.connect().exchange(&request);
        assert_eq!((answer.status, answer.problem().as_deref()), (413, Some("body-too-large")), "{}", answer.text());
    }
    assert!(service.requests().is_empty(), "no request was whole");
    service.wait_until("all are closed", SOON, |service| service.open_connections() == 0);
    let body = "x".repeat(1_024);
    let chunked = post("Transfer-Encoding: chunked", &format!("400\r\n{body}\r\n0\r\n\r\n"));
    for request in [post("Content-Length: 1024", &body), chunked] {
        assert_eq!(house.connect().exchange(&request).text(), "reached");
    }
}

#[test]
fn a_caller_that_is_done_sending_still_gets_its_answer() {
    let service = Backend::choosing(|head, _| own_answer(head));
    let house = OpenHouse::plain(&service, &[]);
    for request in [get("/order"), post("Content-Length: 5", "hello"), post("Transfer-Encoding: chunked", "0\r\n\r\n")]
    {
        let mut connection = house.connect();
        connection.send(&request).finish_sending();
        let answer = connection.answer_to("GET", Deadline::within(SOON)).expect("an answer");
        assert_eq!(answer.text(), "/order");
        assert!(connection.is_closed_by(Deadline::within(SOON)));
    }
    // A slow service changes nothing about it.
    service.change(script::trickle(&Reply::ok("slow"), std::time::Duration::from_millis(10)));
    let mut connection = house.connect();
    connection.send(&get("/")).finish_sending();
    assert_eq!(connection.answer_to("GET", Deadline::within(SOON)).expect("an answer").text(), "slow");
}

#[test]
fn a_body_that_ends_early_is_never_whole_to_the_service() {
    let service = Backend::saying("reached");
    let house = OpenHouse::plain(&service, &[]);
    for request in [post("Content-Length: 10", "hello"), post("Transfer-Encoding: chunked", "5\r\nhello\r\n")] {
        let mut connection = house.connect();
        connection.send(&request).finish_sending();
        let answer = connection.answer_to("POST", Deadline::within(SOON)).expect("an answer");
        assert_eq!((answer.status, answer.problem().as_deref()), (400, Some("malformed-body")));
    }
    service.wait_until("all are closed", SOON, |service| service.open_connections() == 0);
    assert!(service.requests().is_empty());
}
