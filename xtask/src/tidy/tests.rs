//! Each rule finds a breach planted for it, and leaves alone what is right.

use super::*;

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

fn found(files: &[File]) -> Vec<String> {
    check(files).iter().map(Fault::to_string).collect()
}

fn only(path: &str, text: &str) -> Vec<String> {
    found(&[file(path, text)])
}

#[test]
fn a_tidy_file_has_no_faults() {
    assert_eq!(only("crates/a/src/door.rs", "//! Doors.\n\nfn open() {}\n"), Vec::<String>::new());
}

#[test]
fn white_space_and_a_missing_line_feed_are_found() {
    assert_eq!(only("a.md", "x \n"), ["a.md:1: white space at the end"]);
    assert_eq!(only("a.md", "x\ty\n"), ["a.md:1: a tab"]);
    assert_eq!(only("a.md", "x"), ["a.md: no line feed at the end"]);
}

#[test]
fn promises_to_do_it_later_are_found_and_parts_of_words_are_not() {
    let later = concat!("TO", "DO");
    assert_eq!(only("a.md", &format!("x\n{later}: y\n")).len(), 1);
    assert_eq!(only("a.rs", &format!("//! x\nfn a() {{ {}) }}\n", concat!("to", "do!("))).len(), 1);
    assert_eq!(only("a.md", &format!("{later}S and {}XX\n", concat!("XX", "X"))), Vec::<String>::new());
}

#[test]
fn paths_of_one_machine_are_found_outside_tests() {
    let path = format!("{}x\n", concat!("/tm", "p/"));
    assert_eq!(only("a.md", &path).len(), 1);
    assert_eq!(only("crates/a/tests/x.md", &path).len(), 0);
}

#[test]
fn a_rust_file_says_what_it_is_for() {
    assert_eq!(
        only("a/src/b.rs", "fn x() {}\n"),
        ["a/src/b.rs:1: the first line is `//!` and says what this room is for"]
    );
}

#[test]
fn a_long_file_is_found_unless_it_is_a_test() {
    let long = format!("//! Long.\n{}", "\n".repeat(500));
    assert_eq!(only("a/src/b.rs", &long), ["a/src/b.rs: 501 lines; 500 is the most"]);
    assert_eq!(only("a/src/b/tests.rs", &long), Vec::<String>::new());
}

#[test]
fn names_that_say_nothing_are_found() {
    for path in ["a/src/util.rs", "a/src/helpers/x.rs", "a/src/http.rs", "a/src/b/mod.rs"] {
        assert_eq!(only(path, "//! x\n").len(), 1, "{path}");
    }
    assert_eq!(only("a/src/database.rs", "//! x\n"), Vec::<String>::new());
}

#[test]
fn a_test_is_not_ignored_without_a_reason() {
    assert_eq!(only("a/src/b.rs", "//! x\n#[ignore]\n").len(), 1);
    assert_eq!(only("a/src/b.rs", "//! x\n#[ignore = \"slow\"]\n"), Vec::<String>::new());
}

#[test]
fn the_forbidden_keyword_is_found_even_outside_the_workspace() {
    let keyword = concat!("un", "safe");
    assert_eq!(only("fuzz/a.rs", &format!("//! x\n{keyword} fn a() {{}}\n")).len(), 1);
}

#[test]
fn a_manifest_takes_versions_and_lints_from_the_root() {
    let good = "[package]\nname = \"a\"\n[lints]\nworkspace = true\n[dependencies]\nx.workspace = true\n";
    assert_eq!(only("crates/a/Cargo.toml", good), Vec::<String>::new());
    assert_eq!(only("crates/a/Cargo.toml", "[dependencies]\nx = \"1\"\n").len(), 2);
    assert_eq!(only("Cargo.toml", "[workspace.dependencies]\nx = \"1\"\n"), Vec::<String>::new());
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let page = |text: &str| found(&[file("docs/a.md", text), file("b.md", "# B of `c`: d\n")]);
    assert_eq!(page("[b](../b.md) [b](../b.md#b-of-c-d) [x](https://x.example)\n"), Vec::<String>::new());
    assert_eq!(page("[b](b.md)\n"), ["docs/a.md:1: the link `b.md` leads nowhere"]);
    assert_eq!(page("[b](../b.md#e)\n"), ["docs/a.md:1: `b.md` has no heading `#e`"]);
    assert_eq!(page("`[b](b.md)`\n```\n[b](b.md)\n```\n"), Vec::<String>::new());
}

#[test]
fn a_problem_page_agrees_with_the_list_of_codes() {
    let list = file(
        "crates/model/src/problem/codes.rs",
        "//! x\n    NotFound = \"not-found\", 404, Caller, \"There is nothing here\";\n",
    );
    let index = file("docs/problems/README.md", "| [not-found](not-found.md) | 404 | There is nothing here |\n");
    let sections = "\n## What it means\n\n## As the caller\n\n## As the operator\n\n## In the file\n";
    let page = |status: &str| {
        let text = format!("# not-found\n\nThere is nothing here. Status {status}; x.\n{sections}");
        file("docs/problems/not-found.md", &text)
    };
    let again = || [file(&list.path, &list.text), file(&index.path, &index.text)];
    let with = |page: File| found(&again().into_iter().chain([page]).collect::<Vec<_>>());
    assert_eq!(with(page("404")), Vec::<String>::new());
    assert_eq!(with(page("403")).len(), 1);
    assert_eq!(found(&again()).len(), 2, "the page is missing, and so the link to it");
}

#[test]
fn decisions_are_numbered_and_listed() {
    let body = "\n## Question\n\n## Decision\n\n## Consequences\n";
    let index = || file("docs/decisions/README.md", "[a](0001-a.md)\n");
    let record = |path: &str, title: &str| file(path, &format!("{title}\n{body}"));
    let good = record("docs/decisions/0001-a.md", "# 0001: A");
    assert_eq!(found(&[good, index()]), Vec::<String>::new());
    let bad = record("docs/decisions/0002-b.md", "# 0002: B");
    assert_eq!(found(&[bad, index()]).len(), 4, "number, title, list, and the link to the other");
}

#[test]
fn a_feature_names_tests_that_exist() {
    let table = |row: &str| {
        let page = format!("| feature | state | test |\n| --- | --- | --- |\n{row}\n");
        found(&[file("docs/features.md", &page), file("crates/v/tests/suite/doors.rs", "//! x\nfn a_fact() {}\n")])
    };
    assert_eq!(table("| TLS | works | `doors::a_fact` |"), Vec::<String>::new());
    assert_eq!(table("| TLS | not yet | – |"), Vec::<String>::new());
    assert_eq!(table("| TLS | works | – |"), ["docs/features.md:3: `works` without a test that shows it"]);
    assert_eq!(table("| TLS | works | `doors::a_lie` |"), ["docs/features.md:3: there is no test `doors::a_lie`"]);
    assert_eq!(table("| TLS | done | – |"), ["docs/features.md:3: `done` is no state"]);
}
