//! Signing in with a provider elsewhere, and everything that must not sign anybody in.

mod corp;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use auth::jose::{Algorithm, Jwks, SigningKey};
use data_encoding::BASE64URL_NOPAD;
use http::{Method, StatusCode};
use model::Clock as _;
use serde_json::{Value, json};

use super::house::{Browser, House, digest_of, parameter, settings};
use super::known::{ADDRESS, Known, PASSWORD};
use crate::accounts::totp;
use crate::external::ExternalClient;
use crate::store::accounts::{Accounts as _, Change};
use crate::store::externals::Externals as _;
use crate::store::sign_ins::SignIns as _;
use crate::{AccountsMode, Settings};
use corp::{CORP, Corp, answer, by_secret, come_back, open, press, sign_in};

async fn house(corp: &Arc<Corp>) -> Known {
    open(settings(), corp, true, by_secret()).await
}

/// A page with this code, and nobody signed in.
fn refused(seen: &super::house::Seen, browser: &Browser, status: u16, code: &str) {
    assert_eq!(seen.status.as_u16(), status, "{code}: {}", seen.text);
    assert!(seen.text.contains(&format!("<code>{code}</code>")), "{code}: {}", seen.text);
    assert_eq!(digest_of(browser), None);
}

#[tokio::test]
async fn somebody_new_has_an_account_by_coming_and_is_known_the_next_time() {
    let (corp, mut browser) = (Corp::new(true), Browser::default());
    let known = house(&corp).await;
    for page in ["/auth/sign-in", "/auth/register"] {
        let page = browser.get(&known.house, page).await;
        assert!(page.text.contains("Continue with The &lt;corp&gt;</a>"), "{}", page.text);
    }
    let goal = "/auth/account/password";
    let led = press(&known.house, &mut browser, "corp", "&return_to=%2Fauth%2Faccount%2Fpassword").await;
    let to = led.location().to_owned();
    assert!(to.starts_with(&format!("{CORP}/authorize?tenant=main&response_type=code&client_id=vestibule&")), "{to}");
    assert_eq!(parameter(&to, "scope").as_deref(), Some("openid email profile"));
    assert_eq!(parameter(&to, "code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(parameter(&to, "prompt"), None);
    let back = answer(&corp, &to);
    let entered = come_back(&known.house, &mut browser, &back).await;
    assert_eq!(entered.location(), goal, "{}", entered.text);
    assert!(!browser.cookies.contains_key("__Host-vestibule-external"));
    let account = known.account(&browser).await;
    assert_eq!((account.address.as_str(), account.name.as_deref()), ("ada@corp.example", Some("Ada L.")));
    assert!(account.verified && account.password.is_none());
    let sign_in_of = known.house.people.by_cookie(digest_of(&browser).expect("a cookie")).await.expect("an answer");
    assert_eq!(sign_in_of.expect("a sign-in").methods.values().collect::<Vec<_>>(), ["fed"]);
    let request = corp.requests.lock().expect("it").iter().find(|asked| asked.target.path() == "/token").cloned();
    let basic = request.expect("a request").fields["authorization"].clone();
    assert!(basic == "Basic dmVzdGlidWxlOnMzY3JldA==" && basic.is_sensitive());

    // By issuer and subject, whatever is said of the address by now.
    corp.says(json!({ "email": "lovelace@corp.example", "email_verified": false }));
    let mut other = Browser::default();
    assert_eq!(sign_in(&known.house, &mut other, &corp).await.location(), "/auth/account");
    assert_eq!(known.account(&other).await.id, account.id);
    corp.says(json!({ "sub": "b2", "email": "bob@corp.example" }));
    let mut third = Browser::default();
    sign_in(&known.house, &mut third, &corp).await;
    assert_ne!(known.account(&third).await.id, account.id);
    assert_eq!(corp.times("/keys"), 1, "its keys are fetched once");
}

#[tokio::test]
async fn an_address_links_nobody_whatever_is_said_of_it() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    let cleo = known.account(&known.joined().await).await;
    for verified in [json!(true), json!("true"), json!(false)] {
        corp.says(json!({ "email": "CLEO@example.org", "email_verified": verified }));
        let mut browser = Browser::default();
        let seen = sign_in(&known.house, &mut browser, &corp).await;
        let code =
            if verified == json!(true) { (409, "external-account-taken") } else { (403, "external-account-unknown") };
        refused(&seen, &browser, code.0, code.1);
        assert_eq!(known.house.people.linked_to(cleo.id).await, Ok(Vec::new()));
    }
}

#[tokio::test]
async fn nobody_new_comes_in_where_nobody_may() {
    let corp = Corp::new(true);
    let invited = Settings { accounts: AccountsMode::Invite, ..settings() };
    for known in [open(invited, &corp, true, by_secret()).await, open(settings(), &corp, false, by_secret()).await] {
        let mut browser = Browser::default();
        let seen = sign_in(&known.house, &mut browser, &corp).await;
        refused(&seen, &browser, 403, "external-account-unknown");
        let page = browser.get(&known.house, "/auth/register").await;
        assert!(!page.text.contains("Continue with"), "{}", page.text);
    }
}

#[tokio::test]
async fn an_account_is_linked_by_whoever_is_signed_in_to_it_and_its_only_way_in_stays() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    let (house, mut browser) = (&known.house, known.joined().await);
    let cleo = known.account(&browser).await;
    let page = browser.get(house, "/auth/account").await;
    let led = browser.post(house, &page, "/auth/account/elsewhere/link", &[("with", "corp")]).await;
    assert_eq!(led.status, StatusCode::OK, "{}", led.text);
    let to = led.text.split("class=\"button\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let to = to.expect("a link").replace("&amp;", "&");
    assert_eq!(parameter(&to, "max_age").as_deref(), Some("0"));
    let back = answer(&corp, &to);
    // Not in another browser that is signed in as somebody else, or as nobody.
    let mut other = Browser::default();
    refused(&come_back(house, &mut other, &back).await, &other, 400, "external-sign-in-over");
    let linked = come_back(house, &mut browser, &back).await;
    assert_eq!(linked.location(), "/auth/account?done=linked", "{}", linked.text);
    assert!(known.mail().await.contains("can be signed in to with an account elsewhere"));
    let page = browser.get(house, "/auth/account").await;
    assert!(page.text.contains("ada@corp.example") && page.text.contains("The &lt;corp&gt;"), "{}", page.text);

    sign_in(house, &mut other, &corp).await;
    assert_eq!(known.account(&other).await.id, cleo.id);
    // What is linked to one is not linked to another.
    corp.says(json!({ "sub": "b2", "email": "bob@corp.example" }));
    let mut bob = Browser::default();
    sign_in(house, &mut bob, &corp).await;
    let page_of_bob = bob.get(house, "/auth/account").await;
    let form = [("issuer", CORP), ("subject", "b2")];
    let stays = bob.post(house, &page_of_bob, "/auth/account/elsewhere/unlink", &form).await;
    assert_eq!(stays.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stays.text.contains("You have no password"), "{}", stays.text);
    // Cleo has a password.
    let form = [("issuer", CORP), ("subject", "a1")];
    let gone = browser.post(house, &page, "/auth/account/elsewhere/unlink", &form).await;
    assert_eq!(gone.location(), "/auth/account?done=unlinked");
    assert_eq!(house.people.linked_to(cleo.id).await, Ok(Vec::new()));
    // Long after the sign-in it has to be shown anew who sits there.
    house.wait(Duration::from_secs(16 * 60));
    for below in ["link", "unlink"] {
        let asked = browser.post(house, &page, &format!("/auth/account/elsewhere/{below}"), &[("with", "corp")]).await;
        assert!(asked.location().starts_with("/auth/sign-in?"), "{below}");
    }
}

#[tokio::test]
async fn what_is_another_s_account_elsewhere_is_not_linked_twice() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    let (house, mut ada) = (&known.house, Browser::default());
    sign_in(house, &mut ada, &corp).await;
    let mut cleo = known.joined().await;
    let page = cleo.get(house, "/auth/account").await;
    let led = cleo.post(house, &page, "/auth/account/elsewhere/link", &[("with", "corp")]).await;
    let to = led.text.split("class=\"button\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let back = answer(&corp, &to.expect("a link").replace("&amp;", "&"));
    let seen = come_back(house, &mut cleo, &back).await;
    assert_eq!(seen.status, StatusCode::CONFLICT);
    assert!(seen.text.contains("<code>external-account-taken</code>"), "{}", seen.text);
}

#[tokio::test]
async fn an_answer_counts_once_in_its_own_browser_at_its_own_callback() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    let (house, mut browser, mut stranger) = (&known.house, Browser::default(), Browser::default());
    let led = press(house, &mut browser, "corp", "").await;
    let back = answer(&corp, led.location());
    let over = |seen: &super::house::Seen, browser: &Browser| refused(seen, browser, 400, "external-sign-in-over");
    // Without the cookie, and with one of another browser: a code injected, or a link of somebody else's.
    over(&come_back(house, &mut stranger, &back).await, &stranger);
    press(house, &mut stranger, "corp", "").await;
    over(&come_back(house, &mut stranger, &back).await, &stranger);
    // A state that was never given, none, or two.
    for (state, by) in [("state_none", "state"), ("", "none")] {
        let other = back
            .replace(&parameter(&back, "state").expect("a state"), state)
            .replace("&state=&", if by == "none" { "&" } else { "&state=&" });
        over(&come_back(house, &mut browser, &other).await, &browser);
    }
    over(&come_back(house, &mut browser, &format!("{back}&state=state_other")).await, &browser);
    // At the callback of another provider (mix-up without `iss`).
    over(&come_back(house, &mut browser, &back.replace("/external/corp", "/external/other")).await, &browser);
    let nowhere = come_back(house, &mut browser, &back.replace("/external/corp", "/external/nobody")).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert_eq!(corp.times("/token"), 0, "none of these was taken to the provider");
    assert_eq!(come_back(house, &mut browser, &back).await.location(), "/auth/account");
    // Once more, in the same browser with the cookie that it had.
    let mut again = Browser { cookies: browser.cookies.clone(), ..Browser::default() };
    again.cookies.remove("__Host-vestibule-sign-in");
    let begun = press(house, &mut again, "corp", "").await;
    over(&come_back(house, &mut again, &back).await, &again);
    // A code of another sign-in, by a right state: its verifier is another one.
    let injected =
        back.replace(&parameter(&back, "state").expect("it"), &parameter(begun.location(), "state").expect("it"));
    let code = corp.code(led.location());
    let injected = injected.replace(&parameter(&back, "code").expect("a code"), &code);
    refused(&come_back(house, &mut again, &injected).await, &again, 502, "external-sign-in-unproven");
}

