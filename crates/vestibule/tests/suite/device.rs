//! A program on a command line signs in by the device grant (RFC 8628): it shows a code, and a person types it elsewhere.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use testkit::Deadline;

use crate::browser::Browser;
use crate::person::{PASSWORD, Person};
use crate::relying_parties::installed;
use crate::shop::flows::{SCOPE, bearing, text};
use crate::shop::{ADA, Shop};
use crate::two_doors::{SERVED, assert_problem};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The program of `tests/relying_parties/go`, which is told what to do a word at a time.
struct Tool {
    process: Child,
    words: ChildStdin,
    said: Receiver<String>,
}

impl Tool {
    fn start(shop: &Shop) -> Self {
        let folder = installed("go");
        shop.house.write("root.pem", shop.root.pem());
        let mut command = Command::new(folder.join("client"));
        command.arg("device").env("SSL_CERT_FILE", shop.house.folder().join("root.pem"));
        command.env("ISSUER", shop.issuer()).env("ORDERS", format!("{}/orders", shop.issuer()));
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = process.expect("a program");
        let (saying, said) = channel();
        let lines = BufReader::new(process.stdout.take().expect("its output")).lines().map_while(Result::ok);
        std::thread::spawn(move || lines.map(|line| saying.send(line)).all(|sent| sent.is_ok()));
        let words = process.stdin.take().expect("its input");
        Self { process, words, said }
    }

    /// What it says next, which begins with this word; the rest.
    fn says(&self, word: &str) -> String {
        let line = self.said.recv_timeout(Duration::from_secs(60)).expect("a line");
        line.strip_prefix(word).unwrap_or_else(|| panic!("{word} and not {line}")).trim().to_owned()
    }

