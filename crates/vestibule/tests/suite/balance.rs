//! Services with several replicas: which of them is asked, and what callers notice when some are not well.

mod affinity;

use std::collections::HashSet;

use testkit::script::{self, Script};
use testkit::{Backend, Deadline, Reply, port};

use crate::open_house::{OpenHouse, SOON, get, post};
use crate::two_doors::admin;

/// As many replicas as there are scripts.
fn replicas(scripts: &[Script]) -> Vec<Backend> {
    scripts.iter().cloned().map(Backend::always).collect()
}

fn well(name: &str) -> Script {
    script::answer(Reply::ok(name))
}

fn urls(replicas: &[Backend]) -> String {
    let urls: Vec<_> = replicas.iter().map(|replica| format!("\"{}\"", replica.url())).collect();
    format!("urls: [{}]", urls.join(", "))
}

fn open(service: &str) -> OpenHouse {
    OpenHouse::to_service(service, &[])
}

fn status(house: &OpenHouse, method: &str) -> u16 {
    let request = if method == "GET" { get("/") } else { post("content-length: 0", "") };
    house.connect().exchange(request).status
}

/// What `status` says of the only service: healthy of total.
fn standing(house: &OpenHouse) -> (u64, u64) {
    let status = admin(&house.house, "GET", "/status").json().expect("JSON");
    let service = &status["services"][0];
    (service["healthy"].as_u64().expect("healthy"), service["total"].as_u64().expect("total"))
}

#[test]
fn replicas_are_taken_in_turn_where_the_file_says_so() {
    let replicas = replicas(&[well("a"), well("b"), well("c")]);
    let house = open(&format!("{}, balance: round-robin", urls(&replicas)));
    let answers: Vec<_> = (0..30).map(|_| house.get("/")).collect();
    for name in ["a", "b", "c"] {
        assert_eq!(answers.iter().filter(|answer| *answer == name).count(), 10, "{answers:?}");
    }
}

#[test]
fn every_replica_is_used_by_default() {
    let replicas = replicas(&[well("a"), well("b")]);
    let house = open(&urls(&replicas));
    let answers: HashSet<_> = (0..50).map(|_| house.get("/")).collect();
    assert_eq!(answers.len(), 2, "{answers:?}");
}

#[test]
fn a_replica_that_is_not_there_costs_no_caller_an_answer() {
    let replicas = replicas(&[well("a")]);
    let gone = format!("urls: [\"{}\", \"http://127.0.0.1:{}\"]", replicas[0].url(), port::free());
    let house = open(&gone);
    for _ in 0..30 {
        assert_eq!((status(&house, "GET"), status(&house, "POST")), (200, 200));
    }
    assert_eq!(standing(&house).1, 2);
}

#[test]
fn a_name_is_looked_up_and_its_addresses_are_the_replicas() {
    let replicas = replicas(&[well("a")]);
    let port = replicas[0].address().port();
    let house = open(&format!("urls: \"http://localhost:{port}\""));
    for _ in 0..10 {
        assert_eq!(status(&house, "GET"), 200);
    }
    assert!(standing(&house).1 >= 1);
}

#[test]
fn a_name_that_nobody_knows_is_502_and_the_house_opens_all_the_same() {
    let house = open("urls: \"http://nobody.internal:80\"");
    let answer = house.connect().exchange(get("/"));
    assert_eq!((answer.status, answer.problem().as_deref()), (502, Some("upstream-unreachable")));
}

#[test]
fn a_get_is_tried_elsewhere_where_a_post_is_not() {
    for bad in [script::reset(), script::close(), script::answer(Reply::status(503, "later"))] {
        let replicas = replicas(&[bad, well("a")]);
        let house = open(&format!("{}, balance: round-robin, breaker: none", urls(&replicas)));
        assert!((0..2).all(|_| status(&house, "GET") == 200));
        let posts: Vec<_> = (0..4).map(|_| status(&house, "POST")).collect();
        assert!(posts.contains(&502), "{posts:?}");
        let house = open(&format!("{}, balance: round-robin, retries: {{ attempts: none }}", urls(&replicas)));
        let gets: Vec<_> = (0..4).map(|_| status(&house, "GET")).collect();
        assert!(gets.contains(&502), "{gets:?}");
    }
}

#[test]
fn a_replica_that_keeps_failing_is_left_alone() {
    let replicas = replicas(&[script::answer(Reply::status(500, "ill")), well("a")]);
    let house = open(&format!("{}, balance: round-robin", urls(&replicas)));
    let answers: Vec<_> = (0..30).map(|_| status(&house, "GET")).collect();
    assert_eq!(answers.iter().filter(|status| **status == 502).count(), 5, "{answers:?}");
    assert_eq!(replicas[0].arrivals(), 5);
    let deadline = Deadline::within(SOON);
    while standing(&house) != (1, 2) {
        assert!(!deadline.passed(), "{:?}", standing(&house));
    }
}

#[test]
fn an_attempt_has_its_own_time() {
    let replicas = replicas(&[script::hang(), well("a")]);
    let house = open(&format!("{}, balance: round-robin, attempt: 100ms", urls(&replicas)));
    assert!((0..4).all(|_| status(&house, "GET") == 200));
}

