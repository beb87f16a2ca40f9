//! RP-initiated logout: whose wish it is, and where people go afterwards.

use crate::oauth::PageFault;
use crate::oauth::harness::{House, encoded};
use crate::oidc::Leaving;
use crate::{Form, SignInId, SignedIn};

const BYE: &str = "https://app.example/bye";

fn leave(house: &House, form: &[(&str, &str)], signed_in: Option<&SignedIn>) -> Leaving {
    house.server.end_session(&Form::parse(encoded(form).as_bytes()).unwrap(), signed_in)
}

#[tokio::test]
async fn an_id_token_of_this_browser_shows_that_it_is_the_persons_wish() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    let hint = tokens["id_token"].as_str().unwrap();
    house.wait(7 * 24 * 60 * 60);
    let form = [("id_token_hint", hint), ("post_logout_redirect_uri", BYE), ("state", "a b")];
    let to = Some("https://app.example/bye?state=a%20b".into());
    assert_eq!(leave(&house, &form, Some(&house.ada)), Leaving::Leave { to: to.clone() }, "although it has expired");
    let elsewhere = SignedIn { sign_in: SignInId::generate().unwrap(), ..house.ada.clone() };
    assert_eq!(leave(&house, &form, Some(&elsewhere)), Leaving::Ask { to: to.clone() });
    assert_eq!(leave(&house, &form, None), Leaving::Leave { to }, "there is nothing to end");
}

#[tokio::test]
async fn without_a_token_the_person_is_asked() {
    let house = House::new();
    assert_eq!(leave(&house, &[], Some(&house.ada)), Leaving::Ask { to: None });
    let form = [("client_id", "shop"), ("post_logout_redirect_uri", BYE)];
    assert_eq!(leave(&house, &form, Some(&house.ada)), Leaving::Ask { to: Some(BYE.into()) });
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_was_not_registered() {
    let house = House::new();
    for uri in [
        "https://evil.example/",
        "https://app.example/bye/",
        "https://app.example/bye?x",
        "//evil.example",
        "javascript:1",
    ] {
        let form = [("client_id", "shop"), ("post_logout_redirect_uri", uri)];
        assert_eq!(leave(&house, &form, Some(&house.ada)), Leaving::Page(PageFault::RedirectUri), "{uri}");
    }
    let nameless = [("post_logout_redirect_uri", BYE)];
    assert_eq!(
        leave(&house, &nameless, Some(&house.ada)),
        Leaving::Page(PageFault::RedirectUri),
        "whose address is it?"
    );
    assert_eq!(leave(&house, &[("client_id", "nobody")], None), Leaving::Page(PageFault::UnknownApp));
}

#[tokio::test]
async fn no_other_token_is_taken_for_an_id_token() {
    let house = House::new();
    let tokens = house.tokens("shop", &[]).await;
    let forged =
        house.app_key.sign("JWT", &serde_json::json!({ "iss": "https://shop.example", "aud": "shop" })).unwrap();
    for hint in [tokens["access_token"].as_str().unwrap(), &house.assertion(|_| {}), &forged, "x"] {
        let form = [("id_token_hint", hint)];
        assert_eq!(leave(&house, &form, Some(&house.ada)), Leaving::Page(PageFault::Malformed));
    }
    let hint = tokens["id_token"].as_str().unwrap();
    let other = [("id_token_hint", hint), ("client_id", "edwards")];
    assert_eq!(leave(&house, &other, Some(&house.ada)), Leaving::Page(PageFault::Malformed));
    let twice = [("client_id", "shop"), ("client_id", "shop")];
    assert_eq!(leave(&house, &twice, Some(&house.ada)), Leaving::Page(PageFault::Malformed));
}
