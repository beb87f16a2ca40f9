//! The table against a plain reading of the rules: look at every route, keep those that fit, take the most specific.

use model::OperationId;
use proptest::prelude::*;

use super::{Choice, Route, Table, route};
use crate::HostPattern;
use crate::MethodRule;
use crate::template::Segment;

/// How specific each part of a fitting template is, from the left: literal, parameter, rest; larger wins.
fn path_rank(route: &Route, path: &str) -> Option<Vec<u8>> {
    let mut parts = path.strip_prefix('/')?.split('/');
    let mut rank = Vec::new();
    for segment in route.template.segments() {
        match segment {
            Segment::Rest => {
                rank.push(1);
                return (!parts.any(|part| part.contains(';'))).then_some(rank);
            }
            Segment::Literal(text) if parts.next() == Some(&**text) => rank.push(3),
            Segment::Parameter(_) if parts.next().is_some_and(|part| !part.is_empty() && !part.contains(';')) => {
                rank.push(2)
            }
            _ => return None,
        }
    }
    // A path that ends here is more specific than a rest that goes on with nothing.
    rank.push(4);
    parts.next().is_none().then_some(rank)
}

fn host_rank(route: &Route, host: &str) -> Option<u8> {
    match &route.host {
        None => Some(1),
        Some(pattern) if !pattern.covers(host) => None,
        Some(HostPattern::Wildcard(_)) => Some(2),
        Some(HostPattern::Exact(_)) => Some(3),
    }
}

fn expected(routes: &[Route], host: &str, path: &str, method: &str) -> Result<Option<OperationId>, Vec<String>> {
    let rank = |route: &Route| Some((host_rank(route, host)?, path_rank(route, path)?));
    let Some(best) = routes.iter().filter_map(rank).max() else { return Ok(None) };
    let there: Vec<_> = routes.iter().filter(|route| rank(route).as_ref() == Some(&best)).collect();
    let with =
        |method: &str| there.iter().find(|route| route.method.to_string() == method).map(|route| route.operation);
    let operation = with(method).or_else(|| with("GET").filter(|_| method == "HEAD")).or_else(|| with("ANY"));
    let mut allow: Vec<String> = there.iter().map(|route| route.method.to_string()).collect();
    if allow.iter().any(|method| method == "GET") {
        allow.push("HEAD".to_owned());
    }
    allow.sort();
    allow.dedup();
    operation.map(Some).ok_or(allow)
}

fn any_template() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "{p}", "a;b"]);
    let last = prop::sample::select(vec!["a", "b", "{p}", "", "**"]);
    (prop::collection::vec(segment, 0..4), last).prop_map(|(segments, last)| {
        let mut path = String::new();
        for (index, segment) in segments.into_iter().chain([last]).enumerate() {
            path.push('/');
            path.push_str(&segment.replace('p', &format!("p{index}")));
        }
        path
    })
}

fn any_route() -> impl Strategy<Value = String> {
    let method = prop::sample::select(vec!["GET", "HEAD", "POST", "ANY"]);
    let host = prop::sample::select(vec!["", "x.example", "*.example"]);
    (method, host, any_template()).prop_map(|(method, host, path)| format!("{method} {host}{path}"))
}

fn any_path() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec!["a", "b", "c", "a;b", ""]);
    prop::collection::vec(segment, 1..6).prop_map(|segments| format!("/{}", segments.join("/")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_table_chooses_what_the_plain_reading_chooses(
        texts in prop::collection::vec(any_route(), 0..24),
        requests in prop::collection::vec(
            (prop::sample::select(vec!["x.example", "y.example", "z.y.example", "other"]), any_path(),
             prop::sample::select(vec!["GET", "HEAD", "POST", "DELETE"])),
            1..24,
        ),
    ) {
        let mut routes: Vec<Route> = Vec::new();
        for text in &texts {
            let route = route(routes.len(), text);
            let same = |other: &&Route| {
                let shape = |route: &Route| route.template.segments().iter().map(|segment| match segment {
                    Segment::Parameter(_) => Segment::Parameter("".into()),
                    other => other.clone(),
                }).collect::<Vec<_>>();
                other.host == route.host && other.method == route.method && shape(other) == shape(&route)
            };
            let first = routes.iter().find(same).map(|first| first.operation);
            let built = Table::build(routes.iter().cloned().chain([route.clone()]).collect());
            match first {
                Some(first) => prop_assert_eq!(built.expect_err("a conflict")[0].first, first),
                None => {
                    prop_assert!(built.is_ok());
                    routes.push(route);
                }
            }
        }
        let table = Table::build(routes.clone()).expect("no conflicts");
        for (host, path, method) in &requests {
            let allow;
            let expected = match expected(&routes, host, path, method) {
                Ok(Some(operation)) => Choice::Operation(operation),
                Ok(None) => Choice::Nothing,
                Err(methods) => {
                    allow = methods.join(", ");
                    Choice::OtherMethods(&allow)
                }
            };
            prop_assert_eq!(table.choose_parts(host, path, method), expected, "{} {}{}", method, host, path);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_and_never_panics(path in ".{0,40}", template in "/[a-z{}*%;/]{0,20}", method in "[A-Z]{1,5}") {
        let mut routes = vec![super::route(0, "ANY /**")];
        if let Ok(template) = crate::Template::parse(&template) {
            routes.push(Route { host: None, template, method: MethodRule::One("GET".into()), operation: OperationId(1) });
        }
        if let Ok(table) = Table::build(routes) {
            let _ = table.choose_parts("h", &path, &method);
        }
    }
}
