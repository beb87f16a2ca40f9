//! Server-sent events and other answers that go on: each piece at once, and for as long as they are not silent.

use std::time::{Duration, Instant};

use testkit::http2::Outcome;
use testkit::script::{Script, Step};
use testkit::{Backend, Deadline, End};

use crate::open_house::{OpenHouse, SOON, get};
use crate::standing::house;

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nconnection: close\r\n\r\n";
const EVENT: &str = "data: 1\n\n";

/// The first event at once, and the second byte by byte, which takes longer than the deadline of a second.
fn slow_events(head: &str) -> Script {
    vec![
        Step::ReadBody,
        Step::Send(format!("{head}{EVENT}").into_bytes()),
        Step::Trickle(EVENT.into(), Duration::from_millis(250)),
        Step::Close,
    ]
}

#[test]
fn events_come_one_by_one_and_outlive_the_deadline() {
    let service = Backend::always(slow_events(HEAD));
    let house = OpenHouse::plain(&service, &["deadline: 1s"]);
    let since = Instant::now();
    let mut connection = house.connect();
    connection.send(b"GET /feed HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n");
    let (first, end) = connection.read_to_end(Deadline::within(Duration::from_millis(900)));
    assert_eq!(end, End::StillOpen);
    assert!(String::from_utf8_lossy(&first).contains(EVENT), "{}", first.escape_ascii());
    let (rest, end) = connection.read_to_end(Deadline::within(SOON));
    assert_eq!(end, End::Closed);
    assert!(rest.ends_with(b"0\r\n\r\n"), "{}", rest.escape_ascii());
    assert!(since.elapsed() > Duration::from_secs(2));
}

#[test]
fn events_outlive_the_deadline_over_http_2() {
    let service = Backend::always(slow_events(HEAD));
    let house = OpenHouse::over_tls(&service, &["deadline: 1s"]);
    let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", "/feed")];
    let fields = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let outcome = house.connect_http2().request(1, &fields, true).outcome(1, Deadline::within(SOON));
    let Outcome::Answer(200, body) = outcome else { panic!("{outcome:?}") };
    assert_eq!(String::from_utf8_lossy(&body), EVENT.repeat(2));
}

#[test]
fn silence_ends_a_stream_of_events() {
    let service = Backend::always(vec![Step::ReadBody, Step::Send(format!("{HEAD}{EVENT}").into_bytes()), Step::Hang]);
    let house = OpenHouse::plain(&service, &["idle: 1s"]);
    let mut connection = house.connect();
    let since = Instant::now();
    connection.send(&get("/feed"));
    let (bytes, end) = connection.read_to_end(Deadline::within(SOON));
    assert_ne!(end, End::StillOpen);
    assert!(!bytes.ends_with(b"0\r\n\r\n"), "a stream that was cut does not look whole");
    assert!((Duration::from_secs(1)..Duration::from_secs(8)).contains(&since.elapsed()), "{:?}", since.elapsed());
    house.house.wait_for_log("\"problem\":\"upstream-timeout\"");
    service.wait_until("no connection is left", SOON, |service| service.open_connections() == 0);
}

#[test]
fn an_answer_of_another_kind_outlives_the_deadline_only_where_its_operation_says_how_long_it_may_be_silent() {
    let head = HEAD.replace("text/event-stream; charset=utf-8", "text/plain");
    let service = Backend::always(slow_events(&head));
    let address = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, testkit::port::free()));
    let file = format!(
        "vestibule: 1\n\
         doors:\n  client: {{ listen: \"{address}\", tls: none }}\n\
         services:\n  shop: {{ urls: \"{}\" }}\n\
         apis:\n  shop:\n    door: client\n    service: shop\n    public: true\n    deadline: 1s\n\
         \x20   operations:\n      short: \"GET /short\"\n      long: {{ route: \"GET /long\", idle: 5s }}\n",
        service.url()
    );
    let _house = house().config(&file).start();
    let cases = [("/short", false), ("/long", true)];
    for (path, whole) in cases {
        let mut connection = testkit::Connection::plain(address);
        connection.send(&get(path));
        let answer = connection.answer_to("GET", Deadline::within(SOON));
        assert_eq!(answer.is_ok_and(|answer| answer.text() == EVENT.repeat(2)), whole, "{path}");
    }
}
