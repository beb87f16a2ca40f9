//! Codes, refresh tokens and requests that come a second time, from somebody else, or led elsewhere: over the door.

use std::time::Duration;

use testkit::Deadline;

use super::{Ground, assert_served, text};
use crate::person::{Person, parameter};
use crate::shop::flows::VERIFIER;
use crate::shop::{ADA, CALLBACK, Shop};

const LIST: &str = "/orders/list";

/// Asserts that a token opens nothing within a second.
#[track_caller]
fn assert_ends(shop: &Shop, token: &str) {
    let deadline = Deadline::within(Duration::from_secs(1));
    while shop.call(LIST, token).status == 200 {
        assert!(!deadline.passed(), "the token opens the door a second later");
    }
}

#[test]
fn a_code_that_is_redeemed_twice_ends_the_tokens_of_the_first_also_at_the_door() {
    let shop = Shop::open();
    let mut person = shop.person(ADA);
    let code = shop.code(&mut person, &[]);
    let first = shop.redeem(&code, &[]).json().expect("JSON");
    let access = text(&first, "access_token");
    assert_served(&shop.call(LIST, access));
    let second = shop.redeem(&code, &[]);
    assert_eq!((second.status, second.json().expect("JSON")["error"].as_str()), (400, Some("invalid_grant")));
    assert_ends(&shop, access);
}

#[test]
fn a_code_of_somebody_else_begins_no_session_in_this_browser() {
    let shop = Shop::open();
    let (mut ada, mut bob) = (shop.person(ADA), shop.person("bob@shop.example"));
    let start = format!("{}/auth/session/start?return_to=/orders/open", shop.issuer());
    // Bob stops at the callback, and leads Ada's browser there: she would order into his account.
    let callback = stopped_at_the_callback(&mut bob, &start);
    let shown = ada.open(&callback).page();
    assert_ne!(shown.answer.status, 200, "{}", shown.answer.text());
    assert_eq!(ada.cookie("__Host-vestibule-session"), None);
    // The same in the middle of a sign-in of her own: his code with her state.
    let own = stopped_at_the_callback(&mut ada, &start);
    let [hers, his] = [&own, &callback].map(|url| parameter(url, "code").expect("a code"));
    let encoded = |code: &str| crate::person::encoded([("code", code)].into_iter());
    let shown = ada.open(&own.replace(&encoded(&hers), &encoded(&his))).page();
    assert_ne!(shown.answer.status, 200, "{}", shown.answer.text());
    assert_eq!(ada.cookie("__Host-vestibule-session"), None);
}

/// The address to which the provider would send the browser next, and the browser does not go.
fn stopped_at_the_callback(person: &mut Person, start: &str) -> String {
    let mut url = start.to_owned();
    for _ in 0..8 {
        let answer = person.ask("GET", &url, "", &["sec-fetch-mode: navigate"]);
        let to = answer.field("location").expect("a way on").to_owned();
        url = match to.starts_with('/') {
            true => format!("{}{to}", url.split("/auth/").next().unwrap_or_default()),
            false => to,
        };
        if url.contains("/auth/session/callback") {
            return url;
        }
    }
    panic!("no callback after {url}")
}

#[test]
fn a_code_is_nothing_without_the_verifier_of_who_asked() {
    let shop = Shop::open();
    let mut person = shop.person(ADA);
    let code = shop.code(&mut person, &[]);
    let pairs = |verifier: &'static str| {
        vec![
            ("grant_type", "authorization_code"),
            ("client_id", "cli"),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier),
        ]
    };
    for verifier in ["", "x", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX"] {
        let mut pairs = pairs(verifier);
        pairs.push(("code", &code));
        assert_ne!(shop.post("token", &pairs, &[]).status, 200, "{verifier}");
    }
    let mut pairs = pairs(VERIFIER);
    pairs.retain(|(name, _)| *name != "code_verifier");
    pairs.push(("code", &code));
    assert_ne!(shop.post("token", &pairs, &[]).status, 200);
}

#[test]
fn an_answer_goes_nowhere_but_to_an_address_that_was_registered() {
    let shop = Shop::open();
    let mut person = shop.person(ADA);
    for elsewhere in [
        "https://app.example.evil.example/callback",
        "https://app.example/callback/../evil",
        "https://app.example/callback?next=https://evil.example",
        "https://app.example@evil.example/callback",
        "https://app.example/Callback",
        "http://app.example/callback",
        "https://app.example/callback#",
        "//app.example/callback",
        "javascript:alert(1)",
        "",
    ] {
        let url = shop.authorization(&[]).replace(
            &crate::person::encoded([("redirect_uri", CALLBACK)].into_iter()),
            &crate::person::encoded([("redirect_uri", elsewhere)].into_iter()),
        );
        let shown = person.open(&url).page();
        assert_eq!(shown.answer.status, 400, "{elsewhere}");
        assert!(shown.answer.field("location").is_none(), "{elsewhere}");
    }
}

#[test]
fn a_sign_in_leads_to_no_page_of_others() {
    let shop = Shop::open();
    let mut person = shop.person(ADA);
    let issuer = shop.issuer();
    let mut signed_in = 0;
    for elsewhere in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/%2f/evil.example",
        "/..//evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/orders\r\nset-cookie: a=b",
    ] {
        let return_to = crate::person::encoded([("return_to", elsewhere)].into_iter());
        let begun = person.ask("GET", &format!("{issuer}/auth/session/start?{return_to}"), "", &[]);
        let to = begun.field("location").unwrap_or_default();
        assert!(to.is_empty() || to.starts_with(&issuer) || to.starts_with("/auth/"), "{elsewhere}: {to}");
        assert!(begun.field("set-cookie").is_none_or(|cookie| !cookie.starts_with("a=")), "{elsewhere}");
        // The sign-in of the provider itself, by somebody who is not signed in yet.
        let mut other = Person::new(ADA, &shop.root);
        let page = other.open(&format!("{issuer}/auth/sign-in?{return_to}")).page();
        let Some(form) = page.form("/auth/sign-in") else {
            assert_eq!(page.answer.status, 400, "{elsewhere}");
            continue;
        };
        let shown = other.sign_in(&form).page();
        assert!(shown.url.starts_with(&issuer), "{elsewhere}: {}", shown.url);
        signed_in += 1;
    }
    assert!(signed_in >= 6, "{signed_in}");
}

#[test]
fn every_answer_of_the_provider_says_whose_it_is() {
    let shop = Shop::open();
    let mut person = shop.person(ADA);
    let landed = [
        person.walk(&shop.authorization(&[])),
        person.walk_deciding(&shop.authorization(&[("prompt", "consent")]), "deny"),
        person.walk(&shop.authorization(&[]).replace("orders.read", "orders.everything")),
    ];
    for to in landed {
        assert!(to.starts_with(CALLBACK), "{to}");
        assert_eq!(parameter(&to, "iss"), Some(shop.issuer()), "{to}");
        assert_eq!(parameter(&to, "state").as_deref(), Some("a state"), "{to}");
    }
}

#[test]
fn a_refresh_token_of_one_app_gives_another_nothing() {
    let ground = Ground::open();
    let refresh = text(&ground.tokens, "refresh_token");
    let basic = data_encoding::BASE64.encode(format!("shop:{}", crate::shop::SECRETS[1]).as_bytes());
    let fields = [format!("authorization: Basic {basic}")];
    let stolen =
        ground.shop.post("token", &[("grant_type", "refresh_token"), ("refresh_token", refresh)], &[&fields[0]]);
    assert_eq!((stolen.status, stolen.json().expect("JSON")["error"].as_str()), (400, Some("invalid_grant")));
}
