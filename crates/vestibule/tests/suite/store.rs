//! `vestibule store`: looking at a store, copying it, and bringing a copy back, and how each ends.

use std::path::Path;
use std::sync::Arc;

use model::SystemClock;
use serde_json::{Value, json};
use store::identity::SCHEMA;
use store::sqlite::{Database, Settings};
use store::{SealSource, StoreError};
use testkit::program::{Ended, Prepared};

use crate::standing::house;
use crate::two_doors::TwoDoors;

const FILE: &str = "vestibule: 1\nservices:\n  shop: { urls: http://127.0.0.1:1 }\napis:\n  \
                    shop: { door: client, service: shop, public: true, operations: { look: GET / } }\n";

#[track_caller]
pub(crate) fn assert_ends(ended: &Ended, exit: i32, words: &str) {
    assert_eq!(ended.status.code(), Some(exit), "{ended:#?}");
    assert!(format!("{}{}", ended.stdout, ended.stderr).contains(words), "{ended:#?}");
}

fn prepared() -> Prepared {
    house().config(FILE)
}

/// Opens the store as a gateway of this folder does.
fn open(folder: &Path) -> Database {
    let directory = folder.join("vestibule-data/store");
    Database::open(&Settings { directory, seal: SealSource::Beside }, &SCHEMA, &SystemClock).expect("open")
}

/// How many consents there are, after another was given.
fn one_more(database: &Database) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let change = database.change(|connection| {
        connection.execute("INSERT INTO consents SELECT zeroblob(16), 'app' || count(*), '', 0 FROM consents", [])?;
        Ok::<i64, StoreError>(connection.query_row("SELECT count(*) FROM consents", [], |row| row.get(0))?)
    });
    runtime.block_on(change).expect("written")
}

#[test]
fn a_store_is_checked_copied_and_brought_back_without_a_gateway() {
    let tree = prepared();
    assert_ends(&tree.command(&["store", "check"]), 6, "store-missing");
    assert!(!tree.folder().join("vestibule-data").exists(), "looking makes nothing");
    assert_eq!(one_more(&open(tree.folder())), 1);
    assert_ends(&tree.command(&["store", "check"]), 0, "pages");
    let report: Value = serde_json::from_str(&tree.command(&["store", "check", "--json"]).stdout).expect("JSON");
    assert_eq!(
        (&report["command"], &report["ok"], &report["faults"]),
        (&json!("store check"), &json!(true), &json!([]))
    );
    assert_ends(&tree.command(&["store", "backup", "copy"]), 0, "the master key is not in it");
    assert_ends(&tree.command(&["store", "backup", "copy"]), 7, "store-copy-exists");
    assert_eq!(one_more(&open(tree.folder())), 2);
    assert_ends(&tree.command(&["store", "restore", "copy"]), 0, "kept as");
    assert_eq!(one_more(&open(tree.folder())), 2, "it is as it was when it was copied, and one more");
    assert_ends(&tree.command(&["store", "restore", "no-such-file"]), 6, "no-such-file");
}

#[test]
fn a_store_that_is_open_is_neither_looked_at_nor_replaced_around_who_has_it() {
    let tree = prepared();
    let database = Arc::new(open(tree.folder()));
    for verb in [&["store", "check"][..], &["store", "backup", "copy"]] {
        assert_ends(&tree.command(verb), 7, "store-in-use");
    }
    drop(database);
    assert_ends(&tree.command(&["store", "backup", "copy"]), 0, "copy");
    let database = open(tree.folder());
    assert_ends(&tree.command(&["store", "restore", "copy"]), 7, "end it, restore, and start it again");
    assert_eq!(one_more(&database), 1);
}

#[test]
fn damage_is_told_and_a_damaged_copy_is_not_taken() {
    let tree = prepared();
    drop(open(tree.folder()));
    assert_ends(&tree.command(&["store", "backup", "copy"]), 0, "copy");
    let (path, copy) = (tree.folder().join("vestibule-data/store/identity.sqlite"), tree.folder().join("copy"));
    let whole = std::fs::read(&path).expect("read");
    let mut damaged = whole.clone();
    damaged[100..200].fill(0xa5);
    std::fs::write(&path, &damaged).expect("written");
    std::fs::write(&copy, &damaged).expect("written");
    assert_ends(&tree.command(&["store", "check"]), 1, "store-damaged");
    assert_ends(&tree.command(&["store", "restore", "copy"]), 1, "store-damaged");
    std::fs::write(&copy, &whole).expect("written");
    assert_ends(&tree.command(&["store", "restore", "copy"]), 0, "restored");
    assert_ends(&tree.command(&["store", "check"]), 0, "pages");
}

#[test]
fn a_running_gateway_is_asked_for_a_copy_and_goes_on() {
    let house = TwoDoors::open();
    let command = |arguments: &[&str]| house.house.command(arguments);
    assert_ends(&command(&["store", "check"]), 6, "store-missing");
    assert_ends(&command(&["keys", "create", "laptop", "--api", "notes"]), 0, "vst_restricted_");
    assert_ends(&command(&["store", "check"]), 0, "pages");
    assert_ends(&command(&["store", "backup", "copy"]), 0, "copy");
    assert_ends(&command(&["store", "backup", "copy"]), 7, "store-copy-exists");
    assert_ends(&command(&["keys", "list"]), 0, "laptop");
}
