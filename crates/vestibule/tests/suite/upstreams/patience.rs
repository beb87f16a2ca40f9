//! Callers that are slow: heads and bodies that do not come get 408, and the connection ends.

use std::time::{Duration, Instant};

use testkit::{Backend, Connection, Deadline, End};

use crate::open_house::{OpenHouse, get, post};

/// What a client door gives a whole head, and each silence in a body, by default.
const PATIENCE: Duration = Duration::from_secs(10);
const IN_TIME: Duration = Duration::from_secs(30);

fn assert_timed_out(what: &str, connection: &mut Connection, since: Instant) {
    let answer = connection.answer_to("POST", Deadline::within(IN_TIME)).expect(what);
    assert_eq!(
        (answer.status, answer.problem().as_deref()),
        (408, Some("request-timeout")),
        "{what}: {}",
        answer.text()
    );
    assert_eq!(answer.field("connection"), Some("close"), "{what}");
    assert!((PATIENCE - Duration::from_secs(1)..IN_TIME).contains(&since.elapsed()), "{what}: {:?}", since.elapsed());
    assert!(connection.is_closed_by(Deadline::within(IN_TIME)), "{what}");
}

/// Sends a byte every now and then until the gateway has had enough.
fn drip(mut connection: Connection, since: Instant, what: &'static str) {
    let until = Deadline::within(IN_TIME);
    loop {
        // Reading for a while is the pause between two bytes.
        match connection.answer_to("POST", Deadline::within(Duration::from_millis(300))) {
            Err(nothing) if nothing.contains("StillOpen") && !until.passed() => drop(connection.send(b"x")),
            Err(why) => panic!("{what}: {why}"),
            Ok(answer) => {
                assert_eq!((answer.status, answer.problem().as_deref()), (408, Some("request-timeout")), "{what}");
                assert!(since.elapsed() < IN_TIME, "{what}: {:?}", since.elapsed());
                return;
            }
        }
    }
}

#[test]
fn slow_heads_and_slow_bodies_are_408() {
    let service = Backend::saying("reached");
    let house = OpenHouse::plain(&service, &["deadline: 10min"]);
    let since = Instant::now();
    let begin = |bytes: &[u8]| {
        let mut connection = house.connect();
        connection.send(bytes);
        connection
    };
    let mut silent_head = begin(b"GET / HTTP/1.1\r\nHost: shop");
    let mut silent_body = begin(&post("Content-Length: 100", "part"));
    let mut silent_chunks = begin(&post("Transfer-Encoding: chunked", "4\r\npart"));
    let dripping_head = begin(b"GET / HTTP/1.1\r\nHost: shop.example\r\nX: ");
    let dripping_body = begin(&post("Content-Length: 100000", ""));
    let mut nothing = house.connect();
    std::thread::scope(|scope| {
        scope.spawn(|| drip(dripping_head, since, "a dripping head"));
        scope.spawn(|| drip(dripping_body, since, "a dripping body"));
        assert_timed_out("a silent head", &mut silent_head, since);
        assert_timed_out("a silent body", &mut silent_body, since);
        assert_timed_out("silent chunks", &mut silent_chunks, since);
        // A connection on which nothing ever came has asked for no answer.
        let (bytes, end) = nothing.read_to_end(Deadline::within(IN_TIME));
        assert_eq!((bytes.as_slice(), end), (&b""[..], End::Closed));
    });
    service.wait_until("nothing is left", IN_TIME, |service| service.open_connections() == 0);
    assert!(service.requests().is_empty());
    house.wait_for_metric("http_server_active_requests", "0");
    house.wait_for_metric("vestibule_connections", "0");
    assert_eq!(house.connect().exchange(get("/")).status, 200);
}

#[test]
fn a_caller_that_is_too_slow_is_blamed_for_it_whatever_the_deadline() {
    let service = Backend::saying("reached");
    let house = OpenHouse::plain(&service, &["deadline: 500ms"]);
    let mut connection = house.connect();
    connection.send(&post("Content-Length: 100", "part"));
    let answer = connection.answer_to("POST", Deadline::within(IN_TIME)).expect("an answer");
    assert_eq!((answer.status, answer.problem().as_deref()), (408, Some("request-timeout")), "{}", answer.text());
}

#[test]
fn an_upload_that_takes_long_is_no_fault_of_the_service() {
    let service = Backend::saying("stored");
    let keys = format!("urls: \"{}\", attempt: 100ms, first_byte: 100ms", service.url());
    let house = OpenHouse::to_service(&keys, &[]);
    let mut connection = house.connect();
    connection.send(&post("Content-Length: 4", "1"));
    for piece in [b"2", b"3", b"4"] {
        // Reading for a while is the pause between two pieces; each is longer than an attempt may take.
        let early = connection.answer_to("POST", Deadline::within(Duration::from_millis(300)));
        assert!(early.as_ref().is_err_and(|nothing| nothing.contains("StillOpen")), "{early:?}");
        connection.send(piece);
    }
    let answer = connection.answer_to("POST", Deadline::within(IN_TIME)).expect("answered");
    assert_eq!((answer.status, answer.text().ends_with("stored")), (200, true), "{}", answer.text());
}
