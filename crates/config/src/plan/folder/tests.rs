//! Folders of the house's own, also behind links, and folders that may be served.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::SystemTime;

use tempfile::TempDir;

use crate::{Defaults, Environment, FaultCode, load};

/// A folder with a file, the hash of a key in another, a contract, and whatever is served.
struct Ground(TempDir);

impl Ground {
    fn new() -> Self {
        let ground = Self(tempfile::tempdir().expect("a folder"));
        for folder in ["site/deep", "private", "empty"] {
            std::fs::create_dir_all(ground.path().join(folder)).expect("a folder");
        }
        let private = ground.path().join("private/web");
        std::fs::write(&private, "http://127.0.0.1:3000").expect("written");
        std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o600)).expect("permitted");
        let contract =
            "openapi: 3.1.0\ninfo: { title: a, version: '1' }\npaths: { /items: { get: { responses: {} } } }\n";
        std::fs::write(ground.path().join("site/openapi.yaml"), contract).expect("written");
        ground
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// What stands against serving this folder, with the data in that one.
    fn told(&self, files: &str, data: &str) -> String {
        let text = format!(
            "vestibule: 1\nstore: {{ sqlite: {{ directory: '{data}' }} }}\n\
             services: {{ shop: {{ urls: '${{file:private/web}}' }} }}\n\
             doors: {{ client: {{ listen: '127.0.0.1:0', tls: none }} }}\napis:\n  \
             shop: {{ door: client, path: /shop, service: shop, public: true, contract: site/openapi.yaml }}\n  \
             site: {{ door: client, path: /site, public: true, files: '{files}' }}\n"
        );
        let file = self.path().join("vestibule.yaml");
        std::fs::write(&file, text).expect("written");
        let environment = Environment::new(BTreeMap::new(), SystemTime::now());
        match load(&file, &Defaults::standard(), &environment) {
            Ok(_) => String::new(),
            Err(refused) => {
                assert!(refused.faults.iter().all(|fault| fault.code == FaultCode::ExposedSecret), "{refused:?}");
                refused.faults.iter().map(|fault| fault.message.clone()).collect()
            }
        }
    }
}

#[test]
fn a_folder_that_holds_anything_of_the_house_is_not_served() {
    let ground = Ground::new();
    symlink(ground.path().join("private"), ground.path().join("linked")).expect("a link");
    symlink(ground.path().join("site/deep"), ground.path().join("data-link")).expect("a link");
    let parent = ground.path().parent().expect("a folder").display().to_string();
    for (files, data, held) in [
        (".", "data", "data`"),
        (".", "/nowhere/data", "vestibule.yaml`"),
        ("..", "/nowhere/data", "vestibule.yaml`"),
        (&*parent, "/nowhere/data", "vestibule.yaml`"),
        ("site/../private", "data", "private/web`"),
        ("linked", "data", "private/web`"),
        ("site", "site/deep/data", "site/deep/data`"),
        ("site", "data-link", "data-link`"),
        ("site", "data-link/further", "data-link/further`"),
    ] {
        let told = ground.told(files, data);
        assert!(told.contains(" holds `") && told.contains(held), "{files} {data}: {told}");
    }
    for (files, data) in [("empty", "."), ("site/deep", "site"), ("site", "site"), ("site/deep", "data-link")] {
        let told = ground.told(files, data);
        assert!(told.contains("lies in the data directory"), "{files} {data}: {told}");
    }
}

#[test]
fn a_folder_of_its_own_is_served_with_a_contract_in_it_or_a_link_that_leads_out() {
    let ground = Ground::new();
    symlink(ground.path().join("private"), ground.path().join("site/out")).expect("a link");
    symlink(ground.path().join("site"), ground.path().join("current")).expect("a link");
    for files in ["site", "site/deep", "empty", "current", "./site/"] {
        assert_eq!(ground.told(files, "data"), "", "{files}");
    }
    assert_eq!(ground.told("site", "site-data"), "", "a longer name is another folder");
}

#[test]
fn the_file_itself_is_not_served_where_it_is_the_only_thing() {
    let ground = Ground::new();
    let text = "vestibule: 1\nstore: { sqlite: { directory: /nowhere/data } }\n\
        apis: { site: { door: client, public: true, files: .. } }\n";
    let file = ground.path().join("empty/vestibule.yaml");
    std::fs::write(&file, text).expect("written");
    let environment = Environment::new(BTreeMap::new(), SystemTime::now());
    let refused = load(&file, &Defaults::standard(), &environment).err().expect("refused");
    let told = refused.faults.render(false);
    assert!(told.contains("exposed-secret") && told.contains("empty/vestibule.yaml`"), "{told}");
}
