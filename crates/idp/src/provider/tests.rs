//! The provider as a browser sees it, from endpoint to endpoint.

mod elsewhere;
mod forms;
mod hosts;
mod house;
mod keys;
mod known;
mod onward;

use std::time::Duration;

use http::header::{ALLOW, CONTENT_SECURITY_POLICY, RETRY_AFTER};
use http::{Method, StatusCode};

use crate::store::accounts::Accounts as _;
use crate::store::sign_ins::SignIns as _;
use house::{ADA, BEA, Browser, CODE, House, ISSUER, PASSWORD, digest_of, parameter};

/// The challenge of RFC 7636, appendix B.
const ASKS: &str = "/auth/authorize?response_type=code&client_id=cli&redirect_uri=https%3A%2F%2Fcli.example%2Fback\
    &scope=openid%20orders.read&state=the%20state&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
    &code_challenge_method=S256";

#[tokio::test]
async fn a_person_begins_a_session_by_way_of_the_sign_in_and_ends_it() {
    let (house, mut browser) = (House::open().await, Browser::default());
    let begun = browser.get(&house, "/auth/session/start?return_to=/orders").await;
    let page = browser.follow(&house, begun).await;
    assert!(page.text.contains("<h1>Sign in</h1>") && page.text.contains("The page"), "{}", page.text);
    let goal = page.hidden("return_to");
    let form = [("address", "ada@example.org"), ("password", PASSWORD), ("return_to", &*goal)];
    let entered = browser.post(&house, &page, "/auth/sign-in", &form).await;
    let there = browser.follow(&house, entered).await;
    assert_eq!(there.location(), "/orders");
    let who = browser.get(&house, "/auth/session").await;
    assert!(who.text.contains("\"signed_in\":true") && who.text.contains("\"Ada\""), "{}", who.text);
    // The next time nobody is asked, until the session was ended: with it the sign-in ends.
    let again = browser.get(&house, "/auth/session/start?return_to=/").await;
    assert_eq!(browser.follow(&house, again).await.location(), "/");
    let own = [("sec-fetch-site", "same-origin"), ("origin", ISSUER)];
    let ended = browser.send(&house, Method::POST, "/auth/session/end", &own, &[]).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert!(browser.get(&house, "/auth/session").await.text.contains("\"signed_in\":false"));
    let begun = browser.get(&house, "/auth/session/start").await;
    assert!(browser.follow(&house, begun).await.text.contains("<h1>Sign in</h1>"));
}

#[tokio::test]
async fn a_person_is_asked_before_an_app_gets_anything_and_the_answer_goes_to_the_app() {
    for (said, expected) in [("allow", "code"), ("deny", "error")] {
        let (house, mut browser) = (House::open().await, Browser::default());
        browser.sign_in(&house, "ada@example.org").await;
        let page = browser.get(&house, ASKS).await;
        assert!(page.text.contains("<h1>Allow The cli?</h1>"), "{}", page.text);
        assert!(page.text.contains("ada@example.org") && page.text.contains("orders.read"), "{}", page.text);
        let policy = page.fields[CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.ends_with("form-action 'self' https://cli.example"), "{policy}");
        let request = page.hidden("request");
        let form = [("request", &*request), ("decision", said)];
        let answered = browser.post(&house, &page, "/auth/consent", &form).await;
        let to = answered.location();
        assert!(to.starts_with("https://cli.example/back?"), "{to}");
        assert!(parameter(to, expected).is_some(), "{to}");
        assert_eq!(parameter(to, "state").as_deref(), Some("the state"));
        assert_eq!(parameter(to, "iss").as_deref(), Some(ISSUER));
    }
}

