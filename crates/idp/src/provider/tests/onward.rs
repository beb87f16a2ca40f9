//! Where a person goes on whose way from an app led over their mail.

use http::StatusCode;
use http::header::CONTENT_SECURITY_POLICY;

use super::ASKS;
use super::house::{Browser, House, Seen, digest_of, parameter};

const GOAL: &str = "__Host-vestibule-goal";
const JOINING: [(&str, &str); 3] = [("link", "join"), ("name", "Ada"), ("new_password", "correct horse battery")];

/// From the app's page to the question for a link, by what the pages themselves offer.
async fn asks_for_a_link(browser: &mut Browser, house: &House, begun: &str, path: &str) -> Seen {
    let begun = browser.get(house, begun).await;
    let page = browser.follow(house, begun).await;
    assert!(page.text.contains("<h1>Sign in</h1>"), "{}", page.text);
    let link = page.text.split("href=\"").find(|rest| rest.starts_with(path)).expect("a link");
    let page = browser.get(house, &link.split('"').next().expect("an end").replace("&amp;", "&")).await;
    let goal = page.hidden("return_to");
    let sent = browser.post(house, &page, path, &[("address", "ada@example.org"), ("return_to", &goal)]).await;
    assert!(sent.text.contains("<h1>Check your mail</h1>"), "{}", sent.text);
    sent
}

#[tokio::test]
async fn who_makes_an_account_on_the_way_from_an_app_comes_back_to_it() {
    let (house, mut browser) = (House::open().await, Browser::default());
    asks_for_a_link(&mut browser, &house, "/auth/session/start?return_to=/orders", "/auth/register").await;
    let page = browser.get(&house, "/auth/verify?link=join").await;
    assert!(page.text.contains("Then you go on to <strong>The page</strong>"), "{}", page.text);
    let weak = browser.post(&house, &page, "/auth/verify", &[("link", "join"), ("new_password", "password")]).await;
    let joined = browser.post(&house, &weak, "/auth/verify", &JOINING).await;
    assert_eq!(browser.follow(&house, joined).await.location(), "/orders");
    assert!(browser.get(&house, "/auth/session").await.text.contains("\"signed_in\":true"));
    assert!(!browser.cookies.contains_key(GOAL));
}

#[tokio::test]
async fn a_new_password_leads_back_to_the_app_as_well() {
    let (house, mut browser) = (House::open().await, Browser::default());
    asks_for_a_link(&mut browser, &house, ASKS, "/auth/forgot").await;
    let page = browser.get(&house, "/auth/reset?link=reset").await;
    // Browsers hold every redirect after a form against this (CSP `form-action`).
    let policy = page.fields[CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.ends_with("form-action 'self' https://cli.example"), "{policy}");
    let form = [("link", "reset"), ("new_password", "correct horse battery")];
    let reset = browser.post(&house, &page, "/auth/reset", &form).await;
    let asked = browser.follow(&house, reset).await;
    assert!(asked.text.contains("<h1>Allow The cli?</h1>"), "{}", asked.text);
    let request = asked.hidden("request");
    let answered = browser.post(&house, &asked, "/auth/consent", &[("request", &request), ("decision", "allow")]).await;
    assert_eq!(parameter(answered.location(), "state").as_deref(), Some("the state"));
}

#[tokio::test]
async fn a_link_that_is_opened_in_another_browser_ends_at_the_account_page() {
    let (house, mut browser, mut other) = (House::open().await, Browser::default(), Browser::default());
    asks_for_a_link(&mut browser, &house, "/auth/session/start?return_to=/orders", "/auth/register").await;
    let page = other.get(&house, "/auth/verify?link=join").await;
    assert!(!page.text.contains("Then you go on"), "{}", page.text);
    assert_eq!(other.post(&house, &page, "/auth/verify", &JOINING).await.location(), "/auth/account");
    assert!(digest_of(&other).is_some() && digest_of(&browser).is_none());
}

#[tokio::test]
async fn no_goal_of_others_and_none_that_is_too_long_is_kept() {
    let (house, mut browser) = (House::open().await, Browser::default());
    let long = format!("/auth/authorize?state={}", "a".repeat(2000));
    for goal in ["https://evil.example/", "//evil.example", "/auth/../evil", "/orders", &long] {
        let page = browser.get(&house, "/auth/register").await;
        let form = [("address", "ada@example.org"), ("return_to", goal)];
        assert_eq!(browser.post(&house, &page, "/auth/register", &form).await.status, StatusCode::OK);
        assert!(!browser.cookies.contains_key(GOAL), "{goal}");
    }
    // Nor is one believed that somebody else put there.
    for planted in ["aHR0cHM6Ly9ldmlsLmV4YW1wbGUv", "Ly9ldmlsLmV4YW1wbGU", "not-base64-of-anything", "_w"] {
        browser.cookies.insert(GOAL.into(), planted.into());
        let page = browser.get(&house, "/auth/verify?link=join").await;
        assert_eq!(browser.post(&house, &page, "/auth/verify", &JOINING).await.location(), "/auth/account");
    }
}

#[tokio::test]
async fn asking_once_more_without_a_goal_forgets_the_one_of_before() {
    let (house, mut browser) = (House::open().await, Browser::default());
    asks_for_a_link(&mut browser, &house, ASKS, "/auth/register").await;
    assert!(browser.cookies.contains_key(GOAL));
    let page = browser.get(&house, "/auth/register").await;
    browser.post(&house, &page, "/auth/register", &[("address", "ada@example.org")]).await;
    assert!(!browser.cookies.contains_key(GOAL));
}
