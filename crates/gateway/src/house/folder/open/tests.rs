//! What is found below a real folder.

use std::fs::{create_dir, write};
use std::os::unix::fs::symlink;

use super::*;

fn found(root: &Path, name: &str) -> &'static str {
    match open(root, name, &[]).expect("readable") {
        Found::File(_) => "file",
        Found::Folder => "folder",
        Found::Nothing => "nothing",
    }
}

#[test]
fn links_are_followed_below_the_folder_and_never_out_of_it() {
    let ground = tempfile::tempdir().expect("a folder");
    let root = ground.path().join("site");
    create_dir(&root).expect("a folder");
    create_dir(root.join("releases")).expect("a folder");
    write(ground.path().join("secret"), "secret").expect("written");
    write(root.join("releases/page.html"), "page").expect("written");
    symlink("releases", root.join("now")).expect("a link");
    symlink("../secret", root.join("up")).expect("a link");
    symlink(ground.path().join("secret"), root.join("absolute")).expect("a link");
    symlink("../../secret", root.join("releases/up")).expect("a link");
    symlink("loop", root.join("loop")).expect("a link");
    assert_eq!(found(&root, "now/page.html"), "file");
    assert_eq!(found(&root, "releases"), "folder");
    for name in ["up", "absolute", "releases/up", "loop", "../secret", "/etc/passwd", "none", "releases/page.html/x"] {
        assert_eq!(found(&root, name), "nothing", "{name}");
    }
}

#[test]
fn what_is_no_file_is_nothing_and_waits_for_nobody() {
    let root = tempfile::tempdir().expect("a folder");
    let pipe = root.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)
        .expect("a pipe");
    assert_eq!(found(root.path(), "pipe"), "nothing");
}

#[test]
fn a_neighbour_in_a_coding_is_taken_unless_it_is_older() {
    let root = tempfile::tempdir().expect("a folder");
    let path = |name: &str| root.path().join(name);
    for name in ["a.js", "a.js.gz", "a.js.br", "b.js", "b.js.gz"] {
        write(path(name), name).expect("written");
    }
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    File::options().write(true).open(path("b.js.gz")).and_then(|file| file.set_modified(old)).expect("a time");
    let coding = |name: &str, codings: &[Coding]| match open(root.path(), name, codings).expect("readable") {
        Found::File(opened) => (opened.coding, opened.entity_tag()),
        _ => panic!("{name} is there"),
    };
    assert_eq!(coding("a.js", &[Coding::Zstd, Coding::Brotli, Coding::Gzip]).0, Some(Coding::Brotli));
    assert_eq!(coding("a.js", &[Coding::Gzip]).0, Some(Coding::Gzip));
    assert_eq!(coding("a.js", &[]).0, None);
    assert_eq!(coding("b.js", &[Coding::Gzip]).0, None, "what is older may be another");
    assert_ne!(coding("a.js", &[]).1, coding("a.js", &[Coding::Gzip]).1);
}

#[test]
fn what_was_written_again_has_another_tag() {
    let root = tempfile::tempdir().expect("a folder");
    let path = root.path().join("a");
    let tag = || match open(root.path(), "a", &[]).expect("readable") {
        Found::File(opened) => opened.entity_tag(),
        _ => panic!("it is there"),
    };
    write(&path, "one").expect("written");
    let first = tag();
    assert_eq!(tag(), first);
    write(&path, "longer").expect("written");
    assert_ne!(tag(), first);
}
