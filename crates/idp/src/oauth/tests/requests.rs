//! Authorization requests: where errors go, sign-in, consent.

use crate::oauth::harness::{CHALLENGE, House, query, redirected, told_error, usual, with};
use crate::oauth::{Decision, Outcome, PageFault};
use crate::{Form, SignInId, SignedIn, UserId};

async fn page(house: &House, other: &[(&str, &str)]) -> PageFault {
    match house.authorize(&usual("shop", other)).await {
        Outcome::Page(fault) => fault,
        outcome => panic!("no page: {outcome:?}"),
    }
}

async fn error(house: &House, other: &[(&str, &str)]) -> String {
    told_error(&house.authorize(&usual("shop", other)).await)
}

#[tokio::test]
async fn a_code_comes_with_the_state_and_the_issuer() {
    let house = House::new();
    let outcome = house.authorize(&usual("shop", &[])).await;
    let answer = redirected(&outcome);
    assert_eq!(answer["state"], "the state");
    assert_eq!(answer["iss"], "https://shop.example");
    assert!(answer["code"].starts_with("code_"));
    assert!(matches!(outcome, Outcome::Redirect(uri) if uri.starts_with("https://app.example/callback?code=")));
}

#[tokio::test]
async fn an_unknown_app_gets_a_page() {
    let house = House::new();
    assert_eq!(page(&house, &[("client_id", "nobody")]).await, PageFault::UnknownApp);
    assert_eq!(page(&house, &[("client_id", "")]).await, PageFault::UnknownApp);
}

#[tokio::test]
async fn a_redirect_uri_that_was_not_registered_gets_a_page() {
    let house = House::new();
    for uri in [
        "",
        "https://evil.example/callback",
        "https://app.example/callback/",
        "https://app.example/callback?x=1",
        "https://app.example/callback#",
        "https://app.example/CALLBACK",
        "https://app.example/callback/../callback",
        "https://app.example/%63allback",
        "https://app.example:443/callback",
        "https://app.example@evil.example/callback",
        "https://app.example.evil.example/callback",
        "http://app.example/callback",
        "https://app.example\\@evil.example/callback",
        "javascript:alert(1)",
    ] {
        assert_eq!(page(&house, &[("redirect_uri", uri)]).await, PageFault::RedirectUri, "{uri}");
    }
}

#[tokio::test]
async fn the_redirect_uri_of_another_app_gets_a_page() {
    let house = House::new();
    let loopback = [("redirect_uri", "http://127.0.0.1:50000/callback")];
    assert_eq!(page(&house, &loopback).await, PageFault::RedirectUri);
    assert!(matches!(house.authorize(&usual("cli", &loopback)).await, Outcome::Redirect(_)));
}

#[tokio::test]
async fn an_app_without_people_has_no_authorization_endpoint() {
    let house = House::new();
    assert_eq!(page(&house, &[("client_id", "batch")]).await, PageFault::RedirectUri);
}

