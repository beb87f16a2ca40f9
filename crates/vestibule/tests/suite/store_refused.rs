//! A store that cannot be had, or not be written to: the program says why, and what to do.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use model::SystemClock;
use rustix::process::{Pid, Resource, Rlimit, geteuid, prlimit};
use store::SealSource;
use store::identity::SCHEMA;
use store::sqlite::{Database, Migration, Schema, Settings};
use testkit::program::Prepared;

use crate::accounts_house::{AccountsHouse, PASSWORD, entered};
use crate::standing::house;
use crate::store::assert_ends;
use crate::two_doors::free_address;

/// What a later version of this program would make.
static LATER: Schema = Schema { role: "identity", migrations: &LATER_MIGRATIONS, sealed: SCHEMA.sealed };
const KNOWN: usize = SCHEMA.migrations.len();
static LATER_MIGRATIONS: [Migration; KNOWN + 1] = {
    const NOTHING: Migration = Migration { name: "", sql: "" };
    let mut all = [NOTHING; KNOWN + 1];
    let mut number = 0;
    while number < KNOWN {
        let Migration { name, sql } = SCHEMA.migrations[number];
        all[number] = Migration { name, sql };
        number += 1;
    }
    all[KNOWN] = Migration { name: "of a later version", sql: "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT" };
    all
};

fn directory(tree: &Prepared) -> PathBuf {
    tree.folder().join("vestibule-data/store")
}

fn make(directory: &Path, schema: &'static Schema) {
    let settings = Settings { directory: directory.to_owned(), seal: SealSource::Beside };
    drop(Database::open(&settings, schema, &SystemClock).expect("a store"));
}

/// A folder with accounts in its file, and a store that is there already.
fn tree() -> Prepared {
    let door = free_address();
    let file = format!(
        "vestibule: 1\ndoors:\n  client: {{ listen: \"{door}\" }}\nidentity: {{ issuer: \"https://localhost:{}\" }}\n",
        door.port()
    );
    let tree = house().config(&file);
    make(&directory(&tree), &SCHEMA);
    tree
}

/// Starts, which ends, and says why and what to do.
#[track_caller]
fn assert_refused(tree: &Prepared, exit: i32, words: &[&str]) {
    let ended = tree.command(&["run", "-c", testkit::program::FILE]);
    for word in words {
        assert_ends(&ended, exit, word);
    }
}

#[test]
fn a_store_of_a_later_version_is_refused_with_what_to_do() {
    let tree = tree();
    make(&directory(&tree), &LATER);
    assert_refused(&tree, 3, &["store-newer", "last written by vestibule", "run that version, or bring back a copy"]);
}

#[test]
fn a_store_under_another_master_key_is_refused_and_not_touched() {
    let tree = tree();
    let (key, database) = (directory(&tree).join("seal.key"), directory(&tree).join("identity.sqlite"));
    let (right, before) = (fs::read(&key).expect("a key"), fs::read(&database).expect("a store"));
    fs::write(&key, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n").expect("written");
    assert_refused(&tree, 3, &["store-sealed", "this is not the master key of this store"]);
    fs::remove_file(&key).expect("removed");
    assert_refused(&tree, 3, &["store-sealed", "is missing", "put it back"]);
    assert_eq!(fs::read(&database).expect("a store"), before);
    fs::write(&key, right).expect("written");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).expect("a mode");
    assert_ends(&tree.command(&["store", "check"]), 0, "pages");
}

#[test]
fn a_store_that_others_may_look_into_is_refused_with_the_command_that_closes_it() {
    let tree = tree();
    let (store, file) = (directory(&tree), directory(&tree).join("identity.sqlite"));
    fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("a mode");
    assert_refused(&tree, 3, &["store-directory", "others may read it: `chmod 600 "]);
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a mode");
    fs::set_permissions(&store, Permissions::from_mode(0o750)).expect("a mode");
    assert_refused(&tree, 3, &["store-directory", "others may look into it: `chmod 700 "]);
    fs::set_permissions(&store, Permissions::from_mode(0o700)).expect("a mode");
    // Only who may give files away can show what is said of somebody else's.
    if geteuid().is_root() {
        std::os::unix::fs::chown(&store, Some(65_534), None).expect("given away");
        assert_refused(&tree, 3, &["store-directory", "it belongs to user 65534, and this is user 0"]);
    }
}

#[test]
fn a_store_that_another_process_has_is_refused_with_its_number() {
    let tree = tree();
    let settings = Settings { directory: directory(&tree), seal: SealSource::Beside };
    let held = Database::open(&settings, &SCHEMA, &SystemClock).expect("a store");
    assert_refused(&tree, 7, &["store-in-use", &format!("in use by process {}", std::process::id())]);
    drop(held);
}

/// How large a file the gateway may write, in octets; none for any size.
fn limit(at: &AccountsHouse, octets: Option<u64>) {
    let pid = i32::try_from(at.house.pid()).ok().and_then(Pid::from_raw);
    prlimit(pid, Resource::Fsize, Rlimit { current: octets, maximum: None }).expect("a limit");
}

#[test]
fn a_disk_that_takes_no_more_lets_nobody_in_and_loses_nothing() {
    // The signal that the kernel sends with the error would end the process; a full disk sends none.
    let at = AccountsHouse::open_under(Path::new("sh"), &["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
    let mut ada = at.register("ada@shop.example");
    let tokens = at.tokens(&mut ada, "orders.read offline_access");
    limit(&at, Some(4_096));
    let mut agent = at.agent();
    let fields = [("address", "ada@shop.example"), ("password", PASSWORD)];
    let answer = agent.submit("/auth/sign-in", &fields);
    assert!(!entered(&answer));
    assert_eq!(answer.status, 503, "{}", answer.text());
    let body = AccountsHouse::refreshing(&tokens.refresh);
    let answer = agent.post("/auth/token", &body);
    assert!(
        matches!(answer.status, 500 | 503),
        "not `invalid_grant`: the application goes on later: {}",
        answer.text()
    );
    let key = at.house.command(&["keys", "create", "laptop", "--api", "shop"]);
    assert_ends(&key, 4, "store");
    assert!(at.opens(&tokens.access), "who is known is known");
    assert_eq!(ada.get("/auth/account").status, 200, "and what needs no writing is done");

    limit(&at, None);
    assert!(entered(&agent.submit("/auth/sign-in", &fields)), "as soon as there is room again");
    assert!(at.refresh(&tokens.refresh).is_some());
    assert_ends(&at.house.command(&["keys", "create", "laptop", "--api", "shop"]), 0, "vst_");
    assert_ends(&at.house.command(&["store", "check"]), 0, "pages");
}
