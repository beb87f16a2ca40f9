//! People who sign in with a provider elsewhere, in a real browser: the provider is a second gateway with accounts of its
//! own.

use std::net::SocketAddr;

use idp::Digest;
use serde_json::json;
use testkit::{House, port};

use crate::browser::Browser;
use crate::standing::house;

const SECRET: &str = "fifty two random characters would be better than this";
const ADDRESS: &str = "ada@corp.example";
const PASSWORD: &str = "umbrella stand by the window 7";

fn free() -> SocketAddr {
    ([127, 0, 0, 1], port::free()).into()
}

/// The provider elsewhere. Cookies know no ports: each of the two has a host of its own.
fn corp(door: SocketAddr, shop: SocketAddr) -> House {
    let hash: String = Digest::of(SECRET).0.iter().map(|octet| format!("{octet:02x}")).collect();
    let file = format!(
        "vestibule: 1\ndoors: {{ client: {{ listen: \"{door}\" }} }}\n\
         identity: {{ issuer: \"https://localhost:{}\", name: The Corp, accounts: open }}\n\
         apps:\n  shop:\n    type: server\n    authenticate: secret\n    secrets: \"sha256:{hash}\"\n\
         \x20   redirect_uris: \"https://shop.localhost:{}/auth/external/corp\"\n\
         \x20   scopes: [openid, email, profile]\n    consent: never\n",
        door.port(),
        shop.port()
    );
    house().config(&file).start()
}

fn shop(door: SocketAddr, corp: SocketAddr, ca: &str) -> House {
    let prepared = house().environment("CORP_SECRET", SECRET);
    prepared.write("corp.pem", ca);
    let file = format!(
        "vestibule: 1\ndoors: {{ client: {{ listen: \"{door}\", hosts: shop.localhost }} }}\n\
         identity: {{ issuer: \"https://shop.localhost:{}\", accounts: open, sign_in: [password, corp] }}\n\
         issuers:\n  corp:\n    issuer: \"https://localhost:{}\"\n    use: sign-in\n    title: The Corp\n    ca: corp.pem\n\
         \x20   client: {{ id: shop, secret: \"${{env:CORP_SECRET}}\" }}\n    users: create\n",
        door.port(),
        corp.port()
    );
    prepared.config(&file).start()
}

fn send(browser: &mut Browser, fields: &[(&str, &str)]) {
    for (name, text) in fields {
        browser.value(&format!("document.querySelector('main [name={name}]').focus()"));
        browser.type_text(text);
    }
    let last = fields.last().map_or("form_token", |(name, _)| name);
    browser.act(&format!("document.querySelector('main [name={last}]').form.requestSubmit()"));
}

/// Waits for a page of this house with this heading.
fn page(browser: &mut Browser, host: &str, heading: &str) {
    let is_there = format!("document.querySelector('h1')?.innerText === {}", json!(heading));
    browser.wait_for(&format!("location.host === {} && {is_there}", json!(host)));
}

fn follow(browser: &mut Browser, words: &str) {
    browser.act(&format!("[...document.links].find(link => link.innerText === {}).click()", json!(words)));
}

#[test]
fn a_person_comes_in_with_a_provider_elsewhere_and_is_the_same_one_the_next_time() {
    if !testkit::needs("chromium") {
        return;
    }
    let (shop_door, corp_door) = (free(), free());
    let corp = corp(corp_door, shop_door);
    let ca = std::fs::read_to_string(corp.folder().join("vestibule-data/local-ca.pem")).expect("its CA");
    let _shop = shop(shop_door, corp_door, &ca);
    let (here, there) = (format!("shop.localhost:{}", shop_door.port()), format!("localhost:{}", corp_door.port()));
    let mut browser = Browser::start();

    // Nobody is signed in by a link of somebody else's.
    browser.open(&format!("https://{here}/auth/external/corp?code=code_1&state=state_1"));
    page(&mut browser, &here, "Sign in once more");
    browser.wait_for("document.body.innerText.includes('external-sign-in-over')");

    // To the provider, where the person has no account yet, and back by its mailed link.
    browser.open(&format!("https://{here}/auth/sign-in"));
    page(&mut browser, &here, "Sign in");
    browser.picture("sign-in-elsewhere");
    follow(&mut browser, "Continue with The Corp");
    page(&mut browser, &there, "Sign in");
    follow(&mut browser, "Create an account");
    page(&mut browser, &there, "Create an account");
    send(&mut browser, &[("address", ADDRESS)]);
    page(&mut browser, &there, "Check your mail");
    let link = corp.wait_for_message("/auth/verify?link=");
    browser.open(link.trim());
    page(&mut browser, &there, "Welcome");
    send(&mut browser, &[("name", "Ada"), ("new_password", PASSWORD)]);
    page(&mut browser, &here, "Your account");
    browser.wait_for("document.querySelector('#name').value === 'Ada'");
    browser.wait_for(&format!("document.querySelector('#elsewhere').parentElement.innerText.includes('{ADDRESS}')"));
    browser.picture("account-elsewhere");
    browser.value("document.querySelector('#name').value = ''");
    send(&mut browser, &[("name", "Ada of the shop")]);
    browser.wait_for("document.querySelector('.done')?.innerText === 'Your name is saved.'");

    // Out of the shop alone, and in again: nothing is typed anywhere, and it is the same account.
    browser.open(&format!("https://{here}/auth/sign-out"));
    page(&mut browser, &here, "Sign out?");
    browser.act("document.querySelector('main form').requestSubmit()");
    page(&mut browser, &here, "You are signed out");
    browser.open(&format!("https://{here}/auth/sign-in"));
    page(&mut browser, &here, "Sign in");
    follow(&mut browser, "Continue with The Corp");
    page(&mut browser, &here, "Your account");
    browser.wait_for("document.querySelector('#name').value === 'Ada of the shop'");

    // The only way in stays.
    browser.act("[...document.forms].find(form => form.action.endsWith('elsewhere/unlink')).requestSubmit()");
    browser.wait_for("document.querySelector('.summary')?.innerText.includes('You have no password')");
}
