//! `vestibule keys scan`: what it finds, what it says of what it did not read, and how it ends.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;

use auth::keys::generate;
use model::KeyKind;
use serde_json::{Value, json};
use testkit::program::Prepared;

use crate::standing::house;

fn key(kind: KeyKind) -> String {
    generate(kind).expect("random numbers").text.expose().clone()
}

fn id(key: &str) -> &str {
    key.split('_').nth(2).expect("an id")
}

fn write(tree: &Prepared, path: &str, octets: &[u8]) {
    let path = tree.folder().join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, octets).expect("written");
}

#[test]
fn keys_are_found_in_any_file_of_a_tree_and_their_secrets_are_not_shown() {
    let tree = house();
    let keys = [key(KeyKind::Publishable), key(KeyKind::Restricted), key(KeyKind::Secret)];
    write(&tree, "tree/src/app.js", format!("// the shop\nconst key = '{}';\n", keys[0]).as_bytes());
    write(&tree, "tree/.git/ignored/.env", format!("KEY={}", keys[1]).as_bytes());
    let mut binary = vec![0xFF_u8; 200_000];
    binary.extend_from_slice(keys[2].as_bytes());
    binary.extend_from_slice(&[0; 10]);
    write(&tree, "tree/.git/core.bin", &binary);
    write(&tree, "tree/.gitignore", b"*\n");
    write(&tree, "tree/README", b"keys look like vst_restricted_k3Jx9LmQ2a_...");
    let ended = tree.command(&["keys", "scan", "tree"]);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let mut lines: Vec<&str> = ended.stdout.lines().collect();
    lines.sort_unstable();
    let expected = [
        format!("tree/.git/core.bin:1:1: secret key {}", id(&keys[2])),
        format!("tree/.git/ignored/.env:1:5: restricted key {}", id(&keys[1])),
        format!("tree/src/app.js:2:14: publishable key {}", id(&keys[0])),
    ];
    assert_eq!(lines[1..], expected[1..]);
    // Octets that continue a character of UTF-8 are no columns of their own; 0xFF is none of these.
    assert_eq!(lines[0], expected[0].replace(":1:1:", ":1:200001:"));
    assert!(ended.stderr.contains("3 keys in 5 files\n"), "{ended:?}");
    for key in &keys {
        assert!(!ended.stdout.contains(key) && !ended.stderr.contains(key), "{ended:?}");
    }
}

#[test]
fn a_tree_without_keys_ends_with_0() {
    let tree = house();
    let mut mistyped = key(KeyKind::Restricted);
    mistyped.replace_range(30..31, if mistyped.get(30..31) == Some("a") { "b" } else { "a" });
    write(&tree, "tree/a", mistyped.as_bytes());
    let ended = tree.command(&["keys", "scan", "tree", "tree/a"]);
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(0), ""), "{ended:?}");
    assert!(ended.stderr.contains("0 keys in 2 files"), "{ended:?}");
}

#[test]
fn what_is_not_read_is_said() {
    let tree = house();
    write(&tree, "elsewhere/leak", key(KeyKind::Secret).as_bytes());
    write(&tree, "tree/a", b"nothing");
    symlink("../elsewhere/leak", tree.folder().join("tree/link")).expect("a link");
    symlink("..", tree.folder().join("tree/loop")).expect("a link");
    let _socket = UnixListener::bind(tree.folder().join("tree/socket")).expect("a socket");
    let ended = tree.command(&["keys", "scan", "tree"]);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let expected = "0 keys in 1 files; 2 links not followed; 1 pipes, sockets and devices not read\n";
    assert!(ended.stderr.contains(expected), "{ended:?}");
    // A link that is named is followed.
    assert_eq!(tree.command(&["keys", "scan", "tree/link"]).status.code(), Some(1));
    assert_eq!(tree.command(&["keys", "scan", "nowhere"]).status.code(), Some(6));
    if testkit::root() {
        return;
    }
    let shut = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(tree.folder().join("tree/a"), shut).expect("set");
    let ended = tree.command(&["keys", "scan", "tree"]);
    assert_eq!(ended.status.code(), Some(5), "{ended:?}");
    assert!(ended.stderr.contains("cannot read `tree/a`"), "{ended:?}");
}

#[test]
fn the_object_tells_of_kinds_ids_and_places_alone() {
    let tree = house();
    let key = key(KeyKind::Restricted);
    write(&tree, "a", format!("\n\n  {key}").as_bytes());
    let ended = tree.command(&["keys", "scan", "a", "--json"]);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let object: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let expected = json!({
        "format": 1, "command": "keys scan", "ok": false,
        "found": [{ "kind": "restricted", "id": id(&key), "at": { "file": "a", "line": 3, "column": 3 } }],
        "keys": 1, "files": 1, "links": 0, "others": 0, "unread": 0,
    });
    assert_eq!(object, expected);
}
