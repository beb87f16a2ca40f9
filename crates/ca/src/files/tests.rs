//! What is written is whole, has its permissions, and replaces nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{PRIVATE, PUBLIC, write_new};
use crate::CaError;

#[test]
fn a_new_file_has_its_contents_and_permissions_and_nothing_beside_it() {
    let directory = tempfile::tempdir().expect("directory");
    for (name, mode) in [("a.pem", PUBLIC), ("a-key.pem", PRIVATE)] {
        let path = directory.path().join(name);
        write_new(&path, "text", mode).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), "text");
        assert_eq!(fs::metadata(&path).expect("metadata").permissions().mode() & 0o777 & !mode, 0);
    }
    assert_eq!(fs::read_dir(directory.path()).expect("list").count(), 2);
}

#[test]
fn a_file_that_is_there_stays_as_it_is() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("a.pem");
    write_new(&path, "first", PUBLIC).expect("written");
    assert!(matches!(write_new(&path, "second", PUBLIC), Err(CaError::Exists { .. })));
    assert_eq!(fs::read_to_string(&path).expect("read"), "first");
    assert_eq!(fs::read_dir(directory.path()).expect("list").count(), 1);
}

#[test]
fn a_missing_directory_is_an_error_and_not_made() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("no/a.pem");
    assert!(matches!(write_new(&path, "text", PUBLIC), Err(CaError::Write { .. })));
    assert!(!directory.path().join("no").exists());
}

#[test]
fn of_many_writers_exactly_one_wins() {
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join("a.pem");
    // Within one process the unfinished file is shared; each writer here stands for a process that came later.
    let won = (0..8).filter(|n| write_new(&path, &n.to_string(), PUBLIC).is_ok()).count();
    assert_eq!((won, fs::read_to_string(&path).expect("read").as_str()), (1, "0"));
}
