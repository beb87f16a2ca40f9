//! Keys that are bound to the origins of pages and to networks, at both doors.

use testkit::http2::{Http2, Outcome};
use testkit::{ClientTls, Deadline};

use crate::two_doors::{FROM_PAGE, SOON, TwoDoors, assert_problem, assert_served, bearer, request};

/// What a browser, or somebody who is none, says of where a request comes from; and whether the key of the page is
/// taken with it.
const SAID: [(&[&str], bool); 12] = [
    (&["origin: https://shop.test"], true),
    (&["referer: https://shop.test"], true),
    (&[FROM_PAGE], true),
    (&["origin: https://shop.test", "sec-fetch-site: cross-site"], true),
    (&[], false),
    (&["origin: null"], false),
    (&["origin: https://shop.test:8443"], false),
    (&["origin: http://shop.test"], false),
    (&["origin: https://shop.test.evil.test"], false),
    (&["origin: https://evil.test", FROM_PAGE], false),
    (&["referer: https://evil.test/?https://shop.test/"], false),
    // The page of another host than the one that it calls, which a page of that host could not claim.
    (&["sec-fetch-site: same-origin"], false),
];

#[test]
fn a_publishable_key_is_taken_from_pages_of_its_origins_and_from_nowhere_else() {
    let house = TwoDoors::open();
    let key = bearer(&house.keys.page);
    let mut served = 0;
    for (fields, taken) in SAID {
        let answer = house.get("/notes/list", &[&[key.as_str()], fields].concat());
        if taken {
            assert_served(&answer);
            served += 1;
        } else {
            assert_problem(&answer, 401, "credential-invalid");
        }
        // A bad credential is refused where none was needed, too.
        let announced = house.get("/notes/announced", &[&[key.as_str()], fields].concat());
        assert_eq!(announced.status, if taken { 200 } else { 401 }, "{fields:?}");
        served += usize::from(taken);
    }
    assert_eq!(house.service.arrivals(), served);
    assert!(house.house.wait_for_log("bound to pages").contains("`page`"), "the operator is told why");
}

#[test]
fn a_page_may_call_its_own_host_without_saying_more_than_that() {
    let house = TwoDoors::open_with(&[("origins: \"https://shop.test\"", "origins: \"https://localhost\"")]);
    let key = bearer(&house.keys.page);
    assert_served(&house.get("/notes/list", &[&key, "sec-fetch-site: same-origin"]));
    assert_problem(&house.get("/notes/list", &[&key, "sec-fetch-site: same-site"]), 401, "credential-invalid");
    assert_problem(&house.get("/notes/list", &[&key, "sec-fetch-site: none"]), 401, "credential-invalid");
}

#[test]
fn a_publishable_key_is_judged_in_each_stream_of_http_2() {
    let house = TwoDoors::open();
    let tls = ClientTls::new(&house.people).alpn(&["h2"]);
    let mut connection = Http2::over(tls.connect(house.client).expect("a connection"));
    let key = format!("Bearer {}", house.keys.page.text.expose());
    let mut ask = |stream: u32, origin: Option<&str>| {
        let mut fields = vec![
            (":method", "GET"),
            (":scheme", "https"),
            (":authority", "localhost"),
            (":path", "/notes/list"),
            ("authorization", &key),
        ];
        fields.extend(origin.map(|origin| ("origin", origin)));
        let fields: Vec<(&[u8], &[u8])> =
            fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        match connection.request(stream, &fields, true).outcome(stream, Deadline::within(SOON)) {
            Outcome::Answer(status, ..) => status,
            other => panic!("{other:?}"),
        }
    };
    let statuses = [ask(1, Some("https://shop.test")), ask(3, None), ask(5, Some("https://shop.test"))];
    assert_eq!(statuses, [200, 401, 200]);
}

#[test]
fn a_key_is_taken_from_its_networks_and_a_client_door_does_not_say_that_it_is_good() {
    let house = TwoDoors::open_with(&[
        ("apis: notes, scopes: notes.read }", "apis: notes, scopes: notes.read, networks: 10.99.0.0/16 }"),
        ("apis: books }", "apis: books, networks: [10.99.0.0/16] }"),
        ("apis: elsewhere }", "apis: elsewhere, networks: loopback }"),
    ]);
    let (app, erp) = (bearer(&house.keys.app), bearer(&house.keys.erp));
    let refused = house.get("/notes/list", &[&app]);
    assert_problem(&refused, 401, "credential-invalid");
    let nobodys = house.get("/notes/list", &["authorization: Bearer nobody's"]);
    let told = |answer: &testkit::Answer| {
        (answer.status, answer.problem(), answer.field("www-authenticate").map(str::to_owned))
    };
    assert_eq!(told(&refused), told(&nobodys));
    assert!(house.house.wait_for_log("may not be used from 127.0.0.1").contains("`app`"));
    assert_problem(&house.get_as("orders", "/books/list", &[&erp]), 403, "network-not-allowed");
    assert_served(&house.get("/elsewhere/list", &[&bearer(&house.keys.other)]));
    assert_eq!(house.service.arrivals(), 1);
}

#[test]
fn a_reload_that_binds_a_key_holds_at_the_next_request_of_an_open_connection() {
    let house = TwoDoors::open();
    let key = bearer(&house.keys.app);
    let mut connection = house.at_client();
    assert_served(&connection.exchange(request("GET", "/notes/list", &[&key], "")));
    let file = std::fs::read_to_string(house.house.folder().join("vestibule.yaml")).expect("the file");
    let bound = file.replacen("scopes: notes.read }", "scopes: notes.read, networks: 10.99.0.0/16 }", 1);
    assert_ne!(bound, file);
    house.house.write_config(&bound);
    assert!(house.house.command(&["reload"]).status.success());
    assert_problem(&connection.exchange(request("GET", "/notes/list", &[&key], "")), 401, "credential-invalid");
}
