//! What a service can do wrong, one after the other on one caller's connection: each costs its own request only.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use testkit::script::{Script, Step, close, close_mid_body, close_mid_chunks, hang, hang_mid_body, raw, raw_and_close};
use testkit::script::{answer, answer_early, reset, reset_mid_body, send_more, trickle};
use testkit::{Backend, Connection, Deadline, End, Reply, port};

use super::service_with;
use crate::open_house::{OpenHouse, SOON, get};

/// What the caller gets of a fault.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    /// A whole answer with this text.
    Text(&'static str),
    /// This problem of the house.
    Problem(u16, &'static str),
    /// Never a whole answer: its beginning and then the end of the connection, or 502 where nothing had gone out yet.
    Cut,
}

use Outcome::{Cut, Problem, Text};

const BROKEN: Outcome = Problem(502, "upstream-broken");
const MALFORMED: Outcome = Problem(502, "upstream-malformed");
const TIMED_OUT: Outcome = Problem(504, "upstream-timeout");

/// Before and after each fault, requests on the same connection and on a new one get their own answers.
fn assert_contained(faults: Vec<(&str, Script, Outcome)>) {
    let service = service_with(faults.iter().map(|(_, script, _)| script.clone()).collect());
    let house = OpenHouse::plain(&service, &["deadline: 1s"]);
    let mut connection = house.connect();
    for (number, (name, _, outcome)) in faults.iter().enumerate() {
        // The connection to the service that the fault happens on is one that was used before.
        assert_eq!(own(&mut connection, &format!("/before/{number}")), format!("/before/{number}"), "{name}");
        let ended = meet(&mut connection, number, name, *outcome);
        if ended {
            connection = house.connect();
        }
        assert_eq!(own(&mut connection, &format!("/after/{number}")), format!("/after/{number}"), "{name}");
        assert_eq!(house.get(&format!("/new/{number}")), format!("/new/{number}"), "{name}");
    }
    drop(connection);
    house.wait_for_metric("http_server_active_requests", "0");
    let idle = 4;
    service.wait_until("only idle connections are left", SOON, |service| service.open_connections() <= idle);
}

fn own(connection: &mut Connection, target: &str) -> String {
    let answer = connection.exchange(get(target));
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    answer.text()
}

/// Has the fault happen; whether the caller's connection ended with it.
fn meet(connection: &mut Connection, number: usize, name: &str, outcome: Outcome) -> bool {
    connection.send(&get(&format!("/fault/{number}")));
    let answer = connection.answer_to("GET", Deadline::within(SOON));
    match outcome {
        Cut => match answer {
            Ok(answer) => {
                assert!(matches!(answer.status, 502 | 504) && answer.problem().is_some(), "{name}: {}", answer.text());
                answer.field("connection") == Some("close")
            }
            Err(left) => {
                assert!(left.starts_with("no whole answer") && left.contains("HTTP/1.1 200"), "{name}: {left}");
                assert_ne!(connection.read_to_end(Deadline::within(SOON)).1, End::StillOpen, "{name}");
                true
            }
        },
        Text(text) => {
            let answer = answer.expect(name);
            assert_eq!((answer.status, answer.text().as_str()), (200, text), "{name}");
            answer.field("connection") == Some("close")
        }
        Problem(status, code) => {
            let answer = answer.expect(name);
            assert_eq!((answer.status, answer.problem().as_deref()), (status, Some(code)), "{name}: {}", answer.text());
            answer.field("connection") == Some("close")
        }
    }
}

#[test]
fn services_that_break_off() {
    assert_contained(vec![
        ("close mid body", close_mid_body(10, b"abc"), Cut),
        ("close before the body", close_mid_body(10, b""), Cut),
        ("close mid chunks", close_mid_chunks(b"abc"), Cut),
        ("close in a chunk", raw_and_close("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc"), Cut),
        (
            "close before the last CR LF",
            raw_and_close("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"),
            Cut,
        ),
        ("close in the head", raw_and_close("HTTP/1.1 200 OK\r\ncontent-le"), BROKEN),
        ("close after an interim answer", raw_and_close("HTTP/1.1 103 Early Hints\r\n\r\n"), BROKEN),
        ("reset mid body", reset_mid_body(10, b"abc"), Cut),
        ("a body that ends with the connection", raw_and_close("HTTP/1.1 200 OK\r\n\r\nall of it"), Text("all of it")),
        (
            "close with an answer that stays",
            raw_and_close("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"),
            Text("ok"),
        ),
    ]);
}

#[test]
fn services_that_do_not_speak_http() {
    let heads = [
        "SSH-2.0-OpenSSH_9.9\r\n",
        "220 mail.example ESMTP\r\n",
        "\x15\x03\x01\x00\x02\x02\x28",
        "hello",
        "\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 600 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1  200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\ncontent-length: 0\n\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n x: y\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx: a\0b\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: identity\r\n\r\n",
        "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    ];
    let faults = heads.map(|head| (head, raw(head), MALFORMED));
    assert_contained(faults.to_vec());
}

#[test]
fn services_that_send_too_much_of_a_head() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(5_000) + "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let hints = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let large = format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx: {}\r\n\r\n", "y".repeat(100_000));
    let many = format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n{}\r\n", "x: y\r\n".repeat(500));
    // Slowly, so that they come in many pieces.
    let slow = "HTTP/1.1 100 Continue\r\n\r\n".repeat(18).into_bytes();
    assert_contained(vec![
        ("interim answers without end", raw(interim), MALFORMED),
        ("a few interim answers", raw(hints), Text("ok")),
        ("a large head", raw(large), MALFORMED),
        ("many fields", raw(many), MALFORMED),
        (
            "interim answers one by one",
            vec![Step::ReadBody, Step::Trickle(slow, Duration::from_micros(100)), Step::Hang],
            MALFORMED,
        ),
    ]);
}

