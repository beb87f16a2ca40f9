//! The demo as a stranger meets it: every printed line does what it says, and a person can order something.

mod person;

use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use testkit::{House, port};

use crate::browser::Browser;
use crate::standing::house;

/// A running demo and what it said of itself.
struct Demo {
    house: House,
    facts: Value,
}

impl Demo {
    fn start() -> Self {
        let base = port::free_run(7).to_string();
        let house = house().start_with(&["demo", "--json", "--directory", "demo", "--port-base", &base]);
        let line = house.wait_for_log("\"command\":\"demo\"");
        let facts = serde_json::from_str(&line).expect("one JSON object on one line");
        Self { house, facts }
    }

    fn tries(&self) -> &[Value] {
        self.facts["requests"].as_array().expect("requests")
    }

    fn try_named(&self, name: &str) -> &Value {
        self.tries().iter().find(|each| each["name"] == name).expect(name)
    }
}

/// Runs a command of the list; status, and body.
fn run(each: &Value) -> (u16, String) {
    let argv: Vec<&str> =
        each["argv"].as_array().expect("argv").iter().map(|word| word.as_str().expect("word")).collect();
    assert_eq!(argv[0], "curl");
    let mut command = Command::new(testkit::tool("curl"));
    let output = command.args(&argv[1..]).args(["-m", "20", "-w", "\n%{http_code}"]).output().expect("curl");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let (body, status) = said.rsplit_once('\n').expect("a status");
    (status.parse().unwrap_or_else(|_| panic!("{said} {output:?}")), body.to_owned())
}