#[test]
fn a_service_that_mostly_fails_is_answered_for_and_comes_back() {
    let replicas = replicas(&[script::close()]);
    let breaker = "breaker: { failures: 50%, within: 10s, open_for: 2s }";
    let house = open(&format!("{}, {breaker}", urls(&replicas)));
    let mut connection = house.connect();
    for _ in 0..20 {
        assert_eq!(connection.exchange(get("/")).problem().as_deref(), Some("upstream-broken"));
    }
    let refused = connection.exchange(get("/"));
    assert_eq!((refused.status, refused.problem().as_deref()), (503, Some("upstream-unavailable")));
    assert!(matches!(refused.field("retry-after"), Some("1" | "2")));
    assert_eq!(replicas[0].arrivals(), 20, "it is left alone");
    replicas[0].change(well("back"));
    let deadline = Deadline::within(SOON);
    while connection.exchange(get("/")).status != 200 {
        assert!(!deadline.passed(), "it does not come back");
    }
}

#[test]
fn requests_with_the_same_key_go_to_the_same_replica() {
    let replicas = replicas(&[well("a"), well("b"), well("c")]);
    let house = open(&format!("{}, balance: {{ hash: \"header:X-Cart\" }}", urls(&replicas)));
    let ask = |cart: usize| {
        let request = format!("GET / HTTP/1.1\r\nHost: shop.example\r\nx-cart: {cart}\r\n\r\n");
        house.connect().exchange(request.as_bytes()).text()
    };
    let first: Vec<_> = (0..30).map(ask).collect();
    let second: Vec<_> = (0..30).map(ask).collect();
    assert_eq!(first, second);
    assert_eq!(first.iter().collect::<HashSet<_>>().len(), 3, "{first:?}");
}

#[test]
fn a_canary_gets_its_share_and_a_sticky_one_always_the_same_callers() {
    let replicas = replicas(&[well("stable"), well("canary")]);
    let to = |rest: &str| {
        let (stable, canary) = (replicas[0].url(), replicas[1].url());
        open(&format!("urls: \"{stable}\", canary: {{ urls: \"{canary}\", {rest} }}"))
    };
    let house = to("share: 20%");
    let canaries = (0..500).filter(|_| house.get("/") == "canary").count();
    assert!((50..150).contains(&canaries), "{canaries} of 500 at 20%");
    let house = to("share: 50%, sticky: caller");
    let answers: HashSet<_> = (0..30).map(|_| house.get("/")).collect();
    assert_eq!(answers.len(), 1, "one caller, one way: {answers:?}");
    let house = to("share: 100%");
    assert!((0..10).all(|_| house.get("/") == "canary"));
}

#[test]
fn a_replica_that_fails_its_probes_gets_nothing() {
    let ill = |head: &testkit::strict::Head, _: usize| match head.target.as_str() {
        "/healthz" => script::answer(Reply::status(500, "ill")),
        _ => well("ill"),
    };
    let (ill, good) = (Backend::choosing(ill), Backend::always(well("good")));
    let health = "health: { route: GET /healthz, every: 1s, unhealthy_after: 1 }";
    let house = open(&format!("urls: [\"{}\", \"{}\"], {health}", ill.url(), good.url()));
    let deadline = Deadline::within(SOON);
    while standing(&house) != (1, 2) {
        assert!(!deadline.passed(), "{:?}", standing(&house));
    }
    assert!((0..20).all(|_| house.get("/") == "good"));
}

/// What `vestibule status` prints, and the same with `--json`.
fn told(house: &OpenHouse) -> (String, serde_json::Value) {
    let json = house.house.command(&["status", "--json"]).stdout;
    (house.house.command(&["status"]).stdout, serde_json::from_str(&json).expect("JSON"))
}

#[test]
fn status_and_the_log_say_which_replica_is_out() {
    let replicas = replicas(&[script::answer(Reply::status(500, "ill")), well("a")]);
    let house = open(&format!("{}, balance: round-robin", urls(&replicas)));
    (0..20).for_each(|_| {
        status(&house, "GET");
    });
    let line = house.house.wait_for_log("\"event\":\"replica-out\"");
    let out = format!("\"service\":\"shop\",\"replica\":\"{}\",\"why\":\"ejected\"", replicas[0].url());
    assert!(line.contains(&out), "{line}");
    let (text, json) = told(&house);
    assert!(text.contains(&format!("{} is ejected: requests failed; tried again in ", replicas[0].url())), "{text}");
    assert!(!text.contains(replicas[1].url()), "{text}");
    let state = |at: usize| &json["services"][0]["replicas"][at];
    assert_eq!((&state(0)["state"], &state(1)["state"]), (&"ejected".into(), &"healthy".into()), "{json}");
    assert!(state(0)["back_in_s"].as_u64().is_some_and(|seconds| (1..=10).contains(&seconds)), "{json}");
    assert!(state(1)["latency_us"].as_u64().is_some_and(|latency| latency > 0), "{json}");
}

#[test]
fn status_and_the_log_say_that_a_breaker_is_open_and_that_it_closed() {
    let replicas = vec![Backend::choosing(|_, number| if number < 20 { script::close() } else { well("a") })];
    let house = open(&format!("{}, breaker: {{ failures: 50%, within: 10s, open_for: 2s }}", urls(&replicas)));
    let mut connection = house.connect();
    (0..20).for_each(|_| {
        connection.exchange(get("/"));
    });
    house.house.wait_for_log("\"event\":\"breaker\",\"service\":\"shop\",\"state\":\"open\"");
    let (text, json) = told(&house);
    assert!(text.contains("service   shop, ") && text.contains(", breaker open"), "{text}");
    assert_eq!(json["services"][0]["breaker"], "open", "{json}");
    let deadline = Deadline::within(SOON);
    while status(&house, "GET") != 200 {
        assert!(!deadline.passed(), "the service is back, and nobody asks");
    }
    house.house.wait_for_log("\"event\":\"breaker\",\"service\":\"shop\",\"state\":\"closed\"");
    let (text, json) = told(&house);
    assert!(!text.contains("breaker"), "{text}");
    assert_eq!(json["services"][0]["breaker"], "closed", "{json}");
}
