//! Applications by command.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::tokens::{CHALLENGE, VERIFIER, status_with};
use super::{assert_ends, assert_fails, object, printed};
use crate::person::{Person, encoded, parameter};
use crate::shop::{ADA, Shop};
use crate::two_doors::SOON;

const BACK: &str = "https://crm.example/back";
const CREATE: [&str; 10] =
    ["apps", "create", "crm", "--type", "server", "--redirect-uri", BACK, "--scope", "orders.read", "--title=The CRM"];

/// Where the person's browser goes with the answer to the app.
fn authorize(shop: &Shop, person: &mut Person, back: &str) -> String {
    person.walk(&authorization(shop, back))
}

fn authorization(shop: &Shop, back: &str) -> String {
    let query = encoded(
        [
            ("response_type", "code"),
            ("client_id", "crm"),
            ("redirect_uri", back),
            ("scope", "orders.read"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]
        .into_iter(),
    );
    format!("{}/auth/authorize?{query}", shop.issuer())
}

/// What the token endpoint says to the app that shows this secret.
fn asked(shop: &Shop, secret: &str, form: &[(&str, &str)]) -> Value {
    let basic = format!("authorization: Basic {}", BASE64.encode(format!("crm:{secret}").as_bytes()));
    let fields = ["content-type: application/x-www-form-urlencoded", basic.as_str()];
    let answer = shop.ask("POST", "/auth/token", &fields, &encoded(form.iter().copied()));
    serde_json::from_str(&answer.text()).unwrap_or_else(|_| panic!("{}", answer.text()))
}

fn redeemed(shop: &Shop, secret: &str, back: &str) -> Value {
    let code = parameter(back, "code").unwrap_or_else(|| panic!("{back}"));
    let form =
        [("grant_type", "authorization_code"), ("redirect_uri", BACK), ("code", &code), ("code_verifier", VERIFIER)];
    asked(shop, secret, &form)
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_else(|| panic!("no `{name}`: {object}")).to_owned()
}

/// Asks with a refresh token that is none: only an app that showed who it is hears that.
fn is_known(shop: &Shop, secret: &str) -> bool {
    let answer = asked(shop, secret, &[("grant_type", "refresh_token"), ("refresh_token", "none")]);
    match answer["error"].as_str() {
        Some("invalid_grant") => true,
        Some("invalid_client") => false,
        _ => panic!("{answer}"),
    }
}

#[test]
fn an_app_made_by_command_signs_a_person_in_and_ends_with_all_that_it_has() {
    let mut shop = Shop::open();
    let mut ada = shop.person(ADA);
    let secret = printed(&shop, &CREATE);
    assert!(secret.starts_with("secret_") && !secret.contains(char::is_whitespace), "{secret}");
    let shown = object(&shop, &["apps", "show", "crm"]);
    assert!(!shown.to_string().contains(&secret), "shown once");
    let back = authorize(&shop, &mut ada, BACK);
    assert!(back.starts_with(BACK), "{back}");
    let tokens = redeemed(&shop, &secret, &back);
    assert_eq!(status_with(&shop, &text(&tokens, "access_token")), 200);
    // Killed: what was acknowledged is there.
    shop.house.signal(rustix::process::Signal::KILL);
    shop.house.wait(SOON);
    shop.house.start_again();
    let access = text(&tokens, "access_token");
    assert_eq!(status_with(&shop, &access), 200);
    assert!(is_known(&shop, &secret));

    assert_fails(&shop, &["apps", "delete", "crm"], 2, "write `--yes`");
    assert_eq!(printed(&shop, &["apps", "delete", "crm", "--yes"]), "deleted crm");
    assert_ends(|| status_with(&shop, &access));
    assert!(!is_known(&shop, &secret));
    let page = ada.open(&authorization(&shop, BACK)).page();
    assert_eq!(page.answer.status, 400, "{}", page.answer.text());
    let told = shop.house.command_with(&["tokens", "show"], &access);
    assert!(told.stdout.contains("its app is gone"), "{told:?}");
    // A process that begins after that refuses them as well, and another of the name has nothing of the first.
    shop.house.signal(rustix::process::Signal::KILL);
    shop.house.wait(SOON);
    shop.house.start_again();
    assert_eq!(status_with(&shop, &access), 401);
    let other = printed(&shop, &CREATE);
    assert!(is_known(&shop, &other) && !is_known(&shop, &secret));
    assert_eq!(status_with(&shop, &access), 401);
}

#[test]
fn a_secret_is_rotated_with_an_overlap_and_without() {
    let shop = Shop::open();
    let first = printed(&shop, &CREATE);
    let ended = shop.house.command(&["apps", "rotate-secret", "crm", "--overlap", "24h"]);
    assert!(ended.stderr.contains("the one before is taken until "), "{ended:?}");
    let second = ended.stdout.trim_end().to_owned();
    assert!(first != second && is_known(&shop, &first) && is_known(&shop, &second));
    let third = printed(&shop, &["apps", "rotate-secret", "crm"]);
    assert_eq!([&first, &second, &third].map(|secret| is_known(&shop, secret)), [false, false, true]);
    // An overlap of a second is over after one.
    let fourth = printed(&shop, &["apps", "rotate-secret", "crm", "--overlap", "1s"]);
    assert_ends(|| if is_known(&shop, &third) { 200 } else { 401 });
    assert!(is_known(&shop, &fourth));
}

#[test]
fn what_is_said_of_an_app_changes_at_once_and_its_type_stays() {
    let shop = Shop::open();
    let mut ada = shop.person(ADA);
    printed(&shop, &CREATE);
    let other = "https://crm.example/other";
    assert_eq!(ada.open(&authorization(&shop, other)).page().answer.status, 400);
    let told = object(&shop, &["apps", "update", "crm", "--redirect-uri", other, "--consent", "never"]);
    assert_eq!((&told["app"]["redirect_uris"], &told["app"]["title"]), (&json!([other]), &json!("The CRM")), "{told}");
    assert!(authorize(&shop, &mut ada, other).starts_with(other));
    assert_eq!(ada.open(&authorization(&shop, BACK)).page().answer.status, 400);
    assert_fails(&shop, &["apps", "update", "crm", "--redirect-uri", "none"], 2, "`redirect_uris` is missing");
    assert_fails(&shop, &["apps", "update", "crm"], 2, "nothing is to be changed");
    assert_eq!(object(&shop, &["apps", "show", "crm"])["app"]["redirect_uris"], json!([other]));
}

#[test]
fn a_name_of_the_file_is_the_files_and_what_the_file_refuses_is_refused_here() {
    let shop = Shop::open();
    let path = shop.house.folder().join("vestibule.yaml");
    let file = std::fs::read_to_string(path).expect("the file");
    let line = 1 + file.lines().position(|line| line == "  cli:").expect("the line");
    for arguments in [
        &["create", "cli", "--type", "native"][..],
        &["show", "cli"],
        &["update", "cli", "--title", "x"],
        &["rotate-secret", "cli"],
        &["delete", "cli", "--yes"],
    ] {
        assert_fails(&shop, &[&["apps"], arguments].concat(), 7, &format!("in the file (vestibule.yaml:{line}:"));
    }
    let told = object(&shop, &["apps", "delete", "cli", "--yes"]);
    assert_eq!((&told["error"]["at"]["line"], &told["error"]["at"]["path"]), (&line.into(), &"apps.cli".into()));
    for (arguments, code, said) in [
        (&["create", "a", "--type", "robot"][..], 2, "invalid value"),
        (&["create", "A", "--type", "native"], 2, "is not a name"),
        (&["create", "a", "--type", "server"], 2, "`redirect_uris` is missing"),
        (&["create", "a", "--type", "native", "--redirect-uri", "http://a.example/"], 2, "begins with `https://`"),
        (&["create", "a", "--type", "native", "--redirect-uri", "https://a.example/*"], 2, "without spaces, controls"),
        (&["create", "a", "--type", "native", "--consent", "perhaps"], 2, "not `perhaps`"),
        (&["create", "a", "--type", "native", "--scope", "two words"], 2, "a scope is"),
        (&["create", "a", "--type", "machine", "--scope", "openid"], 2, "without people"),
        (&["create", "a", "--type", "session", "--origin", "https://a.example"], 2, "error[no-sessions-there]"),
        (
            &["create", "a", "--type", "page", "--origin", "https://a.example", "--redirect-uri", "https://a.example/"],
            2,
            "any script can take them",
        ),
        (&["create", "a", "--type", "machine", "--public-keys", "no-such-file"], 6, "no-such-file"),
        (&["create", "a", "--type", "machine", "--public-keys", "vestibule.yaml"], 2, "no JWKS file"),
        (&["rotate-secret", "a"], 6, "error[no-such-app]"),
        (&["show", "a"], 6, "error[no-such-app]"),
        (&["delete", "a", "--yes"], 6, "error[no-such-app]"),
    ] {
        assert_fails(&shop, &[&["apps"], arguments].concat(), code, said);
    }
    printed(&shop, &CREATE);
    assert_fails(&shop, &CREATE, 7, "there is an app `crm` already");
    printed(&shop, &["apps", "create", "tv", "--type", "native"]);
    assert_fails(&shop, &["apps", "rotate-secret", "tv"], 7, "error[no-secret]");
    let listed = printed(&shop, &["apps", "list"]);
    assert!(listed.contains("crm\tserver\tgood\tThe CRM\t") && listed.contains("cli\tnative\tfile\t"), "{listed}");
}

#[test]
fn a_file_that_takes_the_name_of_an_app_has_it_from_then_on() {
    let shop = Shop::open();
    let secret = printed(&shop, &CREATE);
    let path = shop.house.folder().join("vestibule.yaml");
    let file = std::fs::read_to_string(path).expect("the file");
    shop.house.write_config(&file.replacen("  cli:\n", "  crm:\n", 1));
    assert!(shop.house.command(&["reload"]).status.success());
    assert!(!is_known(&shop, &secret), "it is a native app now, without a secret");
    let listed = object(&shop, &["apps", "list"]);
    assert_eq!(
        (&listed["apps"][0]["name"], &listed["apps"][0]["state"]),
        (&json!("crm"), &json!("shadowed")),
        "{listed}"
    );
    shop.house.write_config(&file);
    assert!(shop.house.command(&["reload"]).status.success());
    assert!(is_known(&shop, &secret), "and it is back when the file lets go of the name");
}
