//! When the guard speaks up.

use std::collections::BTreeMap;

use super::Committed;

fn compare(count: u64) -> Vec<String> {
    let of = |count| BTreeMap::from([("plain".to_owned(), count)]);
    Committed { tolerance_percent: 4.0, per_request: of(10_000) }.compare(&of(count))
}

#[test]
fn within_the_tolerance_all_is_well() {
    assert!(compare(10_000).is_empty());
    assert!(compare(10_399).is_empty());
    assert!(compare(5_000).is_empty());
}

#[test]
fn a_longer_path_is_a_fault() {
    assert!(compare(10_401)[0].contains("4.0 % more than the 10000"));
}

#[test]
fn a_scenario_without_a_figure_is_a_fault() {
    let committed = Committed { tolerance_percent: 4.0, per_request: BTreeMap::new() };
    assert_eq!(committed.compare(&BTreeMap::from([("plain".to_owned(), 1)])).len(), 1);
}

#[test]
fn the_committed_file_can_be_read() {
    let text = include_str!("../../../bench/instructions.json");
    assert!(serde_json::from_str::<Committed>(text).unwrap().tolerance_percent <= 5.0);
}
