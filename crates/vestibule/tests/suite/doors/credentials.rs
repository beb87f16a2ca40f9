//! Keys at the right and the wrong door, in the wrong place, and bad ones.

use auth::keys;
use model::KeyKind;

use crate::two_doors::{TwoDoors, admin, assert_problem, assert_served, bearer, get};

#[test]
fn a_key_of_a_server_is_misplaced_at_the_client_door_and_the_other_way_round() {
    let house = TwoDoors::open();
    assert_problem(&house.get("/notes/list", &[&bearer(&house.keys.erp)]), 401, "credential-misplaced");
    assert_problem(&house.get("/open/things", &[&bearer(&house.keys.erp)]), 401, "credential-misplaced");
    for key in [&house.keys.app, &house.keys.page] {
        assert_problem(&house.get_as("orders", "/books/list", &[&bearer(key)]), 401, "credential-misplaced");
        // The certificate would have been enough: the key beside it is judged all the same.
        assert_problem(&house.get_as("orders", "/payments/charges", &[&bearer(key)]), 401, "credential-misplaced");
    }
    assert_eq!(house.service.arrivals(), 0);
}

#[test]
fn a_bad_key_is_refused_even_where_anyone_may_call() {
    let house = TwoDoors::open();
    let stranger = keys::generate(KeyKind::Restricted).expect("random numbers");
    let good = house.keys.app.text.expose();
    let mistyped: String =
        good.chars().take(good.len() - 1).chain([if good.ends_with('a') { 'b' } else { 'a' }]).collect();
    let bad = [
        bearer(&stranger),
        bearer(&house.keys.late),
        format!("authorization: Bearer {mistyped}"),
        format!("authorization: bearer  {good}"),
        format!("authorization: Bearer {good}\r\nx-api-key: {good}"),
        format!("x-api-key: {}", stranger.text.expose()),
        "x-api-key:".to_owned(),
        "authorization:".to_owned(),
        "authorization: Bearer".to_owned(),
        "authorization: Bearer x".to_owned(),
        "authorization: Basic YWRhOnBhc3N3b3Jk".to_owned(),
        "authorization: Digest username=\"ada\"".to_owned(),
    ];
    for field in &bad {
        for target in ["/open/things", "/notes/list", "/notes/announced"] {
            let answer = house.get(target, &[field]);
            assert_problem(&answer, 401, "credential-invalid");
            assert_eq!(
                answer.field("www-authenticate"),
                Some("Bearer realm=\"vestibule\", error=\"invalid_token\""),
                "{field}"
            );
        }
        // The certificate would have been enough, but for this.
        assert_eq!(house.get_as("orders", "/payments/charges", &[field]).status, 401, "{field}");
    }
    assert_eq!(house.service.arrivals(), 0);
}

#[test]
fn two_credentials_in_the_same_field_are_no_request_at_all() {
    let house = TwoDoors::open();
    for field in [bearer(&house.keys.app), format!("x-api-key: {}", house.keys.app.text.expose())] {
        for target in ["/notes/list", "/open/things"] {
            assert_problem(&house.get(target, &[&field, &field]), 400, "malformed-request");
        }
    }
    assert_eq!(house.service.arrivals(), 0);
}

#[test]
fn a_key_made_for_another_api_finds_nothing_at_the_client_door() {
    let house = TwoDoors::open();
    assert_problem(&house.get("/notes/list", &[&bearer(&house.keys.other)]), 404, "not-found");
    assert_problem(&house.get("/elsewhere/list", &[&bearer(&house.keys.app)]), 404, "not-found");
    assert_eq!(house.service.arrivals(), 0);
    assert_served(&house.get("/elsewhere/list", &[&bearer(&house.keys.other)]));
    assert_served(&house.get("/open/things", &[&bearer(&house.keys.other)]));
}

