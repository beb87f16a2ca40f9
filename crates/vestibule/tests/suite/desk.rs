//! `vestibule users`, `apps`, `sessions` and `tokens`: what whoever runs the house does, and what it does to people at the doors.

mod apps;
mod sessions;
mod tokens;
mod users;

use serde_json::Value;
use testkit::Deadline;
use testkit::program::Ended;

use crate::person::{Person, Shown};
use crate::shop::{ADA, Shop};
use crate::two_doors::SOON;

/// What stands alone on standard output after a command that was done.
#[track_caller]
fn printed(shop: &Shop, arguments: &[&str]) -> String {
    let ended = shop.house.command(arguments);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    ended.stdout.trim_end().to_owned()
}

#[track_caller]
fn object(shop: &Shop, arguments: &[&str]) -> Value {
    json_of(&shop.house.command(&[arguments, &["--json"]].concat()))
}

#[track_caller]
fn json_of(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"))
}

/// The command fails with this exit code, and says so; nothing is on standard output.
#[track_caller]
fn assert_fails(shop: &Shop, arguments: &[&str], code: i32, said: &str) {
    let ended = shop.house.command(arguments);
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(code), ""), "{ended:?}");
    assert!(ended.stderr.contains(said), "{ended:?}");
}

/// Somebody with an account, in a session of the page.
fn ada_in_session(shop: &Shop) -> Person {
    let mut ada = shop.person(ADA);
    begin_session(shop, &mut ada);
    assert_eq!(lists_orders(shop, &mut ada), 200);
    ada
}

fn begin_session(shop: &Shop, person: &mut Person) {
    let shown = person.open(&format!("{}/auth/session/start?return_to=/orders/open", shop.issuer()));
    let page = match shown {
        Shown::Page(page) => page,
        Shown::Away(to) => panic!("led to {to}"),
    };
    if let Some(form) = page.form("/auth/sign-in") {
        person.sign_in(&form);
    }
}

/// How the API answers somebody who shows what their browser has.
fn lists_orders(shop: &Shop, person: &mut Person) -> u16 {
    let url = format!("{}/orders/list", shop.issuer());
    person.ask("GET", &url, "", &["sec-fetch-site: same-origin"]).status
}

/// The doors hear of it within a second; the test is patient.
#[track_caller]
fn assert_ends(mut status: impl FnMut() -> u16) {
    let deadline = Deadline::within(SOON);
    while status() != 401 {
        assert!(!deadline.passed(), "still taken");
    }
}
