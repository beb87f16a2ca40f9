//! How apps show who they are, and what becomes of those who show something else.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use model::DoorKind;
use serde_json::{Value, json};

use crate::Endpoint;
use crate::oauth::harness::{House, SECRET, basic, encoded, one, read, sign_with_header};

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

async fn machine(house: &House, fields: HeaderMap, form: &[(&str, &str)]) -> (StatusCode, Value) {
    let form: Vec<_> = OWN.iter().chain(form).copied().collect();
    read(house.post(Endpoint::Token, fields, &form).await)
}

async fn signed(house: &House, assertion: &str) -> (StatusCode, Value) {
    machine(house, HeaderMap::new(), &[("client_assertion_type", KIND), ("client_assertion", assertion)]).await
}

async fn is_unknown(house: &House, fields: HeaderMap, form: &[(&str, &str)]) {
    let (status, answer) = machine(house, fields, form).await;
    assert_eq!((status, &answer["error"]), (StatusCode::UNAUTHORIZED, &"invalid_client".into()), "{form:?}");
}

#[tokio::test]
async fn a_machine_gets_a_token_for_itself_at_a_server_door() {
    let house = House::new();
    let (status, tokens) = machine(&house, basic("batch", SECRET), &[]).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
    assert_eq!(tokens["scope"], "orders.read orders.write");
    let claims = house.claims(&tokens["access_token"]);
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("batch"), &json!("batch")));
    assert!(!claims.contains_key("grant") && !claims.contains_key("auth_time"));
}

#[tokio::test]
async fn client_credentials_are_refused_at_a_client_door() {
    let house = House::new();
    let answer = house.send(Endpoint::Token, basic("batch", SECRET), encoded(&OWN), DoorKind::Client).await;
    let (status, answer) = read(answer);
    assert_eq!((status, &answer["error"]), (StatusCode::BAD_REQUEST, &"unauthorized_client".into()));
}

#[tokio::test]
async fn a_machine_cannot_ask_for_what_is_about_people() {
    let house = House::new();
    let (fields, form) = (basic("shop", SECRET), [("scope", "openid orders.read")]);
    assert_eq!(machine(&house, fields, &form).await.1["error"], "invalid_scope");
}

