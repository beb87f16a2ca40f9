//! A tool is there, or left out by name, or the test fails.

use super::*;

#[test]
fn every_row_of_the_table_has_commands() {
    for line in TABLE.lines() {
        let name = line.split('|').next().expect("a name").trim();
        assert!(commands(name).next().is_some(), "{line}");
    }
}

#[test]
#[should_panic(expected = "`crul` is not in xtask/needs.txt")]
fn a_tool_that_is_not_in_the_table_is_a_mistake_of_the_test() {
    let _ = needs("crul");
}

#[test]
fn only_what_is_named_may_be_missing() {
    assert!(may_be_missing("curl, openssl", "openssl"));
    assert!(!may_be_missing("openssl", "open"));
    assert!(!may_be_missing("", "curl"));
}

#[test]
fn commands_are_found_on_the_path() {
    assert!(find("sh").is_some());
    assert!(find("there-is-no-such-command").is_none());
}
