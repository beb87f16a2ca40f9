//! The scripted service keeps exact accounts.

use super::*;
use crate::{Connection, End};

const SOON: Duration = Duration::from_secs(10);

#[test]
fn exact_bytes_and_strict_requests_are_kept() {
    let backend = Backend::always(script::echo());
    let request = b"POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\nabc";
    assert_eq!(Connection::plain(backend.address()).exchange(request).text(), "abc");
    assert_eq!(backend.bytes(), [request.to_vec()]);
    assert_eq!(backend.requests()[0].body, b"abc");
    assert_eq!((backend.arrivals(), backend.connections()), (1, 1));
}

#[test]
#[should_panic(expected = "a bare LF")]
fn a_request_that_is_not_strict_is_reported() {
    let backend = Backend::saying("x");
    let mut connection = Connection::plain(backend.address());
    connection.send(b"GET / HTTP/1.1\nhost: h\n\n").read_to_end(Deadline::default());
    let _ = backend.requests();
}

#[test]
fn an_early_answer_comes_before_the_body_was_sent() {
    let backend = Backend::always(script::answer_early(Reply::status(403, "no")));
    let mut connection = Connection::plain(backend.address());
    let answer = connection.exchange(b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\n");
    assert_eq!(answer.status, 403);
    assert!(backend.requests().is_empty());
    connection.send(b"abc");
    backend.wait_until("the body arrives", SOON, |backend| backend.requests().len() == 1);
}

#[test]
fn an_expectation_is_met() {
    let backend = Backend::always(script::echo());
    let mut connection = Connection::plain(backend.address());
    connection.send(b"POST / HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n");
    let answer = connection.exchange(b"abc");
    assert_eq!((answer.interim.as_slice(), answer.text().as_str()), (&[100][..], "abc"));
}

#[test]
fn the_end_of_a_back_end_ends_its_connections_and_frees_its_address() {
    let backend = Backend::always(script::hang());
    let address = backend.address();
    let mut connection = Connection::plain(address);
    connection.send(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n");
    backend.wait_until("it arrives", SOON, |backend| backend.arrivals() == 1);
    assert_eq!(backend.open_connections(), 1);
    drop(backend);
    assert_ne!(connection.read_to_end(Deadline::within(SOON)).1, End::StillOpen);
}

#[test]
fn a_unix_socket_serves_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("service.sock");
    let backend = Backend::on_unix(&path, script::answer(Reply::ok("local")));
    assert_eq!(backend.url(), format!("unix:{}", path.display()));
    let stream = std::os::unix::net::UnixStream::connect(&path).expect("connected");
    let answer = Connection::over(Stream::Unix(stream)).exchange(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n");
    assert_eq!(answer.text(), "local");
}
