//! Tokens by command.

use serde_json::{Value, json};
use testkit::program::Ended;

use super::{assert_ends, assert_fails, json_of, object, printed};
use crate::person::{encoded, parameter};
use crate::shop::{ADA, CALLBACK, Shop};

/// RFC 7636, appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What the program on the command line is given for somebody with an account.
fn given(shop: &Shop) -> (String, String) {
    let mut ada = shop.person(ADA);
    let query = encoded(
        [
            ("response_type", "code"),
            ("client_id", "cli"),
            ("redirect_uri", CALLBACK),
            ("scope", "orders.read offline_access"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]
        .into_iter(),
    );
    let back = ada.walk(&format!("{}/auth/authorize?{query}", shop.issuer()));
    let code = parameter(&back, "code").unwrap_or_else(|| panic!("{back}"));
    let answer = asked(
        shop,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", "cli"),
            ("redirect_uri", CALLBACK),
            ("code", &code),
            ("code_verifier", VERIFIER),
        ],
    );
    let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    (text("access_token"), text("refresh_token"))
}

/// The token endpoint's answer.
fn asked(shop: &Shop, form: &[(&str, &str)]) -> Value {
    let body = encoded(form.iter().copied());
    let answer = shop.ask("POST", "/auth/token", &["content-type: application/x-www-form-urlencoded"], &body);
    serde_json::from_str(&answer.text()).unwrap_or_else(|_| panic!("{}", answer.text()))
}

fn refreshed(shop: &Shop, token: &str) -> Value {
    asked(shop, &[("grant_type", "refresh_token"), ("client_id", "cli"), ("refresh_token", token)])
}

pub(super) fn status_with(shop: &Shop, token: &str) -> u16 {
    shop.ask("GET", "/orders/list", &[&format!("authorization: Bearer {token}")], "").status
}

fn shown(shop: &Shop, token: &str) -> Ended {
    shop.house.command_with(&["tokens", "show", "--json"], token)
}

#[test]
fn a_token_is_told_by_what_it_is_and_is_in_no_answer() {
    let shop = Shop::open();
    let (access, refresh) = given(&shop);
    let ended = shown(&shop, &format!("  {access}\n"));
    let told = json_of(&ended);
    assert_eq!(ended.status.code(), Some(0), "{told}");
    assert_eq!((&told["token"]["kind"], &told["token"]["state"]), (&json!("access token"), &json!("good")));
    assert_eq!(
        (&told["token"]["app"], &told["token"]["scopes"]),
        (&json!("cli"), &json!(["offline_access", "orders.read"]))
    );
    let of_refresh = json_of(&shown(&shop, &refresh));
    assert_eq!(of_refresh["token"]["kind"], "refresh token");
    assert_eq!(of_refresh["token"]["grant"], told["token"]["grant"]);
    for object in [&told, &of_refresh] {
        assert!(!object.to_string().contains(&access) && !object.to_string().contains(&refresh), "{object}");
    }
    let lines = shop.house.command_with(&["tokens", "show"], &access).stdout;
    assert!(lines.contains("state") && lines.contains("good") && !lines.contains(&access), "{lines}");
}

#[test]
fn a_revoked_token_is_refused_within_a_second_and_its_family_goes_on() {
    let shop = Shop::open();
    let (access, refresh) = given(&shop);
    assert_eq!(status_with(&shop, &access), 200);
    let ended = shop.house.command_with(&["tokens", "revoke"], &access);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_ends(|| status_with(&shop, &access));
    let told = shown(&shop, &access);
    assert_eq!((told.status.code(), &json_of(&told)["token"]["state"]), (Some(1), &json!("revoked")));
    let next = refreshed(&shop, &refresh);
    let access = next["access_token"].as_str().unwrap_or_else(|| panic!("{next}"));
    assert_eq!(status_with(&shop, access), 200);
    // By its id, as a log has it.
    let id = json_of(&shown(&shop, access))["token"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(printed(&shop, &["tokens", "revoke", "--id", &id]), format!("revoked {id}"));
    assert_ends(|| status_with(&shop, access));
}

#[test]
fn a_family_ends_by_its_refresh_token_or_by_its_grant() {
    let shop = Shop::open();
    let (access, refresh) = given(&shop);
    assert_eq!(status_with(&shop, &access), 200);
    let grant = json_of(&shown(&shop, &access))["token"]["grant"].as_str().expect("a grant").to_owned();
    assert_eq!(printed(&shop, &["tokens", "revoke", "--grant", &grant]), format!("revoked {grant}"));
    assert_ends(|| status_with(&shop, &access));
    assert_eq!(refreshed(&shop, &refresh)["error"], "invalid_grant");
    let told = json_of(&shown(&shop, &refresh));
    assert_eq!(told["token"]["state"], "its grant has ended", "{told}");
    assert_fails(&shop, &["tokens", "revoke", "--grant", &grant], 6, "error[no-such-grant]");
}

#[test]
fn what_is_no_token_of_this_house_is_said_to_be_none() {
    let shop = Shop::open();
    let fails = |input: &str, code: i32, said: &str| {
        let ended = shop.house.command_with(&["tokens", "show"], input);
        assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(code), ""), "{ended:?}");
        assert!(ended.stderr.contains(said), "{ended:?}");
    };
    fails("", 2, "no token on standard input");
    fails("refresh_nothing", 6, "does not have three parts");
    fails("vst_restricted_k3Jx9LmQ2a_secret", 2, "an API key and no token");
    // {"alg":"ES256","typ":"at+jwt"}.{"iss":"https://other.example"}.
    fails("eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUifQ.AA", 6, "other.example");
    assert_fails(&shop, &["tokens", "revoke", "--id", "a b"], 2, "is not the id of a token");
    assert_fails(&shop, &["tokens", "revoke", "--grant", "x"], 2, "no grant");
    assert_fails(&shop, &["tokens", "revoke", "--grant", &"0".repeat(26)], 6, "error[no-such-grant]");
    assert_eq!(
        object(&shop, &["tokens", "revoke", "--id", "never-given"])["ok"],
        true,
        "what is not there ends as well"
    );
}
