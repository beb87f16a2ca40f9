//! Sessions by command.

use std::io::Read as _;

use serde_json::json;
use testkit::{Deadline, End, script};

use super::{ada_in_session, assert_ends, assert_fails, begin_session, lists_orders, object, printed};
use crate::person::Person;
use crate::shop::{ADA, Shop};
use crate::two_doors::SOON;

const BEA: &str = "bea@shop.example";

#[test]
fn sessions_are_listed_by_person_and_app_and_one_is_ended_by_its_id() {
    let shop = Shop::open();
    let (mut ada, mut bea) = (ada_in_session(&shop), shop.person(BEA));
    begin_session(&shop, &mut bea);
    let listed = object(&shop, &["sessions", "list"]);
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(2), "{listed}");
    let hers = object(&shop, &["sessions", "list", "--user", ADA]);
    let session = &hers["sessions"][0];
    assert_eq!((&session["address"], &session["app"]), (&json!(ADA), &json!("page")), "{hers}");
    assert_eq!(object(&shop, &["sessions", "list", "--app", "other"])["sessions"], json!([]));
    let cookie = ada.cookie("__Host-vestibule-session").expect("a cookie").to_owned();
    assert!(!hers.to_string().contains(&cookie), "what would let somebody in is not told");
    let id = session["id"].as_str().expect("an id");
    assert_eq!(printed(&shop, &["sessions", "end", id]), "ended 1 session");
    assert_ends(|| lists_orders(&shop, &mut ada));
    assert_eq!(lists_orders(&shop, &mut bea), 200, "others go on");
    assert_fails(&shop, &["sessions", "end", id], 6, "error[no-such-session]");
}

#[test]
fn all_of_one_person_and_all_there_are_end_together() {
    let shop = Shop::open();
    let (mut ada, mut bea) = (ada_in_session(&shop), shop.person(BEA));
    let mut again = Person::new(ADA, &shop.root);
    begin_session(&shop, &mut again);
    begin_session(&shop, &mut bea);
    assert_eq!(lists_orders(&shop, &mut again), 200);
    assert_eq!(printed(&shop, &["sessions", "end", "--user", ADA]), "ended 2 sessions");
    assert_ends(|| lists_orders(&shop, &mut ada));
    assert_ends(|| lists_orders(&shop, &mut again));
    assert_eq!(lists_orders(&shop, &mut bea), 200);
    begin_session(&shop, &mut again);
    assert_eq!(lists_orders(&shop, &mut again), 200, "who knows the password comes in again");
    assert_fails(&shop, &["sessions", "end", "--all"], 2, "write `--yes`");
    assert_eq!(printed(&shop, &["sessions", "end", "--all", "--yes"]), "ended 2 sessions");
    assert_ends(|| lists_orders(&shop, &mut again));
    assert_ends(|| lists_orders(&shop, &mut bea));
    assert_eq!(object(&shop, &["sessions", "list"])["sessions"], json!([]));
}

#[test]
fn an_answer_under_way_to_a_session_that_is_ended_is_broken_off() {
    let shop = Shop::open();
    let ada = ada_in_session(&shop);
    let cookie = format!("cookie: __Host-vestibule-session={}", ada.cookie("__Host-vestibule-session").expect("one"));
    shop.service.change(script::hang_mid_body(1_000, b"the beginning"));
    let mut connection = shop.connect();
    let fields = [cookie.as_str(), "sec-fetch-site: same-origin"];
    connection.send(shop.request("GET", "/orders/list?long", &fields, "").as_bytes());
    let mut read = Vec::new();
    while !read.ends_with(b"the beginning") {
        let mut octet = [0];
        assert_eq!(connection.stream().read(&mut octet).expect("an octet"), 1, "{}", read.escape_ascii());
        read.extend(octet);
    }
    printed(&shop, &["sessions", "end", "--user", ADA]);
    let (rest, end) = connection.read_to_end(Deadline::within(SOON));
    assert_eq!((rest.as_slice(), end == End::StillOpen), (&b""[..], false));
    assert!(shop.house.wait_for_log("revoked while").contains("/orders/list"));
}

#[test]
fn what_is_asked_wrongly_ends_nothing() {
    let shop = Shop::open();
    let mut ada = ada_in_session(&shop);
    for (arguments, code, said) in [
        (&["end"][..], 2, "required"),
        (&["end", "--user", ADA, "--all"], 2, "cannot be used with"),
        (&["end", "nonsense"], 2, "is not a session"),
        (&["end", "00000000000000000000000000"], 6, "error[no-such-session]"),
        (&["end", "--user", BEA], 6, "error[no-such-user]"),
        (&["list", "--user", BEA], 6, "error[no-such-user]"),
        (&["list", "--after", "x"], 2, "is not a session"),
    ] {
        assert_fails(&shop, &[&["sessions"], arguments].concat(), code, said);
    }
    assert_eq!(lists_orders(&shop, &mut ada), 200);
}