#[tokio::test]
async fn an_answer_that_names_another_issuer_is_none() {
    for names_itself in [true, false] {
        let corp = Corp::new(names_itself);
        let known = house(&corp).await;
        for (iss, taken) in [("&iss=https%3A%2F%2Fevil.example", false), ("", !names_itself)] {
            let mut browser = Browser::default();
            let led = press(&known.house, &mut browser, "corp", "").await;
            let back = answer(&corp, led.location()).replace("&iss=https%3A%2F%2Flogin.corp.example", iss);
            let seen = come_back(&known.house, &mut browser, &back).await;
            if taken {
                assert_eq!(seen.location(), "/auth/account");
            } else {
                refused(&seen, &browser, 502, "external-sign-in-unproven");
            }
        }
    }
}

#[tokio::test]
async fn an_id_token_that_is_not_for_this_sign_in_signs_nobody_in() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    let claims = [
        json!({ "aud": "another" }),
        json!({ "aud": ["vestibule", "another"] }),
        json!({ "aud": null }),
        json!({ "azp": "another" }),
        json!({ "azp": ["vestibule"] }),
        json!({ "iss": "https://login.corp.example/" }),
        json!({ "nonce": "nonce_other" }),
        json!({ "nonce": null }),
        json!({ "exp": 1_789_999_900 }),
        json!({ "exp": null }),
        json!({ "iat": 1_789_999_300 }),
        json!({ "iat": 1_790_000_900 }),
        json!({ "iat": null }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": 7 }),
        json!({ "sub": "a".repeat(256) }),
        json!({ "sub": "a\u{0}1" }),
    ];
    for said in claims {
        corp.says(said.clone());
        let mut browser = Browser::default();
        let seen = sign_in(&known.house, &mut browser, &corp).await;
        assert_eq!(digest_of(&browser), None, "{said}");
        refused(&seen, &browser, 502, "external-sign-in-unproven");
    }
    corp.says(json!({ "aud": ["vestibule"], "azp": "vestibule" }));
    assert_eq!(sign_in(&known.house, &mut Browser::default(), &corp).await.location(), "/auth/account");
}

