//! The keys on disk show the facts of every engine, and nobody else may read them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::SystemTime;

use idp::apps::TokenAlgorithm;
use idp::store::StoreError;
use idp::store::signing_keys::{KeptKey, SigningKeys};
use model::Secret;

use super::{FILE, KeysOnDisk};

/// Keys in a folder that goes with them.
struct Fresh {
    keys: KeysOnDisk,
    _folder: tempfile::TempDir,
}

impl SigningKeys for Fresh {
    fn all(&self) -> idp::store::Answer<'_, Vec<KeptKey>> {
        self.keys.all()
    }

    fn add(&self, key: KeptKey, behind: Option<Box<str>>) -> idp::store::Answer<'_, bool> {
        self.keys.add(key, behind)
    }

    fn remove(&self, id: Box<str>) -> idp::store::Answer<'_, ()> {
        self.keys.remove(id)
    }
}

#[tokio::test]
async fn keys_on_disk_conform() {
    idp::conformance::signing_keys(async || {
        let folder = tempfile::tempdir().expect("a folder");
        Fresh { keys: KeysOnDisk::of(&folder.path().join("data")), _folder: folder }
    })
    .await;
}

fn key() -> KeptKey {
    let pkcs8 = Secret::new(vec![1, 2, 3]);
    KeptKey { id: "a".into(), algorithm: TokenAlgorithm::Es256, pkcs8, signs_from: SystemTime::UNIX_EPOCH }
}

#[tokio::test]
async fn nobody_else_may_read_them_and_what_others_could_have_written_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = KeysOnDisk::of(folder.path());
    assert_eq!(keys.add(key(), None).await, Ok(true));
    let path = folder.path().join(FILE);
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
    assert!(matches!(keys.all().await, Err(StoreError::Unreadable(why)) if why.contains("0600")));
}

#[tokio::test]
async fn a_file_that_is_damaged_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = KeysOnDisk::of(folder.path());
    assert_eq!(keys.add(key(), None).await, Ok(true));
    let path = folder.path().join(FILE);
    let text = fs::read_to_string(&path).expect("text");
    for damaged in [
        text.get(..text.len() - 3).expect("ASCII"),
        "",
        "{}",
        &text.replace("ES256", "HS256"),
        &text.replace("AQID", "AQ!D"),
    ] {
        fs::write(&path, damaged).expect("written");
        assert!(matches!(keys.all().await, Err(StoreError::Unreadable(_))), "{damaged}");
    }
    assert!(matches!(keys.add(key(), None).await, Err(StoreError::Unreadable(_)) | Ok(false)));
}