#[tokio::test]
async fn a_secret_is_shown_in_the_field_or_in_the_body() {
    let house = House::new();
    let body = [("client_id", "batch"), ("client_secret", SECRET)];
    assert_eq!(machine(&house, HeaderMap::new(), &body).await.0, StatusCode::OK);
    assert_eq!(machine(&house, basic("batch", SECRET), &[("client_id", "batch")]).await.0, StatusCode::OK);
    assert_eq!(machine(&house, basic("batch", "old"), &[]).await.0, StatusCode::OK, "while a new one is brought out");
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_app_get_one_answer() {
    let house = House::new();
    let answers = [
        machine(&house, basic("batch", "wrong"), &[]).await,
        machine(&house, basic("nobody", SECRET), &[]).await,
        machine(&house, HeaderMap::new(), &[("client_id", "batch")]).await,
        machine(&house, HeaderMap::new(), &[("client_id", "nobody")]).await,
        machine(&house, basic("cli", SECRET), &[]).await,
        machine(&house, basic("signer", SECRET), &[]).await,
    ];
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert_eq!(answer.0, StatusCode::UNAUTHORIZED);
    }
    let answer = house.post(Endpoint::Token, basic("batch", "wrong"), &OWN).await;
    assert!(answer.headers()[WWW_AUTHENTICATE].to_str().unwrap().starts_with("Basic "));
    assert_eq!(answer.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn two_methods_at_once_are_an_error() {
    let house = House::new();
    let assertion = house.assertion(|_| {});
    let by_assertion = [("client_assertion_type", KIND), ("client_assertion", &*assertion)];
    let body = [("client_id", "batch"), ("client_secret", SECRET)];
    for (fields, form) in [
        (basic("batch", SECRET), body.to_vec()),
        (basic("signer", SECRET), by_assertion.to_vec()),
        (HeaderMap::new(), by_assertion.into_iter().chain([("client_secret", SECRET)]).collect()),
        (basic("batch", SECRET), vec![("client_id", "shop")]),
    ] {
        assert_eq!(machine(&house, fields, &form).await.1["error"], "invalid_request", "{form:?}");
    }
}

#[tokio::test]
async fn what_is_not_basic_as_rfc_6749_has_it_is_not_understood() {
    let house = House::new();
    let encode = |text: &str| format!("Basic {}", BASE64.encode(text.as_bytes()));
    let raw = format!("batch:{SECRET}");
    for value in [
        "Basic".to_owned(),
        "Basic !".to_owned(),
        encode("batch"),
        encode(&raw),
        encode("batch:a%2"),
        encode("batch:a&b=c"),
        format!("Bearer {}", BASE64.encode(b"batch:x")),
        encode(&"x".repeat(5_000)),
    ] {
        is_unknown(&house, one(AUTHORIZATION, &value), &[]).await;
    }
    let mut twice = basic("batch", SECRET);
    twice.append(AUTHORIZATION, HeaderValue::from_static("Basic YmF0Y2g6eA=="));
    is_unknown(&house, twice, &[]).await;
}

#[tokio::test]
async fn an_app_signs_who_it_is() {
    let house = House::new();
    assert_eq!(signed(&house, &house.assertion(|_| {})).await.0, StatusCode::OK);
    let at_token_endpoint = house.assertion(|claims| claims["aud"] = json!("https://shop.example/auth/token"));
    assert_eq!(signed(&house, &at_token_endpoint).await.0, StatusCode::OK);
    let with_name = house.assertion(|_| {});
    let form = [("client_id", "signer"), ("client_assertion_type", KIND), ("client_assertion", &with_name)];
    assert_eq!(machine(&house, HeaderMap::new(), &form).await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_assertion_is_good_once() {
    let house = House::new();
    let assertion = house.assertion(|_| {});
    assert_eq!(signed(&house, &assertion).await.0, StatusCode::OK);
    assert_eq!(signed(&house, &assertion).await.1["error"], "invalid_client");
    house.wait(89);
    assert_eq!(signed(&house, &assertion).await.1["error"], "invalid_client", "for as long as it lives");
}

type Change = fn(&mut Value);

#[tokio::test]
async fn an_assertion_that_is_not_for_us_by_itself_or_for_long_is_refused() {
    let house = House::new();
    let now = house.now();
    let changes: [(&str, Change); 11] = [
        ("aud", |claims| claims["aud"] = json!("https://other.example")),
        ("aud with another", |claims| claims["aud"] = json!(["https://shop.example", "https://other.example"])),
        ("no aud", |claims| claims["aud"] = Value::Null),
        ("iss", |claims| claims["iss"] = json!("shop")),
        ("sub", |claims| claims["sub"] = json!("shop")),
        ("no sub", |claims| claims["sub"] = Value::Null),
        ("no jti", |claims| claims["jti"] = Value::Null),
        ("empty jti", |claims| claims["jti"] = json!("")),
        ("no exp", |claims| claims["exp"] = Value::Null),
        ("long", |claims| claims["exp"] = json!(claims["iat"].as_u64().unwrap() + 3_600)),
        ("expired", |claims| claims["exp"] = json!(claims["iat"].as_u64().unwrap() - 31)),
    ];
    for (what, change) in changes {
        assert_eq!(signed(&house, &house.assertion(change)).await.1["error"], "invalid_client", "{what} at {now}");
    }
    is_unknown(
        &house,
        HeaderMap::new(),
        &[("client_id", "batch"), ("client_assertion_type", KIND), ("client_assertion", &house.assertion(|_| {}))],
    )
    .await;
    let unknown_kind = [("client_assertion_type", "saml2-bearer"), ("client_assertion", "x")];
    assert_eq!(machine(&house, HeaderMap::new(), &unknown_kind).await.1["error"], "invalid_request");
}

#[tokio::test]
async fn a_header_of_an_assertion_brings_no_key_and_no_algorithm_of_its_own() {
    let house = House::new();
    let stranger = auth::jose::SigningKey::generate(auth::jose::Algorithm::Es256).unwrap();
    let octets = auth::jose::decode_base64url(house.assertion(|_| {}).split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&octets).unwrap();
    let jwk = Value::Object(stranger.public().to_jwk());
    let kid = house.app_key.id();
    for header in [
        json!({ "alg": "ES256", "jwk": jwk }),
        json!({ "alg": "ES256", "jku": "https://evil.example/jwks", "kid": kid }),
        json!({ "alg": "ES256", "x5u": "https://evil.example/x", "kid": kid }),
        json!({ "alg": "ES256", "kid": "../../../dev/null" }),
        json!({ "alg": "ES256", "kid": kid }),
        json!({ "alg": "none" }),
        json!({ "alg": "HS256", "kid": kid }),
    ] {
        let forged = sign_with_header(&stranger, &header, &claims);
        assert_eq!(signed(&house, &forged).await.1["error"], "invalid_client", "{header}");
    }
    let unsigned = format!(
        "{}.{}.",
        BASE64URL_NOPAD.encode(br#"{"alg":"none"}"#),
        BASE64URL_NOPAD.encode(claims.to_string().as_bytes())
    );
    assert_eq!(signed(&house, &unsigned).await.1["error"], "invalid_client");
}

#[tokio::test]
async fn an_id_token_is_no_assertion() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    for token in ["id_token", "access_token"] {
        assert_eq!(signed(&house, tokens[token].as_str().unwrap()).await.1["error"], "invalid_client", "{token}");
    }
}

#[tokio::test]
async fn parameters_in_the_address_or_of_another_type_are_an_error() {
    let house = House::new();
    let mut request = http::Request::new(bytes::Bytes::from_static(b"grant_type=client_credentials"));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = "/auth/token?client_secret=x".parse().unwrap();
    *request.headers_mut() = basic("batch", SECRET);
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    let answer = house.server.answer(Endpoint::Token, &request, DoorKind::Server).await.unwrap();
    assert_eq!(read(answer).1["error"], "invalid_request");
    *request.uri_mut() = "/auth/token".parse().unwrap();
    request.headers_mut().insert("content-type", json);
    let answer = house.server.answer(Endpoint::Token, &request, DoorKind::Server).await.unwrap();
    assert_eq!(read(answer).1["error"], "invalid_request");
}

#[tokio::test]
async fn a_page_of_another_origin_gets_no_tokens() {
    let house = House::new();
    for (origin, status) in [("https://app.example", StatusCode::OK), ("https://evil.example", StatusCode::BAD_REQUEST)]
    {
        let code = house.code("page", &[]).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "page"),
            ("code", &code),
            ("code_verifier", crate::oauth::harness::VERIFIER),
        ];
        let answer = house.post(Endpoint::Token, one(http::header::ORIGIN, origin), &form).await;
        assert_eq!(answer.status(), status);
        let allowed = answer.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap());
        assert_eq!(allowed, (status == StatusCode::OK).then_some(origin));
        assert!(!answer.headers().contains_key("access-control-allow-credentials"));
    }
}
