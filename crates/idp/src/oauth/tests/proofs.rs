//! DPoP (RFC 9449): tokens bound to a key, proofs that are used again or for something else, and downgrades.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use model::DoorKind;
use serde_json::{Value, json};

use crate::Endpoint;
use crate::oauth::harness::{CALLBACK, House, Prover, SECRET, VERIFIER, basic, one, read, token_digest, usual};
use crate::oauth::proof::{DPOP, DPOP_NONCE};

fn with_proof(mut fields: HeaderMap, proof: &str) -> HeaderMap {
    fields.append(DPOP, HeaderValue::try_from(proof).unwrap());
    fields
}

/// Redeems a code of an app without a secret, with a proof made of these claims.
async fn redeem(house: &House, code: &str, prover: &Prover, change: impl FnOnce(&mut Value)) -> (StatusCode, Value) {
    let mut claims = house.proof_claims(Endpoint::Token);
    change(&mut claims);
    send(house, code, &prover.proof(&claims)).await
}

async fn send(house: &House, code: &str, proof: &str) -> (StatusCode, Value) {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "cli"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    read(house.post(Endpoint::Token, with_proof(HeaderMap::new(), proof), &form).await)
}

async fn bound(house: &House, prover: &Prover) -> Value {
    let code = house.code("cli", &[]).await;
    let (status, tokens) = redeem(house, &code, prover, |_| {}).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    tokens
}

async fn refresh(house: &House, token: &Value, prover: Option<&Prover>) -> (StatusCode, Value) {
    let form = [("grant_type", "refresh_token"), ("client_id", "cli"), ("refresh_token", token.as_str().unwrap())];
    let fields = match prover {
        Some(prover) => with_proof(HeaderMap::new(), &prover.proof(&house.proof_claims(Endpoint::Token))),
        None => HeaderMap::new(),
    };
    read(house.post(Endpoint::Token, fields, &form).await)
}

#[tokio::test]
async fn a_token_is_bound_to_the_key_that_was_proved() {
    let (house, prover) = (House::new(), Prover::new());
    let tokens = bound(&house, &prover).await;
    assert_eq!(tokens["token_type"], "DPoP");
    assert_eq!(house.claims(&tokens["access_token"])["cnf"], json!({ "jkt": prover.thumbprint() }));
}

#[tokio::test]
async fn a_proof_is_good_once() {
    let (house, prover) = (House::new(), Prover::new());
    let proof = prover.proof(&house.proof_claims(Endpoint::Token));
    let code = house.code("cli", &[]).await;
    assert_eq!(send(&house, &code, &proof).await.0, StatusCode::OK);
    let code = house.code("cli", &[]).await;
    assert_eq!(send(&house, &code, &proof).await.1["error"], "invalid_dpop_proof");
}

type Change = fn(&mut Value);

#[tokio::test]
async fn a_proof_for_another_method_address_or_time_is_refused() {
    let (house, prover) = (House::new(), Prover::new());
    let changes: [(&str, Change); 8] = [
        ("htm", |claims| claims["htm"] = json!("GET")),
        ("htu", |claims| claims["htu"] = json!("https://shop.example/auth/par")),
        ("another house", |claims| claims["htu"] = json!("https://evil.example/auth/token")),
        ("no htu", |claims| claims["htu"] = Value::Null),
        ("old", |claims| claims["iat"] = json!(claims["iat"].as_u64().unwrap() - 61)),
        ("ahead", |claims| claims["iat"] = json!(claims["iat"].as_u64().unwrap() + 61)),
        ("no jti", |claims| claims["jti"] = Value::Null),
        ("no iat", |claims| claims["iat"] = Value::Null),
    ];
    for (what, change) in changes {
        let code = house.code("cli", &[]).await;
        assert_eq!(redeem(&house, &code, &prover, change).await.1["error"], "invalid_dpop_proof", "{what}");
        assert_eq!(redeem(&house, &code, &prover, |_| {}).await.0, StatusCode::OK, "the code was not used: {what}");
    }
}

#[tokio::test]
async fn a_proof_needs_the_nonce_that_we_told() {
    let (house, prover) = (House::new(), Prover::new());
    let code = house.code("cli", &[]).await;
    for nonce in [Value::Null, json!("x"), json!("")] {
        let (status, answer) = redeem(&house, &code, &prover, |claims| claims["nonce"] = nonce).await;
        assert_eq!((status, &answer["error"]), (StatusCode::BAD_REQUEST, &json!("use_dpop_nonce")));
    }
    let old = house.proof_claims(Endpoint::Token)["nonce"].clone();
    house.wait(240);
    let code = house.code("cli", &[]).await;
    let (_, answer) = redeem(&house, &code, &prover, |claims| claims["nonce"] = old).await;
    assert_eq!(answer["error"], "use_dpop_nonce", "a nonce ends");

    let form =
        [("grant_type", "authorization_code"), ("client_id", "cli"), ("code", &code), ("code_verifier", VERIFIER)];
    let mut claims = house.proof_claims(Endpoint::Token);
    claims["nonce"] = Value::Null;
    let answer = house.post(Endpoint::Token, with_proof(HeaderMap::new(), &prover.proof(&claims)), &form).await;
    claims["nonce"] = json!(answer.headers()[DPOP_NONCE].to_str().unwrap());
    let answer = house.post(Endpoint::Token, with_proof(HeaderMap::new(), &prover.proof(&claims)), &form).await;
    assert_eq!(answer.status(), StatusCode::OK, "with the nonce of the answer");
}

