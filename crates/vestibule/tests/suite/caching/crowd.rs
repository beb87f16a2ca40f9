//! Many callers at once who miss the same answer: one asks the service, and nobody gets what is another's.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use testkit::http2::Outcome;
use testkit::{Backend, Connection, Deadline, Reply, script};

use crate::open_house::{OpenHouse, SOON, get};

/// Holds those who come until as many are there as are meant to be.
#[derive(Clone)]
struct Gate(Arc<(Mutex<usize>, Condvar)>);

impl Gate {
    fn of(count: usize) -> Self {
        Self(Arc::new((Mutex::new(count), Condvar::new())))
    }

    /// One came, and goes on once all did; `false` if they did not in time.
    fn pass(&self) -> bool {
        let (missing, changed) = &*self.0;
        let mut missing = missing.lock().expect("no panic");
        *missing = missing.saturating_sub(1);
        changed.notify_all();
        let (_missing, waited) = changed.wait_timeout_while(missing, SOON, |missing| *missing > 0).expect("no panic");
        !waited.timed_out()
    }
}

/// A house that keeps answers, and a number of callers who ask it at once.
struct Crowd {
    house: OpenHouse,
    callers: Vec<Connection>,
}

impl Crowd {
    fn of(count: usize, service: &Backend, lines: &[&str]) -> Self {
        let house = OpenHouse::over_tls(service, lines);
        let callers = (0..count).map(|_| house.connect()).collect();
        Self { house, callers }
    }

    fn send(&mut self) {
        for caller in &mut self.callers {
            caller.send(&get("/"));
        }
    }

    /// All ask, and each is in the house, beside so many others.
    fn ask(&mut self, others: usize) {
        self.send();
        let all = self.callers.len() + others;
        self.house.wait_for_metric("http_server_active_requests", &all.to_string());
    }

    /// Lets an answer be kept that is stale as it comes. A wish that this caller alone has keeps it from speaking for a
    /// crowd: what is stale as it comes is of no use to one.
    fn keep_old(&self, text: &str) {
        let request = "GET / HTTP/1.1\r\nHost: shop.example\r\nCache-Control: max-age=1000\r\n\r\n";
        assert_eq!(self.house.connect().exchange(request).text(), text);
    }

    fn answers(&mut self) -> Vec<(u16, String)> {
        let answers = self.callers.iter_mut().map(|caller| {
            let answer = caller.answer_to("GET", Deadline::within(SOON)).expect("an answer");
            (answer.status, answer.text())
        });
        answers.collect()
    }
}

const KEEPS: &[&str] = &["cache: { size: 1MiB }", "deadline: 30s"];

/// A service that answers with how many were asked before, with these fields, once `gate` is open for the first.
fn behind(gate: &Gate, fields: &'static [(&'static str, &'static str)]) -> Backend {
    let gate = gate.clone();
    Backend::choosing(move |_, number| {
        let in_time = number > 0 || gate.pass();
        let reply = Reply::ok(format!("{number} {in_time}"));
        script::answer(fields.iter().fold(reply, |reply, (name, value)| reply.field(name, value)))
    })
}

#[test]
fn two_hundred_callers_on_a_cold_answer_are_one_request_to_the_service() {
    const STREAMS: u32 = 40;
    let gate = Gate::of(2);
    let service = behind(&gate, &[("cache-control", "max-age=3600")]);
    let house = OpenHouse::over_tls(&service, KEEPS);
    let mut http1: Vec<_> = (0..40).map(|_| house.connect()).collect();
    let mut http2: Vec<_> = (0..4).map(|_| house.connect_http2()).collect();
    for caller in &mut http1 {
        caller.send(&get("/a"));
    }
    let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", "/a")];
    let fields = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let streams: Vec<u32> = (0..STREAMS).map(|number| 2 * number + 1).collect();
    for caller in &mut http2 {
        for stream in &streams {
            caller.request(*stream, &fields, true);
        }
    }
    house.wait_for_metric("http_server_active_requests", "200");
    assert!(gate.pass());
    for caller in &mut http1 {
        assert_eq!(caller.answer_to("GET", Deadline::within(SOON)).expect("an answer").text(), "0 true");
    }
    for caller in &mut http2 {
        for (stream, outcome) in caller.outcomes(&streams, Deadline::within(SOON)) {
            let Outcome::Answer(200, body) = outcome else { panic!("{stream} {outcome:?}") };
            assert_eq!(body, b"0 true");
        }
    }
    assert_eq!(service.arrivals(), 1);
    house.house.wait_for_log("\"cache\":\"joined\"");
}

#[test]
fn when_an_answer_expires_a_crowd_validates_it_once() {
    let gate = Gate::of(2);
    let held = gate.clone();
    let service = Backend::choosing(move |head, _| {
        let asked = head.fields.iter().any(|(name, _)| name == "if-none-match");
        let in_time = !asked || held.pass();
        let reply = if asked { Reply::status(304, "") } else { Reply::ok("kept").field("age", "60") };
        let freshness = if asked && in_time { "max-age=3600" } else { "max-age=10" };
        script::answer(reply.field("etag", "\"a\"").field("cache-control", freshness))
    });
    let mut crowd = Crowd::of(20, &service, KEEPS);
    crowd.keep_old("kept");
    crowd.ask(0);
    assert!(gate.pass());
    assert!(crowd.answers().iter().all(|answer| *answer == (200, "kept".into())));
    assert_eq!(service.arrivals(), 2);
}

