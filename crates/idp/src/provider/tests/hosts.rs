//! Sessions at another host than the issuer's: over the issuer and back, and nobody in between.

use http::header::CONTENT_SECURITY_POLICY;
use http::{Method, StatusCode};

use super::house::{Browser, DESK, House, ISSUER, PASSWORD, Seen};

const SESSION: &str = "__Host-vestibule-session";
const START: &str = "/auth/session/start?return_to=/board";

/// Signs in at the issuer where something was begun at the desk; the address that leads back there.
async fn over_the_issuer(house: &House, issuer: &mut Browser, begun: Seen) -> String {
    assert!(begun.location().starts_with(&format!("{ISSUER}/auth/authorize?")), "{begun:?}");
    let page = issuer.follow(house, begun).await;
    assert!(page.text.contains("<h1>Sign in</h1>") && page.text.contains("The desk"), "{}", page.text);
    let policy = page.fields[CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.ends_with("form-action 'self' https://desk.example"), "{policy}");
    let goal = page.hidden("return_to");
    let form = [("address", "ada@example.org"), ("password", PASSWORD), ("return_to", &*goal)];
    let entered = issuer.post(house, &page, "/auth/sign-in", &form).await;
    let back = issuer.follow(house, entered).await.location().to_owned();
    assert!(back.starts_with(&format!("{DESK}/auth/session/callback?")), "{back}");
    back
}

async fn is_signed_in(house: &House, browser: &mut Browser) -> bool {
    browser.get(house, "/auth/session").await.text.contains("\"signed_in\":true")
}

#[tokio::test]
async fn a_session_at_another_host_goes_over_the_issuer_and_is_that_host_s_alone() {
    let (house, mut issuer, mut desk) = (House::open().await, Browser::default(), Browser::at(DESK));
    let begun = desk.get(&house, START).await;
    let back = over_the_issuer(&house, &mut issuer, begun).await;
    assert_eq!(desk.get(&house, &back).await.location(), "/board");
    assert!(is_signed_in(&house, &mut desk).await);
    // Neither is there a session at the issuer's host, nor is the cookie of this one taken there.
    assert!(!is_signed_in(&house, &mut issuer).await);
    let mut elsewhere = Browser { cookies: desk.cookies.clone(), ..Browser::default() };
    assert!(!is_signed_in(&house, &mut elsewhere).await);
    // Once more goes without a question; a sign-out ends it, and the sign-in at the issuer with it.
    let again = desk.get(&house, START).await;
    assert!(issuer.follow(&house, again).await.location().starts_with(DESK));
    let own = [("sec-fetch-site", "same-origin"), ("origin", DESK)];
    let ended = desk.send(&house, Method::POST, "/auth/session/end", &own, &[]).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert!(!is_signed_in(&house, &mut desk).await);
    let begun = desk.get(&house, START).await;
    over_the_issuer(&house, &mut issuer, begun).await;
}

#[tokio::test]
async fn what_was_begun_at_one_host_or_in_one_browser_ends_in_no_other() {
    let (house, mut issuer, mut desk) = (House::open().await, Browser::default(), Browser::at(DESK));
    desk.cookies.insert(SESSION.into(), "session_fixed".into());
    let begun = desk.get(&house, START).await;
    let back = over_the_issuer(&house, &mut issuer, begun).await;
    // Login CSRF: the way back of somebody else, in a browser that began nothing, and in one that began its own.
    let mut victim = Browser::at(DESK);
    for _ in 0..2 {
        assert_eq!(victim.get(&house, &back).await.status, StatusCode::BAD_REQUEST);
        assert!(!victim.cookies.contains_key(SESSION));
        victim.get(&house, START).await;
    }
    // At another host it is nothing, whatever cookies come with it.
    let mut elsewhere = Browser { cookies: desk.cookies.clone(), ..Browser::default() };
    let path = back.trim_start_matches(DESK);
    assert_eq!(elsewhere.get(&house, path).await.status, StatusCode::BAD_REQUEST);
    // Fixation: the cookie that was there before is nobody's.
    assert_eq!(desk.get(&house, &back).await.location(), "/board");
    assert_ne!(desk.cookies[SESSION], "session_fixed");
    assert!(is_signed_in(&house, &mut desk).await);
    // A code that is shown twice was stolen once: what came of it ends.
    assert_eq!(desk.get(&house, &back).await.status, StatusCode::BAD_REQUEST);
    assert!(!is_signed_in(&house, &mut desk).await);
    // Nobody begins for an app at a host where it has no pages.
    for origin in ["https://evil.example", ISSUER] {
        let begun = Browser::at(origin).get(&house, "/auth/session/start?app=desk").await;
        assert_eq!(begun.status, StatusCode::BAD_REQUEST, "{origin}");
    }
}
