//! What is told of values that are different.

use super::*;

fn line(path: &str, text: &str) -> ShownLine {
    let origin = if text.ends_with(':') { String::new() } else { "new.yaml:3".to_owned() };
    ShownLine { path: path.to_owned(), depth: 0, text: text.to_owned(), origin }
}

fn told(old: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<String> {
    let lines = |lines: &[(&str, &str)]| lines.iter().map(|(path, text)| line(path, text)).collect::<Vec<_>>();
    let changes = compare(&lines(old), &lines(new));
    changes.iter().map(|c| format!("{} {} {}->{}", c.effect.as_str(), c.path, c.from, c.to)).collect()
}

#[test]
fn a_bound_that_grows_loosens_and_one_that_shrinks_tightens() {
    let api = ("apis.a", "a:");
    let told = told(
        &[
            api,
            ("apis.a.body", "body: 1MiB"),
            ("apis.a.deadline", "deadline: 10s"),
            ("apis.a.errors", "errors: detailed"),
        ],
        &[api, ("apis.a.body", "body: 2MiB"), ("apis.a.deadline", "deadline: 5s"), ("apis.a.errors", "errors: terse")],
    );
    assert_eq!(
        told,
        ["loosens apis.a.body 1MiB->2MiB", "changes apis.a.deadline 10s->5s", "tightens apis.a.errors detailed->terse"]
    );
}

#[test]
fn a_thing_that_comes_or_goes_is_told_once_and_access_not_at_all() {
    let told = told(
        &[
            ("services.a", "a:"),
            ("services.a.idle", "idle: 1s"),
            ("apis.x", "x:"),
            ("apis.x.callers.keys", "keys: secret"),
        ],
        &[("services.b", "b:"), ("services.b.idle", "idle: 1s"), ("apis.x", "x:"), ("apis.x.public", "public: true")],
    );
    assert_eq!(told, ["changes services.a there->", "changes services.b ->there"]);
}

#[test]
fn a_line_that_many_inherit_is_told_once() {
    let file = |value: &'static str| {
        [
            ("apis.a", "a:"),
            ("apis.a.deadline", value),
            ("apis.a.operations.x", "x:"),
            ("apis.a.operations.x.deadline", value),
        ]
    };
    assert_eq!(told(&file("deadline: 10s"), &file("deadline: 5s")), ["changes apis.a.deadline 10s->5s"]);
}

#[test]
fn whoever_is_asked_besides_may_only_say_no() {
    let api = ("apis.a", "a:");
    for how in ["http", "grpc"] {
        let path = format!("apis.a.ask.{how}");
        let one = (path.as_str(), "url: http://127.0.0.1:9000");
        let other = (path.as_str(), "url: http://127.0.0.1:9001");
        assert!(told(&[api], &[api, one])[0].starts_with(&format!("tightens {path} ")), "{how}");
        assert!(told(&[api, one], &[api])[0].starts_with(&format!("loosens {path} ")), "{how}");
        assert!(told(&[api, one], &[api, other])[0].starts_with(&format!("changes {path} ")), "{how}");
    }
}
