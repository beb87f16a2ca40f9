//! Attacks on people's browsers, with a real session: fixation, other hosts, other sites, frames.

use super::{Shop, assert_problem, assert_served};
use crate::person::Person;
use crate::shop::ADA;

const SESSION: &str = "__Host-vestibule-session";
const SIGN_IN: &str = "__Host-vestibule-sign-in";

/// A person in a session of the app `page`.
fn in_session(shop: &Shop, address: &str) -> Person {
    let mut person = shop.person(address);
    begin(shop, &mut person);
    person
}

fn begin(shop: &Shop, person: &mut Person) {
    let start = format!("{}/auth/session/start?return_to=/orders/list", shop.issuer());
    let page = person.open(&start).page();
    assert!(page.url.ends_with("/orders/list"), "{}", page.url);
    assert_served(&page.answer);
}

#[test]
fn a_cookie_that_somebody_put_there_is_nobody_s_session_before_and_after_a_sign_in() {
    let shop = Shop::open();
    drop(shop.person(ADA));
    // Of a session of the attacker's own, which would do, and of nobody.
    let attacker = in_session(&shop, "mallory@shop.example");
    let of_the_attacker = attacker.cookie(SESSION).expect("a session").to_owned();
    for planted in [of_the_attacker.as_str(), "session_made-up"] {
        let mut ada = Person::new(ADA, &shop.root);
        ada.plant(SESSION, planted);
        ada.plant(SIGN_IN, "sign-in_made-up");
        let form = ada.open(&format!("{}/auth/sign-in", shop.issuer())).page().form("/auth/sign-in");
        assert_eq!(ada.sign_in(&form.expect("a form")).page().heading(), "Your account");
        begin(&shop, &mut ada);
        assert_ne!(ada.cookie(SESSION), Some(planted), "the session is a new one");
        assert_ne!(ada.cookie(SIGN_IN), Some("sign-in_made-up"));
    }
    let made_up = format!("cookie: {SESSION}=session_made-up");
    assert_problem(&shop.ask("GET", "/orders/list", &[&made_up], ""), 401, "credential-invalid");
}

#[test]
fn a_session_of_one_host_is_none_at_another() {
    let shop = Shop::open_with(&[(
        "\napis:",
        "\napis:
  elsewhere:
    door: client
    host: page.localhost
    path: /orders
    service: shop
    callers: { users: any }
    operations: { list: GET /list }",
    )]);
    let ada = in_session(&shop, ADA);
    let cookie = format!("cookie: {SESSION}={}", ada.cookie(SESSION).expect("a session"));
    assert_served(&shop.ask("GET", "/orders/list", &[&cookie], ""));
    let arrived = shop.service.arrivals();
    let host = format!("host: page.localhost:{}", shop.client.port());
    let request = shop.request("GET", "/orders/list", &[&cookie], "");
    let request = request.replacen(&format!("host: localhost:{}", shop.client.port()), &host, 1);
    let tls = testkit::ClientTls::new(&shop.root).name("page.localhost");
    let answer = testkit::Connection::tls(shop.client, &tls).exchange(request);
    assert_eq!(answer.status, 401, "{}", answer.text());
    // Another port of the same host gets the cookie from the browser, and is another origin.
    let request = shop.request("GET", "/orders/list", &[&cookie], "");
    let request = request.replacen(&format!("host: localhost:{}", shop.client.port()), "host: localhost", 1);
    assert_ne!(shop.connect().exchange(request).status, 200);
    assert_eq!(shop.service.arrivals(), arrived);
}

#[test]
fn another_site_cannot_use_a_session_that_a_browser_sends_along() {
    let shop = Shop::open();
    let ada = in_session(&shop, ADA);
    let cookie = format!("cookie: {SESSION}={}", ada.cookie(SESSION).expect("a session"));
    let own = format!("origin: {}", shop.issuer());
    let other_port = "origin: https://localhost:1".to_owned();
    let arrived = shop.service.arrivals();
    for said in [
        vec![],
        vec!["sec-fetch-site: cross-site"],
        vec!["sec-fetch-site: same-site"],
        vec!["sec-fetch-site: none"],
        vec!["origin: https://evil.example"],
        vec!["origin: null"],
        vec![other_port.as_str()],
        vec!["origin: https://evil.example", "sec-fetch-site: same-origin"],
        vec!["sec-fetch-site: cross-site", "sec-fetch-mode: navigate", "sec-fetch-dest: document"],
        vec!["vestibule-csrf: guessed"],
    ] {
        let fields: Vec<&str> = [cookie.as_str()].into_iter().chain(said.iter().copied()).collect();
        let answer = shop.ask("POST", "/orders/place", &fields, "bell");
        assert_problem(&answer, 403, "cross-site-request");
        // A page of another site reads nothing either.
        if said.iter().any(|field| field.contains("evil")) {
            assert_problem(&shop.ask("GET", "/orders/list", &fields, ""), 403, "cross-site-request");
        }
    }
    assert_eq!(shop.service.arrivals(), arrived);
    for said in [[own.as_str(), "sec-fetch-site: same-origin"], [own.as_str(), "accept: */*"]] {
        let fields = [cookie.as_str(), said[0], said[1]];
        assert_served(&shop.ask("POST", "/orders/place", &fields, "bell"));
    }
}

#[test]
fn no_page_of_the_provider_can_be_framed_and_none_is_kept_by_caches() {
    let shop = Shop::open();
    let mut ada = in_session(&shop, ADA);
    let issuer = shop.issuer();
    ada.walk(&shop.authorization(&[]));
    for path in ["account", "device", "sign-out", "forgot", "register", "account/password", "verify?link=none"] {
        ada.open(&format!("{issuer}/auth/{path}"));
    }
    ada.open(&shop.authorization(&[]).replace("client_id=cli", "client_id=nobody"));
    let pages: Vec<_> = ada
        .seen
        .iter()
        .filter(|(_, answer)| answer.field("content-type").is_some_and(|kind| kind.starts_with("text/html")))
        .collect();
    assert!(pages.len() >= 12, "{}", pages.len());
    for (url, answer) in pages {
        let policy = answer.field("content-security-policy").unwrap_or_default();
        assert!(policy.contains("frame-ancestors 'none'"), "{url}: {policy}");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{url}: {policy}");
        assert_eq!(answer.field("x-frame-options"), Some("DENY"), "{url}");
        assert_eq!(answer.field("x-content-type-options"), Some("nosniff"), "{url}");
        assert_eq!(answer.field("cache-control"), Some("no-store"), "{url}");
    }
}

#[test]
fn a_cookie_of_the_house_is_out_of_reach_of_scripts_of_other_hosts_and_of_plain_http() {
    let shop = Shop::open();
    let ada = in_session(&shop, ADA);
    let set = ada.seen.iter().flat_map(|(_, answer)| &answer.fields);
    let set: Vec<&str> = set.filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect();
    assert!(
        set.iter().any(|cookie| cookie.starts_with(SESSION)) && set.iter().any(|cookie| cookie.starts_with(SIGN_IN))
    );
    for cookie in set {
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(cookie.split("; ").any(|part| part == attribute), "{cookie}");
        }
        assert!(!cookie.to_ascii_lowercase().contains("domain="), "{cookie}");
        assert!(cookie.len() < 300, "small: {cookie}");
    }
    // No service hears of them.
    let octets = shop.service.bytes().concat();
    assert!(!octets.windows(8).any(|window| window == b"__Host-v"), "{}", octets.escape_ascii());
}
