//! What of a contract is published, and that nothing else is.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use proptest::prelude::*;
use routing::Choice;

use super::choose::matches;
use crate::{Defaults, Environment, Loaded, load_text};

const FILE: &str = "vestibule: 1\ndoors: { client: { listen: 127.0.0.1:8443 } }\n\
                    services: { shop: { urls: http://127.0.0.1:3000 } }\n\
                    apis: { shop: { door: client, path: /api, service: shop, public: true, contract: shop.yaml } }\n";

fn loaded(folder: &Path, file: &str) -> Loaded {
    let environment = Environment::new(std::collections::BTreeMap::new(), std::time::UNIX_EPOCH);
    load_text("vestibule.yaml", file, folder, &Defaults::standard(), &environment)
        .unwrap_or_else(|refused| panic!("{}", refused.faults.render(false)))
}

/// A contract with these methods and paths.
fn contract(operations: &BTreeSet<(String, String)>) -> String {
    let mut text = "openapi: 3.1.0\npaths:\n".to_owned();
    let mut last = "";
    for (path, method) in operations {
        if path != last {
            writeln!(text, "  {path}:").expect("written");
            last = path;
        }
        let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let parameters: Vec<_> = names.map(|name| format!("{{ name: {name}, in: path, required: true }}")).collect();
        writeln!(text, "    {}: {{ parameters: [{}], responses: {{}} }}", method.to_lowercase(), parameters.join(", "))
            .expect("written");
    }
    text
}

#[test]
fn a_star_stands_for_any_characters() {
    for (pattern, yes, no) in [
        ("a", vec!["a"], vec!["", "b", "aa"]),
        ("*", vec!["", "a", "ab"], vec![]),
        ("get*", vec!["get", "getA"], vec!["ge", "xget"]),
        ("*Order", vec!["Order", "getOrder"], vec!["getOrders"]),
        ("a*a", vec!["aa", "aba"], vec!["a", "ab"]),
        ("a*b*c", vec!["abc", "axbxc", "abbc"], vec!["acb", "ac"]),
        ("*a*a*", vec!["aa", "xaxax"], vec!["a"]),
    ] {
        assert!(yes.iter().all(|name| matches(pattern, name)), "{pattern} {yes:?}");
        assert!(!no.iter().any(|name| matches(pattern, name)), "{pattern} {no:?}");
    }
}

#[test]
fn two_thousand_operations_are_published_from_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let operations = (0..2_000).map(|n| (format!("/things-{n}/{{id}}"), "GET".to_owned())).collect();
    std::fs::write(folder.path().join("shop.yaml"), contract(&operations)).expect("written");
    let loaded = loaded(folder.path(), FILE);
    assert_eq!(loaded.report.summary.operations, 2_000);
    assert!(loaded.files.iter().any(|file| file.ends_with("shop.yaml")), "a change of it is a reload");
}

#[test]
fn a_contract_that_names_the_service_itself_warns_of_nothing_and_one_of_another_host_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = FILE.replace("listen: 127.0.0.1:8443", "listen: 127.0.0.1:8443, hosts: shop.example");
    let warnings = |server: &str| {
        let text = format!(
            "openapi: 3.1.0\nservers: [{{ url: '{server}' }}]\npaths: {{ /a: {{ get: {{ responses: {{}} }} }} }}\n"
        );
        std::fs::write(folder.path().join("shop.yaml"), text).expect("written");
        loaded(folder.path(), &file).warnings.render(false)
    };
    assert_eq!(warnings("http://127.0.0.1:3000"), "");
    assert_eq!(warnings("https://shop.example"), "");
    assert!(
        warnings("http://127.0.0.2:3000").contains("warning[host-differs]"),
        "{}",
        warnings("http://127.0.0.2:3000")
    );
}

#[test]
fn the_hash_changes_with_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let hash = |path: &str| {
        let operations = BTreeSet::from([(path.to_owned(), "GET".to_owned())]);
        std::fs::write(folder.path().join("shop.yaml"), contract(&operations)).expect("written");
        loaded(folder.path(), FILE).hash
    };
    assert_ne!(hash("/a"), hash("/b"));
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-c]{1,2}", 1 => Just("{}".to_owned())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_operation_is_reached_by_its_route_and_nothing_else_is(
        paths in prop::collection::btree_set((prop::collection::vec(segment(), 1..4), prop::sample::select(vec!["GET", "PUT", "DELETE"])), 1..12),
        asked in prop::collection::vec((prop::collection::vec("[a-c]{1,2}", 1..4), prop::sample::select(vec!["GET", "PUT", "DELETE", "PATCH"])), 32),
    ) {
        let named = |parts: &[String]| -> String {
            parts.iter().enumerate().map(|(n, part)| if part == "{}" { format!("/{{p{n}}}") } else { format!("/{part}") }).collect()
        };
        let operations: BTreeSet<_> = paths.iter().map(|(parts, method)| (named(parts), (*method).to_owned())).collect();
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("shop.yaml"), contract(&operations)).expect("written");
        let loaded = loaded(folder.path(), FILE);
        let table = &loaded.plan.gateway.doors[0].routes;
        prop_assert_eq!(table.len(), operations.len());
        let route = |id: model::OperationId| {
            let line = &loaded.report.routes[id.0 as usize];
            (line.url.split_once("/api").expect("the prefix").1.to_owned(), line.method.clone())
        };
        // Each by a request of its own shape: where a more specific path covers it, that one decides.
        for (parts, method) in &paths {
            let path: String = parts.iter().map(|part| format!("/{}", if part == "{}" { "zz" } else { part })).collect();
            match table.choose_parts("localhost", &format!("/api{path}"), method) {
                Choice::Operation(id) => prop_assert_eq!(route(id), (named(parts), (*method).to_owned())),
                other => prop_assert!(false, "{} {}: {:?}", method, path, other),
            }
        }
        for (parts, method) in asked {
            let path: String = parts.iter().map(|part| format!("/{part}")).collect();
            if let Choice::Operation(id) = table.choose_parts("localhost", &format!("/api{path}"), method) {
                let (template, published) = route(id);
                prop_assert!(operations.contains(&(template.clone(), published.clone())) && published == method);
                let fits = template.split('/').zip(path.split('/')).all(|(t, p)| t.starts_with('{') || t == p);
                prop_assert!(fits && template.split('/').count() == path.split('/').count(), "{} {}", template, path);
            }
            prop_assert_eq!(table.choose_parts("localhost", &path, method), Choice::Nothing, "outside the prefix");
        }
    }
}