#[tokio::test]
async fn an_id_token_that_the_provider_did_not_sign_signs_nobody_in() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    let stranger = SigningKey::generate(Algorithm::Es256).expect("a key");
    let own = Arc::clone(&corp.key.lock().expect("it"));
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    for kind in ["none", "HS256", "stranger", "access token", "nothing"] {
        let mut browser = Browser::default();
        let led = press(&known.house, &mut browser, "corp", "").await;
        let claims = json!({
            "iss": CORP, "sub": "a1", "aud": "vestibule", "iat": 1_790_000_000, "exp": 1_790_000_300,
            "nonce": parameter(led.location(), "nonce").expect("a nonce"),
        });
        let id = own.id();
        let token = match kind {
            "none" => format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims)),
            "HS256" => format!("{}.{}.c2ln", part(&json!({ "alg": "HS256", "kid": id })), part(&claims)),
            "stranger" => stranger.sign("JWT", &claims).expect("signed"),
            "access token" => own.sign("at+jwt", &claims).expect("signed"),
            _ => String::new(),
        };
        *corp.token.lock().expect("it") = Some(token);
        let back = answer(&corp, led.location());
        let seen = come_back(&known.house, &mut browser, &back).await;
        refused(&seen, &browser, 502, "external-sign-in-unproven");
    }
}