#[test]
fn a_scope_that_a_key_lacks_is_a_403_at_both_doors() {
    let house = TwoDoors::open_with(&[
        ("scopes: notes.read", "scopes: [notes.write, notes.list]"),
        ("operations: { list: GET /list }\n  payments:", "operations: { list: GET /list }\n  payments:"),
        ("    callers: { keys: secret }", "    callers: { keys: { kinds: secret, scopes: books.read } }"),
    ]);
    let refused = house.get("/notes/scoped", &[&bearer(&house.keys.app)]);
    assert_problem(&refused, 403, "insufficient-scope");
    assert!(refused.field("www-authenticate").is_some_and(|field| field.contains("insufficient_scope")));
    assert_problem(&house.get_as("orders", "/books/list", &[&bearer(&house.keys.erp)]), 403, "insufficient-scope");
    assert_problem(&house.get("/notes/scoped", &[]), 401, "credential-required");
    assert_eq!(house.service.arrivals(), 0);
}

#[test]
fn a_credential_in_the_query_is_refused_at_both_doors() {
    let house = TwoDoors::open();
    let key = house.keys.app.text.expose();
    let queries = [
        format!("key={key}"),
        format!("a=1&whatever={key}&b"),
        format!("q=prefix-{key}"),
        format!("q={}", key.replace('_', "%5f")),
        "access_token=x".to_owned(),
        "Access_Token=x".to_owned(),
        "a=b&api_key=x".to_owned(),
        "%61pikey=x".to_owned(),
        "apikey".to_owned(),
    ];
    for query in &queries {
        for target in ["/open/things", "/notes/list"] {
            assert_problem(&house.get(&format!("{target}?{query}"), &[]), 400, "credential-in-query");
        }
        let target = format!("/payments/charges?{query}");
        assert_problem(&house.get_as("orders", &target, &[]), 400, "credential-in-query");
    }
    assert_served(&house.get("/open/things?keyword=vst_&token_type=x", &[]));
    assert_eq!(house.service.arrivals(), 1);
    let log = house.house.stdout();
    assert!(!log.contains(key), "a key in the log:\n{log}");
}

#[test]
fn a_key_in_the_path_is_refused_and_said_nowhere() {
    let house = TwoDoors::open();
    let key = house.keys.app.text.expose();
    // What stands apart from the rest of the URL, so that a part of the key would show as well.
    let secret = key.rsplit_once('_').expect("a secret").1;
    let targets = [
        (format!("/open/things/{key}"), 400, "credential-in-query"),
        (format!("/open/things/before-{key}-after"), 400, "credential-in-query"),
        // Nothing is there, so nobody asks who calls: the path is logged all the same.
        (format!("/nowhere/{key}/more"), 404, "not-found"),
        // An encoding that needs none has no path to be logged.
        (format!("/open/things/{}", key.replacen('v', "%76", 1)), 400, "ambiguous-path"),
        (format!("/open/things/{}", key.replace('_', "%5f")), 400, "ambiguous-path"),
    ];
    for (target, status, code) in &targets {
        let answer = house.get(target, &[]);
        assert_problem(&answer, *status, code);
        assert!(!answer.raw.escape_ascii().to_string().contains(secret), "{}", answer.raw.escape_ascii());
        let line = house.house.wait_for_log(answer.field("x-request-id").expect("an id"));
        assert!(!line.contains(secret), "{target}: {line}");
        assert!(*code == "ambiguous-path" || line.contains("[redacted]\""), "{line}");
    }
    let answer = house.get_as("orders", &format!("/payments/{}", house.keys.erp.text.expose()), &[]);
    assert_eq!(answer.status, 404);
    assert!(!answer.raw.escape_ascii().to_string().contains(house.keys.erp.text.expose().as_str()));
    assert_eq!(house.service.arrivals(), 0);
    let said = house.house.stdout() + &house.house.stderr() + &admin(&house.house, "GET", "/metrics").text();
    assert!(!said.contains(secret), "{said}");
}

