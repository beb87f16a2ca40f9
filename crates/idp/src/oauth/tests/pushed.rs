//! Requests that were pushed (RFC 9126): once, by the app that pushed, and nothing of them changed on the way.

use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::Endpoint;
use crate::oauth::harness::{House, Prover, SECRET, basic, query, read, redirected, told_error, usual};
use crate::oauth::proof::DPOP;
use crate::oauth::{Decision, Outcome, PageFault};
use crate::{Form, SignedIn};

async fn push(house: &House, app: &str, other: &[(&str, &str)]) -> (StatusCode, Value) {
    read(house.post(Endpoint::PushedAuthorization, basic(app, SECRET), &usual(app, other)).await)
}

async fn pushed(house: &House, app: &str, other: &[(&str, &str)]) -> String {
    let (status, answer) = push(house, app, other).await;
    assert_eq!((status, &answer["expires_in"]), (StatusCode::CREATED, &json!(60)), "{answer}");
    answer["request_uri"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_pushed_request_is_answered_once() {
    let house = House::new();
    let uri = pushed(&house, "shop", &[]).await;
    let shown = [("client_id", "shop"), ("request_uri", &*uri)];
    let answer = redirected(&house.authorize(&shown).await);
    assert_eq!(answer["state"], "the state");
    assert_eq!(house.redeem("shop", &answer["code"], &[]).await.0, StatusCode::OK);
    assert!(matches!(house.authorize(&shown).await, Outcome::Page(PageFault::Expired)));
}

#[tokio::test]
async fn what_stands_beside_a_pushed_request_counts_for_nothing() {
    let house = House::new();
    let uri = pushed(&house, "shop", &[("scope", "openid")]).await;
    let shown = usual("shop", &[("request_uri", &*uri), ("scope", "openid orders.write"), ("state", "other")]);
    let answer = redirected(&house.authorize(&shown).await);
    assert_eq!(answer["state"], "the state");
    assert_eq!(house.redeem("shop", &answer["code"], &[]).await.1["scope"], "openid");
}

#[tokio::test]
async fn a_pushed_request_is_its_apps_and_ends_in_a_minute() {
    let house = House::new();
    let uri = pushed(&house, "shop", &[]).await;
    let outcome = house.authorize(&[("client_id", "edwards"), ("request_uri", &uri)]).await;
    assert!(matches!(outcome, Outcome::Page(PageFault::Expired)));
    house.wait(60);
    let outcome = house.authorize(&[("client_id", "shop"), ("request_uri", &uri)]).await;
    assert!(matches!(outcome, Outcome::Page(PageFault::Expired)));
    let outcome = house.authorize(&[("request_uri", &uri)]).await;
    assert!(matches!(outcome, Outcome::Page(PageFault::UnknownApp)));
}

#[tokio::test]
async fn an_error_is_told_when_it_is_pushed() {
    let house = House::new();
    for (other, error) in [
        (("redirect_uri", "https://evil.example/"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("scope", "admin"), "invalid_scope"),
        (("response_type", "token"), "unsupported_response_type"),
        (("request_uri", "urn:ietf:params:oauth:request_uri:x"), "request_uri_not_supported"),
        (("request", "x"), "request_not_supported"),
    ] {
        assert_eq!(push(&house, "shop", &[other]).await.1["error"], error, "{other:?}");
    }
    let (status, _) = read(house.post(Endpoint::PushedAuthorization, HeaderMap::new(), &usual("shop", &[])).await);
    assert_eq!(status, StatusCode::UNAUTHORIZED, "an app with a secret shows it");
    let twice: Vec<_> = usual("shop", &[]).into_iter().chain([("state", "x")]).collect();
    let (_, answer) = read(house.post(Endpoint::PushedAuthorization, basic("shop", SECRET), &twice).await);
    assert_eq!(answer["error"], "invalid_request");
}

#[tokio::test]
async fn an_app_that_has_to_push_gets_nothing_otherwise() {
    let house = House::new();
    assert_eq!(told_error(&house.authorize(&usual("pushing", &[])).await), "invalid_request");
    let uri = pushed(&house, "pushing", &[]).await;
    assert!(
        redirected(&house.authorize(&[("client_id", "pushing"), ("request_uri", &uri)]).await).contains_key("code")
    );
}

#[tokio::test]
async fn a_person_who_signs_in_and_decides_comes_back_to_the_pushed_request() {
    let house = House::new();
    let uri = pushed(&house, "asking", &[("prompt", "login")]).await;
    let outcome = house.authorize(&[("client_id", "asking"), ("request_uri", &uri)]).await;
    let Outcome::SignIn { return_to, .. } = outcome else { panic!("{outcome:?}") };
    assert!(
        !return_to.contains("redirect_uri") && !return_to.contains("state"),
        "nothing of it is in the browser: {return_to}"
    );
    house.wait(20 * 60);
    let forged = format!("{return_to}&signed_in_after=0");
    let old = house.server.authorize(&query(&forged), Some(&house.ada)).await;
    assert!(matches!(old, Outcome::SignIn { .. }), "the browser cannot say that it signed in: {old:?}");
    let new = SignedIn { authenticated_at: house.server.now(), ..house.ada.clone() };
    let outcome = house.server.authorize(&query(&return_to), Some(&new)).await;
    let Outcome::Consent(asked) = outcome else { panic!("{outcome:?}") };
    let form = query(&asked.return_to);
    let allowed = house.server.decide(&form, Some(&new), Decision::Allow).await;
    let code = redirected(&allowed)["code"].clone();
    assert_eq!(house.redeem("asking", &code, &[]).await.0, StatusCode::OK);
    let again = house.server.decide(&form, Some(&new), Decision::Allow).await;
    assert!(matches!(again, Outcome::Page(PageFault::Expired)), "one code: {again:?}");
}

#[tokio::test]
async fn a_proof_that_is_pushed_binds_the_code() {
    let (house, prover) = (House::new(), Prover::new());
    let mut fields = basic("shop", SECRET);
    let proof = prover.proof(&house.proof_claims(Endpoint::PushedAuthorization));
    fields.insert(DPOP, proof.parse().unwrap());
    let (_, answer) = read(house.post(Endpoint::PushedAuthorization, fields.clone(), &usual("shop", &[])).await);
    let uri = answer["request_uri"].as_str().unwrap().to_owned();
    let code = redirected(&house.authorize(&[("client_id", "shop"), ("request_uri", &uri)]).await)["code"].clone();
    assert_eq!(house.redeem("shop", &code, &[]).await.1["error"], "invalid_grant", "without the key");

    let proof = prover.proof(&house.proof_claims(Endpoint::PushedAuthorization));
    fields.insert(DPOP, proof.parse().unwrap());
    let other = Prover::new().thumbprint();
    let form = usual("shop", &[("dpop_jkt", &other)]);
    let (_, answer) = read(house.post(Endpoint::PushedAuthorization, fields, &form).await);
    assert_eq!(answer["error"], "invalid_dpop_proof");
}

#[tokio::test]
async fn a_name_that_was_never_given_out_is_no_request() {
    let house = House::new();
    let refresh = house.tokens("shop", &[]).await["refresh_token"].as_str().unwrap().to_owned();
    for text in ["client_id=shop&continue=x", &format!("client_id=shop&continue={refresh}")] {
        let form = Form::parse(text.as_bytes()).unwrap();
        let outcome = house.server.authorize(&form, Some(&house.ada)).await;
        assert!(matches!(outcome, Outcome::Page(PageFault::Expired)), "{outcome:?}");
    }
}