#[tokio::test]
async fn what_the_provider_refuses_is_said_in_our_words() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    for error in ["access_denied", "%3Cscript%3Ealert(1)%3C%2Fscript%3E"] {
        let mut browser = Browser::default();
        let led = press(&known.house, &mut browser, "corp", "").await;
        let state = parameter(led.location(), "state").expect("a state");
        let iss = "iss=https%3A%2F%2Flogin.corp.example";
        let back = format!("/auth/external/corp?error={error}&error_description=evil%20words&state={state}&{iss}");
        let seen = come_back(&known.house, &mut browser, &back).await;
        refused(&seen, &browser, 403, "external-sign-in-refused");
        assert!(!seen.text.contains("script") && !seen.text.contains("evil"), "{}", seen.text);
        assert!(seen.text.contains("The &lt;corp&gt; signed nobody in"), "{}", seen.text);
    }
}

#[tokio::test]
async fn the_second_factor_of_an_account_is_asked_for_all_the_same() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    let (house, mut browser) = (&known.house, Browser::default());
    sign_in(house, &mut browser, &corp).await;
    browser.get(house, "/auth/account/authenticator").await;
    let page = browser.get(house, "/auth/account/authenticator").await;
    let secret = known.account(&browser).await.offered.expect("a secret");
    let code = |house: &House| totp::code(&secret, totp::step_at(house.clock.wall()));
    browser.post(house, &page, "/auth/account/authenticator", &[("code", &code(house))]).await;
    let mut other = Browser::default();
    assert_eq!(sign_in(house, &mut other, &corp).await.location(), "/auth/second-factor");
    assert_eq!(digest_of(&other), None);
    let page = other.get(house, "/auth/second-factor").await;
    house.wait(Duration::from_secs(60));
    let entered = other.post(house, &page, "/auth/second-factor", &[("code", &code(house))]).await;
    assert_eq!(entered.location(), "/auth/account");
    let begun = house.people.by_cookie(digest_of(&other).expect("a cookie")).await.expect("an answer");
    assert_eq!(begun.expect("a sign-in").methods.values().collect::<Vec<_>>(), ["otp", "fed", "mfa"]);
}

