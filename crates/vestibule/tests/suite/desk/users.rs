//! Accounts by command.

use serde_json::json;

use super::{ada_in_session, assert_ends, assert_fails, begin_session, lists_orders, object, printed};
use crate::person::{PASSWORD, Person};
use crate::shop::{ADA, Shop};

const BEA: &str = "bea@shop.example";

/// Follows a link that a command printed, and chooses a password behind it.
fn follow(shop: &Shop, link: &str, action: &str, address: &str) -> Person {
    let mut person = Person::new(address, &shop.root);
    let page = person.open(link).page();
    let form = page.form(action).unwrap_or_else(|| panic!("{}", page.answer.text()));
    let shown = person.send(&form, &[("name", "Bea"), ("new_password", PASSWORD)]);
    assert_eq!(shown.page().heading(), "Your account");
    person
}

#[test]
fn an_account_that_is_made_or_invited_by_command_is_entered_by_its_link_alone() {
    let shop = Shop::open_with(&[("accounts: open", "accounts: invite")]);
    let link = printed(&shop, &["users", "create", ADA, "--name", "Ada"]);
    assert!(link.starts_with(&format!("{}/auth/reset?link=", shop.issuer())), "{link}");
    let told = object(&shop, &["users", "show", ADA]);
    assert_eq!((&told["user"]["password"], &told["user"]["name"]), (&json!(false), &json!("Ada")));
    assert!(!told.to_string().contains("link="), "a link is printed once");
    let mut ada = follow(&shop, &link, "/auth/reset", ADA);
    begin_session(&shop, &mut ada);
    assert_eq!(lists_orders(&shop, &mut ada), 200);

    let link = printed(&shop, &["users", "invite", BEA]);
    assert!(link.starts_with(&format!("{}/auth/verify?link=", shop.issuer())), "{link}");
    assert_fails(&shop, &["users", "show", BEA], 6, "there is no such account");
    follow(&shop, &link, "/auth/verify", BEA);
    let listed = printed(&shop, &["users", "list"]);
    assert!(listed.contains(ADA) && listed.contains(BEA) && listed.lines().count() == 2, "{listed}");
    // Who lost the password has another link, which ends what there was.
    let link = printed(&shop, &["users", "reset", ADA]);
    assert_eq!(lists_orders(&shop, &mut ada), 200, "nothing has ended before the link is followed");
    follow(&shop, &link, "/auth/reset", ADA);
    assert_ends(|| lists_orders(&shop, &mut ada));
}

#[test]
fn a_locked_account_is_out_within_a_second_and_comes_in_again_when_it_is_unlocked() {
    let shop = Shop::open();
    let mut ada = ada_in_session(&shop);
    let told = object(&shop, &["users", "lock", ADA]);
    assert_eq!((&told["user"]["locked"], &told["sign_ins"]), (&json!(true), &json!(0)), "{told}");
    assert_ends(|| lists_orders(&shop, &mut ada));
    begin_session(&shop, &mut ada);
    assert_eq!(lists_orders(&shop, &mut ada), 401, "the right password does not help");
    printed(&shop, &["users", "unlock", ADA]);
    begin_session(&shop, &mut ada);
    assert_eq!(lists_orders(&shop, &mut ada), 200);
    assert_eq!(printed(&shop, &["users", "end-sessions", ADA]), format!("signed out {ADA} everywhere"));
    assert_ends(|| lists_orders(&shop, &mut ada));
}

#[test]
fn a_deleted_account_is_exported_before_and_only_its_id_tells_that_it_was() {
    let shop = Shop::open();
    let mut ada = ada_in_session(&shop);
    let id = object(&shop, &["users", "show", ADA])["user"]["id"].as_str().expect("an id").to_owned();
    let export = printed(&shop, &["users", "export", &id]);
    let export: serde_json::Value = serde_json::from_str(&export).expect("JSON");
    assert_eq!((&export["account"]["address"], &export["sessions"][0]["app"]), (&json!(ADA), &json!("page")));
    assert_fails(&shop, &["users", "delete", ADA], 2, "write `--yes`");
    assert_eq!(printed(&shop, &["users", "delete", ADA, "--yes"]), format!("deleted {id}"));
    assert_ends(|| lists_orders(&shop, &mut ada));
    assert_fails(&shop, &["users", "show", ADA], 6, "there is no such account");
    assert_fails(&shop, &["users", "show", &id], 6, &format!("the account `{id}` was deleted 20"));
    let other = "0".repeat(26);
    assert_fails(&shop, &["users", "show", &other], 6, "error[no-such-user]");
    assert_eq!(object(&shop, &["users", "list"])["users"], json!([]));
}

#[test]
fn another_name_and_address_are_given_and_what_cannot_be_is_refused() {
    let shop = Shop::open();
    shop.person(ADA);
    printed(&shop, &["users", "create", BEA]);
    let told = object(&shop, &["users", "update", ADA, "--name", "Ada L.", "--address", "lovelace@shop.example"]);
    assert_eq!(
        (&told["user"]["name"], &told["user"]["address"]),
        (&json!("Ada L."), &json!("lovelace@shop.example")),
        "{told}"
    );
    for (arguments, code, said) in [
        (&["create", "BEA@shop.example"][..], 7, "error[exists]"),
        (&["update", BEA, "--address", "lovelace@shop.example"], 7, "error[exists]"),
        (&["invite", BEA], 7, "error[exists]"),
        (&["create", "nobody"], 2, "error[bad-value]"),
        (&["show", "nobody"], 2, "neither an address nor the id"),
        (&["lock", ADA], 6, "error[no-such-user]"),
        (&["update", BEA], 2, "nothing is to be changed"),
        (&["list", "--after", "ada"], 2, "error[bad-value]"),
    ] {
        assert_fails(&shop, &[&["users"], arguments].concat(), code, said);
    }
    let refused = object(&shop, &["users", "lock", ADA]);
    assert_eq!((&refused["ok"], &refused["error"]["code"]), (&json!(false), &json!("no-such-user")));
    assert_eq!(object(&shop, &["users", "show", BEA])["user"]["address"], BEA);
}

#[test]
fn a_file_without_identity_keeps_nobody_and_says_what_to_write() {
    let house = crate::two_doors::TwoDoors::open();
    for noun in [&["users", "list"][..], &["sessions", "list"], &["tokens", "revoke", "--id", "a"]] {
        let ended = house.house.command(noun);
        assert_eq!(ended.status.code(), Some(6), "{ended:?}");
        assert!(ended.stderr.contains("error[no-identity]") && ended.stderr.contains("identity: {"), "{ended:?}");
    }
}

#[test]
fn nobody_is_invited_to_a_house_whose_accounts_are_closed() {
    let shop = Shop::open_with(&[("accounts: open", "accounts: closed")]);
    assert_fails(&shop, &["users", "invite", ADA], 7, "error[not-offered]");
    let link = printed(&shop, &["users", "create", ADA]);
    follow(&shop, &link, "/auth/reset", ADA);
}