#[test]
fn what_is_one_caller_s_alone_is_asked_for_by_each_at_once_and_no_crowd_waits_for_the_next() {
    const CALLERS: usize = 10;
    let (gate, others, all) = (Gate::of(2), Gate::of(CALLERS - 1), Gate::of(CALLERS));
    let gates = [gate.clone(), others, all];
    let service = Backend::choosing(move |_, number| {
        let [first, others, all] = &gates;
        let gate = match number {
            0 => first,
            1..CALLERS => others,
            _ => all,
        };
        let in_time = gate.pass();
        script::answer(Reply::ok(format!("{number} {in_time}")).field("cache-control", "private, max-age=60"))
    });
    let mut crowd = Crowd::of(CALLERS, &service, KEEPS);
    for round in 0..2 {
        if round == 0 {
            crowd.ask(0);
            service.wait_until("the first arrives", SOON, |service| service.arrivals() == 1);
            assert!(gate.pass());
        } else {
            crowd.send();
        }
        let mut answers: Vec<_> = crowd.answers().into_iter().map(|(_, text)| text).collect();
        answers.sort();
        // Each its own, and none waited for another at the service: the gates opened in time.
        let mut expected: Vec<_> = (0..CALLERS).map(|number| format!("{} true", round * CALLERS + number)).collect();
        expected.sort();
        assert_eq!(answers, expected);
        assert_eq!(service.arrivals(), (round + 1) * CALLERS);
    }
}

#[test]
fn a_caller_who_goes_away_hands_over_to_one_of_those_who_wait() {
    let gate = Gate::of(2);
    let service = behind(&gate, &[("cache-control", "max-age=3600")]);
    let mut crowd = Crowd::of(10, &service, KEEPS);
    let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", "/")];
    let fields = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let mut first = crowd.house.connect_http2();
    first.request(1, &fields, true);
    service.wait_until("the first arrives", SOON, |service| service.arrivals() == 1);
    crowd.ask(1);
    first.cancel(1);
    let answers = crowd.answers();
    assert!(answers.iter().all(|answer| *answer == (200, "1 true".into())), "{answers:?}");
    assert_eq!(service.arrivals(), 2);
    assert!(gate.pass());
}

#[test]
fn a_service_that_fails_one_is_asked_by_the_others_and_what_is_stale_stands_in_for_all() {
    for (freshness, arrivals, seen) in [("max-age=10", 11, 502), ("max-age=10, stale-if-error=600", 2, 200)] {
        let gate = Gate::of(2);
        let held = gate.clone();
        let service = Backend::choosing(move |_, number| {
            let in_time = number != 1 || held.pass();
            let reply = if number == 0 && in_time { Reply::ok("old") } else { Reply::status(503, "") };
            script::answer(reply.field("etag", "\"a\"").field("age", "60").field("cache-control", freshness))
        });
        let mut crowd = Crowd::of(10, &service, KEEPS);
        crowd.keep_old("old");
        crowd.ask(0);
        assert!(gate.pass());
        let answers = crowd.answers();
        assert!(answers.iter().all(|(status, _)| *status == seen), "{answers:?}");
        assert_eq!(service.arrivals(), arrivals, "{freshness}");
    }
}

#[test]
fn a_caller_who_reads_slowly_holds_nobody_back_for_long() {
    let large = "x".repeat(8 << 20);
    let reply = Reply::ok(large.clone()).field("cache-control", "max-age=3600");
    let service = Backend::always(script::answer(reply));
    let mut crowd = Crowd::of(2, &service, &["cache: { size: 128MiB }", "deadline: 30s"]);
    let mut slow = crowd.house.connect();
    slow.send(&get("/"));
    // It reads nothing: what is between here and there fills up.
    service.wait_until("the first arrives", SOON, |service| service.arrivals() == 1);
    let begun = std::time::Instant::now();
    crowd.ask(1);
    for (status, text) in crowd.answers() {
        assert!(status == 200 && text == large, "{} bytes", text.len());
    }
    assert!(begun.elapsed() < Duration::from_secs(12));
    assert!(service.arrivals() > 1);
}

#[test]
fn what_is_stale_is_given_at_once_to_a_crowd_while_one_request_asks_for_another() {
    const LATE: &str = "max-age=10, stale-while-revalidate=3600";
    let gate = Gate::of(2);
    let held = gate.clone();
    let service = Backend::choosing(move |_, number| {
        let in_time = number != 1 || held.pass();
        let reply =
            Reply::ok(if number == 0 { "old" } else { "new" }).field("age", if number == 0 { "60" } else { "0" });
        script::answer(reply.field("cache-control", if in_time { LATE } else { "no-store" }))
    });
    let mut crowd = Crowd::of(20, &service, KEEPS);
    assert_eq!(crowd.house.get("/"), "old");
    crowd.send();
    assert!(crowd.answers().iter().all(|answer| *answer == (200, "old".into())));
    service.wait_until("one asks", SOON, |service| service.arrivals() == 2);
    assert!(gate.pass());
    let deadline = Deadline::within(SOON);
    while crowd.house.get("/") != "new" {
        assert!(!deadline.passed(), "the new answer was not kept");
        std::thread::yield_now();
    }
    crowd.send();
    assert!(crowd.answers().iter().all(|answer| *answer == (200, "new".into())));
    assert_eq!(service.arrivals(), 2);
    crowd.house.house.wait_for_log("\"cache\":\"meanwhile\"");
}
