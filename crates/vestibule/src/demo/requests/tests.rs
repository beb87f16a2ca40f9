//! The list of things to try is long and varied enough to show what the doors do.

use std::collections::HashSet;

use super::*;

fn all() -> Vec<Try> {
    let here = Path::new("/demo");
    list(&Facts {
        client: "https://localhost:8443",
        server: "https://localhost:9443",
        ca: here,
        certificates: here,
        too_large: here,
        window: "window",
        till: "till",
        bookkeeper: "bookkeeper",
    })
}

#[test]
fn there_are_a_dozen_and_a_third_of_them_are_refusals_of_different_kinds() {
    let all = all();
    assert!(all.len() >= 12);
    let codes: HashSet<_> = all.iter().filter_map(|each| each.problem).collect();
    assert!(codes.len() * 3 >= all.len(), "{} codes in {}", codes.len(), all.len());
}

#[test]
fn names_are_unique() {
    let all = all();
    let names: HashSet<_> = all.iter().map(|each| each.name).collect();
    assert_eq!(names.len(), all.len());
}

#[test]
fn each_is_a_whole_curl_command_for_its_door() {
    for each in all() {
        assert_eq!(each.argv.first().map(String::as_str), Some("curl"));
        let port = if each.door == DoorKind::Client { ":8443/" } else { ":9443/" };
        assert!(each.argv.last().is_some_and(|url| url.contains(port)), "{:?}", each.argv);
    }
}

#[test]
fn a_problem_is_left_out_of_json_where_there_is_none() {
    for each in all() {
        let object = each.to_json();
        assert_eq!(object.get("problem").is_some(), each.problem.is_some());
        assert_eq!(object["expect"], each.expect);
    }
}
