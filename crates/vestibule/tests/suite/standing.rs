//! A whole gateway for a test: where the binary is, and a first file to begin with.

use testkit::House;
use testkit::program::Prepared;

/// A fresh folder for the program that was built with this test.
pub(crate) fn house() -> Prepared {
    House::new(env!("CARGO_BIN_EXE_vestibule"))
}

#[test]
fn the_program_that_is_tested_is_the_one_just_built() {
    let ended = house().command(&["--version"]);
    assert!(ended.status.success(), "{ended:?}");
}
