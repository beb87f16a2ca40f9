//! Rows and the names that keep them.

use super::Names;

const NONE: fn(u32) -> [u64; 1] = |_| [0];

#[test]
fn a_name_keeps_its_row() {
    let mut names = Names::<&str, 1>::new(10);
    let (a, b) = (names.row("a", 1, NONE), names.row("b", 1, NONE));
    assert!(a != b && a != 0 && b != 0);
    assert_eq!(names.row("b", 2, NONE), b);
    assert_eq!(names.row("a", 9, NONE), a, "also where it was away for a while and nobody needed the row");
}

#[test]
fn a_row_goes_over_only_when_nothing_can_still_run_under_its_name() {
    let mut names = Names::<&str, 1>::new(3);
    let (a, b) = (names.row("a", 1, NONE), names.row("b", 1, NONE));
    assert_eq!(names.row("b", 2, NONE), b);
    assert_eq!(names.row("c", 2, NONE), 0, "requests of configuration 1 may be running");
    assert_eq!(names.row("b", 3, NONE), b);
    assert_eq!(names.row("c", 3, |_| [41]), a);
    assert_eq!(names.row("d", 3, NONE), 0, "b is in use");
    let counted: Vec<_> = names.counted(|row| if row == a { [45] } else { [7] }).collect();
    assert_eq!(counted, [(None, [7]), (Some(&"c"), [4]), (Some(&"b"), [7])], "what a had counted is not c's");
}

#[test]
fn memory_is_bounded_whatever_is_loaded() {
    let mut names = Names::<u32, 1>::new(100);
    for generation in 1..50 {
        for name in 0..30 {
            names.row(u32::try_from(generation).unwrap() * 30 + name, generation, NONE);
        }
    }
    assert_eq!(names.entries.len(), 100);
    assert_eq!(names.rows.len(), 99);
    let reachable = names.rows.iter().all(|(name, row)| names.entries[*row as usize].name == Some(*name));
    assert!(reachable);
}