#[tokio::test]
async fn what_is_no_proof_or_two_of_them_is_refused() {
    let (house, prover) = (House::new(), Prover::new());
    let code = house.code("cli", &[]).await;
    let proof = |claims: &Value| prover.proof(claims);
    let good = proof(&house.proof_claims(Endpoint::Token));
    let other = Prover::new().proof(&house.proof_claims(Endpoint::Token));
    let (head, tail) = (good.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1);
    let header = json!({ "typ": "JWT", "alg": "ES256", "jwk": prover.0.public().to_jwk() });
    let typed = crate::oauth::harness::sign_with_header(&prover.0, &header, &house.proof_claims(Endpoint::Token));
    for bad in ["", "x", "a.b.c", &format!("{head}.{tail}"), &typed, "eyJhbGciOiJub25lIiwidHlwIjoiZHBvcCtqd3QifQ.e30."]
    {
        assert_eq!(send(&house, &code, bad).await.1["error"], "invalid_dpop_proof", "{bad}");
    }
    let twice = with_proof(with_proof(HeaderMap::new(), &good), &proof(&house.proof_claims(Endpoint::Token)));
    let form =
        [("grant_type", "authorization_code"), ("client_id", "cli"), ("code", &code), ("code_verifier", VERIFIER)];
    assert_eq!(read(house.post(Endpoint::Token, twice, &form).await).1["error"], "invalid_dpop_proof");
    assert_eq!(send(&house, &code, &good).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_code_bound_to_a_key_is_redeemed_with_that_key() {
    let (house, prover) = (House::new(), Prover::new());
    let thumbprint = prover.thumbprint();
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(house.code("cli", &[("dpop_jkt", &thumbprint)]).await);
    }
    assert_eq!(redeem(&house, &codes[0], &Prover::new(), |_| {}).await.1["error"], "invalid_grant", "another key");
    assert_eq!(house.redeem("cli", &codes[1], &[]).await.1["error"], "invalid_grant", "no key: a downgrade");
    assert_eq!(redeem(&house, &codes[2], &prover, |_| {}).await.0, StatusCode::OK);
    let outcome = house.authorize(&usual("cli", &[("dpop_jkt", "x")])).await;
    assert_eq!(crate::oauth::harness::told_error(&outcome), "invalid_request");
}

#[tokio::test]
async fn refresh_tokens_of_apps_without_a_secret_are_bound_too() {
    let (house, prover) = (House::new(), Prover::new());
    let tokens = bound(&house, &prover).await;
    let token = &tokens["refresh_token"];
    assert_eq!(refresh(&house, token, None).await.1["error"], "invalid_grant", "no key: a downgrade");
    assert_eq!(refresh(&house, token, Some(&Prover::new())).await.1["error"], "invalid_grant", "another key");
    let (status, next) = refresh(&house, token, Some(&prover)).await;
    assert_eq!((status, &next["token_type"]), (StatusCode::OK, &json!("DPoP")));
    assert_eq!(house.claims(&next["access_token"])["cnf"]["jkt"], prover.thumbprint());
}

#[tokio::test]
async fn refresh_tokens_of_apps_with_a_secret_are_bound_to_the_app() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    let fields = with_proof(basic("shop", SECRET), &Prover::new().proof(&house.proof_claims(Endpoint::Token)));
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    let (status, next) = read(house.post(Endpoint::Token, fields, &form).await);
    assert_eq!((status, &next["token_type"]), (StatusCode::OK, &json!("DPoP")));
    assert_eq!(house.refresh("shop", next["refresh_token"].as_str().unwrap(), &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_app_whose_tokens_have_to_be_bound_gets_none_without_a_key() {
    let house = House::new();
    let code = house.code("bound", &[]).await;
    assert_eq!(house.redeem("bound", &code, &[]).await.1["error"], "invalid_request");
}

async fn user_info(house: &House, scheme: &str, token: &Value, proof: Option<String>) -> (StatusCode, Value) {
    let fields = one(AUTHORIZATION, &format!("{scheme} {}", token.as_str().unwrap()));
    let fields = proof.iter().fold(fields, |fields, proof| with_proof(fields, proof));
    read(house.send(Endpoint::UserInfo, fields, String::new(), DoorKind::Client).await)
}

#[tokio::test]
async fn a_bound_token_is_shown_with_its_key_and_never_as_bearer() {
    let (house, prover) = (House::new(), Prover::new());
    let token = bound(&house, &prover).await["access_token"].clone();
    let proof = |prover: &Prover, ath: Option<&str>| {
        let mut claims = house.proof_claims(Endpoint::UserInfo);
        claims["ath"] = json!(ath);
        Some(prover.proof(&claims))
    };
    let ath = token_digest(token.as_str().unwrap());
    let good = || proof(&prover, Some(&ath));
    assert_eq!(user_info(&house, "DPoP", &token, good()).await.0, StatusCode::OK);
    for (what, scheme, proof, error) in [
        ("as bearer", "Bearer", None, "invalid_token"),
        ("as bearer with a proof", "Bearer", good(), "invalid_token"),
        ("without a proof", "DPoP", None, "invalid_token"),
        ("with another key", "DPoP", proof(&Prover::new(), Some(&ath)), "invalid_token"),
        ("for another token", "DPoP", proof(&prover, Some(&token_digest("x"))), "invalid_dpop_proof"),
        ("for no token", "DPoP", proof(&prover, None), "invalid_dpop_proof"),
    ] {
        let (status, answer) = user_info(&house, scheme, &token, proof).await;
        assert_eq!((status, &answer["error"]), (StatusCode::UNAUTHORIZED, &json!(error)), "{what}");
    }
    let plain = house.tokens("shop", &[]).await["access_token"].clone();
    let ath = token_digest(plain.as_str().unwrap());
    let (_, answer) = user_info(&house, "DPoP", &plain, proof(&prover, Some(&ath))).await;
    assert_eq!(answer["error"], "invalid_token", "a token that is not bound is not made so");
}
