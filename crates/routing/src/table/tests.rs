//! Which route wins.

mod reference;

use model::OperationId;

use super::{Choice, Table};
use crate::{HostPattern, MethodRule, Route, Template};

/// A route as `METHOD [host]/path`; its operation is its place in the list.
fn route(index: usize, text: &str) -> Route {
    let (method, rest) = text.split_once(' ').expect("a method");
    let (host, _) = rest.split_once('/').expect("a path");
    let template = rest.get(host.len()..).expect("a path");
    Route {
        host: (!host.is_empty()).then(|| HostPattern::parse(host).expect(host)),
        template: Template::parse(template).expect(template),
        method: MethodRule::parse(method).expect(method),
        operation: OperationId(u32::try_from(index).expect("few")),
    }
}

fn routes(texts: &[&str]) -> Vec<Route> {
    texts.iter().enumerate().map(|(index, text)| route(index, text)).collect()
}

/// What `METHOD host/path` leads to: the route's text, the Allow value, or nothing.
fn chosen(texts: &[&str], request: &str) -> String {
    let table = Table::build(routes(texts)).expect("no conflicts");
    let (method, rest) = request.split_once(' ').expect("a method");
    let (host, _) = rest.split_once('/').unwrap_or((rest, ""));
    match table.choose_parts(host, rest.get(host.len()..).expect("a path"), method) {
        Choice::Operation(operation) => texts[operation.0 as usize].to_owned(),
        Choice::OtherMethods(allow) => format!("allow {allow}"),
        Choice::Nothing => "nothing".to_owned(),
    }
}

#[test]
fn the_most_specific_path_wins_whatever_the_order() {
    let mut texts =
        ["GET /**", "GET /notes/**", "GET /notes/{id}", "GET /notes/new", "GET /{any}/new", "GET /notes/{id}/x"];
    for _ in 0..texts.len() {
        texts.rotate_left(1);
        for (request, route) in [
            ("GET h/notes/new", "GET /notes/new"),
            ("GET h/notes/7", "GET /notes/{id}"),
            ("GET h/other/new", "GET /{any}/new"),
            ("GET h/notes/7/x", "GET /notes/{id}/x"),
            ("GET h/notes/7/y", "GET /notes/**"),
            ("GET h/notes", "GET /notes/**"),
            ("GET h/notes/", "GET /notes/**"),
            ("GET h/", "GET /**"),
            ("GET h/x/y/z", "GET /**"),
        ] {
            assert_eq!(chosen(&texts, request), route, "{request}");
        }
    }
}

#[test]
fn a_dead_end_among_literals_comes_back_to_parameters() {
    let texts = ["GET /a/b/c", "GET /{x}/b/d", "GET /a/{y}/e", "GET /{x}/{y}/f"];
    for (path, route) in [("c", 0), ("d", 1), ("e", 2), ("f", 3)] {
        assert_eq!(chosen(&texts, &format!("GET h/a/b/{path}")), texts[route]);
    }
    assert_eq!(chosen(&texts, "GET h/a/b/g"), "nothing");
}

#[test]
fn a_trailing_slash_is_another_path() {
    let texts = ["GET /notes", "GET /notes/{id}/"];
    assert_eq!(chosen(&texts, "GET h/notes"), "GET /notes");
    assert_eq!(chosen(&texts, "GET h/notes/"), "nothing");
    assert_eq!(chosen(&texts, "GET h/notes/7"), "nothing");
    assert_eq!(chosen(&texts, "GET h/notes/7/"), "GET /notes/{id}/");
    assert_eq!(chosen(&["GET /notes/{id}"], "GET h/notes/"), "nothing", "a parameter is never empty");
}

#[test]
fn the_method_is_chosen_within_the_most_specific_path_only() {
    let texts = ["GET /notes/new", "DELETE /notes/{id}", "ANY /**"];
    assert_eq!(chosen(&texts, "DELETE h/notes/new"), "allow GET, HEAD");
    assert_eq!(chosen(&texts, "DELETE h/notes/7"), "DELETE /notes/{id}");
    assert_eq!(chosen(&texts, "DELETE h/other"), "ANY /**");
}

#[test]
fn head_is_answered_by_get_unless_it_is_published_itself() {
    assert_eq!(chosen(&["GET /a"], "HEAD h/a"), "GET /a");
    assert_eq!(chosen(&["GET /a", "HEAD /a"], "HEAD h/a"), "HEAD /a");
    assert_eq!(chosen(&["GET /a", "ANY /a"], "HEAD h/a"), "GET /a");
    assert_eq!(chosen(&["ANY /a", "POST /a"], "HEAD h/a"), "ANY /a");
    assert_eq!(chosen(&["POST /a"], "HEAD h/a"), "allow POST");
}

#[test]
fn methods_are_compared_as_they_are_written() {
    assert_eq!(chosen(&["GET /a", "PUT /a", "M-SEARCH /a"], "get h/a"), "allow GET, HEAD, M-SEARCH, PUT");
}

