//! A person at the demo's shop: registers, signs in, orders, sees the order, signs out, and comes back with a code.

use std::time::SystemTime;

use data_encoding::BASE32_NOPAD;
use idp::accounts::{TotpSecret, totp};
use serde_json::json;

use super::Demo;
use crate::browser::Browser;

const ADDRESS: &str = "ada@shop.example";
const PASSWORD: &str = "umbrella stand by the window 7";

/// Types into the fields of the page's form and sends it.
fn send(browser: &mut Browser, fields: &[(&str, &str)]) {
    for (name, text) in fields {
        browser.value(&format!("document.querySelector('main [name={name}]').focus()"));
        browser.type_text(text);
    }
    let last = fields.last().map_or("form_token", |(name, _)| name);
    browser.act(&format!("document.querySelector('main [name={last}]').form.requestSubmit()"));
}

fn heading(browser: &mut Browser, text: &str) {
    browser.wait_for(&format!("document.querySelector('h1')?.innerText === {}", json!(text)));
}

fn order_a_bell(browser: &mut Browser) {
    browser.wait_for("document.querySelector('[data-add=bell]')");
    browser.act("document.querySelector('[data-add=bell]').click()");
    browser.value("document.querySelector('#name').focus()");
    browser.type_text("Ada");
    browser.act("document.querySelector('#order').requestSubmit()");
    browser.wait_for("document.querySelector('#result')?.classList.contains('good')");
}

/// The secret of the page that sets up two-step sign-in, as the person would type it into an app.
fn authenticator(browser: &mut Browser) -> TotpSecret {
    let key = browser.value("document.querySelector('.key').innerText");
    let key: String = key.as_str().expect("a key").chars().filter(|at| !at.is_whitespace()).collect();
    let octets = BASE32_NOPAD.decode(key.to_uppercase().as_bytes()).expect("base32");
    TotpSecret::from_octets(octets.try_into().expect("20 octets"))
}

#[test]
fn a_person_registers_signs_in_orders_and_comes_back_with_a_code() {
    if !testkit::needs("chromium") {
        return;
    }
    let demo = Demo::start();
    let shop = demo.facts["client"]["url"].as_str().expect("a URL").to_owned();
    let mut browser = Browser::start();
    browser.look(1280, 900, "light");

    // The page asks for a sign-in; whoever has no account makes one, by a link in a mail.
    browser.open(&shop);
    browser.wait_for("document.querySelector('#sign-in')?.hidden === false");
    browser.act("document.querySelector('#sign-in').click()");
    heading(&mut browser, "Sign in");
    browser.picture("sign-in");
    browser.act("[...document.links].find(link => link.innerText === 'Create an account').click()");
    heading(&mut browser, "Create an account");
    send(&mut browser, &[("address", ADDRESS)]);
    heading(&mut browser, "Check your mail");
    let line = demo.house.wait_for_message("/auth/verify?link=");
    browser.open(line.trim());
    heading(&mut browser, "Welcome");
    send(&mut browser, &[("name", "Ada"), ("new_password", PASSWORD)]);

    // Behind the link the person is in the shop that they came from.
    browser.wait_for("document.querySelector('#person')?.innerText === 'Ada'");
    order_a_bell(&mut browser);
    browser.wait_for("document.querySelectorAll('#orders li').length === 1");
    browser.picture("signed-in");
    // What scripts can read holds nothing to sign in with.
    assert_eq!(browser.value("document.cookie"), "");

    // Two steps from now on.
    browser.open(&format!("{shop}/auth/account/authenticator"));
    heading(&mut browser, "Set up two-step sign-in");
    browser.picture("authenticator");
    let secret = authenticator(&mut browser);
    let step = totp::step_at(SystemTime::now());
    send(&mut browser, &[("code", &totp::code(&secret, step))]);
    heading(&mut browser, "Your recovery codes");

    // Out, of the shop and of the provider.
    browser.open(&shop);
    browser.wait_for("document.querySelector('#sign-out')?.hidden === false");
    browser.act("document.querySelector('#sign-out').click()");
    browser.wait_for("document.querySelector('#sign-out').hidden && document.querySelector('#mine').hidden");
    assert_eq!(browser.value("fetch('/api/my/orders').then(answer => answer.status)"), 401);
    browser.open(&format!("{shop}/auth/sign-out"));
    browser.wait_for("document.querySelector('main form')");
    browser.act("document.querySelector('main form').requestSubmit()");
    browser.wait_for("!document.querySelector('main form')");

    // And in again: a password alone does not do, and a code works once.
    browser.open(&shop);
    browser.wait_for("document.querySelector('#sign-in')?.hidden === false");
    browser.act("document.querySelector('#sign-in').click()");
    heading(&mut browser, "Sign in");
    send(&mut browser, &[("address", ADDRESS), ("password", PASSWORD)]);
    heading(&mut browser, "Two-step sign-in");
    send(&mut browser, &[("code", &totp::code(&secret, step))]);
    browser.wait_for("document.querySelector('[aria-invalid=true]')");
    browser.value("document.querySelector('[name=code]').value = ''");
    let next = totp::step_at(SystemTime::now()).max(step) + 1;
    send(&mut browser, &[("code", &totp::code(&secret, next))]);
    browser.wait_for("document.querySelector('#person')?.innerText === 'Ada'");
    browser.wait_for("document.querySelectorAll('#orders li').length === 1");
}