#[test]
fn a_page_is_refused_at_the_server_door_but_not_by_sec_fetch_mode_alone() {
    let house = TwoDoors::open();
    let pages = [
        "origin: https://evil.test",
        "origin: null",
        "sec-fetch-site: same-origin",
        "sec-fetch-site: none",
        "cookie: a=b; __Host-vestibule=x",
        "cookie: __Host-vestibule-session=x",
    ];
    for field in pages {
        let answer = house.get_as("orders", "/payments/charges", &[field]);
        assert_problem(&answer, 403, "browser-not-allowed");
        assert!(answer.text().contains("(default of server doors)"), "{}", answer.text());
        let answer = house.get_as("orders", "/books/list", &[field, &bearer(&house.keys.erp)]);
        assert_problem(&answer, 403, "browser-not-allowed");
    }
    assert_eq!(house.service.arrivals(), 0);
    // Node's own fetch sends this.
    assert_served(&house.get_as("orders", "/payments/charges", &["sec-fetch-mode: cors", "cookie: a=b"]));
    // At the client door pages are whom it is for.
    assert_served(&house.get("/open/things", &["origin: https://shop.test", "sec-fetch-site: same-origin"]));
}

#[test]
fn our_own_key_never_reaches_a_service_nor_a_log() {
    let house = TwoDoors::open();
    let (app, erp) = (house.keys.app.text.expose().clone(), house.keys.erp.text.expose().clone());
    assert_served(&house.get("/notes/list", &[&format!("authorization: Bearer {app}")]));
    assert_served(&house.get("/notes/list", &[&format!("X-Api-Key: {app}")]));
    assert_served(&house.get("/open/things", &[&format!("AUTHORIZATION: BEARER {app}")]));
    assert_served(&house.get_as("orders", "/books/list", &[&format!("authorization: Bearer {erp}")]));
    for seen in house.service.requests() {
        assert!(seen.head.all("authorization").is_empty() && seen.head.all("x-api-key").is_empty(), "{seen:?}");
    }
    let refused = house.get("/elsewhere/list", &[&format!("authorization: Bearer {app}")]);
    house.house.wait_for_log(refused.field("x-request-id").expect("an id"));
    let said = house.house.stdout() + &house.house.stderr();
    for key in [&app, &erp] {
        assert!(!said.contains(key.as_str()), "{said}");
        assert!(!house.service.bytes().concat().windows(key.len()).any(|bytes| bytes == key.as_bytes()));
    }
}

#[test]
fn a_key_in_any_other_field_is_the_caller_s_own_and_is_not_looked_for() {
    let house = TwoDoors::open();
    let app = house.keys.app.text.expose().clone();
    // Decision 0014: it proves nothing there, it goes on as it came, and no field is in the log.
    let answer = house.get("/open/things", &[&format!("referer: https://shop.test/{app}"), &format!("x-trial: {app}")]);
    assert_served(&answer);
    let seen = house.service.requests().pop().expect("a request");
    assert_eq!(seen.head.all("x-trial"), [app.as_bytes()]);
    house.house.wait_for_log(answer.field("x-request-id").expect("an id"));
    assert!(!house.house.stdout().contains(app.as_str()));
    assert_problem(&house.get("/notes/list", &[&format!("x-trial: {app}")]), 401, "credential-required");
}

#[test]
fn who_calls_is_judged_request_by_request_on_one_connection() {
    let house = TwoDoors::open();
    let mut connection = house.at_client();
    let key = bearer(&house.keys.app);
    for _ in 0..3 {
        assert_served(&connection.exchange(get("/notes/list", &[&key])));
        assert_problem(&connection.exchange(get("/notes/list", &[])), 401, "credential-required");
        assert_problem(&connection.exchange(get("/elsewhere/list", &[&key])), 404, "not-found");
    }
    assert_eq!(house.service.arrivals(), 3);
}
