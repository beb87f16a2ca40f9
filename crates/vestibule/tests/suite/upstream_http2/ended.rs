//! What ends early: streams that a service refuses or resets, connections that go away, callers that do.

use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;

use testkit::http2::{END_HEADERS, END_STREAM, GOAWAY, HEADERS, Http2, PING, RST_STREAM, block};
use testkit::http2_backend::{Http2Backend, Turn};
use testkit::{Deadline, Stream};

use super::{keys, open, saying, wait_for};
use crate::open_house::{OpenHouse, SOON, get, post};

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;

#[test]
fn what_a_service_refuses_to_look_at_is_sent_again_whatever_its_method_and_nothing_else_is() {
    for (reason, status, arrivals) in [(REFUSED_STREAM, 200, 2), (INTERNAL_ERROR, 502, 1), (CANCEL, 502, 1)] {
        let service = Http2Backend::choosing(move |_, number| match number {
            0 => vec![Turn::Reset(reason)],
            _ => saying("hello"),
        });
        let house = open(&service);
        let answer = house.connect().exchange(post("content-length: 0", ""));
        assert_eq!(answer.status, status, "{reason}: {}", answer.text());
        assert_eq!(service.arrived().len(), arrivals, "{reason}");
    }
}

#[test]
fn a_service_that_refuses_for_ever_is_unavailable() {
    let service = Http2Backend::always(vec![Turn::Reset(REFUSED_STREAM)]);
    let answer = open(&service).connect().exchange(post("content-length: 0", ""));
    assert_eq!((answer.status, answer.problem().as_deref()), (503, Some("upstream-unavailable")));
}

#[test]
fn a_service_that_leaves_is_connected_to_again_without_a_word_to_callers() {
    let service = Http2Backend::choosing(|_, _| [saying("hello"), vec![Turn::Leave]].concat());
    let house = open(&service);
    let mut connection = house.connect();
    for _ in 0..10 {
        let answer = connection.exchange(post("content-length: 0", ""));
        assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
    }
    assert!(service.connections() >= 2, "{}", service.connections());
}

/// A service of single frames: what becomes of each of its connections is a function of its number.
fn raw(serve: impl Fn(usize, Http2) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("a bound socket");
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let Ok(stream) = stream else { return };
            serve(number, Http2::serving(Stream::Tcp(stream)));
        }
    });
    address
}

/// The stream of the next request.
fn next_request(connection: &mut Http2) -> u32 {
    loop {
        let frame = connection.frame(Deadline::within(SOON)).expect("a request");
        if frame.kind == HEADERS {
            return frame.stream;
        }
    }
}

fn say_nothing_more(connection: &mut Http2, stream: u32) {
    connection.send(HEADERS, END_HEADERS | END_STREAM, stream, &block(&[(b":status", b"200")]));
}

fn go_away(connection: &mut Http2, last: u32) {
    connection.send(GOAWAY, 0, 0, &[last.to_be_bytes(), NO_ERROR.to_be_bytes()].concat());
}

#[test]
fn a_request_beyond_the_last_of_a_goaway_goes_out_again_and_one_before_it_does_not() {
    for (last, status) in [(0, 200), (1, 502)] {
        let address = raw(move |number, mut connection| {
            let stream = next_request(&mut connection);
            if number == 0 {
                go_away(&mut connection, last);
            } else {
                say_nothing_more(&mut connection, stream);
                // The end of the other side.
                while connection.frame(Deadline::within(SOON)).is_ok() {}
            }
        });
        let house = OpenHouse::to_service(&format!("urls: \"http://{address}\", http: 2"), &[]);
        let answer = house.connect().exchange(post("content-length: 0", ""));
        assert_eq!(answer.status, status, "last {last}: {}", answer.text());
    }
}

#[test]
fn a_caller_that_goes_away_ends_its_stream_and_no_other() {
    let service = Http2Backend::choosing(|arrived, _| match arrived.uri.ends_with("/hang") {
        true => vec![Turn::Hang],
        false => saying("hello"),
    });
    let house = OpenHouse::over_tls_to(crate::standing::house(), &keys(&service), &["deadline: 30s"]);
    let mut connection = house.connect_http2();
    let path = |path: &'static [u8]| -> [(&[u8], &[u8]); 4] {
        [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"h"), (b":path", path)]
    };
    connection.request(1, &path(b"/hang"), true);
    connection.request(3, &path(b"/hang"), true);
    wait_for(&service, |arrived| arrived.len() == 2);
    connection.cancel(1);
    wait_for(&service, |arrived| arrived.iter().filter(|arrived| arrived.reset == Some(CANCEL)).count() == 1);
    connection.request(5, &path(b"/"), true);
    let outcome = connection.outcome(5, Deadline::within(SOON));
    assert_eq!(outcome, testkit::http2::Outcome::Answer(200, b"hello".to_vec()));
    assert_eq!(service.connections(), 1);
}

#[test]
fn a_service_that_breaks_off_in_the_middle_breaks_the_answer_off() {
    let turns = vec![Turn::Head(200, Vec::new(), false), Turn::Send(vec![b'x'; 100_000]), Turn::Reset(INTERNAL_ERROR)];
    let service = Http2Backend::always(turns);
    let house = open(&service);
    let answer = house.connect().send(&get("/")).answer_to("GET", Deadline::within(SOON));
    assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status == 502));
    house.house.wait_for_log("upstream-broken");
}

#[test]
fn a_service_that_needs_no_more_of_a_request_may_answer_before_its_end() {
    // Dropped behind that, the stream is reset with NO_ERROR.
    let turns = vec![Turn::Head(413, Vec::new(), false), Turn::Send(b"enough".to_vec()), Turn::End];
    let service = Http2Backend::always(turns);
    let house = open(&service);
    let mut connection = house.connect();
    connection.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\nbegin");
    let answer = connection.answer_to("POST", Deadline::within(SOON)).expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (413, "enough"));
}

#[test]
fn a_connection_on_which_nothing_is_heard_is_asked_whether_it_is_alive() {
    let (tell, told) = mpsc::channel();
    let address = raw(move |_, mut connection| {
        // With the first request over, nothing is under way that would be heard later.
        let stream = next_request(&mut connection);
        say_nothing_more(&mut connection, stream);
        let deadline = Deadline::within(SOON);
        let mut came = Vec::new();
        // Silent as a machine that is gone: nothing is answered, not even a PING.
        while let Ok(frame) = connection.frame(deadline) {
            came.push(frame.kind);
            if frame.kind == PING {
                break;
            }
        }
        let _ = tell.send(came);
    });
    let keys = format!("urls: \"http://{address}\", http: 2, retries: {{ attempts: none }}");
    let house = OpenHouse::to_service(&keys, &["deadline: 1500ms"]);
    // One connection of a caller is one thread of the gateway, and one connection to the service.
    let mut caller = house.connect();
    assert_eq!(caller.exchange(get("/")).status, 200);
    let answer = caller.exchange(get("/"));
    assert_eq!((answer.status, answer.problem().as_deref()), (504, Some("upstream-timeout")));
    let came = told.recv_timeout(SOON).expect("frames");
    assert!(came.contains(&RST_STREAM) && came.last() == Some(&PING), "{came:?}");
}
