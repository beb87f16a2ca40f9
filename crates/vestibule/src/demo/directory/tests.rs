//! A demo takes an empty directory or a demo's own, and no other.

use super::*;

#[test]
fn a_directory_with_something_in_it_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("thesis.tex"), "years of work").expect("a file");
    let failure = Directory::prepare(folder.path()).expect_err("a refusal");
    assert_eq!(failure.exit, Exit::Conflict);
    assert_eq!(fs::read_dir(folder.path()).expect("entries").count(), 1);
}

#[test]
fn a_demo_replaces_what_a_demo_wrote_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let wanted = folder.path().join("demo");
    let first = Directory::prepare(&wanted).expect("a directory");
    first.write("vestibule.yaml", "old").expect("a file");
    drop(first);
    fs::write(wanted.join("my-notes"), "kept").expect("a file");
    let second = Directory::prepare(&wanted).expect("a directory");
    assert!(!second.path().join("vestibule.yaml").exists());
    assert!(second.path().join("my-notes").exists());
}

#[test]
fn two_demos_do_not_share_a_directory() {
    let folder = tempfile::tempdir().expect("a folder");
    let _first = Directory::prepare(folder.path()).expect("a directory");
    let failure = Directory::prepare(folder.path()).expect_err("a refusal");
    assert_eq!((failure.exit, &*failure.code), (Exit::Conflict, "demo-running"));
}

#[test]
fn others_cannot_look_into_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let directory = Directory::prepare(&folder.path().join("demo")).expect("a directory");
    let mode = fs::metadata(directory.path()).expect("metadata").permissions().mode();
    assert_eq!(mode & 0o077, 0);
}
