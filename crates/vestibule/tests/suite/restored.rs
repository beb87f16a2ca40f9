//! `vestibule store restore` while the gateway runs and people are signed in: what comes back, and what must not.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::Value;

use crate::accounts_house::{AccountsHouse, PASSWORD};
use crate::store::assert_ends;
use crate::two_doors::get;
use crate::upgrade::{Followers, wait_for_end};

const OTHER: &str = "nine lanterns over the harbour 4";
const SCOPE: &str = "orders.read offline_access";

/// Brings a copy back, and waits for the process that has it.
fn restore(at: &AccountsHouse, arguments: &[&str], followers: &mut Followers) -> Value {
    let before = at.house.pid();
    let ended = at.house.command(&[&["store", "restore", "copy", "--json"], arguments].concat());
    assert_ends(&ended, 0, "kept");
    let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let pid = told["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok()).expect("a process");
    assert_ne!(pid, before);
    followers.wait_for(&at.house, pid);
    wait_for_end(before);
    told
}

fn make_key(at: &AccountsHouse, name: &str) -> String {
    let made = at.house.command(&["keys", "create", name, "--api", "shop"]);
    assert_ends(&made, 0, "vst_");
    made.stdout.trim().to_owned()
}

#[test]
fn a_copy_comes_back_while_the_gateway_runs_and_what_has_ended_stays_so() {
    let at = AccountsHouse::open();
    let mut followers = Followers::default();
    let mut ada = at.register("ada@shop.example");
    let tokens = at.tokens(&mut ada, SCOPE);
    let (revoked, good) = (make_key(&at, "revoked"), make_key(&at, "good"));
    assert_ends(&at.house.command(&["store", "backup", "copy"]), 0, "copy");
    assert_ends(&at.house.command(&["keys", "revoke", "revoked"]), 0, "revoked");
    let since = make_key(&at, "since");
    at.register("bea@shop.example");
    let changed = ada.submit("/auth/account/password", &[("password", PASSWORD), ("new_password", OTHER)]);
    assert_eq!(changed.status, 303);

    let (stop, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let told = std::thread::scope(|scope| {
        let load = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let fields = [format!("authorization: Bearer {good}"), "connection: close".to_owned()];
                let answer = at.connect().exchange(get("/shop/orders", &fields.each_ref().map(String::as_str)));
                // Whom a key stands for is not known as long as the store is between two processes.
                let unknown = answer.problem().is_some_and(|code| code == "issuer-unavailable");
                assert!(answer.status == 200 || unknown, "{} {}", answer.status, answer.text());
                answered.fetch_add(usize::from(!unknown), Ordering::Relaxed);
            }
        });
        let told = restore(&at, &[], &mut followers);
        stop.store(true, Ordering::Relaxed);
        load.join().expect("no request was refused");
        told
    });
    assert!(answered.into_inner() > 0);
    assert_eq!((&told["signed_out"], &told["compared"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!((&told["revoked_keys"][0], &told["accounts_gone"]), (&Value::from("revoked"), &Value::from(1)));
    assert!(at.opens(&good) && !at.opens(&revoked) && !at.opens(&since));
    assert!(!at.opens(&tokens.access), "a token of before");
    assert!(at.refresh(&tokens.refresh).is_none(), "and its family");
    assert_eq!(ada.get("/auth/account").status, 303, "and every browser");
    assert!(at.comes_in("ada@shop.example", PASSWORD), "the password is that of the copy");
    assert!(!at.comes_in("bea@shop.example", PASSWORD), "who joined since is not in it");
    // What the copy has of a person goes on from there.
    let (mut ada, _) = at.sign_in("ada@shop.example", PASSWORD);
    let tokens = at.tokens(&mut ada, SCOPE);
    assert!(at.opens(&tokens.access) && at.refresh(&tokens.refresh).is_some());
    assert_ends(&at.house.command(&["store", "check"]), 0, "pages");
}

#[test]
fn sign_ins_that_are_kept_go_on_but_for_those_that_have_ended_since() {
    let at = AccountsHouse::open();
    let mut followers = Followers::default();
    let (mut ada, mut bea) = (at.register("ada@shop.example"), at.register("bea@shop.example"));
    let (of_ada, of_bea) = (at.tokens(&mut ada, SCOPE), at.tokens(&mut bea, SCOPE));
    assert_ends(&at.house.command(&["store", "backup", "copy"]), 0, "copy");
    let of_ada = at.refresh(&of_ada.refresh).expect("the next");
    let changed = bea.submit("/auth/account/password", &[("password", PASSWORD), ("new_password", OTHER)]);
    assert_eq!(changed.status, 303);
    let told = restore(&at, &["--keep-sign-ins"], &mut followers);
    assert_eq!(told["signed_out"], false);
    assert_eq!(ada.get("/auth/account").status, 200, "who was signed in is so");
    assert!(at.opens(&of_ada.access));
    assert!(at.refresh(&of_ada.refresh).is_some(), "and goes on with the latest token");
    assert!(!at.opens(&of_bea.access) && at.refresh(&of_bea.refresh).is_none(), "what had ended has ended");
    // The sign-in in which a password is changed goes on with the change.
    assert_eq!(bea.get("/auth/account").status, 200);
}

#[test]
fn a_copy_that_cannot_be_used_changes_nothing() {
    let at = AccountsHouse::open();
    let mut ada = at.register("ada@shop.example");
    let tokens = at.tokens(&mut ada, SCOPE);
    assert_ends(&at.house.command(&["store", "backup", "copy"]), 0, "copy");
    let copy = at.folder().join("copy");
    let mut damaged = std::fs::read(&copy).expect("read");
    damaged[5_000..9_000].fill(0xa5);
    std::fs::write(&copy, &damaged).expect("written");
    let pid = at.house.pid();
    assert_ends(&at.house.command(&["store", "restore", "no-such-file"]), 6, "no-such-file");
    assert_ends(&at.house.command(&["store", "restore", "copy"]), 1, "store-damaged");
    assert_ends(&at.house.command(&["store", "restore", "vestibule.yaml"]), 1, "store-not-ours");
    let status: Value = serde_json::from_str(&at.house.command(&["status", "--json"]).stdout).expect("JSON");
    assert_eq!(status["pid"], pid, "the same process goes on");
    assert!(at.opens(&tokens.access) && at.refresh(&tokens.refresh).is_some());
    assert_eq!(ada.get("/auth/account").status, 200);
}
