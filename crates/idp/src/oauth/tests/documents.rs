//! What the server says of itself.

use bytes::Bytes;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use model::DoorKind;
use serde_json::{Value, json};

use crate::Endpoint;
use crate::oauth::harness::House;

async fn document(house: &House, endpoint: Endpoint, door: DoorKind) -> Value {
    let answer = house.server.answer(endpoint, &Request::new(Bytes::new()), door).await.unwrap();
    assert_eq!(
        (answer.status(), &answer.headers()["content-type"]),
        (StatusCode::OK, &HeaderValue::from_static("application/json"))
    );
    serde_json::from_slice(answer.body()).unwrap()
}

#[tokio::test]
async fn both_documents_have_what_their_specifications_require() {
    let house = House::new();
    let document = document(&house, Endpoint::OpenIdConfiguration, DoorKind::Client).await;
    assert_eq!(document, self::document(&house, Endpoint::ServerMetadata, DoorKind::Client).await);
    assert_eq!(document["issuer"], "https://shop.example");
    assert_eq!(document["token_endpoint"], "https://shop.example/auth/token");
    for (name, value) in document.as_object().unwrap() {
        if let Some(url) = value.as_str().filter(|_| name.ends_with("_endpoint") || name == "jwks_uri") {
            let path = url.strip_prefix("https://shop.example").unwrap();
            assert!(Endpoint::at("/auth", path).is_some(), "{name}");
        }
    }
    for required in [
        "authorization_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    ] {
        assert!(document.get(required).is_some(), "OpenID Connect Discovery §3: {required}");
    }
    assert!(document["id_token_signing_alg_values_supported"].as_array().unwrap().contains(&json!("RS256")));
}

#[tokio::test]
async fn what_is_not_supported_is_not_offered() {
    let house = House::new();
    let document = document(&house, Endpoint::ServerMetadata, DoorKind::Client).await;
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(document["response_types_supported"], json!(["code"]));
    let algorithms = document["token_endpoint_auth_signing_alg_values_supported"].as_array().unwrap();
    assert!(!algorithms.iter().any(|name| name.as_str().unwrap().starts_with("HS") || name == "none"));
}

#[tokio::test]
async fn client_credentials_are_offered_at_server_doors_alone() {
    let house = House::new();
    for (door, offered) in [(DoorKind::Client, false), (DoorKind::Server, true)] {
        let document = document(&house, Endpoint::ServerMetadata, door).await;
        let grants = document["grant_types_supported"].as_array().unwrap();
        assert_eq!(grants.contains(&json!("client_credentials")), offered);
    }
}

#[tokio::test]
async fn the_keys_verify_our_tokens_and_have_no_private_part() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    let set = document(&house, Endpoint::Jwks, DoorKind::Client).await;
    for key in set["keys"].as_array().unwrap() {
        assert!(key.get("d").is_none() && key.get("p").is_none(), "{key}");
    }
    let keys = auth::jose::Jwks::parse(set.to_string().as_bytes(), auth::jose::Algorithm::Rs256).unwrap();
    assert!(auth::jose::open(tokens["id_token"].as_str().unwrap(), &keys).is_ok());
}

#[tokio::test]
async fn pages_of_page_apps_may_read_and_no_others() {
    let house = House::new();
    for (method, endpoint) in
        [(Method::GET, Endpoint::ServerMetadata), (Method::GET, Endpoint::Jwks), (Method::OPTIONS, Endpoint::Token)]
    {
        for (origin, allowed) in [("https://app.example", true), ("https://evil.example", false), ("null", false)] {
            let mut request = Request::new(Bytes::new());
            *request.method_mut() = method.clone();
            *request.headers_mut() = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
            let answer = house.server.answer(endpoint, &request, DoorKind::Client).await.unwrap();
            let told = answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).map(|value| value.to_str().unwrap());
            assert_eq!(told, allowed.then_some(origin), "{endpoint:?}");
            assert_eq!(answer.headers()["vary"], "Origin");
        }
    }
}

#[tokio::test]
async fn endpoints_with_pages_are_not_answered_here() {
    let house = House::new();
    for endpoint in [Endpoint::Authorize, Endpoint::Device, Endpoint::EndSession, Endpoint::SignIn, Endpoint::Style] {
        assert!(house.server.answer(endpoint, &Request::new(Bytes::new()), DoorKind::Client).await.is_none());
    }
}