#[tokio::test]
async fn a_wrong_password_says_the_same_whoever_it_was() {
    let (house, mut browser) = (House::open().await, Browser::default());
    let mut pages = Vec::new();
    for address in ["ada@example.org", "eve@example.org"] {
        let page = browser.get(&house, "/auth/sign-in").await;
        let form = [("address", address), ("password", "wrong")];
        let answer = browser.post(&house, &page, "/auth/sign-in", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        pages.push(answer.text.replace(address, "ADDRESS"));
    }
    assert_eq!(pages[0], pages[1]);
    assert!(pages[0].contains("role=\"alert\"") && pages[0].contains("<title>Error: "), "{}", pages[0]);
    assert_eq!(digest_of(&browser), None);
}

#[tokio::test]
async fn the_second_factor_comes_between_password_and_sign_in() {
    let (house, mut browser) = (House::open().await, Browser::default());
    let step = browser.sign_in(&house, "bea@example.org").await;
    assert_eq!((step.location(), digest_of(&browser)), ("/auth/second-factor", None));
    let page = browser.get(&house, "/auth/second-factor").await;
    let wrong = browser.post(&house, &page, "/auth/second-factor", &[("code", "654321")]).await;
    assert!(wrong.text.contains("id=\"code-fault\""), "{}", wrong.text);
    assert_eq!(digest_of(&browser), None);
    let right = browser.post(&house, &wrong, "/auth/second-factor", &[("code", CODE)]).await;
    assert_eq!(right.location(), "/auth/account");
    let sign_in = house.people.by_cookie(digest_of(&browser).expect("a cookie")).await.expect("an answer");
    assert!(sign_in.is_some_and(|sign_in| sign_in.user == BEA && sign_in.methods.otp));
    assert!(!browser.cookies.contains_key("__Host-vestibule-step"));
    // Nobody comes there without the password.
    let mut other = Browser::default();
    assert_eq!(other.get(&house, "/auth/second-factor").await.location(), "/auth/sign-in");
}

#[tokio::test]
async fn a_cookie_that_was_there_before_is_nobody_s_afterwards() {
    let (house, mut browser) = (House::open().await, Browser::default());
    browser.cookies.insert("__Host-vestibule-sign-in".into(), "sign-in_fixed".into());
    let page = browser.get(&house, "/auth/sign-in").await;
    let before = browser.cookies["__Host-vestibule-browser"].clone();
    let form = [("address", "ada@example.org"), ("password", PASSWORD)];
    browser.post(&house, &page, "/auth/sign-in", &form).await;
    assert_ne!(browser.cookies["__Host-vestibule-sign-in"], "sign-in_fixed");
    assert_ne!(browser.cookies["__Host-vestibule-browser"], before);
    // Forms of before the sign-in are void.
    let late = browser.post(&house, &page, "/auth/sign-in", &form).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_sign_in_leads_to_no_page_of_others() {
    let house = House::open().await;
    for goal in ["https://evil.example/", "//evil.example", "/auth/../evil", "javascript:alert(1)"] {
        let mut browser = Browser::default();
        let page = browser.get(&house, &format!("/auth/sign-in?return_to={goal}")).await;
        assert!(!page.text.contains("evil") && !page.text.contains("javascript"), "{}", page.text);
        let form = [("address", "ada@example.org"), ("password", PASSWORD), ("return_to", goal)];
        assert_eq!(browser.post(&house, &page, "/auth/sign-in", &form).await.location(), "/auth/account");
    }
}

#[tokio::test]
async fn the_account_page_shows_what_there_is_and_ends_it() {
    let (house, mut browser, mut other) = (House::open().await, Browser::default(), Browser::default());
    assert!(browser.get(&house, "/auth/account").await.location().starts_with("/auth/sign-in?return_to="));
    browser.sign_in(&house, "ada@example.org").await;
    other.sign_in(&house, "ada@example.org").await;
    let asked = browser.get(&house, ASKS).await;
    let request = asked.hidden("request");
    let form = [("request", &*request), ("decision", "allow")];
    browser.post(&house, &asked, "/auth/consent", &form).await;
    let page = browser.get(&house, "/auth/account").await;
    assert_eq!(page.text.matches("Unknown browser").count(), 3, "{}", page.text);
    let ended = browser.post(&house, &page, "/auth/account/sign-ins/end-others", &[]).await;
    let page = browser.follow(&house, ended).await;
    assert!(page.text.contains("All other browsers are signed out."), "{}", page.text);
    assert!(other.get(&house, "/auth/account").await.location().starts_with("/auth/sign-in"));
    let renamed = browser.post(&house, &page, "/auth/account/name", &[("name", " Ada L. ")]).await;
    assert!(browser.follow(&house, renamed).await.text.contains("Your name is saved."));
    let account = house.people.by_id(ADA).await.expect("an answer").expect("an account");
    assert_eq!(account.name.as_deref(), Some("Ada L."));
    let page = browser.get(&house, "/auth/account/authenticator").await;
    let turned_on = browser.post(&house, &page, "/auth/account/authenticator", &[("code", CODE)]).await;
    assert!(turned_on.text.contains("4f7k-92mx"), "{}", turned_on.text);
    let page = browser.get(&house, "/auth/account/recovery").await;
    let wrong = browser.post(&house, &page, "/auth/account/recovery", &[("password", PASSWORD), ("code", "1")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [("password", PASSWORD), ("code", CODE)];
    let renewed = browser.post(&house, &page, "/auth/account/recovery", &form).await;
    assert!(renewed.text.contains("88aw-zz2n"), "{}", renewed.text);
    let page = browser.get(&house, "/auth/account/delete").await;
    let deleted = browser.post(&house, &page, "/auth/account/delete", &[("password", PASSWORD)]).await;
    assert!(deleted.text.contains("Your account is deleted"), "{}", deleted.text);
    assert_eq!(digest_of(&browser), None);
}

#[tokio::test]
async fn a_second_factor_that_is_required_completes_the_sign_in_in_which_it_is_set_up() {
    let (house, mut browser) = (House::open().await, Browser::default());
    browser.cookies.insert("__Host-vestibule-step".into(), "step_1".into());
    let page = browser.get(&house, "/auth/account/authenticator").await;
    assert!(page.text.contains("<title>Set up two-step sign-in"), "{}", page.text);
    let done = browser.post(&house, &page, "/auth/account/authenticator", &[("code", CODE)]).await;
    assert!(done.text.contains("4f7k-92mx"), "{}", done.text);
    assert!(digest_of(&browser).is_some() && !browser.cookies.contains_key("__Host-vestibule-step"));
}

#[tokio::test]
async fn everything_of_a_person_is_given_to_whoever_signed_in_just_now() {
    let (house, mut browser) = (House::open().await, Browser::default());
    browser.sign_in(&house, "ada@example.org").await;
    let given = browser.get(&house, "/auth/account/export").await;
    assert!(given.text.contains(&ADA.to_string()), "{}", given.text);
    assert_eq!(given.fields["content-disposition"], "attachment; filename=\"account.json\"");
    house.wait(Duration::from_secs(16 * 60));
    assert!(browser.get(&house, "/auth/account/export").await.location().starts_with("/auth/sign-in"));
}

#[tokio::test]
async fn a_sign_in_ends_by_the_button_by_time_and_by_a_lock() {
    let (house, mut browser) = (House::open().await, Browser::default());
    browser.sign_in(&house, "ada@example.org").await;
    let digest = digest_of(&browser).expect("a cookie");
    let page = browser.get(&house, "/auth/sign-out").await;
    assert!(page.text.contains("<h1>Sign out?</h1>"), "{}", page.text);
    assert!(house.people.by_cookie(digest).await.expect("an answer").is_some());
    let out = browser.post(&house, &page, "/auth/sign-out", &[]).await;
    assert!(out.text.contains("You are signed out"), "{}", out.text);
    assert_eq!((house.people.by_cookie(digest).await, digest_of(&browser)), (Ok(None), None));

    browser.sign_in(&house, "ada@example.org").await;
    house.wait(Duration::from_secs(12 * 60 * 60));
    assert!(browser.get(&house, "/auth/account").await.location().starts_with("/auth/sign-in"));

    browser.sign_in(&house, "ada@example.org").await;
    let lock = crate::store::accounts::Change::Locked(true);
    house.people.change(ADA, lock, model::Clock::wall(&*house.clock)).await.expect("a lock");
    assert!(browser.get(&house, "/auth/account").await.location().starts_with("/auth/sign-in"));
}

#[tokio::test]
async fn an_app_cannot_sign_a_person_out_without_being_asked() {
    let (house, mut browser) = (House::open().await, Browser::default());
    browser.sign_in(&house, "ada@example.org").await;
    let cross = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
    let asked = browser.send(&house, Method::POST, "/auth/end-session", &cross, &[]).await;
    assert!(asked.text.contains("<h1>Sign out?</h1>"), "{}", asked.text);
    assert!(digest_of(&browser).is_some());
    let bad = browser.get(&house, "/auth/end-session?post_logout_redirect_uri=https%3A%2F%2Fevil.example").await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_an_app_must_not_be_told_is_a_page_of_ours() {
    let (house, mut browser) = (House::open().await, Browser::default());
    for bad in [
        ASKS.replace("cli.example", "evil.example"),
        ASKS.replace("client_id=cli", "client_id=unknown"),
        format!("{ASKS}&client_id=cli"),
        ASKS.replace("the%20state", "%zz"),
    ] {
        let page = browser.get(&house, &bad).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{bad}");
        assert!(page.text.contains("<h1>") && !page.fields.contains_key("location"), "{bad}");
    }
}

#[tokio::test]
async fn links_are_followed_by_a_form_and_not_by_programs_that_read_mail() {
    let (house, mut browser) = (House::open().await, Browser::default());
    let page = browser.get(&house, "/auth/verify?link=verify").await;
    assert!(page.text.contains("<title>Confirm your e-mail address"), "{}", page.text);
    let done = browser.post(&house, &page, "/auth/verify", &[("link", "verify")]).await;
    assert!(done.text.contains("is confirmed"), "{}", done.text);
    let page = browser.get(&house, "/auth/verify?link=join").await;
    let weak = browser.post(&house, &page, "/auth/verify", &[("link", "join"), ("new_password", "password")]).await;
    assert!(weak.text.contains("id=\"new_password-fault\""), "{}", weak.text);
    let form = [("link", "join"), ("name", "Ada"), ("new_password", "correct horse battery")];
    let joined = browser.post(&house, &weak, "/auth/verify", &form).await;
    assert_eq!(joined.location(), "/auth/account");
    assert!(digest_of(&browser).is_some());
    let page = browser.get(&house, "/auth/reset?link=reset").await;
    let reset = browser.post(&house, &page, "/auth/reset", &[("link", "reset"), ("new_password", "long enough")]).await;
    assert_eq!(reset.location(), "/auth/account");
    for late in ["/auth/verify?link=used", "/auth/reset?link=used", "/auth/reset?link=join"] {
        assert_eq!(browser.get(&house, late).await.status, StatusCode::GONE, "{late}");
    }
}

#[tokio::test]
async fn a_link_is_promised_to_any_address_and_accounts_are_made_where_that_is_open() {
    let (house, mut browser) = (House::open().await, Browser::default());
    for path in ["/auth/register", "/auth/forgot"] {
        let page = browser.get(&house, path).await;
        let sent = browser.post(&house, &page, path, &[("address", "eve@example.org")]).await;
        assert!(sent.text.contains("<h1>Check your mail</h1>"), "{}", sent.text);
        let wrong = browser.post(&house, &page, path, &[("address", "nothing")]).await;
        assert!(wrong.text.contains("id=\"address-fault\""), "{}", wrong.text);
    }
    let invited = House::invited_only().await;
    assert_eq!(browser.get(&invited, "/auth/register").await.status, StatusCode::NOT_FOUND);
    assert!(!browser.get(&invited, "/auth/sign-in").await.text.contains("Create an account"));
}

#[tokio::test]
async fn too_many_tries_are_told_when_to_come_again() {
    let (house, mut browser) = (House::open().await, Browser::default());
    *house.busy.lock().expect("it") = true;
    let answer = browser.sign_in(&house, "ada@example.org").await;
    assert_eq!((answer.status, &answer.fields[RETRY_AFTER]), (StatusCode::TOO_MANY_REQUESTS, &7.into()));
}

#[tokio::test]
async fn methods_and_paths_that_are_not_ours_are_told_so() {
    let (house, mut browser) = (House::open().await, Browser::default());
    for (method, path, allow) in
        [(Method::DELETE, "/auth/sign-in", "GET, POST, HEAD"), (Method::GET, "/auth/session/end", "POST")]
    {
        let answer = browser.send(&house, method, path, &[], &[]).await;
        assert_eq!(
            (answer.status, &answer.fields[ALLOW]),
            (StatusCode::METHOD_NOT_ALLOWED, &allow.parse().expect("it"))
        );
    }
    browser.sign_in(&house, "ada@example.org").await;
    for path in ["/auth", "/auth/nothing", "/auth/account/nothing", "/auth/logo"] {
        assert_eq!(browser.get(&house, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let head = browser.send(&house, Method::HEAD, "/auth/sign-in", &[], &[]).await;
    assert_eq!(head.status, StatusCode::OK);
}

#[tokio::test]
async fn every_page_keeps_to_the_policy_and_the_sheet_is_kept_by_browsers() {
    let (house, mut browser) = (House::open().await, Browser::default());
    let mut pages = vec![];
    for path in
        ["/auth/sign-in", "/auth/register", "/auth/forgot", "/auth/verify?link=join", "/auth/nothing-else?a=%zz"]
    {
        pages.push(browser.get(&house, path).await);
    }
    browser.sign_in(&house, "ada@example.org").await;
    for path in
        ["/auth/account", "/auth/account/password", "/auth/account/delete", "/auth/device", "/auth/sign-out", ASKS]
    {
        pages.push(browser.get(&house, path).await);
    }
    for page in pages.iter().filter(|page| page.status != StatusCode::NOT_FOUND) {
        let policy = page.fields[CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.fields["cache-control"], "no-store");
        assert_eq!(page.fields["x-frame-options"], "DENY");
    }
    let sheet = browser.get(&house, "/auth/style.css").await;
    assert_eq!(sheet.fields["content-type"], "text/css; charset=utf-8");
    assert!(sheet.fields["cache-control"].to_str().expect("text").contains("immutable"));
}
