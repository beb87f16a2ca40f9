//! `Expect: 100-continue`: the caller is asked for its body only once the request is permitted.

use testkit::{Backend, Deadline, Reply, script};

use crate::open_house::{OpenHouse, SOON, get, post};

#[test]
fn a_permitted_request_is_told_to_continue_and_sends_its_body() {
    let service = Backend::always(script::echo());
    let house = OpenHouse::plain(&service, &[]);
    let mut connection = house.connect();
    for framing in [("Content-Length: 5", "hello"), ("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n")] {
        connection.send(&post(&format!("Expect: 100-continue\r\n{}", framing.0), ""));
        // The body waits for the word to go on.
        let waiting = connection.answer_to("POST", Deadline::within(std::time::Duration::from_millis(500)));
        let waiting = waiting.expect_err("only an interim answer");
        assert!(waiting.ends_with("HTTP/1.1 100 Continue\\r\\n\\r\\n"), "{waiting}");
        connection.send(framing.1.as_bytes());
        let answer = connection.answer_to("POST", Deadline::within(SOON)).expect("an answer");
        assert_eq!((answer.interim.as_slice(), answer.text().as_str()), (&[100][..], "hello"));
    }
    // The service is not asked to wait: whether to go on was decided here.
    assert!(service.requests().iter().all(|request| request.head.text("expect").is_none()));
    assert_eq!(connection.exchange(get("/")).status, 200);
}

#[test]
fn a_body_that_comes_without_waiting_needs_no_word() {
    let service = Backend::always(script::echo());
    let house = OpenHouse::plain(&service, &[]);
    let answer = house.connect().exchange(post("Expect: 100-continue\r\nContent-Length: 5", "hello"));
    assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
}

#[test]
fn a_refused_request_is_never_told_to_continue() {
    let service = Backend::saying("reached");
    let house = OpenHouse::plain(&service, &["body: 1KiB"]);
    let too_large = post("Expect: 100-continue\r\nContent-Length: 2000", "");
    let unpublished =
        b"OPTIONS * HTTP/1.1\r\nHost: shop.example\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n".to_vec();
    let with_credential = post("Expect: 100-continue\r\nContent-Length: 5\r\nX-Api-Key: vst_restricted_unknown", "");
    let malformed = post("Expect: 100-continue\r\nContent-Length: 5\r\nContent-Length: 5", "");
    for (request, status) in [(too_large, 413), (unpublished, 404), (with_credential, 401), (malformed, 400)] {
        let mut connection = house.connect();
        let answer = connection.exchange(&request);
        assert_eq!((answer.status, answer.interim.as_slice()), (status, &[][..]), "{}", answer.text());
        // The caller may send the body all the same, or not: what follows cannot be told apart (RFC 9110 §10.1.1).
        assert_eq!(answer.field("connection"), Some("close"), "{status}");
        assert!(connection.is_closed_by(Deadline::within(SOON)), "{status}");
    }
    assert_eq!(service.arrivals(), 0);
}

#[test]
fn an_early_answer_takes_the_place_of_the_word() {
    let service = Backend::always(script::answer_early_and_close(Reply::status(403, "no")));
    let house = OpenHouse::plain(&service, &[]);
    let mut connection = house.connect();
    let answer = connection.exchange(post("Expect: 100-continue\r\nContent-Length: 5", ""));
    assert_eq!((answer.status, answer.text().as_str()), (403, "no"));
    assert!(connection.is_closed_by(Deadline::within(SOON)));
}
