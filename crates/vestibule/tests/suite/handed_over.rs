//! Upgrades of the program while people are signed in: what has ended stays so, and one process has the store.

use crate::accounts_house::{AccountsHouse, PASSWORD};
use crate::upgrade::{Followers, upgrade, wait_for_end};

const SCOPE: &str = "orders.read offline_access";

#[test]
fn what_has_ended_before_an_upgrade_is_refused_after_it() {
    let at = AccountsHouse::open();
    let mut followers = Followers::default();
    let mut ada = at.register("ada@shop.example");
    let tokens = at.tokens(&mut ada, SCOPE);
    let fields = [("password", PASSWORD), ("new_password", "nine lanterns over the harbour 4")];
    assert_eq!(ada.submit("/auth/account/password", &fields).status, 303);
    assert!(!at.opens(&tokens.access));
    let before = at.house.pid();
    let after = upgrade(&at.house, &mut followers);
    wait_for_end(before);
    assert!(at.comes_in("ada@shop.example", "nine lanterns over the harbour 4"), "who asks waits for the store");
    let holder = std::fs::read_to_string(at.folder().join("vestibule-data/store/identity.lock")).expect("a lock");
    assert_eq!(holder.trim(), after.to_string(), "one process has the store: the one that serves");
    assert!(!at.opens(&tokens.access), "another process knows of it too");
    assert!(at.refresh(&tokens.refresh).is_none());
}
