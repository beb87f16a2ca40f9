//! `vestibule diff` as a person or a script meets it; that it tells the truth is shown in its own room.

use serde_json::Value;

use crate::two_doors::{Ground, changed};

/// What it says and how it ends, of the usual file and one with these changes.
fn diff(changes: &[(&str, &str)], flags: &[&str]) -> testkit::program::Ended {
    let ground = Ground::new();
    let file = ground.file();
    ground.prepared.write("new.yaml", &changed(&file, changes));
    let prepared = ground.prepared.config(&file);
    prepared.command(&[&["diff", "vestibule.yaml", "new.yaml"], flags].concat())
}

#[test]
fn a_change_is_told_in_words_of_access() {
    let changes = [
        ("      refund: { route: POST /refunds, callers: { workloads: billing } }", "      refund: POST /refunds"),
        ("      own: { route: GET /own, callers: { keys: restricted } }", "      own: GET /own"),
        ("operations: { read: \"GET /things\", ", "deadline: 5s\n    operations: { "),
    ];
    let ended = diff(&changes, &[]);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let has = |words: &[&str]| ended.stdout.lines().any(|line| words.iter().all(|word| line.contains(word)));
    for words in [
        &["+ workload:orders", "POST /payments/refunds", "payments.refund", "new.yaml:"][..],
        &["- workload:billing", "POST /payments/refunds", "vestibule.yaml:"],
        &["+ key:publishable", "GET /notes/own"],
        &["- anyone", "GET /open/things", "open.read"],
        &["~ apis.open.deadline 10s → 5s"],
        &["keeps ", "no listener closes"],
    ] {
        assert!(has(words), "{words:?} is not told:\n{}", ended.stdout);
    }
    assert!(!has(&["key:restricted", "/notes/own"]), "nothing changes for those:\n{}", ended.stdout);
}

#[test]
fn no_difference_is_0_and_what_fails_can_be_chosen() {
    let same = diff(&[], &[]);
    assert_eq!((same.status.code(), same.stdout.as_str()), (Some(0), "no difference\n"), "{same:?}");
    let closing = [("read: \"GET /things\", ", "")];
    assert_eq!(diff(&closing, &[]).status.code(), Some(1));
    assert_eq!(diff(&closing, &["--fail-on", "opens"]).status.code(), Some(0));
    let opening = [("callers: { workloads: billing }", "callers: { workloads: [billing, orders] }")];
    assert_eq!(diff(&opening, &["--fail-on", "opens"]).status.code(), Some(1));
    assert_eq!(diff(&opening, &["--fail-on", "loosenings"]).status.code(), Some(0));
    let loosening =
        [("    callers: { keys: secret }\n", "    callers: { keys: secret }\n    loosen: { any-network: x }\n")];
    assert_eq!(diff(&loosening, &["--fail-on", "loosenings"]).status.code(), Some(1));
    let faulty = diff(&[("vestibule: 1", "vestibule: 1\nnothing: 1")], &[]);
    assert_eq!(faulty.status.code(), Some(3), "{faulty:?}");
}

#[test]
fn a_new_public_true_is_a_loosening_and_opens_also_where_anyone_was_let_in_before() {
    let adds = |line: &str| format!("read: \"GET /things\", {line}, ");
    let opening = adds("more: \"GET /in-one\"");
    // The API is public already: nothing says so anew, and somebody may call what they might not.
    let inherited = [("read: \"GET /things\", ", opening.as_str())];
    assert_eq!(diff(&inherited, &["--fail-on", "opens"]).status.code(), Some(1));
    assert_eq!(diff(&inherited, &["--fail-on", "loosenings"]).status.code(), Some(0));
    // A key was asked for, and is no more.
    let own = [("own: { route: GET /own, callers: { keys: restricted } }", "own: { route: GET /own, public: true }")];
    let ended = diff(&own, &["--fail-on", "loosenings"]);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(ended.stdout.contains("+ public on apis.notes.operations.own  new.yaml:"), "{}", ended.stdout);
    // Behind a route that lets anyone in to everything.
    let ground = Ground::new();
    let catching = changed(&ground.file(), &[("read: \"GET /things\", ", "read: \"GET /things\", all: \"ANY /**\", ")]);
    let opening = adds("more: { route: \"GET /more\", public: true }");
    ground.prepared.write("new.yaml", &changed(&catching, &[("read: \"GET /things\", ", &opening)]));
    let prepared = ground.prepared.config(&catching);
    for what in ["opens", "loosenings"] {
        let ended = prepared.command(&["diff", "vestibule.yaml", "new.yaml", "--fail-on", what]);
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    }
}

#[test]
fn scripts_get_one_object() {
    let ended = diff(&[("callers: { workloads: billing }", "callers: { workloads: [billing, orders] }")], &["--json"]);
    let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(told["summary"]["opens"], 1, "{told:#}");
    assert_eq!((&told["ok"], &told["exact"]), (&false.into(), &true.into()));
    let change = &told["access"][0];
    assert_eq!(change["who"], serde_json::json!({ "kind": "workload", "match": "orders" }), "{told:#}");
    assert_eq!(change["because"][0]["path"], "apis.payments.operations.refund.callers");
}
