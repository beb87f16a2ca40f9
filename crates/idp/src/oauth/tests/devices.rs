//! The device grant (RFC 8628): typed, compared, decided, asked for, once.

use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::Endpoint;
use crate::oauth::harness::{House, SECRET, basic, read};
use crate::oauth::{Decision, DevicePage};

const KIND: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn begun(house: &House) -> Value {
    let form = [("client_id", "cli"), ("scope", "openid orders.read")];
    let (status, answer) = read(house.post(Endpoint::DeviceAuthorization, HeaderMap::new(), &form).await);
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

async fn ask(house: &House, app: &str, device: &Value) -> (StatusCode, Value) {
    let code = device["device_code"].as_str().unwrap();
    house.token_as(app, &[("grant_type", KIND), ("device_code", code)]).await
}

async fn decide(house: &House, device: &Value, decision: Decision) -> DevicePage {
    let typed = device["user_code"].as_str().unwrap();
    house.server.decide_device(typed, &house.ada, decision).await.unwrap()
}

#[tokio::test]
async fn a_device_gets_tokens_after_somebody_said_yes() {
    let house = House::new();
    let device = begun(&house).await;
    assert_eq!(device["verification_uri"], "https://shop.example/auth/device");
    assert_eq!((&device["interval"], &device["expires_in"]), (&json!(5), &json!(600)));
    assert_eq!(ask(&house, "cli", &device).await.1["error"], "authorization_pending");

    let typed = device["user_code"].as_str().unwrap().to_lowercase().replace('-', "");
    let page = house.server.device(&typed, &house.ada).await.unwrap();
    let DevicePage::Ask { app, user_code, scopes, .. } = page else { panic!("{page:?}") };
    assert_eq!((&*app.title, &*user_code), ("The cli", device["user_code"].as_str().unwrap()));
    assert_eq!(scopes.to_string(), "openid orders.read");
    assert!(matches!(decide(&house, &device, Decision::Allow).await, DevicePage::Done(Decision::Allow)));

    house.wait(5);
    let (status, tokens) = ask(&house, "cli", &device).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    assert_eq!(house.claims(&tokens["access_token"])["sub"], house.ada.user.to_string());
    let id = house.claims(&tokens["id_token"]);
    assert!(!id.contains_key("sid") && !id.contains_key("nonce"), "no browser of that person is with the app");
    assert_eq!(house.server.sign_in_ended(house.ada.sign_in).await, Ok(vec![]));
    assert_eq!(house.refresh("cli", tokens["refresh_token"].as_str().unwrap(), &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_device_code_that_is_redeemed_twice_ends_all_that_came_of_it() {
    let house = House::new();
    let device = begun(&house).await;
    decide(&house, &device, Decision::Allow).await;
    let (_, tokens) = ask(&house, "cli", &device).await;
    house.wait(5);
    assert_eq!(ask(&house, "cli", &device).await.1["error"], "invalid_grant");
    let dead = house.refresh("cli", tokens["refresh_token"].as_str().unwrap(), &[]).await.1;
    assert_eq!(dead["error"], "invalid_grant");
    assert_eq!(house.told().len(), 1);
}

#[tokio::test]
async fn a_device_is_denied() {
    let house = House::new();
    let device = begun(&house).await;
    assert!(matches!(decide(&house, &device, Decision::Deny).await, DevicePage::Done(Decision::Deny)));
    assert_eq!(ask(&house, "cli", &device).await.1["error"], "access_denied");
    assert!(matches!(decide(&house, &device, Decision::Allow).await, DevicePage::NoSuchCode), "it stays so");
}

#[tokio::test]
async fn a_device_that_asks_too_often_is_slowed_down() {
    let house = House::new();
    let device = begun(&house).await;
    assert_eq!(ask(&house, "cli", &device).await.1["error"], "authorization_pending");
    house.wait(4);
    assert_eq!(ask(&house, "cli", &device).await.1["error"], "slow_down");
    house.wait(9);
    assert_eq!(ask(&house, "cli", &device).await.1["error"], "slow_down", "ten seconds now");
    house.wait(15);
    assert_eq!(ask(&house, "cli", &device).await.1["error"], "authorization_pending");
}

#[tokio::test]
async fn a_device_that_nobody_decided_on_ends() {
    let house = House::new();
    let device = begun(&house).await;
    house.wait(600);
    assert_eq!(ask(&house, "cli", &device).await.1["error"], "expired_token");
    assert!(matches!(decide(&house, &device, Decision::Allow).await, DevicePage::NoSuchCode));
}

#[tokio::test]
async fn a_device_code_is_its_apps() {
    let house = House::new();
    let device = begun(&house).await;
    decide(&house, &device, Decision::Allow).await;
    assert_eq!(ask(&house, "bound", &device).await.1["error"], "invalid_request");
    assert_eq!(ask(&house, "shop", &device).await.1["error"], "unauthorized_client");
    let typed = device["user_code"].as_str().unwrap();
    let (_, answer) = house.token_as("cli", &[("grant_type", KIND), ("device_code", typed)]).await;
    assert_eq!(answer["error"], "invalid_grant", "what the person types is no device code");
    assert_eq!(ask(&house, "cli", &device).await.0, StatusCode::OK);
}

#[tokio::test]
async fn codes_of_devices_cannot_be_tried() {
    let house = House::new();
    let device = begun(&house).await;
    for _ in 0..20 {
        let page = house.server.device("BCDF-GHJK", &house.ada).await.unwrap();
        assert!(matches!(page, DevicePage::NoSuchCode));
    }
    let typed = device["user_code"].as_str().unwrap();
    assert!(
        matches!(house.server.device(typed, &house.ada).await.unwrap(), DevicePage::SlowDown),
        "not even the right one"
    );
    house.wait(3_600);
    assert!(
        matches!(house.server.device(typed, &house.ada).await.unwrap(), DevicePage::NoSuchCode),
        "it is too old by now"
    );
}

#[tokio::test]
async fn only_programs_of_a_device_may_begin() {
    let house = House::new();
    let (_, answer) =
        read(house.post(Endpoint::DeviceAuthorization, basic("shop", SECRET), &[("scope", "openid")]).await);
    assert_eq!(answer["error"], "unauthorized_client");
    let form = [("client_id", "cli"), ("scope", "admin")];
    let (_, answer) = read(house.post(Endpoint::DeviceAuthorization, HeaderMap::new(), &form).await);
    assert_eq!(answer["error"], "invalid_scope");
}
