//! How WebSockets end: by either side, by silence, by a broken frame, by a reload, by a shutdown.

use std::time::{Duration, Instant};

use testkit::script::Step;
use testkit::{Backend, Connection, Deadline, End};
use tungstenite::Message;

use super::{Echo, GRANTED, SOON, Site, assert_echoed, closed_with};
use crate::reload::reload;

/// A Close of the house with this code, as a caller reads it.
fn close(code: u16) -> Vec<u8> {
    [&[0x88, 2][..], &code.to_be_bytes()].concat()
}

fn logged(site: &Site, code: &str) {
    site.house.wait_for_log(&format!("\"problem\":\"{code}\""));
}

/// Everything until the end of the connection, without the Pings of the house.
fn rest(connection: &mut Connection) -> Vec<u8> {
    let (bytes, end) = connection.read_to_end(Deadline::within(SOON));
    assert_eq!(end, End::Closed, "{}", bytes.escape_ascii());
    bytes
}

#[test]
fn frames_that_break_the_rules_end_it_on_both_sides() {
    let echo = Echo::start();
    let site = Site::plain(&echo.url(), ", body: 1KiB");
    let cases: [(&[u8], u16, &str); 4] = [
        (b"\x81\x02hi", 1002, "malformed-body"),
        (b"\xC1\x80\0\0\0\0", 1002, "malformed-body"),
        (b"\x83\x80\0\0\0\0", 1002, "malformed-body"),
        (b"\x82\xFE\x04\x01\0\0\0\0", 1009, "body-too-large"),
    ];
    for (frame, code, problem) in cases {
        let mut connection = site.open_raw("/chat");
        // What was right before it still arrives, and comes back.
        connection.send(&[b"\x81\x82\0\0\0\0ok", frame].concat());
        let bytes = rest(&mut connection);
        assert!(bytes.ends_with(&close(code)), "{problem}: {}", bytes.escape_ascii());
        assert_eq!(echo.next_close(), 1001, "{problem}");
        logged(&site, problem);
    }
}

#[test]
fn a_service_that_breaks_the_rules_or_goes_is_told_as_a_bad_gateway() {
    let masked = [GRANTED.as_bytes(), b"\x81\x01a\x81\x81\0\0\0\0a"].concat();
    let service = Backend::always(vec![Step::ReadBody, Step::Send(masked), Step::Hang]);
    let site = Site::plain(service.url(), "");
    assert_eq!(rest(&mut site.open_raw("/chat")), [&b"\x81\x01a"[..], &close(1014)].concat());
    logged(&site, "upstream-malformed");

    let gone = [GRANTED.as_bytes(), b"\x81\x01a"].concat();
    service.change(vec![Step::ReadBody, Step::Send(gone), Step::Close]);
    assert_eq!(rest(&mut site.open_raw("/chat")), [&b"\x81\x01a"[..], &close(1014)].concat());
    logged(&site, "upstream-broken");

    // Within a frame nothing else can be said.
    let half = [GRANTED.as_bytes(), b"\x81\x05a"].concat();
    service.change(vec![Step::ReadBody, Step::Send(half), Step::Close]);
    assert_eq!(rest(&mut site.open_raw("/chat")), b"\x81\x05a");
    service.wait_until("no connection is left", SOON, |service| service.open_connections() == 0);
}

#[test]
fn a_caller_that_goes_away_leaves_nothing_behind() {
    let echo = Echo::start();
    let site = Site::plain(&echo.url(), "");
    drop(site.open_raw("/chat"));
    assert_eq!(echo.next_close(), 1001);
    site.open_raw("/chat").into_stream().reset();
    echo.next_close();
    let mut within = site.open_raw("/chat");
    within.send(b"\x81\x85\0\0\0\0a");
    drop(within);
    assert_eq!(echo.next_close(), 0);
    site.house.wait_for_log("\"outcome\":\"abandoned\"");
}

#[test]
fn who_answers_a_ping_stays_and_who_does_not_is_let_go() {
    let echo = Echo::start();
    let site = Site::plain(&echo.url(), ", idle: 1s, deadline: 1s");
    let begun = Instant::now();
    let mut alive = site.open("/chat");
    let mut dead = site.open_raw("/chat");
    // Reading answers the Pings that come, and nothing else is said for several times the idle time and the deadline.
    alive.get_ref().set_timeout(Duration::from_millis(100)).expect("a timeout");
    while begun.elapsed() < Duration::from_secs(4) {
        match alive.read() {
            // The service's answers to the Pings that it got itself come as well.
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Err(tungstenite::Error::Io(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    alive.get_ref().set_timeout(SOON).expect("a timeout");
    assert_echoed(&mut alive, "still there");
    let told = rest(&mut dead);
    assert!(told.starts_with(b"\x89\0") && told.ends_with(&close(1001)), "{}", told.escape_ascii());
    assert_eq!(echo.next_close(), 1001);
    logged(&site, "request-timeout");
}

#[test]
fn a_service_that_answers_no_ping_is_let_go() {
    let service = Backend::always(vec![Step::ReadBody, Step::Send(GRANTED.into()), Step::Hang]);
    let site = Site::plain(service.url(), ", idle: 3s");
    let mut caller = site.open_raw("/chat");
    let (mut bytes, until) = (Vec::new(), Deadline::within(SOON));
    while !bytes.ends_with(b"\x89\0") && !until.passed() {
        bytes.extend(caller.read_to_end(Deadline::within(Duration::from_millis(50))).0);
    }
    caller.send(b"\x8A\x80\0\0\0\0");
    assert_eq!(rest(&mut caller), close(1014));
    logged(&site, "upstream-timeout");
    service.wait_until("it was asked, and told", SOON, |service| {
        let bytes = service.bytes().concat();
        bytes.windows(2).any(|two| two == b"\x89\x80") && bytes.windows(2).any(|two| two == b"\x88\x82")
    });
}

#[test]
fn a_reload_sends_away_only_who_may_not_call_any_more() {
    let echo = Echo::start();
    let site = Site::plain(&echo.url(), "");
    let (mut goes, mut stays) = (site.open("/chat"), site.open("/other"));
    let changed = site.file.replace("GET /chat", "GET /elsewhere");
    reload(&site.house, &changed);
    assert_eq!(closed_with(&mut goes), 1008);
    assert_eq!(echo.next_close(), 1001);
    assert_echoed(&mut stays, "untouched");
    logged(&site, "not-found");
}

#[test]
fn a_shutdown_says_goodbye_to_both_sides() {
    let echo = Echo::start();
    let mut site = Site::plain(&echo.url(), "");
    let mut socket = site.open("/chat");
    assert_echoed(&mut socket, "before");
    site.house.terminate();
    assert_eq!(closed_with(&mut socket), 1001);
    assert_eq!(echo.next_close(), 1001);
    assert!(site.house.wait(SOON).success());
}
