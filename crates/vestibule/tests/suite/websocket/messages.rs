//! What passes, and how.

use tungstenite::Message;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};

use super::{Echo, GRANTED, Site, assert_echoed, handshake, next};
use testkit::script::Step;
use testkit::{Backend, Deadline, Reply, script};

fn fragment(bytes: &'static [u8], first: bool, last: bool) -> Message {
    let code = OpCode::Data(if first { Data::Binary } else { Data::Continue });
    Message::Frame(Frame::message(bytes, code, last))
}

fn talk(site: &Site, echo: &Echo) {
    let mut socket = site.open("/chat?room=1");
    for length in [0, 1, 125, 126, 65_535, 65_536, 900_000] {
        let message = Message::binary(vec![b'x'; length]);
        socket.send(message.clone()).expect("sent");
        assert_eq!(next(&mut socket), message, "{length}");
    }
    assert_echoed(&mut socket, "grüße");
    socket.send(fragment(b"one", true, false)).expect("sent");
    socket.send(Message::Ping("between".into())).expect("sent");
    socket.send(fragment(b"two", false, true)).expect("sent");
    assert_eq!(next(&mut socket), Message::binary(&b"onetwo"[..]));
    socket.close(None).expect("sent");
    while socket.read().is_ok() {}
    assert_eq!(echo.next_close(), 1005);
}

#[test]
fn messages_of_every_size_pass_both_ways_and_leave_one_line() {
    let echo = Echo::start();
    let site = Site::plain(&echo.url(), "");
    talk(&site, &echo);
    let line = site.house.wait_for_log("\"/chat\"");
    let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!((line["status"].as_u64(), line["outcome"].as_str()), (Some(101), Some("answered")), "{line}");
    assert!(line["bytes_in"].as_u64().is_some_and(|bytes| bytes > 1_000_000), "{line}");
    assert!(line["bytes_out"].as_u64().is_some_and(|bytes| bytes > 1_000_000), "{line}");
    assert_eq!(site.house.stdout().matches("\"/chat\"").count(), 1);
}

#[test]
fn messages_pass_over_tls() {
    let echo = Echo::start();
    talk(&Site::over_tls(&echo.url()), &echo);
}

#[test]
fn many_websockets_do_not_mix() {
    let echo = Echo::start();
    let site = Site::plain(&echo.url(), "");
    let mut sockets: Vec<_> = (0..50).map(|_| site.open("/chat")).collect();
    for round in 0..3 {
        for (number, socket) in sockets.iter_mut().enumerate() {
            socket.send(Message::text(format!("{number}/{round}"))).expect("sent");
        }
        for (number, socket) in sockets.iter_mut().enumerate() {
            assert_eq!(next(socket), Message::text(format!("{number}/{round}")));
        }
    }
}

/// The service speaks first, in the same write as its answer; the caller does not wait for the answer.
#[test]
fn what_is_sent_right_behind_the_handshake_passes() {
    let early = [GRANTED.as_bytes(), b"\x81\x05hello\x88\x00"].concat();
    let service = Backend::always(vec![Step::ReadBody, Step::Send(early), Step::Hang]);
    let site = Site::plain(service.url(), "");
    let mut connection = site.connect();
    let sent = [handshake("/chat", "").as_bytes(), b"\x82\x83\0\0\0\0abc\x88\x80\0\0\0\0"].concat();
    let answer = connection.exchange(&sent);
    assert_eq!(answer.status, 101, "{}", answer.text());
    let (bytes, _) = connection.read_to_end(Deadline::default());
    assert_eq!(bytes, b"\x81\x05hello\x88\x00");
    service.wait_until("the frames of the caller", super::SOON, |service| {
        service.bytes().concat().ends_with(b"\x82\x83\0\0\0\0abc\x88\x80\0\0\0\0")
    });
}

#[test]
fn a_service_sees_the_handshake_as_it_was_and_who_called() {
    let service = Backend::always(script::answer(Reply::status(403, "not you")));
    let site = Site::plain(service.url(), "");
    let mut connection = site.connect();
    let fields = "Sec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Extensions: x-one\r\nX-Forwarded-For: 1.2.3.4\r\n";
    let answer = connection.exchange(handshake("/chat", fields));
    // A service that says no is heard. Frames may be on their way already, so that nothing more is read.
    assert_eq!((answer.status, answer.text().as_str()), (403, "not you"));
    assert_eq!(answer.field("connection"), Some("close"));
    assert!(connection.is_closed_by(Deadline::default()));
    let head = &service.requests()[0].head;
    for (name, value) in [
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-version", "13"),
        ("sec-websocket-protocol", "a, b"),
        ("sec-websocket-extensions", "x-one"),
        ("x-forwarded-for", "127.0.0.1"),
    ] {
        assert_eq!(head.text(name), Some(value), "{name}");
    }
}
