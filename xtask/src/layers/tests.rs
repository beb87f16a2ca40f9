//! The check finds what it is there to find.

use super::*;

const TABLE: &str = "# A\n\n## Rooms\n\n| crate | what for | may use |\n| --- | --- | --- |\n| `model` | words | – |\n| `wire` | codec | `model` |\n| `testkit` | tests | – |\n\n## Next\n";

fn check(packages: &str) -> Vec<String> {
    let metadata = serde_json::from_str(&format!("{{\"packages\":[{packages}]}}")).expect("metadata");
    faults(&table(TABLE).expect("a table"), &metadata)
}

fn package(name: &str, dependencies: &str) -> String {
    format!("{{\"name\":\"{name}\",\"dependencies\":[{dependencies}]}}")
}

fn uses(name: &str, kind: &str) -> String {
    format!("{{\"name\":\"{name}\",\"kind\":{kind},\"path\":\"/x\"}}")
}

fn all(model: &str, wire: &str) -> String {
    let packages =
        [package("vestibule-model", model), package("vestibule-wire", wire), package("vestibule-testkit", "")];
    packages.join(",")
}

#[test]
fn what_the_table_allows_passes() {
    let dependencies = [uses("vestibule-model", "null"), uses("vestibule-testkit", "\"dev\"")].join(",");
    assert_eq!(check(&all("", &dependencies)), Vec::<String>::new());
}

#[test]
fn an_upward_use_is_found_also_in_tests() {
    for kind in ["null", "\"dev\"", "\"build\""] {
        let faults = check(&all(&uses("vestibule-wire", kind), ""));
        assert_eq!(faults, ["`model` uses `wire`, which the table does not allow"], "{kind}");
    }
    assert_eq!(check(&all(&uses("vestibule-testkit", "null"), "")).len(), 1);
}

#[test]
fn a_crate_without_a_row_and_a_row_without_a_crate_are_found() {
    let faults = check(&[package("vestibule-model", ""), package("vestibule-cellar", "")].join(","));
    assert!(faults.iter().any(|fault| fault == "`cellar` is not in the table of rooms"), "{faults:?}");
    assert!(faults.iter().any(|fault| fault == "the table names `wire`, and there is no such crate"), "{faults:?}");
}

#[test]
fn a_pure_room_has_no_runtime() {
    let tokio = "{\"name\":\"tokio\",\"kind\":null,\"path\":null}";
    assert_eq!(check(&all("", tokio)), ["`wire` is kept pure and uses `tokio`"]);
    let for_tests = "{\"name\":\"tokio\",\"kind\":\"dev\",\"path\":null}";
    assert!(check(&all("", for_tests)).is_empty());
}
