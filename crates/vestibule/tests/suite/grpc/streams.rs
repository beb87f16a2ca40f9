//! Methods that stream by their contract: they last while either side sends, and end when both are silent; nothing in the file says so.

use std::net::SocketAddr;
use std::time::Duration;

use testkit::grpc::{framed, unframed};
use testkit::http2::{Http2, Outcome};
use testkit::http2_backend::{Turn, Turns};
use testkit::{Connection, Deadline, House, Http2Backend};

use crate::standing::house;
use crate::two_doors::{SOON, free_address};

const CONTRACT: &str = "syntax = \"proto3\";\npackage shop;\nmessage Note {}\nservice Feed {\n  \
    rpc Get(Note) returns (Note);\n  rpc Watch(Note) returns (stream Note);\n  \
    rpc Send(stream Note) returns (Note);\n  rpc Talk(stream Note) returns (stream Note);\n}\n";
/// Of the API: a stream that sends at every step lasts longer than the one and is never silent for the other.
const DEADLINE: Duration = Duration::from_millis(600);
const STEP: Duration = Duration::from_millis(150);
/// Together twice the deadline.
const STEPS: usize = 8;
const MESSAGE: &[u8] = b"note";

/// A door in cleartext, before a service that does this.
fn open(turns: Turns) -> (House, SocketAddr, Http2Backend) {
    let service = Http2Backend::always(turns);
    let address = free_address();
    let prepared = house();
    prepared.write("feed.proto", CONTRACT);
    let house = prepared.config(&format!(
        "vestibule: 1\n\
         doors:\n  client: {{ listen: \"{address}\", tls: none, protocols: [http2] }}\n\
         services:\n  feed: {{ urls: \"{}\", http: 2 }}\n\
         apis:\n  feed:\n    door: client\n    service: feed\n    public: true\n    contract: feed.proto\n    \
         deadline: 600ms\n    idle: 600ms\n",
        service.url()
    ));
    (house.start(), address, service)
}

fn head() -> Turn {
    Turn::Head(200, vec![("content-type".into(), "application/grpc".into())], false)
}

fn ok() -> Turn {
    Turn::Trailers(vec![("grpc-status".into(), "0".into())])
}

/// A message at every step.
fn steps() -> impl Iterator<Item = Turn> {
    (0..STEPS).flat_map(|_| [Turn::Pause(STEP), Turn::Send(framed(MESSAGE).to_vec())])
}

fn call(address: SocketAddr, method: &str) -> Http2 {
    let mut connection = Http2::over(Connection::plain(address).into_stream());
    let path = format!("/shop.Feed/{method}");
    let fields: [(&[u8], &[u8]); 6] = [
        (b":method", b"POST"),
        (b":scheme", b"http"),
        (b":authority", b"localhost"),
        (b":path", path.as_bytes()),
        (b"content-type", b"application/grpc"),
        (b"te", b"trailers"),
    ];
    connection.request(1, &fields, false);
    connection
}

fn send(connection: &mut Http2, last: bool) {
    connection.data(1, &framed(MESSAGE), last);
}

/// How many messages came; a refusal is an answer without any.
fn messages(connection: &mut Http2) -> usize {
    match connection.outcome(1, Deadline::within(SOON)) {
        Outcome::Answer(200, body) => unframed(&body).expect("whole messages").len(),
        other => panic!("{other:?}"),
    }
}

/// The time of a caller who thinks, which is what is tested.
fn pause() {
    std::thread::park_timeout(STEP);
}

#[test]
fn an_answer_that_streams_lasts_longer_than_the_deadline_and_one_that_does_not_is_cut() {
    let turns = || [Turn::ReadBody, head()].into_iter().chain(steps()).chain([ok()]).collect();
    let (house, address, _service) = open(turns());
    let mut watch = call(address, "Watch");
    send(&mut watch, true);
    assert_eq!(messages(&mut watch), STEPS);
    let mut get = call(address, "Get");
    send(&mut get, true);
    assert!(messages(&mut get) < STEPS);
    house.wait_for_log("upstream-timeout");
}

#[test]
fn a_request_that_streams_lasts_longer_than_the_deadline_and_one_that_does_not_is_cut() {
    let (house, address, service) = open(vec![Turn::ReadBody, head(), Turn::Send(framed(MESSAGE).to_vec()), ok()]);
    let sent = |method: &str| {
        let mut calling = call(address, method);
        for step in 1..=STEPS {
            pause();
            send(&mut calling, step == STEPS);
        }
        messages(&mut calling)
    };
    assert_eq!(sent("Send"), 1);
    assert_eq!(service.arrived().first().expect("a call").body.len(), STEPS * framed(MESSAGE).len());
    assert_eq!(sent("Get"), 0);
    house.wait_for_log("request-timeout");
}

#[test]
fn a_service_that_is_silent_after_a_request_that_streamed_is_waited_for_until_the_deadline() {
    let (house, address, _service) = open(vec![Turn::ReadBody, Turn::Hang]);
    let mut calling = call(address, "Send");
    for step in 1..=STEPS {
        pause();
        send(&mut calling, step == STEPS);
    }
    assert_eq!(messages(&mut calling), 0);
    house.wait_for_log("upstream-timeout");
}

#[test]
fn where_both_stream_one_may_be_silent_as_long_as_the_other_sends() {
    let turns = [head()].into_iter().chain(steps()).chain([ok()]).collect();
    let (_house, address, _service) = open(turns);
    // The caller listens only.
    let mut listens = call(address, "Talk");
    assert_eq!(messages(&mut listens), STEPS);

    let (_house, address, _service) = open(vec![head(), Turn::ReadBody, Turn::Send(framed(MESSAGE).to_vec()), ok()]);
    // The service listens only.
    let mut talks = call(address, "Talk");
    for step in 1..=STEPS {
        pause();
        send(&mut talks, step == STEPS);
    }
    assert_eq!(messages(&mut talks), 1);
}

#[test]
fn where_both_stream_and_neither_sends_it_ends() {
    let (house, address, _service) = open(vec![head(), Turn::Send(framed(MESSAGE).to_vec()), Turn::Hang]);
    let mut quiet = call(address, "Talk");
    let began = std::time::Instant::now();
    assert_eq!(messages(&mut quiet), 1);
    assert!(began.elapsed() >= DEADLINE, "{:?}", began.elapsed());
    house.wait_for_log("-timeout");
}

#[test]
fn show_and_explain_say_that_it_streams() {
    let (house, address, _service) = open(vec![Turn::Hang]);
    let shown = house.command(&["show", "--defaults"]).stdout;
    assert!(shown.contains("# streams: requests and answers"), "{shown}");
    let url = format!("http://localhost:{}/shop.Feed/Talk", address.port());
    let explained = house.command(&["explain", "POST", &url, "--field", "content-type: application/grpc"]).stdout;
    assert!(explained.contains("deadline 600ms to begin, idle 600ms"), "{explained}");
    let explained = house.command(&["explain", "POST", &url.replace("Talk", "Get")]).stdout;
    assert!(explained.contains("deadline 600ms") && !explained.contains("idle"), "{explained}");
}