#[tokio::test]
async fn nobody_comes_in_to_a_locked_account() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    let mut browser = Browser::default();
    sign_in(&known.house, &mut browser, &corp).await;
    let account = known.account(&browser).await;
    let now = known.house.clock.wall();
    known.house.people.change(account.id, Change::Locked(true), now).await.expect("locked");
    let mut other = Browser::default();
    assert!(sign_in(&known.house, &mut other, &corp).await.location().starts_with("/auth/sign-in"));
    assert_eq!(digest_of(&other), None);
}

#[tokio::test]
async fn an_address_that_is_not_in_the_token_is_asked_for_and_must_be_the_person_s() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    for (userinfo, taken) in [
        (json!({ "sub": "a1" }), false),
        (json!({ "sub": "a1", "email": "ada@corp.example" }), false),
        (json!({ "sub": "a1", "email": "no address", "email_verified": true }), false),
        (json!({ "sub": "a1", "email": "ada@corp.example", "email_verified": true }), true),
    ] {
        corp.says(json!({ "email": null, "email_verified": null }));
        *corp.userinfo.lock().expect("it") = userinfo;
        let mut browser = Browser::default();
        let seen = sign_in(&known.house, &mut browser, &corp).await;
        if taken {
            assert_eq!(known.account(&browser).await.address.as_str(), "ada@corp.example");
        } else {
            refused(&seen, &browser, 403, "external-account-unknown");
        }
    }
    // Of somebody else it says nothing (OpenID Connect Core §5.3.2).
    corp.says(json!({ "sub": "b2", "email": null }));
    let mut browser = Browser::default();
    let seen = sign_in(&known.house, &mut browser, &corp).await;
    refused(&seen, &browser, 502, "external-sign-in-unproven");
}

#[tokio::test]
async fn a_provider_that_is_gone_is_asked_once_and_said_to_be_gone() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    corp.gone.store(true, Ordering::Relaxed);
    let mut browser = Browser::default();
    for _ in 0..3 {
        let seen = press(&known.house, &mut browser, "corp", "").await;
        refused(&seen, &browser, 503, "issuer-unavailable");
    }
    assert_eq!(corp.requests.lock().expect("it").len(), 1);
}

