//! A change is seen once, however it came about.

use super::*;

fn folder_with(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("a file");
    (folder, path)
}

#[test]
fn what_stays_is_not_a_change() {
    let (_folder, path) = folder_with("a", "1");
    let mut watch = Watch::new(true, &path, &[]);
    assert!(!watch.changed());
}

#[test]
fn new_content_is_a_change_and_is_seen_once() {
    let (_folder, path) = folder_with("a", "1");
    let mut watch = Watch::new(true, &path, &[]);
    fs::write(&path, "longer").expect("a file");
    assert!(watch.changed());
    assert!(!watch.changed());
}

#[test]
fn a_file_renamed_into_place_is_a_change() {
    let (folder, path) = folder_with("a", "1");
    let mut watch = Watch::new(true, &path, &[]);
    fs::write(folder.path().join("b"), "2").expect("a file");
    fs::rename(folder.path().join("b"), &path).expect("in place");
    assert!(watch.changed());
}

#[test]
fn a_file_beside_the_root_counts_also_when_it_goes_and_comes() {
    let (folder, root) = folder_with("root", "1");
    let other = folder.path().join("key.pem");
    fs::write(&other, "k").expect("a file");
    let mut watch = Watch::new(true, &root, std::slice::from_ref(&other));
    fs::remove_file(&other).expect("removed");
    assert!(watch.changed());
    fs::write(&other, "k").expect("a file");
    assert!(watch.changed());
}

#[test]
fn nothing_changes_where_nobody_looks() {
    let (_folder, path) = folder_with("a", "1");
    let mut watch = Watch::new(false, &path, &[]);
    fs::write(&path, "longer").expect("a file");
    assert!(!watch.changed());
}
