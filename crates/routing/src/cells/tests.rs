//! The cells of two random sets of routes stand for every request of a small world.

use std::collections::BTreeSet;

use model::OperationId;
use proptest::prelude::*;

use super::{Cell, cells};
use crate::{Choice, HostPattern, MethodRule, Route, Table, Template};

const HOSTS: [Option<&str>; 4] = [None, Some("a.test"), Some("*.test"), Some("*.a.test")];

fn route(at: usize, host: Option<&str>, template: &str) -> Route {
    Route {
        host: host.map(|host| HostPattern::parse(host).expect(host)),
        template: Template::parse(template).expect(template),
        method: MethodRule::parse("GET").expect("a method"),
        operation: OperationId(u32::try_from(at).expect("few")),
    }
}

/// Up to six routes of which no two conflict.
fn routes() -> impl Strategy<Value = Vec<Route>> {
    let segment = prop_oneof![Just("a"), Just("b"), Just("{}")];
    let path = (prop::collection::vec(segment, 0..4), 0..6_u8).prop_map(|(segments, end)| {
        let named = segments.iter().enumerate().map(|(at, segment)| match *segment {
            "{}" => format!("/{{p{at}}}"),
            literal => format!("/{literal}"),
        });
        let path: String = named.collect();
        match end {
            0 => format!("{path}/**"),
            1 => format!("{path}/"),
            _ if path.is_empty() => "/".to_owned(),
            _ => path,
        }
    });
    prop::collection::vec((0..HOSTS.len(), path), 0..6).prop_map(|drawn| {
        let mut kept: Vec<Route> = Vec::new();
        for (host, path) in drawn {
            kept.push(route(kept.len(), HOSTS[host], &path));
            if Table::build(kept.clone()).is_err() {
                kept.pop();
            }
        }
        kept
    })
}

fn led(first: &Table, second: &Table, host: &str, path: &str) -> (Option<u32>, Option<u32>) {
    let by = |table: &Table| match table.choose_parts(host, path, "GET") {
        Choice::Operation(id) => Some(id.0),
        _ => None,
    };
    (by(first), by(second))
}

/// Every path of up to five segments over three words, with and without a slash at its end.
fn every_path() -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..5 {
        last = last.iter().flat_map(|path| ["a", "b", "c"].map(|word| format!("{path}/{word}"))).collect();
        all.extend(last.iter().cloned());
    }
    let with_slash: Vec<String> = all.iter().map(|path| format!("{path}/")).collect();
    all.into_iter().filter(|path| !path.is_empty()).chain(with_slash).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_request_has_a_cell_that_both_sets_lead_to_the_same_two_routes(first in routes(), second in routes()) {
        let tables = (Table::build(first.clone()).expect("no conflicts"), Table::build(second.clone()).expect("none"));
        let cells = cells(&first, &second, &[]).expect("few");
        let known: BTreeSet<_> = cells.iter().map(|Cell { host, path }| led(&tables.0, &tables.1, host, path)).collect();
        for host in ["a.test", "b.test", "c.a.test", "else.example"] {
            for path in every_path() {
                let led = led(&tables.0, &tables.1, host, &path);
                prop_assert!(led == (None, None) || known.contains(&led), "{host}{path} is led to {led:?}; {cells:?}");
            }
        }
    }
}

#[test]
fn cells_are_bounded_by_what_is_published() {
    let many: Vec<Route> = (0..300).map(|n| route(n, None, &format!("/api{n}/{{id}}"))).collect();
    let made = cells(&many, &many, &[]).expect("few");
    assert_eq!(made.len(), 300, "one for each, at a host that is nobody's");
    let encoded = cells(&[route(0, None, "/café/a%20b")], &[], &[]).expect("few");
    assert_eq!(encoded.first().map(|cell| cell.path.as_str()), Some("/caf%C3%A9/a%20b"));
}
