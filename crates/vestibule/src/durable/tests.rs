//! What stands there afterwards, and what does not.

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").mode() & 0o7777
}

#[test]
fn a_private_file_is_private_whatever_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a");
    fs::write(&path, "old").expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("its mode");
    write_private(&path, b"new").expect("written");
    assert_eq!((fs::read(&path).expect("a file").as_slice(), mode(&path)), (&b"new"[..], 0o600));
    assert_eq!(names(folder.path()), ["a"], "nothing is left beside it");
}

#[test]
fn a_file_that_is_replaced_keeps_its_mode_and_the_link_that_leads_to_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::write(&real, "old").expect("written");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("its mode");
    std::os::unix::fs::symlink("real", &link).expect("a link");
    may_replace(&link).expect("it may");
    replace(&link, "new").expect("replaced");
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!((fs::read_to_string(&real).expect("a file").as_str(), mode(&real)), ("new", 0o640));
    assert_eq!(names(folder.path()), ["link", "real"]);
}

#[test]
fn where_it_cannot_be_written_nothing_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gone");
    assert!(replace(&path, "new").is_err() && may_replace(&path).is_err());
    // A folder stands where the file beside would.
    let path = folder.path().join("a");
    fs::write(&path, "old").expect("written");
    fs::create_dir(beside(&path).expect("a name")).expect("a folder");
    assert!(replace(&path, "new").is_err() && may_replace(&path).is_err());
    assert_eq!(fs::read_to_string(&path).expect("a file"), "old");
}
