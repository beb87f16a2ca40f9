//! No form is acted upon that does not come from our own page in this very browser: one line for every endpoint.

use http::{Method, StatusCode};

use super::house::{Browser, House, ISSUER, PASSWORD, digest_of};
use crate::Endpoint;

/// Every path to which a form may be sent, apart from those where apps send their requests.
const FORMS: [&str; 23] = [
    "/auth/sign-in",
    "/auth/second-factor",
    "/auth/register",
    "/auth/verify",
    "/auth/forgot",
    "/auth/reset",
    "/auth/sign-out",
    "/auth/consent",
    "/auth/device",
    "/auth/account/name",
    "/auth/account/password",
    "/auth/account/address",
    "/auth/account/authenticator",
    "/auth/account/second-factor",
    "/auth/account/recovery",
    "/auth/account/sign-ins/end",
    "/auth/account/sign-ins/end-others",
    "/auth/account/apps/end",
    "/auth/account/keys/revoke",
    "/auth/account/elsewhere/link",
    "/auth/account/elsewhere/unlink",
    "/auth/account/delete",
    "/auth/account",
];

#[test]
fn every_endpoint_of_people_that_takes_a_form_is_in_the_list() {
    // Programs have no cookies there; apps send requests that change nothing by themselves; sessions have rules of
    // their own, with tests of their own.
    let elsewhere = [
        Endpoint::PushedAuthorization,
        Endpoint::Token,
        Endpoint::Introspect,
        Endpoint::Revoke,
        Endpoint::DeviceAuthorization,
        Endpoint::UserInfo,
        Endpoint::Authorize,
        Endpoint::EndSession,
        Endpoint::SessionEnd,
    ];
    let takes_forms = |endpoint: &Endpoint| endpoint.methods().contains(&Method::POST);
    for endpoint in Endpoint::ALL.into_iter().filter(takes_forms).filter(|endpoint| !elsewhere.contains(endpoint)) {
        let path = format!("/auth{}", endpoint.path());
        assert!(FORMS.contains(&&*path), "{path}");
    }
}

#[tokio::test]
async fn no_form_is_taken_from_another_page_or_another_browser() {
    let house = House::open().await;
    let (mut browser, mut stranger) = (Browser::default(), Browser::default());
    browser.sign_in(&house, "ada@example.org").await;
    let signed_in = digest_of(&browser);
    let own = browser.get(&house, "/auth/sign-in").await.hidden("form_token");
    let foreign = stranger.get(&house, "/auth/sign-in").await.hidden("form_token");
    assert_ne!(own, foreign);
    let same = [("sec-fetch-site", "same-origin"), ("origin", ISSUER)];
    let cross = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    let subdomain = [("sec-fetch-site", "same-site"), ("origin", "https://evil.shop.example")];
    let old = [("origin", "https://evil.example")];
    let tries: [(&[(&str, &str)], &str); 6] =
        [(&cross, &own), (&subdomain, &own), (&old, &own), (&same, &foreign), (&same, ""), (&[], &foreign)];
    for path in FORMS {
        for (fields, token) in tries {
            let form = [("form_token", token), ("password", PASSWORD), ("address", "ada@example.org")];
            let answer = browser.send(&house, Method::POST, path, fields, &form).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {fields:?} {token}");
            assert_eq!(digest_of(&browser), signed_in, "{path}");
        }
        let form = [("form_token", &*own), ("form_token", &*own)];
        let twice = browser.send(&house, Method::POST, path, &same, &form).await;
        assert_eq!(twice.status, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn nobody_is_signed_in_under_an_account_of_somebody_else_s_choice() {
    let house = House::open().await;
    // A page elsewhere that sends a form with the password of its own account: no cookie of ours, no token of this one.
    let mut victim = Browser::default();
    let form = [("address", "ada@example.org"), ("password", PASSWORD), ("form_token", "guessed")];
    let answer = victim.send(&house, Method::POST, "/auth/sign-in", &[], &form).await;
    assert_eq!((answer.status, digest_of(&victim)), (StatusCode::FORBIDDEN, None));
}
