//! The client against a back end of the kit itself.

use std::time::Duration;

use super::*;
use crate::{Backend, Reply, script};

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: h\r\n\r\n";

#[test]
fn answers_come_one_after_the_other_on_one_connection() {
    let backend = Backend::always(script::answer(Reply::ok("hello")));
    let mut connection = Connection::plain(backend.address());
    for _ in 0..3 {
        let answer = connection.exchange(GET);
        assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
    }
    assert_eq!(backend.connections(), 1);
    assert_eq!(backend.requests().len(), 3);
}

#[test]
fn a_chunked_answer_is_put_together() {
    let backend = Backend::always(script::answer(Reply::ok("some words").chunked(3)));
    assert_eq!(Connection::plain(backend.address()).exchange(GET).text(), "some words");
}

#[test]
fn a_broken_answer_is_no_answer() {
    let backend = Backend::always(script::close_mid_body(10, b"abc"));
    let mut connection = Connection::plain(backend.address());
    connection.send(GET);
    assert!(connection.answer_to("GET", Deadline::default()).is_err_and(|why| why.contains("Closed")));
}

#[test]
fn a_reset_is_told_from_an_end() {
    let backend = Backend::always(script::reset());
    let mut connection = Connection::plain(backend.address());
    connection.send(GET);
    assert_eq!(connection.read_to_end(Deadline::default()), (Vec::new(), End::Broken));
}

#[test]
fn a_hang_ends_with_the_deadline() {
    let backend = Backend::always(script::hang());
    let mut connection = Connection::plain(backend.address());
    connection.send(GET);
    let (bytes, end) = connection.read_to_end(Deadline::within(Duration::from_millis(50)));
    assert_eq!((bytes.as_slice(), end), (&b""[..], End::StillOpen));
}
