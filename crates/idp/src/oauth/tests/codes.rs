//! Codes: redeemed once, by the app that asked, with the verifier, in time.

use http::StatusCode;

use crate::oauth::harness::{CALLBACK, House, VERIFIER, redirected, usual};

#[tokio::test]
async fn a_code_gives_tokens_that_say_what_they_are() {
    let house = House::new();
    let tokens = house.tokens("shop", &[("scope", "openid orders.read")]).await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], "openid orders.read");
    assert_eq!(tokens["expires_in"], 600);
    let access = house.claims(&tokens["access_token"]);
    assert_eq!(access["iss"], "https://shop.example");
    assert_eq!(access["aud"], "https://shop.example");
    assert_eq!(access["sub"], house.ada.user.to_string());
    assert_eq!(access["client_id"], "shop");
    assert_eq!(access["exp"].as_u64(), Some(house.now() + 600));
    assert!(access["jti"].as_str().is_some_and(|id| id.len() > 40));
    assert!(!access.contains_key("nonce") && !access.contains_key("cnf"));
    let id = house.claims(&tokens["id_token"]);
    assert_eq!(id["aud"], "shop");
    assert_eq!(id["nonce"], "the nonce");
    assert_eq!(id["sid"], house.ada.sign_in.to_string());
    assert_eq!(id["auth_time"].as_u64(), Some(house.now() - 60));
    assert_eq!(id["amr"], serde_json::json!(["pwd"]));
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let house = House::new();
    let tokens = house.tokens("shop", &[("scope", "orders.read")]).await;
    assert!(tokens.get("id_token").is_none(), "{tokens}");
}

#[tokio::test]
async fn at_hash_is_of_the_hash_that_belongs_to_the_algorithm() {
    use aws_lc_rs::digest::{SHA256, SHA512, digest};
    let house = House::new();
    for (app, hash, half) in [("shop", &SHA256, 16), ("edwards", &SHA512, 32)] {
        let tokens = house.tokens(app, &[]).await;
        let access = tokens["access_token"].as_str().unwrap();
        let expected = data_encoding::BASE64URL_NOPAD.encode(&digest(hash, access.as_bytes()).as_ref()[..half]);
        assert_eq!(house.claims(&tokens["id_token"])["at_hash"], expected, "{app}");
    }
}

#[tokio::test]
async fn a_code_that_is_redeemed_twice_ends_all_that_came_of_it() {
    let house = House::new();
    let code = house.code("shop", &[]).await;
    let (_, tokens) = house.redeem("shop", &code, &[]).await;
    let (status, again) = house.redeem("shop", &code, &[]).await;
    assert_eq!((status, &again["error"]), (StatusCode::BAD_REQUEST, &"invalid_grant".into()));
    let (_, dead) = house.refresh("shop", tokens["refresh_token"].as_str().unwrap(), &[]).await;
    assert_eq!(dead["error"], "invalid_grant");
    assert_eq!(house.introspect("shop", tokens["access_token"].as_str().unwrap()).await["active"], false);
    let grant = house.claims(&tokens["access_token"])["grant"].as_str().unwrap().to_owned();
    assert_eq!(house.told(), [grant], "whoever believes tokens was told");
}

#[tokio::test]
async fn a_code_is_redeemed_by_the_app_that_it_was_given_to() {
    let house = House::new();
    let code = house.code("shop", &[]).await;
    assert_eq!(house.redeem("edwards", &code, &[]).await.1["error"], "invalid_grant");
    assert_eq!(house.redeem("shop", &code, &[]).await.1["error"], "invalid_grant", "and works no more");
}