    fn told(&mut self, word: &str) -> &Self {
        writeln!(self.words, "{word}").expect("a program that listens");
        self
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The person's part in a real browser: sign-in, code, yes.
fn enter(page: &str, code: &str) {
    let mut browser = Browser::start();
    let typed = |browser: &mut Browser, heading: &str, fields: &[(&str, &str)]| {
        browser.wait_for(&format!("document.querySelector('h1')?.innerText === '{heading}'"));
        for (name, text) in fields {
            browser.value(&format!("document.querySelector('main [name={name}]').focus()"));
            browser.type_text(text);
        }
        let last = fields.last().map_or("form_token", |(name, _)| name);
        browser.act(&format!("document.querySelector('main [name={last}]').form.requestSubmit()"));
    };
    browser.open(page);
    typed(&mut browser, "Sign in", &[("address", ADA), ("password", PASSWORD)]);
    // As people type it: without the dash, in small letters.
    let plain = code.replace('-', "").to_lowercase();
    typed(&mut browser, "Connect a device", &[("user_code", &plain)]);
    browser.wait_for("document.querySelector('[name=decision][value=allow]')");
    let shown = browser.value("document.querySelector('.code').innerText");
    assert_eq!(shown.as_str(), Some(code), "the page shows the code, to be compared");
    browser.act("document.querySelector('[name=decision][value=allow]').click()");
    browser.wait_for("document.querySelector('h1')?.innerText === 'Your device is connected'");
    let broken = browser.complaints.iter().filter(|complaint| complaint.contains("Policy"));
    assert_eq!(broken.collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn a_command_line_application_signs_in_and_is_signed_out_from_the_account_page() {
    if !testkit::needs("go") || !testkit::needs("chromium") {
        return;
    }
    let shop = Shop::open();
    let mut person = shop.person(ADA);
    let mut tool = Tool::start(&shop);
    let (page, code) = (tool.says("open"), tool.says("type"));
    assert_eq!((page.as_str(), tool.says("every").as_str()), (format!("{}/auth/device", shop.issuer()).as_str(), "5"));
    enter(&page, &code);
    assert_eq!(tool.says("signed in"), "Bearer offline_access openid orders.read");
    // The first token that this house ever gave out: the doors believe its key already.
    assert_eq!(tool.told("call").says("called"), format!("200 {SERVED}"));
    assert_eq!(tool.told("refresh").says("refreshed"), "true");
    assert_eq!(tool.told("call").says("called"), format!("200 {SERVED}"));

    let account = person.open(&format!("{}/auth/account", shop.issuer())).page();
    assert!(account.answer.text().contains("Shop on the command line"), "{}", account.answer.text());
    person.send(&account.form("/auth/account/apps/end").expect("the app"), &[]).page();
    // At once, and at every thread within a second.
    let deadline = Deadline::within(Duration::from_secs(1));
    while tool.told("call").says("called").starts_with("200") {
        assert!(!deadline.passed(), "the token opens the door a second later");
    }
    assert_eq!(tool.told("refresh").says("refused"), "invalid_grant");
}

/// A device that has begun: what it was told.
fn begun(shop: &Shop) -> Value {
    let answer = shop.post("device-authorization", &[("client_id", "cli"), ("scope", SCOPE)], &[]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json().expect("JSON")
}

/// What a device hears that asks; the error, or nothing.
fn heard(shop: &Shop, begun: &Value) -> Option<String> {
    let pairs = [("grant_type", GRANT), ("client_id", "cli"), ("device_code", text(begun, "device_code"))];
    let answer = shop.post("token", &pairs, &[]).json().expect("JSON");
    answer["error"].as_str().map(str::to_owned)
}

#[test]
fn a_device_hears_of_its_impatience_of_a_no_and_of_a_yes_to_another() {
    let shop = Shop::open();
    let mut person = shop.person(ADA);
    let page = format!("{}/auth/device", shop.issuer());

    let waiting = begun(&shop);
    assert_eq!(heard(&shop, &waiting).as_deref(), Some("authorization_pending"));
    assert_eq!(heard(&shop, &waiting).as_deref(), Some("slow_down"));

    let denied = begun(&shop);
    let told = person.answer_device(&page, text(&denied, "user_code"), "deny");
    assert_eq!(told.heading(), "Your device was not connected");
    assert_eq!(heard(&shop, &denied).as_deref(), Some("access_denied"));

    // A code is good once: whoever types it a second time lets nobody in, and nobody hears whose it was.
    let [first, second] = [begun(&shop), begun(&shop)];
    let code = text(&first, "user_code");
    assert_eq!(person.answer_device(&page, code, "allow").heading(), "Your device is connected");
    for gone in [code, "BCDF-GHJK", ""] {
        let told = person.answer_device(&page, gone, "allow");
        assert_eq!((told.answer.status, told.heading().as_str()), (422, "Connect a device"));
        assert!(told.answer.text().contains("No device waits with that code"), "{}", told.answer.text());
    }
    assert_eq!(heard(&shop, &second).as_deref(), Some("authorization_pending"));
    assert_eq!(heard(&shop, &first), None);
    // What it was given ends with a second use of its code.
    assert_eq!(heard(&shop, &first).as_deref(), Some("invalid_grant"));
}

#[test]
fn a_code_that_a_link_brings_along_is_only_typed_and_not_sent() {
    let shop = Shop::open();
    let begun = begun(&shop);
    let mut stranger = Person::new(ADA, &shop.root);
    let shown = stranger.open(text(&begun, "verification_uri_complete")).page();
    assert_eq!(shown.heading(), "Sign in");
    let mut person = shop.person(ADA);
    let shown = person.open(text(&begun, "verification_uri_complete")).page();
    let code = text(&begun, "user_code");
    assert!(shown.answer.text().contains(&format!("value=\"{code}\"")), "{}", shown.answer.text());
    assert_eq!(heard(&shop, &begun).as_deref(), Some("authorization_pending"), "nobody was asked");
}

#[test]
fn what_a_device_gets_is_a_token_for_apis_and_its_code_is_none() {
    let shop = Shop::open();
    let begun = begun(&shop);
    let code = bearing(text(&begun, "device_code"));
    assert_problem(&shop.ask("GET", "/orders/list", &[&code], ""), 401, "credential-invalid");
    let mut person = shop.person(ADA);
    person.answer_device(text(&begun, "verification_uri"), text(&begun, "user_code"), "allow");
    let pairs = [("grant_type", GRANT), ("client_id", "cli"), ("device_code", text(&begun, "device_code"))];
    let tokens = shop.post("token", &pairs, &[]).json().expect("JSON");
    // The first token that this house ever gave out.
    let answer = shop.call("/orders/list", text(&tokens, "access_token"));
    assert_eq!((answer.status, answer.text().as_str()), (200, SERVED));
    assert_problem(&shop.ask("GET", "/orders/list", &[&code], ""), 401, "credential-invalid");
}
