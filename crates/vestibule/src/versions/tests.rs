//! What is kept, in which order, and what is not believed.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn version(hash: &str, by: By) -> Version {
    let contracts = vec![(PathBuf::from("shop.openapi.yaml"), "openapi: 3.1.0\n".to_owned())];
    let texts = Texts { file: format!("vestibule: 1\n# {hash}\n"), contracts };
    Version::new(hash.to_owned(), "2026-11-22T14:02:11Z".to_owned(), by, &texts)
}

fn hashes(versions: &Versions) -> Vec<String> {
    versions.list().expect("a list").into_iter().map(|version| version.hash).collect()
}

fn files(versions: &Versions) -> Vec<PathBuf> {
    versions.numbered().expect("files").into_iter().map(|(_, path)| path).collect()
}

#[test]
fn the_latest_come_first_and_the_oldest_go() {
    let data = tempfile::tempdir().expect("a folder");
    let versions = Versions::of(&data.path().join("data"));
    assert!(hashes(&versions).is_empty(), "of a directory that is not there");
    for number in 0..25 {
        versions.keep(&version(&format!("{number:07}"), By::Reload)).expect("kept");
    }
    let there = hashes(&versions);
    assert_eq!((there.len(), there.first().map(String::as_str)), (20, Some("0000024")));
    assert_eq!(there.last().map(String::as_str), Some("0000005"));
    let found = versions.find(|version| version.hash == "0000020").expect("a list").expect("that one");
    assert_eq!(found, version("0000020", By::Reload));
    assert_eq!(found.texts(), version("0000020", By::Start).texts());
}

#[test]
fn what_runs_again_without_another_between_is_kept_once() {
    let data = tempfile::tempdir().expect("a folder");
    let versions = Versions::of(data.path());
    for (hash, by) in [("a", By::Start), ("a", By::Start), ("b", By::Apply), ("a", By::Rollback)] {
        versions.keep(&version(hash, by)).expect("kept");
    }
    assert_eq!(hashes(&versions), ["a", "b", "a"]);
}

#[test]
fn only_the_owner_may_read_them_and_what_others_may_write_to_is_not_believed() {
    let data = tempfile::tempdir().expect("a folder");
    let versions = Versions::of(data.path());
    versions.keep(&version("a", By::Start)).expect("kept");
    versions.keep(&version("b", By::Reload)).expect("kept");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o777;
    assert_eq!(mode(&versions.folder), 0o700);
    assert!(files(&versions).iter().all(|path| mode(path) == 0o600));
    fs::set_permissions(&files(&versions)[1], fs::Permissions::from_mode(0o622)).expect("its mode");
    assert_eq!(hashes(&versions), ["a"]);
}

#[test]
fn what_is_broken_or_of_another_format_is_passed_over_and_never_written_over() {
    let data = tempfile::tempdir().expect("a folder");
    let versions = Versions::of(data.path());
    versions.keep(&version("a", By::Start)).expect("kept");
    for (name, text) in [("00000007-b.json", "{"), ("00000008-c.json", "{\"format\":2}"), ("notes.txt", "x")] {
        durable::write_private(&versions.folder.join(name), text.as_bytes()).expect("written");
    }
    assert_eq!(hashes(&versions), ["a"]);
    versions.keep(&version("d", By::Reload)).expect("kept");
    assert_eq!(hashes(&versions), ["d", "a"]);
    assert!(versions.folder.join("00000009-d.json").exists());
}