#[tokio::test]
async fn a_code_that_was_injected_does_not_fit_the_verifier() {
    let house = House::new();
    let stolen = house.code("shop", &[]).await;
    let other = "another-verifier-of-the-honest-app-43-letters-long";
    assert_eq!(house.redeem("shop", &stolen, &[("code_verifier", other)]).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_without_a_verifier_or_with_a_malformed_one_is_not_redeemed() {
    let house = House::new();
    for verifier in ["", "short", VERIFIER.trim_start_matches('d'), &VERIFIER.replacen('d', "+", 1), &"x".repeat(129)] {
        let code = house.code("shop", &[]).await;
        let (_, answer) = house.redeem("shop", &code, &[("code_verifier", verifier)]).await;
        assert_eq!(answer["error"], "invalid_request", "{verifier}");
    }
}

#[tokio::test]
async fn a_code_belongs_to_its_redirect_uri() {
    let house = House::new();
    let code = house.code("shop", &[]).await;
    let (_, answer) = house.redeem("shop", &code, &[("redirect_uri", "https://evil.example/")]).await;
    assert_eq!(answer["error"], "invalid_grant");
    let code = house.code("shop", &[]).await;
    assert_eq!(
        house.redeem("shop", &code, &[("redirect_uri", "")]).await.0,
        StatusCode::OK,
        "OAuth 2.1 does not repeat it"
    );
    assert!(CALLBACK.starts_with("https://"));
}

#[tokio::test]
async fn a_code_lives_for_a_minute() {
    let house = House::new();
    let code = house.code("shop", &[]).await;
    house.wait(60);
    assert_eq!(house.redeem("shop", &code, &[]).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_ends_with_a_new_password_a_lock_and_the_account() {
    for change in [0, 1, 2] {
        let house = House::new();
        let code = house.code("shop", &[]).await;
        match change {
            0 => house.change(house.ada.user, |person| person.generation += 1),
            1 => house.change(house.ada.user, |person| person.locked = true),
            _ => house.forget(house.ada.user),
        }
        assert_eq!(house.redeem("shop", &code, &[]).await.1["error"], "invalid_grant");
    }
}

#[tokio::test]
async fn what_is_no_code_is_not_redeemed() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    for code in ["x", refresh, tokens["access_token"].as_str().unwrap()] {
        assert_eq!(house.redeem("shop", code, &[]).await.1["error"], "invalid_grant");
    }
    assert_eq!(house.redeem("shop", "", &[]).await.1["error"], "invalid_request");
    assert_eq!(house.refresh("shop", refresh, &[]).await.0, StatusCode::OK, "the refresh token is still one");
}

#[tokio::test]
async fn an_app_whose_session_is_kept_here_gets_no_tokens() {
    let house = House::new();
    let uri = "https://app.example/auth/session/callback";
    let code = redirected(&house.authorize(&usual("site", &[("redirect_uri", uri)])).await)["code"].clone();
    let (_, answer) = house.redeem("site", &code, &[("redirect_uri", uri)]).await;
    assert_eq!(answer["error"], "unauthorized_client");
    let site = house.server.apps.named("site").unwrap();
    let grant =
        house.server.redeem_for_session(&site, &code, VERIFIER, uri).await.expect("the house itself redeems it");
    assert_eq!(grant.user, house.ada.user);
    assert!(house.server.redeem_for_session(&site, &code, VERIFIER, uri).await.is_err(), "once");
}

#[tokio::test]
async fn a_token_is_for_the_resources_that_were_asked_for() {
    let house = House::new();
    let both = [("resource", "https://shop.example/orders"), ("resource", "https://shop.example/stock")];
    let tokens = house.tokens("shop", &both).await;
    let expected = serde_json::json!(["https://shop.example/orders", "https://shop.example/stock"]);
    assert_eq!(house.claims(&tokens["access_token"])["aud"], expected);
    let code = house.code("shop", &both).await;
    let (_, one) = house.redeem("shop", &code, &[("resource", "https://shop.example/stock")]).await;
    assert_eq!(house.claims(&one["access_token"])["aud"], "https://shop.example/stock");
    let code = house.code("shop", &both[..1]).await;
    let (_, more) = house.redeem("shop", &code, &[("resource", "https://shop.example/stock")]).await;
    assert_eq!(more["error"], "invalid_target");
}

#[tokio::test]
async fn what_has_ended_is_dropped_and_what_lives_is_not() {
    let house = House::new();
    let code = house.code("shop", &[]).await;
    let tokens = house.tokens("shop", &[]).await;
    assert_eq!(house.server.tend().await, Ok(0));
    house.wait(2 * 60 * 60);
    assert_eq!(house.server.tend().await, Ok(1), "the code that nobody redeemed");
    assert_eq!(house.redeem("shop", &code, &[]).await.1["error"], "invalid_grant");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(house.refresh("shop", refresh, &[]).await.0, StatusCode::OK);
    house.wait(32 * 24 * 60 * 60);
    assert!(house.server.tend().await.is_ok_and(|dropped| dropped > 0), "a grant that nobody uses");
    assert_eq!(house.server.tend().await, Ok(0));
}
