//! The form of tables.

use super::markdown;

#[test]
fn columns_are_as_wide_as_their_widest_cell() {
    let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
    let table = markdown(&[row(["", "nginx"]), row(["CPU µs", "1.5"])]);
    assert_eq!(table, "|        | nginx |\n| ------ | ----: |\n| CPU µs |   1.5 |\n");
}