#[test]
fn every_printed_line_gets_the_answer_that_is_printed_beside_it() {
    if !testkit::needs("curl") {
        return;
    }
    let demo = Demo::start();
    let mut wrong = Vec::new();
    for each in demo.tries() {
        let (status, body) = run(each);
        let problem = serde_json::from_str::<Value>(&body).ok();
        let problem = problem.as_ref().and_then(|body| body["type"].as_str()).and_then(|uri| uri.rsplit(':').next());
        if status != each["expect"] || problem != each.get("problem").and_then(Value::as_str) {
            wrong.push(format!(
                "{}: {status} {problem:?} instead of {} {}\n{body}",
                each["name"], each["expect"], each["problem"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_publishable_key_reads_the_catalogue_and_nothing_else() {
    if !testkit::needs("curl") {
        return;
    }
    let demo = Demo::start();
    let page = run(demo.try_named("page")).1;
    let key = page.split_once("name=\"catalogue-key\" content=\"").expect("a key in the page").1;
    let key = format!("X-Api-Key: {}", key.split('"').next().expect("its end"));
    let url = demo.facts["client"]["url"].as_str().expect("a URL");
    let origin = format!("Origin: {url}");
    let at = |path: &str, more: &[&str]| {
        let ca = demo.facts["ca"].as_str().expect("a path");
        let target = format!("{url}{path}");
        let argv: Vec<&str> =
            ["curl", "-sS", "--cacert", ca, &target].into_iter().chain(more.iter().copied()).collect();
        let (status, body) = run(&serde_json::json!({ "argv": argv }));
        let problem = serde_json::from_str::<Value>(&body).ok();
        let problem = problem.as_ref().and_then(|body| body["type"].as_str()).and_then(|uri| uri.rsplit(':').next());
        (status, problem.unwrap_or_default().to_owned())
    };
    let with_key = ["-H", key.as_str(), "-H", origin.as_str()];
    for path in ["/api/products", "/api/products/bell"] {
        assert_eq!(at(path, &with_key).0, 200, "{path}");
        assert_eq!(at(path, &[]), (401, "credential-required".to_owned()), "{path}: nobody else reads it");
        for from in ["https://elsewhere.example", "null", "http://localhost", "https://localhost"] {
            let other = format!("Origin: {from}");
            assert_eq!(at(path, &["-H", &key, "-H", &other]), (401, "credential-invalid".to_owned()), "{path}: {from}");
        }
    }
    for (path, with_nothing, with) in [
        ("/api/orders", "credential-required", "not-found"),
        ("/api/my/orders", "credential-required", "not-found"),
        ("/payments/charges", "not-found", "not-found"),
        ("/stock/levels", "not-found", "not-found"),
        ("/books/charges", "not-found", "not-found"),
        ("/house-keys", "not-found", "not-found"),
    ] {
        assert_eq!((at(path, &[]).1.as_str(), at(path, &with_key).1.as_str()), (with_nothing, with), "{path}");
    }
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let more: Vec<&str> = ["-X", method, "-d", "{}"].into_iter().chain(with_key).collect();
        assert_eq!(at("/api/products", &more), (404, "not-found".to_owned()), "{method}");
        assert_eq!(at("/api/products/bell", &more), (404, "not-found".to_owned()), "{method}");
    }
    assert_eq!(run(demo.try_named("a-pages-key")).0, 401, "at the server door, with a certificate beside it");
}

#[test]
fn the_list_has_a_dozen_lines_and_a_third_of_them_are_refusals_of_different_kinds() {
    let demo = Demo::start();
    let all = demo.tries();
    let mut codes: Vec<_> = all.iter().filter_map(|each| each["problem"].as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert!(all.len() >= 12 && codes.len() * 3 >= all.len(), "{} of {}", codes.len(), all.len());
    for key in ["client", "server"] {
        assert!(demo.facts[key]["url"].as_str().is_some_and(|url| url.starts_with("https://localhost:")));
    }
    let socket = demo.facts["admin"]["socket"].as_str().expect("a path");
    assert!(std::path::Path::new(socket).exists());
    assert!(std::path::Path::new(demo.facts["ca"].as_str().expect("a path")).is_absolute());
}

#[test]
fn the_demo_ends_with_0_when_it_is_told_to() {
    let mut demo = Demo::start();
    demo.house.terminate();
    assert_eq!(demo.house.wait(Duration::from_secs(20)).code(), Some(0));
    let mut demo = Demo::start();
    demo.house.signal(rustix::process::Signal::INT);
    assert_eq!(demo.house.wait(Duration::from_secs(20)).code(), Some(0));
}

#[test]
fn a_running_demo_can_be_asked_how_it_stands() {
    let demo = Demo::start();
    let folder = demo.house.folder();
    let output = Command::new(env!("CARGO_BIN_EXE_vestibule"))
        .args(["status", "--json", "-c", "demo/vestibule.yaml"])
        .current_dir(folder)
        .output()
        .expect("vestibule");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let status: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(status["ready"], true);
    assert_eq!(status["doors"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_demo_starts_again_in_its_own_directory_and_in_no_other() {
    let prepared = house();
    prepared.write("mine/thesis.tex", "years of work");
    let ended = prepared.command(&["demo", "--directory", "mine"]);
    assert_eq!(ended.status.code(), Some(7), "{ended:?}");
    assert!(ended.stderr.contains("error[directory-not-empty]"), "{ended:?}");
    assert!(prepared.folder().join("mine/thesis.tex").exists());
}

#[test]
fn a_person_opens_the_page_and_orders_by_keyboard_alone() {
    if !testkit::needs("chromium") {
        return;
    }
    let demo = Demo::start();
    let mut browser = Browser::start();
    browser.look(1280, 900, "light");
    browser.open(demo.facts["client"]["url"].as_str().expect("a URL"));
    browser.wait_for("document.querySelectorAll('.product').length === 9");
    browser.picture("desktop");

    browser.value("document.querySelector('[data-add=bell]').focus()");
    browser.press("Enter", "\r");
    browser.wait_for("document.querySelector('#basket-count').textContent === '1'");
    browser.value("document.querySelector('#name').focus()");
    browser.type_text("Ada <b>Lovelace</b>");
    browser.picture("basket");
    browser.press("Enter", "\r");
    browser.wait_for("document.querySelector('#result').classList.contains('good')");
    let said = browser.value("document.querySelector('#result').innerText");
    let said = said.as_str().expect("text");
    // The name is shown as it was typed: text, never markup.
    assert!(said.contains("it is paid") && said.contains("Ada <b>Lovelace</b>"), "{said}");
    assert!(said.contains("charge-") && said.contains("order-"), "{said}");
    let ids = browser
        .value("[...document.querySelectorAll('#result dd')].filter(e => /^[0-9A-Z]{26}$/.test(e.innerText)).length");
    assert_eq!(ids, 2, "a request id of each door: {said}");
    browser.picture("paid");
    assert_eq!(browser.complaints, Vec::<String>::new());
}

#[test]
fn one_request_in_five_gets_the_next_catalogue() {
    let demo = Demo::start();
    let products = demo.try_named("products");
    let editions: Vec<bool> = (0..60).map(|_| run(products).1.contains("\"edition\":\"winter\"")).collect();
    let winter = editions.iter().filter(|winter| **winter).count();
    // One in five of sixty; both bounds are further off than chance goes once in a hundred thousand runs.
    assert!((1..=30).contains(&winter), "{winter}");
}

#[test]
fn a_change_is_told_before_it_is_made() {
    let demo = Demo::start();
    let charge = demo.try_named("the-shop-charges");
    assert_eq!(run(charge).0, 201);
    let refund = demo.try_named("the-warehouse-refunds");
    assert_eq!(run(refund).0, 403);
    let next = demo.facts["next"].as_str().expect("a path");
    let output = Command::new(env!("CARGO_BIN_EXE_vestibule"))
        .args(["diff", "demo/vestibule.yaml", next])
        .current_dir(demo.house.folder())
        .output()
        .expect("vestibule");
    let told = String::from_utf8(output.stdout).expect("text");
    assert!(
        told.contains("POST /payments/refunds") && told.contains("warehouse") && !told.contains("restart"),
        "{told}"
    );
    std::fs::copy(next, demo.house.folder().join("demo/vestibule.yaml")).expect("copied");
    let until = testkit::Deadline::within(Duration::from_secs(20));
    while run(refund).0 == 403 {
        assert!(!until.passed(), "the change is never loaded");
    }
}

#[test]
fn two_people_see_the_same_shelves_and_hear_the_same_bell() {
    if !testkit::needs("chromium") {
        return;
    }
    let demo = Demo::start();
    let mut browser = Browser::start();
    browser.look(1280, 900, "light");
    browser.open(demo.facts["client"]["url"].as_str().expect("a URL"));
    browser.wait_for("document.querySelector('[data-add=bell]')?.closest('.product').innerText.includes('20 left')");
    browser.wait_for("document.querySelector('#heard').innerText === 'only you are here'");
    // Somebody else orders, and listens for a moment.
    assert_eq!(run(demo.try_named("order")).0, 201);
    browser.wait_for("document.querySelector('[data-add=bell]').closest('.product').innerText.includes('19 left')");
    let (status, heard) = run(demo.try_named("the-bell"));
    assert!(status == 101 && heard.contains("\"listening\":2"), "{status} {heard}");
    browser.value("document.querySelector('#ring').focus()");
    browser.press("Enter", "\r");
    browser.wait_for("document.querySelector('#heard').innerText.includes('rung 1')");
    browser.picture("bell");
    assert_eq!(browser.complaints, Vec::<String>::new());
}

#[test]
fn the_page_shows_a_declined_card_and_what_the_door_refuses() {
    if !testkit::needs("chromium") {
        return;
    }
    let demo = Demo::start();
    let mut browser = Browser::start();
    browser.look(390, 844, "dark");
    browser.open(demo.facts["client"]["url"].as_str().expect("a URL"));
    browser.wait_for("document.querySelector('[data-add=mirror]')");
    assert_eq!(
        browser.value("document.documentElement.scrollWidth <= innerWidth"),
        true,
        "nothing is wider than a phone"
    );
    browser.value("document.querySelector('[data-add=mirror]').click()");
    browser.value("document.querySelector('#name').value = 'Bob'");
    browser.value("document.querySelector('[value=declined]').click()");
    browser.value("document.querySelector('.primary').click()");
    browser.wait_for("document.querySelector('#result').innerText.includes('declined')");
    browser.wait_for("document.querySelector('[data-add=mirror]').closest('.product').innerText.includes('3 left')");
    for (place, code) in
        [(1, "credential-required"), (2, "not-found"), (3, "body-too-large"), (4, "credential-in-query")]
    {
        browser.value(&format!("document.querySelector('.tries button:nth-child({place})').click()"));
        browser.wait_for(&format!("document.querySelector('#refusal').innerText.includes('{code}')"));
    }
    browser.picture("phone");
}
