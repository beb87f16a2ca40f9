//! The table is whole, and an installation only ever adds.

use super::*;

#[test]
fn every_row_has_a_name_commands_a_package_and_a_reason() {
    for tool in table().expect("a table") {
        assert!(!tool.name.is_empty() && !tool.commands.is_empty(), "{}", tool.name);
        assert!(!tool.package.is_empty() && !tool.what_for.is_empty(), "{}", tool.name);
    }
}

#[test]
fn what_is_installed_already_is_not_upgraded() {
    assert!(INSTALL.contains(&"--no-upgrade"));
}
