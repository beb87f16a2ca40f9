//! Many streams at once, and bodies that go both ways at the same time.

use std::sync::{Arc, Barrier};

use testkit::http2::{DATA, HEADERS, PING};
use testkit::script::{self, Step};
use testkit::{Backend, Deadline, Reply};

use super::{GET, POST, SOON, answer, octets, with};
use crate::open_house::OpenHouse;

const STREAMS: usize = 100;

/// The numbers of so many streams that a caller opens.
fn streams(count: usize) -> Vec<u32> {
    (0..u32::try_from(count).expect("few")).map(|number| 2 * number + 1).collect()
}

#[test]
fn a_hundred_requests_at_once_get_their_own_answers() {
    // No answer is given before all requests are there.
    let all = Arc::new(Barrier::new(STREAMS));
    let service = Backend::choosing(move |head, _| {
        all.wait();
        script::answer(Reply::ok(format!("{} for {}", head.target, head.text("x-number").unwrap_or_default())))
    });
    let house = OpenHouse::over_tls(&service, &["deadline: 30s"]);
    let mut connection = house.connect_http2();
    let [method, scheme, authority, _] = GET;
    for stream in streams(STREAMS) {
        let (path, number) = (format!("/{stream}"), stream.to_string());
        connection.request(
            stream,
            &octets(&[method, scheme, authority, (":path", &path), ("x-number", &number)]),
            true,
        );
    }
    let outcomes = connection.outcomes(&streams(STREAMS), Deadline::within(SOON));
    for (stream, outcome) in outcomes {
        assert_eq!(answer(outcome), (200, format!("/{stream} for {stream}")));
    }
    assert_eq!(service.requests().len(), STREAMS);
}

#[test]
fn one_stream_that_hangs_holds_up_no_other() {
    let service = Backend::choosing(|head, _| match head.target.as_str() {
        "/hang" => script::hang(),
        _ => script::answer(Reply::ok(head.target.clone())),
    });
    let house = OpenHouse::over_tls(&service, &["deadline: 30s"]);
    let mut connection = house.connect_http2();
    let [method, scheme, authority, _] = GET;
    connection.request(1, &octets(&[method, scheme, authority, (":path", "/hang")]), true);
    for stream in streams(20).into_iter().skip(1) {
        let path = format!("/{stream}");
        connection.request(stream, &octets(&[method, scheme, authority, (":path", &path)]), true);
        assert_eq!(answer(connection.outcome(stream, Deadline::within(SOON))), (200, path));
    }
}

#[test]
fn bodies_go_both_ways_at_the_same_time() {
    let service = Backend::always(vec![
        Step::Send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n".to_vec()),
        Step::ReadBody,
        Step::Send(b"6\r\nsecond\r\n0\r\nx-sum: 2\r\n\r\n".to_vec()),
    ]);
    let house = OpenHouse::over_tls(&service, &["deadline: 30s"]);
    let mut connection = house.connect_http2();
    connection.request(1, &octets(&POST), false).data(1, b"one", false);
    let mut head = None;
    let mut content = Vec::new();
    while content != b"first" {
        let frame = connection.frame(Deadline::within(SOON)).expect("the beginning of the answer");
        match frame.kind {
            HEADERS => head = frame.status(),
            DATA => content.extend_from_slice(&frame.payload),
            _ => {}
        }
    }
    assert_eq!(head, Some(200));
    // Only now the request ends, which the service waits for.
    service.wait_until("the first piece arrives", SOON, |service| service.bytes().concat().ends_with(b"3\r\none\r\n"));
    connection.data(1, b"two", true);
    let frames = std::iter::from_fn(|| connection.frame(Deadline::within(SOON)).ok());
    let mut rest = Vec::new();
    for frame in frames {
        match frame.kind {
            DATA => rest.extend_from_slice(&frame.payload),
            HEADERS => {
                assert_eq!(frame.flags & 1, 1, "trailers end the stream");
                break;
            }
            _ => {}
        }
    }
    assert_eq!(rest, b"second");
    assert_eq!(service.requests()[0].body, b"onetwo");
}

#[test]
fn large_bodies_arrive_whole_in_both_directions() {
    let service = Backend::always(script::echo());
    let house = OpenHouse::over_tls(&service, &[]);
    let mut connection = house.connect_http2();
    // The gateway's settings say how much may be sent ahead: they have to be here first.
    connection.send(PING, 0, 0, b"whatever");
    while connection.frame(Deadline::within(SOON)).expect("an echo").kind != PING {}
    let body: Vec<u8> = (0..200_000_u32).map(|number| number.to_le_bytes()[0] ^ number.to_le_bytes()[1]).collect();
    let length = body.len().to_string();
    for (stream, fields) in [(1, &[("content-length", length.as_str())][..]), (3, &[][..])] {
        connection.request(stream, &octets(&with(&POST, fields)), false);
        let mut pieces = body.chunks(16_000).peekable();
        while let Some(piece) = pieces.next() {
            connection.data(stream, piece, pieces.peek().is_none());
        }
        let outcome = connection.outcome(stream, Deadline::within(SOON));
        assert_eq!(outcome, testkit::http2::Outcome::Answer(200, body.clone()));
    }
}
