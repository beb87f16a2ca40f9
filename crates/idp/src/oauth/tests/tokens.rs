//! Access tokens where we read them ourselves: userinfo, introspection, revocation; and tokens taken for others.

use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use model::DoorKind;
use serde_json::{Value, json};

use crate::Endpoint;
use crate::oauth::harness::{House, ISSUER, ORDERS, SECRET, basic, one, read};

fn bearer(token: &Value) -> HeaderMap {
    one(AUTHORIZATION, &format!("Bearer {}", token.as_str().unwrap()))
}

async fn revoke(house: &House, app: &str, token: &str) -> StatusCode {
    let (fields, form) = house.as_app(app, &[("token", token)]);
    house.post(Endpoint::Revoke, fields, &form).await.status()
}

#[tokio::test]
async fn a_person_is_told_as_far_as_the_scopes_go() {
    let house = House::new();
    let tokens = house.tokens("shop", &[("scope", "openid")]).await;
    let (status, claims) = house.user_info(bearer(&tokens["access_token"])).await;
    assert_eq!((status, claims), (StatusCode::OK, json!({ "sub": house.ada.user.to_string() })));
    let tokens = house.tokens("shop", &[("scope", "openid profile email")]).await;
    let (_, claims) = house.user_info(bearer(&tokens["access_token"])).await;
    assert_eq!(
        (&claims["name"], &claims["email"], &claims["email_verified"]),
        (&json!("Ada"), &json!("ada@shop.example"), &json!(true))
    );
    assert_eq!(claims["sub"], house.claims(&tokens["id_token"])["sub"]);
}

#[tokio::test]
async fn userinfo_without_a_token_says_how_to_come_back() {
    let house = House::new();
    let answer = house.send(Endpoint::UserInfo, HeaderMap::new(), String::new(), DoorKind::Client).await;
    assert_eq!((answer.status(), answer.body().len()), (StatusCode::UNAUTHORIZED, 0));
    let schemes: Vec<&str> =
        answer.headers().get_all(WWW_AUTHENTICATE).iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(schemes[0], "Bearer realm=\"userinfo\"", "RFC 6750 §3.1: no error without a token");
    assert!(schemes[1].starts_with("DPoP realm=\"userinfo\", algs=\"ES256 "), "{schemes:?}");
}

#[tokio::test]
async fn a_token_without_openid_is_not_enough_for_userinfo() {
    let house = House::new();
    let tokens = house.tokens("shop", &[("scope", "profile email")]).await;
    let (status, answer) = house.user_info(bearer(&tokens["access_token"])).await;
    assert_eq!((status, &answer["error"]), (StatusCode::FORBIDDEN, &json!("insufficient_scope")));
}

#[tokio::test]
async fn no_token_is_taken_for_an_access_token() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    let own = house.token_as("batch", &[("grant_type", "client_credentials")]).await.1;
    let elsewhere = house.tokens("shop", &[("resource", ORDERS)]).await;
    for (what, token) in [
        ("an ID token", &tokens["id_token"]),
        ("a refresh token", &tokens["refresh_token"]),
        ("a token for a resource", &elsewhere["access_token"]),
        ("an assertion", &json!(house.assertion(|_| {}))),
        ("no token", &json!("x")),
        ("a header of alg none", &json!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.")),
    ] {
        let (status, answer) = house.user_info(bearer(token)).await;
        assert_eq!((status, &answer["error"]), (StatusCode::UNAUTHORIZED, &json!("invalid_token")), "{what}");
    }
    let (status, _) = house.user_info(bearer(&own["access_token"])).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "there is no person");
}

