//! What an HTTP/2 service gets of a request, and a caller of its answer.

use std::net::SocketAddr;
use std::sync::Arc;

use testkit::http2::{DATA, HEADERS, Outcome};
use testkit::http2_backend::{Barrier, Http2Backend, Turn};
use testkit::{Backend, Connection, Deadline, Reply, port, script};

use super::{echo, fields, keys, open, saying, wait_for};
use crate::open_house::{OpenHouse, SOON, get, post};
use crate::standing::house;

#[test]
fn a_request_is_said_in_the_way_of_http2_and_nothing_of_the_connection_goes_on() {
    let service = Http2Backend::always(saying("hello"));
    let house = open(&service);
    let request = "GET /a%20b?c=d HTTP/1.1\r\nHost: Shop.example\r\nX-Own: one\r\nx-own: two\r\nConnection: x-hop\r\n\
                   X-Hop: y\r\nKeep-Alive: 5\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n";
    let answer = house.connect().exchange(request);
    assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
    let arrived = service.arrived().remove(0);
    assert_eq!((arrived.method.as_str(), arrived.uri.as_str()), ("GET", "http://Shop.example/a%20b?c=d"));
    let values = |name: &str| -> Vec<_> {
        arrived.fields.iter().filter(|field| field.0 == name).map(|field| field.1.as_str()).collect()
    };
    assert_eq!(values("x-own"), ["one", "two"]);
    assert_eq!(values("x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(values("x-request-id").len(), 1);
    for name in ["connection", "keep-alive", "x-hop", "transfer-encoding", "host", "te", "upgrade"] {
        assert_eq!(values(name), [""; 0], "{name}");
    }
}

#[test]
fn bodies_go_both_ways_in_any_size_over_one_connection() {
    let service = Http2Backend::always(echo(200));
    let house = open(&service);
    let mut connection = house.connect();
    let large = "0123456789abcdef".repeat(128 * 1024 / 2);
    for body in ["", "small", &large] {
        let answer = connection.exchange(post(&format!("content-length: {}", body.len()), body));
        assert_eq!((answer.status, answer.text() == *body), (200, true), "{}", body.len());
    }
    let chunked = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let answer = connection.exchange(post("transfer-encoding: chunked", &chunked));
    assert_eq!((answer.status, answer.text() == large), (200, true));
    let arrived = service.arrived();
    let length = |number: usize| arrived[number].fields.iter().find(|field| field.0 == "content-length").cloned();
    assert_eq!(length(1).map(|field| field.1), Some("5".to_owned()));
    assert_eq!(length(3), None);
    assert_eq!((arrived.len(), service.connections()), (4, 1));
}

#[test]
fn trailers_go_both_ways() {
    let service = Http2Backend::always(echo(200));
    let house = open(&service);
    let request = "POST /order HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\nConnection: te\r\n\
                   TE: trailers\r\n\r\n2\r\nab\r\n0\r\nx-sum: 7\r\n\r\n";
    let answer = house.connect().exchange(request);
    assert_eq!((answer.status, answer.text().as_str()), (200, "ab"));
    assert!(answer.raw.ends_with(b"0\r\nx-sum: 7\r\n\r\n"), "{}", answer.raw.escape_ascii());
    let arrived = service.arrived().remove(0);
    assert_eq!(arrived.trailers, fields(&[("x-sum", "7")]));
    assert!(arrived.fields.contains(&("te".to_owned(), "trailers".to_owned())), "{:?}", arrived.fields);
}

#[test]
fn over_http2_on_both_sides_trailers_end_an_answer_and_an_answer_of_nothing_else_stays_one() {
    let turns = vec![
        Turn::Head(200, fields(&[("content-type", "application/x")]), false),
        Turn::Send(b"ab".to_vec()),
        Turn::Trailers(fields(&[("x-sum", "7")])),
    ];
    let alone = vec![Turn::Head(200, fields(&[("x-sum", "7")]), true)];
    let service = Http2Backend::choosing(move |_, number| if number == 0 { turns.clone() } else { alone.clone() });
    let house = OpenHouse::over_tls_to(house(), &keys(&service), &["deadline: 30s"]);
    let mut connection = house.connect_http2();
    connection.request(1, &get_fields(), true);
    let deadline = Deadline::within(SOON);
    let mut kinds = Vec::new();
    let last = loop {
        let frame = connection.frame(deadline).expect("an answer");
        if frame.stream == 1 {
            kinds.push(frame.kind);
            if frame.ends_stream() {
                break frame;
            }
        }
    };
    assert_eq!(kinds, [HEADERS, DATA, HEADERS]);
    assert!(last.payload.windows(5).any(|window| window == b"x-sum") || !last.payload.is_empty());
    connection.request(3, &get_fields(), true);
    let frame = loop {
        let frame = connection.frame(deadline).expect("an answer");
        if frame.stream == 3 {
            break frame;
        }
    };
    assert_eq!((frame.kind, frame.ends_stream(), frame.status()), (HEADERS, true, Some(200)));
}

#[test]
fn trailers_that_belong_in_a_head_are_dropped_one_by_one_and_too_many_break_the_answer_off() {
    let misplaced = ["x-request-id", "via", "server", "vary", "set-cookie", "content-type", "date", "cookie"];
    let mut trailers: Vec<_> = misplaced.iter().map(|name| (*name, "theirs")).collect();
    trailers.push(("x-sum", "7"));
    let ends = move |trailers| {
        vec![
            Turn::Head(200, fields(&[("content-type", "application/x")]), false),
            Turn::Send(b"ab".to_vec()),
            Turn::Trailers(trailers),
        ]
    };
    let (good, bad) = (ends(fields(&trailers)), ends(fields(&[("x-sum", "7"); 65])));
    let service = Http2Backend::choosing(move |_, number| if number == 0 { good.clone() } else { bad.clone() });
    let house = open(&service);
    let answer = house.connect().exchange("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    assert!(answer.raw.ends_with(b"0\r\nx-sum: 7\r\n\r\n"), "{}", answer.raw.escape_ascii());
    let house = OpenHouse::over_tls_to(self::house(), &keys(&service), &["deadline: 30s"]);
    let mut connection = house.connect_http2();
    // Often enough that in some of them the end is there together with what comes before it.
    for stream in (1..40).step_by(2) {
        connection.request(stream, &get_fields(), true);
        let outcome = connection.outcome(stream, Deadline::within(SOON));
        assert!(!matches!(outcome, Outcome::Answer(..) | Outcome::Nothing), "{outcome:?}");
    }
}

#[test]
fn many_requests_share_a_connection_and_no_more_than_the_service_allows() {
    const AT_ONCE: usize = 60;
    for (allowed, connections) in [(200, 1), (10, 6)] {
        // No answer is given before all requests are there.
        let all = Turn::Meet(Arc::new(Barrier::new(AT_ONCE)));
        let service = Http2Backend::taking(allowed, [vec![all], saying("hello")].concat());
        let house = OpenHouse::over_tls_to(house(), &keys(&service), &["deadline: 30s"]);
        let mut connection = house.connect_http2();
        let streams: Vec<u32> = (0..60).map(|number| 2 * number + 1).collect();
        for stream in &streams {
            connection.request(*stream, &get_fields(), true);
        }
        let outcomes = connection.outcomes(&streams, Deadline::within(SOON));
        assert_eq!(outcomes.len(), AT_ONCE);
        for (stream, outcome) in outcomes {
            assert_eq!(outcome, Outcome::Answer(200, b"hello".to_vec()), "stream {stream}");
        }
        assert_eq!(service.connections(), connections, "{allowed} at once are allowed");
    }
}

#[test]
fn a_caller_that_does_not_read_holds_up_nobody_else() {
    let large = vec![b'x'; 4 * 1024 * 1024];
    let service = Http2Backend::choosing(move |arrived, _| {
        let text = if arrived.uri.ends_with("/large") { large.clone() } else { b"small".to_vec() };
        vec![Turn::Head(200, Vec::new(), false), Turn::Send(text), Turn::End]
    });
    let house = OpenHouse::over_tls_to(house(), &keys(&service), &["deadline: 30s"]);
    let mut connection = house.connect_http2();
    // None of these streams' windows is ever opened again.
    for stream in 0..20 {
        connection.request(2 * stream + 1, &get_fields_of("/large"), true);
    }
    wait_for(&service, |arrived| arrived.len() == 20);
    let mut other = house.connect_http2();
    for stream in 0..5 {
        other.request(2 * stream + 1, &get_fields_of("/small"), true);
        let outcome = other.outcome(2 * stream + 1, Deadline::within(SOON));
        assert_eq!(outcome, Outcome::Answer(200, b"small".to_vec()));
    }
}

#[test]
fn a_service_is_told_how_long_its_answer_is_waited_for() {
    let service = Http2Backend::always(saying("hello"));
    let house = OpenHouse::to_service(&keys(&service), &["deadline: 5s"]);
    let request = "GET / HTTP/1.1\r\nHost: h\r\nVestibule-Deadline-Ms: 1\r\n\r\n";
    assert_eq!(house.connect().exchange(request).status, 200);
    let fields = service.arrived().remove(0).fields;
    let told: Vec<u64> = fields
        .iter()
        .filter(|field| field.0 == "vestibule-deadline-ms")
        .map(|field| field.1.parse().expect("a number"))
        .collect();
    assert!(matches!(told.as_slice(), [1000..=5000]), "{told:?}");
    // What has no end is waited for as long as it goes on.
    let address = SocketAddr::from(([127, 0, 0, 1], port::free()));
    let _house = crate::standing::house()
        .config(&format!(
            "vestibule: 1\ndoors:\n  client: {{ listen: \"{address}\", tls: none }}\n\
             services:\n  shop: {{ {} }}\n\
             apis:\n  shop:\n    door: client\n    service: shop\n    public: true\n\
             \x20   operations: {{ events: {{ route: GET /events, idle: 5s }} }}\n",
            keys(&service)
        ))
        .start();
    assert_eq!(Connection::plain(address).exchange(get("/events")).status, 200);
    let fields = service.arrived().remove(1).fields;
    assert!(fields.iter().all(|field| field.0 != "vestibule-deadline-ms"), "{fields:?}");
}

#[test]
fn interim_answers_are_passed_over_and_an_answer_to_head_has_no_body() {
    let turns = vec![Turn::Interim(103), Turn::Interim(103), Turn::Head(200, fields(&[("content-length", "5")]), true)];
    let service = Http2Backend::always(turns);
    let house = open(&service);
    let mut connection = house.connect();
    connection.send(b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    let answer = connection.answer_to("HEAD", Deadline::within(SOON)).expect("an answer");
    assert_eq!((answer.status, answer.field("content-length")), (200, Some("5")));
    let endless = Http2Backend::always(vec![Turn::Interim(103); 40]);
    let answer = open(&endless).connect().exchange(get("/"));
    assert_eq!((answer.status, answer.problem().as_deref()), (502, Some("upstream-malformed")));
}

#[test]
fn what_a_probe_asks_is_said_in_the_way_of_http2_too() {
    let service = Http2Backend::always(saying("well"));
    let keys = format!("{}, health: {{ route: GET /healthz, every: 1s, healthy_after: 1 }}", keys(&service));
    let house = OpenHouse::to_service(&keys, &[]);
    let arrived = wait_for(&service, |arrived| !arrived.is_empty());
    assert!(arrived[0].uri.ends_with("/healthz"), "{}", arrived[0].uri);
    assert_eq!(house.get("/"), "well");
}

#[test]
fn a_service_that_speaks_http1_alone_is_spoken_to_in_it_where_nothing_else_is_said() {
    let service = Backend::always(script::answer(Reply::ok("hello")));
    assert_eq!(OpenHouse::to_service(&format!("urls: \"{}\"", service.url()), &[]).get("/"), "hello");
    assert_eq!(service.requests().len(), 1);
}

fn get_fields() -> Vec<(&'static [u8], &'static [u8])> {
    get_fields_of("/")
}

fn get_fields_of(path: &'static str) -> Vec<(&'static [u8], &'static [u8])> {
    let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "h"), (":path", path)];
    fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect()
}