#[tokio::test]
async fn a_page_of_others_begins_nothing_and_nobody_begins_without_end() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    for site in ["cross-site", "same-site", "none"] {
        let fields = [("sec-fetch-site", site)];
        let seen = Browser::default().send(&known.house, Method::GET, "/auth/sign-in?with=corp", &fields, &[]).await;
        assert_eq!(seen.status, StatusCode::OK, "{site}");
        assert!(seen.text.contains("<h1>Sign in</h1>"), "{}", seen.text);
    }
    assert_eq!(press(&known.house, &mut Browser::default(), "nobody", "").await.status, StatusCode::NOT_FOUND);
    let mut last = StatusCode::SEE_OTHER;
    for _ in 0..40 {
        last = press(&known.house, &mut Browser::default(), "corp", "").await.status;
        if last != StatusCode::SEE_OTHER {
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn whoever_is_asked_to_sign_in_anew_proves_it_anew_there() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    let (house, mut browser) = (&known.house, Browser::default());
    sign_in(house, &mut browser, &corp).await;
    let before = digest_of(&browser);
    for (auth_time, taken) in [(json!(1_789_990_000), false), (json!(null), false), (json!(1_790_000_000), true)] {
        corp.says(json!({ "auth_time": auth_time }));
        let led = press(house, &mut browser, "corp", "").await;
        assert_eq!(parameter(led.location(), "prompt").as_deref(), Some("login"));
        let back = answer(&corp, led.location());
        let seen = come_back(house, &mut browser, &back).await;
        let status = if taken { StatusCode::SEE_OTHER } else { StatusCode::BAD_GATEWAY };
        assert_eq!(seen.status, status, "{auth_time}: {}", seen.text);
        assert_eq!(digest_of(&browser) != before, taken, "{auth_time}");
    }
}

#[tokio::test]
async fn the_house_signs_who_it_is_where_it_has_a_key_for_that() {
    let corp = Corp::new(true);
    let key = Arc::new(SigningKey::generate(Algorithm::Es256).expect("a key"));
    let client = ExternalClient::Key { id: "vestibule".into(), key: Arc::clone(&key) };
    let known = open(settings(), &corp, true, client).await;
    assert_eq!(sign_in(&known.house, &mut Browser::default(), &corp).await.location(), "/auth/account");
    let request = corp.requests.lock().expect("it").iter().find(|asked| asked.target.path() == "/token").cloned();
    let request = request.expect("a request");
    assert!(!request.fields.contains_key("authorization"));
    let form = crate::Form::parse(&request.body).expect("a form");
    let one = |name| form.one(name).expect("once").expect("it").to_owned();
    assert_eq!(one("client_id"), "vestibule");
    assert_eq!(one("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let keys = Jwks::of([key.public().clone()]).expect("a set");
    let claims = auth::jose::open(&one("client_assertion"), &keys).expect("signed by the house");
    let claims: Value = serde_json::from_slice(&claims).expect("claims");
    assert_eq!(
        (&claims["iss"], &claims["sub"], &claims["aud"]),
        (&json!("vestibule"), &json!("vestibule"), &json!(CORP))
    );
    assert_eq!(claims["exp"].as_u64().zip(claims["iat"].as_u64()).map(|(end, begin)| end - begin), Some(60));
}

#[tokio::test]
async fn a_key_that_is_new_there_is_looked_for_and_not_at_once() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    for (waits, keys) in [(0, 1), (31, 2)] {
        let mut browser = Browser::default();
        let led = press(&known.house, &mut browser, "corp", "").await;
        *corp.key.lock().expect("it") = Arc::new(SigningKey::generate(Algorithm::Es256).expect("a key"));
        let back = answer(&corp, led.location());
        known.house.wait(Duration::from_secs(waits));
        let seen = come_back(&known.house, &mut browser, &back).await;
        // What was fetched this very moment is as new as can be had.
        if waits == 0 {
            refused(&seen, &browser, 502, "external-sign-in-unproven");
        } else {
            assert_eq!(seen.location(), "/auth/account", "{}", seen.text);
        }
        assert_eq!(corp.times("/keys"), keys);
    }
}

#[tokio::test]
async fn a_provider_that_makes_its_first_key_for_the_token_is_asked_for_it_at_once() {
    let corp = Corp::new(true);
    corp.keyless.store(true, Ordering::Relaxed);
    let known = house(&corp).await;
    let seen = sign_in(&known.house, &mut Browser::default(), &corp).await;
    assert_eq!(seen.location(), "/auth/account", "{}", seen.text);
    assert_eq!(corp.times("/keys"), 2);
}

#[tokio::test]
async fn what_takes_longer_than_ten_minutes_is_over() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    let mut browser = Browser::default();
    let led = press(&known.house, &mut browser, "corp", "").await;
    let cookie = led.fields.get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
    let cookie = cookie.filter(|cookie| cookie.starts_with("__Host-vestibule-external=")).collect::<Vec<_>>();
    assert!(cookie.len() == 1 && cookie[0].ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"));
    let back = answer(&corp, led.location());
    known.house.wait(Duration::from_secs(10 * 60));
    refused(&come_back(&known.house, &mut browser, &back).await, &browser, 400, "external-sign-in-over");
}

#[tokio::test]
async fn the_password_page_is_there_for_those_who_came_from_outside() {
    let corp = Corp::new(true);
    let known = house(&corp).await;
    let mut browser = known.joined().await;
    assert_eq!(known.sign_in(&mut browser, PASSWORD).await.location(), "/auth/account");
    let mut ada = Browser::default();
    sign_in(&known.house, &mut ada, &corp).await;
    let page = ada.get(&known.house, "/auth/account").await;
    assert!(page.text.contains("Choose one") && !page.text.contains(ADDRESS), "{}", page.text);
}