#[test]
fn the_most_specific_host_that_has_the_path_decides() {
    let texts =
        ["GET eu.shop.example/a", "GET *.shop.example/a", "GET /a", "POST *.shop.example/b", "GET /b", "GET /c"];
    for (request, route) in [
        ("GET eu.shop.example/a", texts[0]),
        ("GET us.shop.example/a", texts[1]),
        ("GET a.us.shop.example/a", texts[2]),
        ("GET shop.example/a", texts[2]),
        ("GET us.shop.example/b", "allow POST"),
        ("GET eu.shop.example/c", texts[5]),
        ("GET shop.example/b", texts[4]),
    ] {
        assert_eq!(chosen(&texts, request), route, "{request}");
    }
}

#[test]
fn encodings_are_decoded_before_they_are_compared() {
    let texts = ["GET /café/{x}", "GET /a%20b", "GET /~ada"];
    assert_eq!(chosen(&texts, "GET h/caf%C3%A9/%E2%82%AC"), texts[0]);
    assert_eq!(chosen(&texts, "GET h/caf%c3%a9/1"), texts[0]);
    assert_eq!(chosen(&texts, "GET h/a%20b"), texts[1]);
    assert_eq!(chosen(&texts, "GET h/%7Eada"), texts[2]);
}

#[test]
fn what_the_head_would_have_refused_matches_nothing() {
    let texts = ["GET /**", "GET /a/b"];
    for path in ["/a%2Fb", "/a%2fb", "/%", "/%4", "/%zz", "/%FF"] {
        assert_eq!(chosen(&texts, &format!("GET h{path}")), "nothing", "{path}");
    }
    let table = Table::build(routes(&texts)).expect("no conflicts");
    assert_eq!(table.choose_parts("h", "*", "OPTIONS"), Choice::Nothing);
    assert_eq!(table.choose_parts("h", "", "GET"), Choice::Nothing);
}

#[test]
fn parameters_of_a_segment_do_not_slip_past_a_stricter_route() {
    let texts = ["GET /admin", "GET /{page}", "GET /files/**", "GET /v;1/x"];
    assert_eq!(chosen(&texts, "GET h/admin;x"), "nothing");
    assert_eq!(chosen(&texts, "GET h/admin%3Bx"), "nothing");
    assert_eq!(chosen(&texts, "GET h/files/a;b"), "nothing");
    assert_eq!(chosen(&texts, "GET h/v;1/x"), "GET /v;1/x");
}

#[test]
fn two_routes_for_the_same_requests_are_a_conflict_told_once_each() {
    let conflicts = Table::build(routes(&[
        "GET /notes/{id}",
        "GET /notes/{note}",
        "DELETE /notes/{note}",
        "ANY shop.example/**",
        "ANY /**",
        "ANY shop.example/**",
        "GET /caf%C3%A9",
        "GET /café",
    ]))
    .expect_err("conflicts");
    let told: Vec<_> = conflicts.iter().map(|c| (c.first.0, c.second.0, c.to_string())).collect();
    assert_eq!(
        told,
        [
            (0, 1, "`GET /notes/{note}` is published twice".to_owned()),
            (3, 5, "`ANY shop.example/**` is published twice".to_owned()),
            (6, 7, "`GET /café` is published twice".to_owned()),
        ]
    );
}

#[test]
fn a_request_head_is_routed_by_its_host_path_and_method() {
    let mut head = wire::RequestHead::new();
    let request = b"POST /notes/7?a=/x HTTP/1.1\r\nHost: Shop.Example:8443\r\nContent-Length: 0\r\n\r\n";
    head.parse(request, &wire::HeadLimits::default()).expect("well formed").expect("whole");
    let table = Table::build(routes(&["GET /notes/{id}", "POST shop.example/notes/{id}"])).expect("no conflicts");
    assert_eq!(table.choose(&head), Choice::Operation(OperationId(1)));
    assert_eq!((table.len(), table.is_empty()), (2, false));
}

#[test]
fn ten_thousand_routes_and_a_long_path_cost_no_more_steps() {
    let texts: Vec<String> = (0..10_000).map(|n| format!("GET /api{n}/{{a}}/b/{{c}}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(chosen(&texts, "GET h/api7777/x/b/y"), "GET /api7777/{a}/b/{c}");
    let deep = "/x".repeat(100_000);
    assert_eq!(chosen(&texts, &format!("GET h{deep}")), "nothing");
}

#[test]
fn literals_against_parameters_at_every_level_end_soon() {
    // Every prefix of the path fits both branches of every level; only published prefixes are ever visited.
    let mut texts = Vec::new();
    for bits in 0..1024_u32 {
        let path: String =
            (0..10).map(|n| if bits >> n & 1 == 0 { "/a".to_owned() } else { format!("/{{p{n}}}") }).collect();
        texts.push(format!("GET {path}/end"));
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let table = Table::build(routes(&texts)).expect("no conflicts");
    for _ in 0..100 {
        assert_eq!(table.choose_parts("h", &format!("{}/no", "/a".repeat(10)), "GET"), Choice::Nothing);
    }
}
