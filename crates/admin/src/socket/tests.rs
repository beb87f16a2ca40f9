//! The socket belongs to one process and one user.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;

use tempfile::TempDir;

use super::{Socket, may_use};
use crate::error::AdminError;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("there").mode() & 0o7777
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

#[tokio::test]
async fn the_socket_is_for_its_owner_in_a_directory_of_his_own() {
    let base = temporary();
    let path = base.path().join("data/admin.sock");
    let socket = Socket::claim(&path).await.expect("a socket");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().expect("a directory")), 0o700);
    drop(socket);
    assert!(!path.exists(), "the socket goes with its process");
}

#[tokio::test]
async fn a_socket_of_the_dead_is_taken_over() {
    let base = temporary();
    let path = base.path().join("admin.sock");
    drop(UnixListener::bind(&path).expect("a socket that nobody will answer at"));
    assert!(path.exists());
    let _socket = Socket::claim(&path).await.expect("a socket");
}

#[tokio::test]
async fn a_socket_of_the_living_is_left_alone() {
    let base = temporary();
    let path = base.path().join("admin.sock");
    let _ours = Socket::claim(&path).await.expect("a socket");
    assert!(matches!(Socket::claim(&path).await, Err(AdminError::InUse { .. })), "by its lock");
    let other = base.path().join("other.sock");
    let _listener = UnixListener::bind(&other).expect("a socket");
    assert!(matches!(Socket::claim(&other).await, Err(AdminError::InUse { .. })), "by its answer");
    assert!(path.exists() && other.exists());
}

#[tokio::test]
async fn nothing_but_a_socket_is_ever_removed() {
    let base = temporary();
    let file = base.path().join("admin.sock");
    fs::write(&file, "mine").expect("written");
    assert!(matches!(Socket::claim(&file).await, Err(AdminError::Occupied { .. })));
    let link = base.path().join("link.sock");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    assert!(matches!(Socket::claim(&link).await, Err(AdminError::Occupied { .. })));
    assert_eq!(fs::read_to_string(&file).expect("there"), "mine");
}

#[tokio::test]
async fn what_took_the_place_of_the_socket_is_not_removed_with_it() {
    let base = temporary();
    let path = base.path().join("admin.sock");
    let socket = Socket::claim(&path).await.expect("a socket");
    fs::rename(&path, base.path().join("away.sock")).expect("moved");
    fs::write(&path, "mine").expect("written");
    drop(socket);
    assert!(path.exists());
}

#[tokio::test]
async fn a_directory_that_others_may_write_to_is_refused() {
    for open in [0o720, 0o702, 0o1777] {
        let base = temporary();
        fs::set_permissions(base.path(), Permissions::from_mode(open)).expect("set");
        let claimed = Socket::claim(&base.path().join("admin.sock")).await;
        assert!(matches!(claimed, Err(AdminError::DirectoryOpen { .. })), "{open:o}");
    }
}

#[tokio::test]
async fn a_path_that_cannot_be_an_address_is_refused_in_so_many_words() {
    for path in [format!("/{}", "a".repeat(107)), "/".to_owned(), "..".to_owned()] {
        assert!(matches!(Socket::claim(Path::new(&path)).await, Err(AdminError::Path { .. })), "{path}");
    }
}

#[test]
fn only_the_same_user_and_root_may() {
    assert!(may_use(1000, 1000) && may_use(0, 1000) && may_use(0, 0));
    assert!(!may_use(1001, 1000) && !may_use(1000, 0));
}