#[tokio::test]
async fn a_token_signed_by_us_with_another_type_or_issuer_is_no_access_token() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    let claims = house.claims(&tokens["access_token"]);
    let key = house.keys.key(auth::jose::Algorithm::Es256);
    for typ in ["JWT", "dpop+jwt", "client-authentication+jwt"] {
        let (status, _) = house.user_info(bearer(&json!(key.sign(typ, &claims).unwrap()))).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{typ}");
    }
    let mut other = claims.clone();
    other.insert("iss".to_owned(), json!("https://other.example"));
    assert_eq!(house.user_info(bearer(&json!(key.sign("at+jwt", &other).unwrap()))).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(house.user_info(bearer(&json!(key.sign("at+jwt", &claims).unwrap()))).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_token_ends_in_time_with_its_grant_its_person_and_by_itself() {
    for end in 0..5 {
        let house = House::new();
        let tokens = house.tokens("shop", &[]).await;
        let access = &tokens["access_token"];
        assert_eq!(house.user_info(bearer(access)).await.0, StatusCode::OK);
        match end {
            0 => house.wait(600),
            1 => assert_eq!(revoke(&house, "shop", access.as_str().unwrap()).await, StatusCode::OK),
            2 => assert_eq!(revoke(&house, "shop", tokens["refresh_token"].as_str().unwrap()).await, StatusCode::OK),
            3 => house.change(house.ada.user, |person| person.generation += 1),
            _ => assert_eq!(house.server.take_back_from(house.ada.user, None).await.map(|ended| ended.len()), Ok(1)),
        }
        assert_eq!(house.user_info(bearer(access)).await.0, StatusCode::UNAUTHORIZED, "{end}");
        assert_eq!(house.introspect("shop", access.as_str().unwrap()).await, json!({ "active": false }), "{end}");
        assert_eq!(house.told().len(), usize::from(matches!(end, 1 | 2 | 4)), "{end}");
    }
}

#[tokio::test]
async fn revoking_an_access_token_leaves_the_grant() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    assert_eq!(revoke(&house, "shop", tokens["access_token"].as_str().unwrap()).await, StatusCode::OK);
    assert_eq!(house.refresh("shop", tokens["refresh_token"].as_str().unwrap(), &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_token_is_revoked_by_its_own_app() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    for token in ["access_token", "refresh_token"] {
        let token = tokens[token].as_str().unwrap();
        assert_eq!(revoke(&house, "edwards", token).await, StatusCode::BAD_REQUEST);
        assert_eq!(house.introspect("shop", token).await["active"], true);
    }
    assert_eq!(revoke(&house, "edwards", "unknown").await, StatusCode::OK, "RFC 7009 §2.2");
    assert_eq!(revoke(&house, "page", "unknown").await, StatusCode::OK, "apps without a secret too");
}

#[tokio::test]
async fn introspection_tells_an_app_of_its_own_tokens_and_of_those_for_its_resource() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    let access = tokens["access_token"].as_str().unwrap();
    let told = house.introspect("shop", access).await;
    assert_eq!((&told["active"], &told["iss"], &told["client_id"]), (&json!(true), &json!(ISSUER), &json!("shop")));
    assert_eq!(told["token_type"], "Bearer");
    assert_eq!(house.introspect("orders", access).await, json!({ "active": false }), "it is for the house");
    assert_eq!(house.introspect("edwards", access).await, json!({ "active": false }));
    let for_orders = house.tokens("shop", &[("resource", ORDERS)]).await;
    assert_eq!(house.introspect("orders", for_orders["access_token"].as_str().unwrap()).await["active"], true);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(house.introspect("shop", refresh).await["token_type"], "refresh_token");
    assert_eq!(house.introspect("orders", refresh).await, json!({ "active": false }));
    assert_eq!(house.introspect("shop", tokens["id_token"].as_str().unwrap()).await, json!({ "active": false }));
}

#[tokio::test]
async fn introspection_is_for_apps_that_show_who_they_are() {
    let house = House::new();
    let (_, answer) =
        read(house.post(Endpoint::Introspect, HeaderMap::new(), &[("token", "x"), ("client_id", "cli")]).await);
    assert_eq!(answer["error"], "unauthorized_client");
    let (status, _) = read(house.post(Endpoint::Introspect, HeaderMap::new(), &[("token", "x")]).await);
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (_, answer) = read(house.post(Endpoint::Introspect, basic("shop", SECRET), &[]).await);
    assert_eq!(answer["error"], "invalid_request");
}

#[tokio::test]
async fn a_rotated_refresh_token_is_not_active() {
    let house = House::new();
    let first = house.tokens("shop", &[]).await["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(house.introspect("shop", &first).await["active"], true);
    assert_eq!(house.refresh("shop", &first, &[]).await.0, StatusCode::OK);
    assert_eq!(house.introspect("shop", &first).await, json!({ "active": false }));
}