#[tokio::test]
async fn two_apps_or_two_redirect_uris_in_a_request_get_a_page() {
    let house = House::new();
    for name in ["client_id", "redirect_uri"] {
        let mut form = usual("shop", &[]);
        let value = form.iter().find(|(known, _)| *known == name).unwrap().1;
        form.push((name, value));
        let outcome = house.authorize(&form).await;
        assert!(matches!(outcome, Outcome::Page(PageFault::Malformed)), "{name}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_parameter_that_stands_twice_is_an_error() {
    let house = House::new();
    for name in ["response_type", "scope", "state", "nonce", "code_challenge", "unknown"] {
        let mut form = usual("shop", &[(name, "code")]);
        form.push((name, "code"));
        let outcome = house.authorize(&form).await;
        assert_eq!(told_error(&outcome), "invalid_request", "{name}");
        assert_eq!(redirected(&outcome).contains_key("state"), name != "state");
    }
}

#[tokio::test]
async fn a_parameter_that_is_not_known_is_ignored() {
    let house = House::new();
    assert!(
        redirected(&house.authorize(&usual("shop", &[("unknown", "x"), ("display", "page")])).await)
            .contains_key("code")
    );
}

#[tokio::test]
async fn a_request_without_pkce_is_an_error() {
    let house = House::new();
    assert_eq!(error(&house, &[("code_challenge", "")]).await, "invalid_request");
    assert_eq!(error(&house, &[("code_challenge", ""), ("code_challenge_method", "")]).await, "invalid_request");
}

#[tokio::test]
async fn pkce_by_plain_is_an_error_also_when_it_is_the_default() {
    let house = House::new();
    assert_eq!(error(&house, &[("code_challenge_method", "plain")]).await, "invalid_request");
    assert_eq!(error(&house, &[("code_challenge_method", "")]).await, "invalid_request");
    assert_eq!(error(&house, &[("code_challenge_method", "s256")]).await, "invalid_request");
}

#[tokio::test]
async fn a_challenge_that_is_no_sha_256_is_an_error() {
    let house = House::new();
    let (padded, short) = (format!("{CHALLENGE}="), CHALLENGE.trim_start_matches('E'));
    for challenge in [&padded, short, "x", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"] {
        assert_eq!(error(&house, &[("code_challenge", challenge)]).await, "invalid_request", "{challenge}");
    }
}

#[tokio::test]
async fn implicit_and_hybrid_answers_are_not_given() {
    let house = House::new();
    for wanted in ["token", "id_token", "code token", "code id_token", "none", ""] {
        let error = error(&house, &[("response_type", wanted)]).await;
        assert_eq!(error, "unsupported_response_type", "{wanted}");
    }
}

#[tokio::test]
async fn answers_go_into_the_query_alone() {
    let house = House::new();
    assert!(redirected(&house.authorize(&usual("shop", &[("response_mode", "query")])).await).contains_key("code"));
    for mode in ["fragment", "form_post", "jwt", "query.jwt"] {
        let outcome = house.authorize(&usual("shop", &[("response_mode", mode)])).await;
        assert_eq!(told_error(&outcome), "invalid_request", "{mode}");
    }
}

#[tokio::test]
async fn request_objects_and_foreign_request_uris_are_refused_and_not_fetched() {
    let house = House::new();
    assert_eq!(error(&house, &[("request", "eyJhbGciOiJub25lIn0.e30.")]).await, "request_not_supported");
    assert_eq!(error(&house, &[("request_uri", "https://evil.example/r")]).await, "request_uri_not_supported");
    assert_eq!(error(&house, &[("registration", "{}")]).await, "registration_not_supported");
}

#[tokio::test]
async fn scopes_and_resources_are_those_of_the_app() {
    let house = House::new();
    assert_eq!(error(&house, &[("scope", "openid admin")]).await, "invalid_scope");
    assert_eq!(error(&house, &[("scope", "openid  orders.read")]).await, "invalid_scope");
    assert_eq!(error(&house, &[("resource", "https://evil.example/")]).await, "invalid_target");
    assert_eq!(error(&house, &[("resource", "https://shop.example/orders#x")]).await, "invalid_target");
}

#[tokio::test]
async fn what_is_too_long_is_an_error_and_not_cut() {
    let house = House::new();
    let long = "x".repeat(3_000);
    let outcome = house.authorize(&usual("shop", &[("state", &long)])).await;
    assert_eq!(told_error(&outcome), "invalid_request");
    assert!(!redirected(&outcome).contains_key("state"));
    assert_eq!(error(&house, &[("nonce", &long)]).await, "invalid_request");
    assert_eq!(error(&house, &[("max_age", "99999999999999999999")]).await, "invalid_request");
    assert_eq!(error(&house, &[("max_age", "-1")]).await, "invalid_request");
}

#[tokio::test]
async fn an_error_says_nothing_of_what_was_sent() {
    let house = House::new();
    let outcome = house.authorize(&usual("shop", &[("scope", "openid <script>")])).await;
    let answer = redirected(&outcome);
    assert!(!answer["error_description"].contains("script"), "{answer:?}");
    assert_eq!(answer["iss"], "https://shop.example");
}

#[tokio::test]
async fn nobody_is_signed_in() {
    let house = House::new();
    let form =
        Form::parse(crate::oauth::harness::encoded(&usual("shop", &[("login_hint", "ada")])).as_bytes()).unwrap();
    let Outcome::SignIn { return_to, hint, title, again } = house.server.authorize(&form, None).await else {
        panic!("no sign-in");
    };
    assert_eq!((hint.as_deref(), &*title, again), (Some("ada"), "The shop", false));
    assert!(redirected(&house.server.authorize(&query(&return_to), Some(&house.ada)).await).contains_key("code"));
}

#[tokio::test]
async fn prompt_none_never_shows_a_page() {
    let house = House::new();
    let none = |app: &'static str| usual(app, &[("prompt", "none")]);
    let form = Form::parse(crate::oauth::harness::encoded(&none("shop")).as_bytes()).unwrap();
    assert_eq!(told_error(&house.server.authorize(&form, None).await), "login_required");
    assert_eq!(told_error(&house.authorize(&none("asking")).await), "consent_required");
    let old = usual("shop", &[("prompt", "none"), ("max_age", "30")]);
    assert_eq!(told_error(&house.authorize(&old).await), "login_required");
    assert!(redirected(&house.authorize(&none("shop")).await).contains_key("code"));
    assert_eq!(error(&house, &[("prompt", "none login")]).await, "invalid_request");
    assert_eq!(error(&house, &[("prompt", "create")]).await, "invalid_request");
}

#[tokio::test]
async fn a_new_sign_in_is_asked_for_once_and_an_old_one_does_not_do() {
    let house = House::new();
    for other in [("prompt", "login"), ("prompt", "select_account"), ("max_age", "30"), ("max_age", "0")] {
        let outcome = house.authorize(&usual("shop", &[other])).await;
        let Outcome::SignIn { return_to, again: true, .. } = outcome else { panic!("{other:?}: {outcome:?}") };
        let form = query(&return_to);
        let old = house.server.authorize(&form, Some(&house.ada)).await;
        assert!(matches!(old, Outcome::SignIn { .. }), "coming back without signing in: {old:?}");
        let new = SignedIn { authenticated_at: house.server.now(), ..house.ada.clone() };
        assert!(redirected(&house.server.authorize(&form, Some(&new)).await).contains_key("code"), "{other:?}");
    }
    let recent = house.authorize(&usual("shop", &[("max_age", "3600")])).await;
    assert!(redirected(&recent).contains_key("code"));
}

#[tokio::test]
async fn a_locked_or_deleted_person_is_not_signed_in() {
    let house = House::new();
    house.change(house.ada.user, |person| person.locked = true);
    assert!(matches!(house.authorize(&usual("shop", &[])).await, Outcome::SignIn { .. }));
    house.forget(house.ada.user);
    assert!(matches!(house.authorize(&usual("shop", &[])).await, Outcome::SignIn { .. }));
}

#[tokio::test]
async fn a_hint_at_another_person_is_not_answered_with_this_one() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    let hint = tokens["id_token"].as_str().unwrap();
    let hinted = usual("shop", &[("id_token_hint", hint)]);
    assert!(redirected(&house.authorize(&hinted).await).contains_key("code"));
    let user = UserId::generate().unwrap();
    house.know(user);
    let other = SignedIn { user, sign_in: SignInId::generate().unwrap(), ..house.ada.clone() };
    let form = Form::parse(crate::oauth::harness::encoded(&with(&hinted, &[("prompt", "none")])).as_bytes()).unwrap();
    assert_eq!(told_error(&house.server.authorize(&form, Some(&other)).await), "login_required");
}

async fn asked(house: &House, app: &str, other: &[(&str, &str)]) -> Form {
    let outcome = house.authorize(&usual(app, other)).await;
    let Outcome::Consent(asked) = outcome else { panic!("nobody is asked: {outcome:?}") };
    assert_eq!((&*asked.app.name, asked.user), (app, house.ada.user));
    query(&asked.return_to)
}

#[tokio::test]
async fn a_yes_is_remembered_by_app_and_scope() {
    let house = House::new();
    let form = asked(&house, "asking", &[]).await;
    let allowed = house.server.decide(&form, Some(&house.ada), Decision::Allow).await;
    assert!(redirected(&allowed).contains_key("code"));
    assert!(redirected(&house.authorize(&usual("asking", &[])).await).contains_key("code"), "not asked again");
    asked(&house, "asking", &[("scope", "openid orders.write")]).await;
    asked(&house, "asking", &[("resource", "https://shop.example/orders")]).await;
    asked(&house, "asking", &[("prompt", "consent")]).await;
    asked(&house, "always", &[]).await;
}

#[tokio::test]
async fn a_no_goes_to_the_app_and_is_not_remembered() {
    let house = House::new();
    let form = asked(&house, "asking", &[]).await;
    let denied = house.server.decide(&form, Some(&house.ada), Decision::Deny).await;
    assert_eq!(told_error(&denied), "access_denied");
    asked(&house, "asking", &[]).await;
}

#[tokio::test]
async fn a_yes_of_nobody_is_a_sign_in() {
    let house = House::new();
    let form = asked(&house, "asking", &[]).await;
    assert!(matches!(house.server.decide(&form, None, Decision::Allow).await, Outcome::SignIn { .. }));
}

#[tokio::test]
async fn whoever_listens_on_loopback_was_not_allowed_before() {
    let apps = {
        let mut cli = crate::oauth::harness::app("cli", crate::apps::AppKind::Native);
        cli.consent = crate::apps::Consent::First;
        cli.redirect_uris = Box::new([crate::apps::RedirectUri::parse("http://127.0.0.1/callback").unwrap()]);
        vec![cli]
    };
    let key = auth::jose::SigningKey::generate(auth::jose::Algorithm::Es256).unwrap();
    let house = House::with(apps, key);
    for port in ["http://127.0.0.1:50000/callback", "http://127.0.0.1:50001/callback"] {
        let form = asked(&house, "cli", &[("redirect_uri", port)]).await;
        assert!(redirected(&house.server.decide(&form, Some(&house.ada), Decision::Allow).await).contains_key("code"));
    }
}

#[tokio::test]
async fn an_app_whose_session_is_kept_here_is_answered_at_our_own_callback() {
    let house = House::new();
    let own = [("redirect_uri", "https://app.example/auth/session/callback")];
    assert!(redirected(&house.authorize(&usual("site", &own)).await).contains_key("code"));
    for uri in ["https://app.example/callback", "https://evil.example/auth/session/callback"] {
        let outcome = house.authorize(&usual("site", &[("redirect_uri", uri)])).await;
        assert!(matches!(outcome, Outcome::Page(PageFault::RedirectUri)), "{uri}");
    }
}
