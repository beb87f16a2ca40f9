//! Refresh tokens: one after another, tabs that race, replays.

use std::sync::Arc;

use http::StatusCode;
use proptest::prelude::*;
use serde_json::Value;

use crate::oauth::harness::{House, with};
use crate::store::grants::Grants;

fn refresh_of(tokens: &Value) -> String {
    tokens["refresh_token"].as_str().unwrap_or_else(|| panic!("{tokens}")).to_owned()
}

#[tokio::test]
async fn a_refresh_token_is_followed_by_another() {
    let house = House::new();
    let first = refresh_of(&house.tokens("shop", &[]).await);
    let (status, tokens) = house.refresh("shop", &first, &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(refresh_of(&tokens), first);
    let id = house.claims(&tokens["id_token"]);
    assert!(!id.contains_key("nonce"), "OpenID Connect Core §12.2");
    assert_eq!(id["auth_time"].as_u64(), Some(house.now() - 60), "it is the same sign-in");
    assert_eq!(house.refresh("shop", &refresh_of(&tokens), &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn tabs_that_race_are_not_logged_out() {
    let house = House::new();
    let first = refresh_of(&house.tokens("shop", &[]).await);
    let mut last = String::new();
    for _ in 0..10 {
        let (status, tokens) = house.refresh("shop", &first, &[]).await;
        assert_eq!(status, StatusCode::OK);
        last = refresh_of(&tokens);
        house.wait(2);
    }
    assert_eq!(house.refresh("shop", &last, &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_replay_after_the_grace_ends_the_family() {
    let house = House::new();
    let first = refresh_of(&house.tokens("shop", &[]).await);
    let (_, tokens) = house.refresh("shop", &first, &[]).await;
    house.wait(21);
    let (status, replay) = house.refresh("shop", &first, &[]).await;
    assert_eq!((status, &replay["error"]), (StatusCode::BAD_REQUEST, &"invalid_grant".into()));
    let (_, honest) = house.refresh("shop", &refresh_of(&tokens), &[]).await;
    assert_eq!(honest["error"], "invalid_grant", "nobody knows who the thief is");
    assert_eq!(house.introspect("shop", tokens["access_token"].as_str().unwrap()).await["active"], false);
    assert_eq!(house.told().len(), 1);
}

#[tokio::test]
async fn a_token_that_was_never_given_out_ends_nothing() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    assert_eq!(house.refresh("shop", "refresh_x", &[]).await.1["error"], "invalid_grant");
    assert_eq!(house.refresh("shop", tokens["access_token"].as_str().unwrap(), &[]).await.1["error"], "invalid_grant");
    assert_eq!(house.refresh("shop", tokens["id_token"].as_str().unwrap(), &[]).await.1["error"], "invalid_grant");
    assert_eq!(house.refresh("shop", &refresh_of(&tokens), &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn another_app_gets_nothing_for_it() {
    let house = House::new();
    let first = refresh_of(&house.tokens("shop", &[]).await);
    assert_eq!(house.refresh("edwards", &first, &[]).await.1["error"], "invalid_grant");
    assert_eq!(house.refresh("shop", &first, &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn scopes_become_fewer_and_never_more() {
    let house = House::new();
    let first = refresh_of(&house.tokens("shop", &[("scope", "openid orders.read")]).await);
    let (_, more) = house.refresh("shop", &first, &[("scope", "openid orders.write")]).await;
    assert_eq!(more["error"], "invalid_scope");
    let (status, fewer) = house.refresh("shop", &first, &[("scope", "orders.read")]).await;
    assert_eq!((status, &fewer["scope"]), (StatusCode::OK, &"orders.read".into()), "the error did not cost the token");
    assert!(fewer.get("id_token").is_none());
    let (_, all) = house.refresh("shop", &refresh_of(&fewer), &[]).await;
    assert_eq!(all["scope"], "openid orders.read", "what was left out once is still granted");
}

#[tokio::test]
async fn what_the_file_took_from_an_app_is_gone_at_the_next_refresh() {
    let mut house = House::new();
    let first = refresh_of(&house.tokens("shop", &[("scope", "openid orders.read")]).await);
    let mut shop = crate::oauth::harness::app("shop", crate::apps::AppKind::Server);
    shop.scopes = crate::Scopes::parse("openid").unwrap();
    house.server.apps = Arc::new(crate::apps::Apps::new([shop]));
    let (_, tokens) = house.refresh("shop", &first, &[]).await;
    assert_eq!(tokens["scope"], "openid");
}

#[tokio::test]
async fn a_family_ends_with_a_new_password_a_lock_and_the_account() {
    for change in [0, 1, 2] {
        let house = House::new();
        let first = refresh_of(&house.tokens("shop", &[]).await);
        match change {
            0 => house.change(house.ada.user, |person| person.generation += 1),
            1 => house.change(house.ada.user, |person| person.locked = true),
            _ => house.forget(house.ada.user),
        }
        assert_eq!(house.refresh("shop", &first, &[]).await.1["error"], "invalid_grant");
        assert_eq!(house.told().len(), 1, "the grant has ended");
    }
}

#[tokio::test]
async fn a_family_that_nobody_used_for_thirty_days_is_over() {
    let house = House::new();
    let first = refresh_of(&house.tokens("shop", &[]).await);
    house.wait(30 * 24 * 60 * 60 + 1);
    assert_eq!(house.refresh("shop", &first, &[]).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn offline_access_outlives_the_sign_in_and_nothing_else_does() {
    let house = House::new();
    let online = refresh_of(&house.tokens("shop", &[]).await);
    let offline = refresh_of(&house.tokens("shop", &[("scope", "openid offline_access")]).await);
    assert_eq!(house.server.sign_in_ended(house.ada.sign_in).await.map(|ended| ended.len()), Ok(1));
    assert_eq!(house.refresh("shop", &online, &[]).await.1["error"], "invalid_grant");
    assert_eq!(house.refresh("shop", &offline, &[]).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_clients_whose_tabs_race_are_never_logged_out() {
    const TABS: usize = 20;
    const ROUNDS: usize = 100_000 / TABS;
    let house = Arc::new(House::new());
    let mut token = refresh_of(&house.tokens("shop", &[]).await);
    for _ in 0..ROUNDS {
        let tabs: Vec<_> = (0..TABS)
            .map(|_| {
                let (house, token) = (Arc::clone(&house), token.clone());
                tokio::spawn(async move { house.refresh("shop", &token, &[]).await })
            })
            .collect();
        for tab in tabs {
            let (status, tokens) = tab.await.unwrap();
            assert_eq!(status, StatusCode::OK, "{tokens}");
            // Whichever tab writes last, its token is the one that all of them use next.
            token = refresh_of(&tokens);
        }
        house.wait(600);
    }
}

/// What anybody may do with a family, in any order.
#[derive(Clone, Debug)]
enum Step {
    /// Shows one of the tokens that were given out so far.
    Refresh(prop::sample::Index),
    Wait(u64),
    /// Redeems the code again.
    Replay,
    /// Gives one of the tokens back.
    Revoke(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => any::<prop::sample::Index>().prop_map(Step::Refresh),
        3 => (0_u64..40).prop_map(Step::Wait),
        1 => Just(Step::Replay),
        1 => any::<prop::sample::Index>().prop_map(Step::Revoke),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_order_of_things_lets_a_family_that_has_ended_give_a_token(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let house = House::new();
            let code = house.code("shop", &[]).await;
            let (_, first) = house.redeem("shop", &code, &[]).await;
            let grant = crate::GrantId::parse(house.claims(&first["access_token"])["grant"].as_str().unwrap()).unwrap();
            let mut given = vec![refresh_of(&first)];
            let mut over = false;
            for step in steps {
                match step {
                    Step::Wait(seconds) => house.wait(seconds),
                    Step::Replay => {
                        prop_assert_ne!(house.redeem("shop", &code, &[]).await.0, StatusCode::OK);
                        over = true;
                    }
                    Step::Revoke(which) => {
                        let token = given[which.index(given.len())].clone();
                        let (fields, form) = house.as_app("shop", &[("token", &token)]);
                        let answer = house.post(crate::Endpoint::Revoke, fields, &form).await;
                        prop_assert_eq!(answer.status(), StatusCode::OK);
                        over = true;
                    }
                    Step::Refresh(which) => {
                        let (status, tokens) = house.refresh("shop", &given[which.index(given.len())].clone(), &[]).await;
                        if status == StatusCode::OK {
                            prop_assert!(!over, "a token after the end");
                            given.push(refresh_of(&tokens));
                        } else {
                            // An honest family refuses nothing but a replay, and a replay ends it.
                            over = true;
                        }
                    }
                }
                let ended = house.store.by_id(grant).await.unwrap().unwrap().ended.is_some();
                prop_assert_eq!(ended, over);
            }
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_grant_type_that_is_not_known_or_stands_twice_is_an_error() {
    let house = House::new();
    for (grant, error) in [
        ("password", "unsupported_grant_type"),
        ("implicit", "unsupported_grant_type"),
        ("urn:ietf:params:oauth:grant-type:jwt-bearer", "unsupported_grant_type"),
        ("client_credentials", "unauthorized_client"),
        ("", "invalid_request"),
    ] {
        let form = with(&[("username", "ada"), ("password", "x")], &[("grant_type", grant)]);
        assert_eq!(house.token_as("page", &form).await.1["error"], error, "{grant}");
    }
    let twice = [("grant_type", "refresh_token"), ("grant_type", "refresh_token"), ("refresh_token", "x")];
    assert_eq!(house.token_as("shop", &twice).await.1["error"], "invalid_request");
}