#[test]
fn services_that_break_their_chunks() {
    let bodies = [
        "x\r\nabc\r\n0\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n",
        "3\nabc\n0\n\n",
        "3\r\nabc\r\n0\r\ncontent length: 3\r\n\r\n",
        "-1\r\n\r\n",
    ];
    let chunked = |body| raw(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{body}"));
    let mut faults = bodies.map(|body| (body, chunked(body), Cut)).to_vec();
    // A trailer that belongs in a head is well formed, and dropped.
    let head = "3\r\nabc\r\n0\r\ncontent-length: 3\r\n\r\n";
    faults.push((head, chunked(head), Text("abc")));
    assert_contained(faults);
}

#[test]
fn services_that_lie_about_length_leak_nothing_into_the_next_answer() {
    let second = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nstolen";
    assert_contained(vec![
        ("more than promised", send_more(3, b"abcdef"), Text("abc")),
        ("a second answer", raw(format!("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc{second}")), Text("abc")),
        (
            "a second answer after chunks",
            raw(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n{second}")),
            Text("abc"),
        ),
        ("a second answer after none", raw(format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n{second}")), Text("")),
        ("less than promised", hang_mid_body(10, b"abc"), Cut),
        (
            "less than promised, in chunks",
            raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"),
            Cut,
        ),
    ]);
}

#[test]
fn services_that_hang_or_trickle_are_given_until_the_deadline() {
    let reply = Reply::ok("in time");
    assert_contained(vec![
        ("hang", hang(), TIMED_OUT),
        ("hang in the head", raw("HTTP/1.1 200 OK\r\ncontent-len"), TIMED_OUT),
        ("trickle a head", trickle(&reply, Duration::from_millis(50)), TIMED_OUT),
        ("trickle quickly", trickle(&reply, Duration::from_micros(100)), Text("in time")),
    ]);
}

#[test]
fn a_deadline_is_kept() {
    let service = Backend::always(hang());
    let house = OpenHouse::plain(&service, &["deadline: 300ms"]);
    for _ in 0..3 {
        let before = Instant::now();
        assert_eq!(house.connect().exchange(get("/")).status, 504);
        let took = before.elapsed();
        assert!((Duration::from_millis(300)..Duration::from_secs(5)).contains(&took), "{took:?}");
    }
    service.wait_until("those that hang are let go", SOON, |service| service.open_connections() == 0);
    // The deadline is for the whole answer, however busily it comes.
    service.change(vec![
        Step::ReadBody,
        Step::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".to_vec()),
        Step::Trickle(vec![b'x'; 100_000], Duration::from_millis(5)),
    ]);
    let before = Instant::now();
    let mut connection = house.connect();
    connection.send(&get("/")).answer_to("GET", Deadline::within(SOON)).expect_err("cut");
    assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
    service.wait_until("the slow one is let go", SOON, |service| service.open_connections() == 0);
}

#[test]
fn a_silence_in_a_body_is_given_as_long_as_the_file_says() {
    let service = Backend::always(hang_mid_body(10, b"abc"));
    let house = OpenHouse::plain(&service, &["deadline: 10min", "idle: 300ms"]);
    let before = Instant::now();
    house.connect().send(&get("/")).answer_to("GET", Deadline::within(SOON)).expect_err("cut");
    let took = before.elapsed();
    assert!((Duration::from_millis(300)..Duration::from_secs(5)).contains(&took), "{took:?}");
    service.wait_until("the silent one is let go", SOON, |service| service.open_connections() == 0);
}

#[test]
fn a_service_that_is_not_there_is_502_at_once() {
    let house = OpenHouse::plain_to(&format!("http://127.0.0.1:{}", port::free()), &[]);
    let mut connection = house.connect();
    for _ in 0..3 {
        let before = Instant::now();
        let answer = connection.exchange(get("/"));
        assert_eq!((answer.status, answer.problem().as_deref()), (502, Some("upstream-unreachable")));
        assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
    }
}

#[test]
fn a_service_that_comes_back_is_used_again() {
    let service = Backend::saying("first life");
    let address = service.address();
    let house = OpenHouse::plain(&service, &[]);
    let mut connection = house.connect();
    assert_eq!(own(&mut connection, "/"), "first life");
    drop(service);
    let gone = Deadline::within(SOON);
    while TcpStream::connect(address).is_ok() {
        assert!(!gone.passed(), "it still listens");
    }
    let refusal = connection.exchange(get("/"));
    assert_eq!((refusal.status, refusal.problem().as_deref()), (502, Some("upstream-unreachable")));
    let service = Backend::on(address, |_, _| answer(Reply::ok("second life")));
    assert_eq!(own(&mut connection, "/"), "second life");
    assert_eq!(service.arrivals(), 1);
}

#[test]
fn a_fault_on_a_new_connection_is_told_and_not_repeated() {
    for (script, outcome) in
        [(close(), "upstream-broken"), (reset(), "upstream-broken"), (answer_early(Reply::ok("x")), "")]
    {
        let service = Backend::always(script);
        let house = OpenHouse::plain(&service, &[]);
        let answer = house.connect().exchange(get("/"));
        assert_eq!(answer.problem().unwrap_or_default(), outcome, "{}", answer.text());
        assert_eq!(service.arrivals(), 1);
    }
}
