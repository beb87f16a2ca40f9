//! Registering, being invited, and the one answer for everybody.

use super::{AccountsMode, House, MINUTE, OTHER, PASSWORD, SecondFactor, entered, from, house, methods, open_house};
use crate::accounts::people::{Opened, PeopleError};
use crate::accounts::{Address, Weakness};

#[tokio::test]
async fn an_account_is_made_behind_its_link_and_only_there() {
    let house = open_house();
    house.people.register("Ada@shop.example", &from(1)).unwrap();
    let link = house.link("Ada@shop.example").await;
    assert!(house.people.list(None, 10).await.unwrap().is_empty(), "nobody is here yet");
    let address = Address::parse("Ada@shop.example").unwrap();
    assert_eq!(house.people.open(&link).await.unwrap(), Opened::Join(address));
    let entered = entered(house.people.join(&link, " Ada L. ", PASSWORD, &from(1)).await.unwrap());
    let account = house.account(entered.account.id).await;
    assert_eq!(account, entered.account);
    assert_eq!((account.name.as_deref(), account.verified), (Some("Ada L."), true));
    let known = house.people.who(entered.cookie.text().expose()).await.unwrap().unwrap();
    assert_eq!(known.account.id, account.id);
    assert_eq!(methods(&known), ["pwd"]);
    assert!(matches!(house.people.join(&link, "", OTHER, &from(1)).await, Err(PeopleError::NoLink)));
}

#[tokio::test]
async fn a_taken_address_gets_the_same_answer_and_a_mail_that_says_so() {
    let house = open_house();
    house.joined("ada@shop.example").await;
    let before = house.store.calls();
    for address in ["ada@shop.example", "bob@shop.example"] {
        house.people.register(address, &from(1)).unwrap();
        house.people.forgot(address, &from(1)).unwrap();
    }
    // The runtime of this test has one thread, which has not let go yet.
    assert_eq!(house.store.calls(), before, "nothing was looked up before the answer");
    let mut mails = house.mails().await;
    mails.sort();
    let told: Vec<_> = mails.iter().map(|(to, _, text)| (to.as_str(), text.contains("?link="))).collect();
    // Ada: she has an account, and a link to reset; Bob: a link to join, and nothing about a password.
    assert_eq!(told.len(), 3, "{mails:?}");
    assert_eq!(told[2], ("bob@shop.example", true));
    assert!(mails.iter().any(|(to, _, text)| to == "ada@shop.example" && text.contains("You have one already")));
}

#[tokio::test]
async fn nobody_is_flooded_with_mails() {
    let house = open_house();
    for last in 1..=20 {
        house.people.register("ada@shop.example", &from(last)).unwrap();
    }
    assert_eq!(house.mails().await.len(), 4, "and the answer was the same");
    for _ in 0..19 {
        house.people.forgot("bob@shop.example", &from(1)).unwrap();
    }
    assert!(matches!(house.people.forgot("cy@shop.example", &from(1)), Err(PeopleError::TooMany(_))));
}

#[tokio::test]
async fn where_accounts_are_by_invitation_nobody_else_makes_one() {
    let house = house(AccountsMode::Invite, SecondFactor::Offered);
    assert!(matches!(house.people.register("ada@shop.example", &from(1)), Err(PeopleError::NotOffered)));
    let url = house.people.invite("ada@shop.example").await.unwrap();
    let link = house.link("ada@shop.example").await;
    assert_eq!(*url.expose(), format!("https://shop.example/auth/verify?link={link}"));
    entered(house.people.join(&link, "", PASSWORD, &from(1)).await.unwrap());
    assert!(matches!(house.people.invite("ADA@shop.example").await, Err(PeopleError::AddressTaken)));
}

#[tokio::test]
async fn a_house_that_closed_takes_no_link_to_join() {
    let open = open_house();
    open.people.register("ada@shop.example", &from(1)).unwrap();
    let link = open.link("ada@shop.example").await;
    let with = |mode| {
        let mut people = open.people.clone();
        people.mode = mode;
        people
    };
    for mode in [AccountsMode::Invite, AccountsMode::Closed] {
        assert!(matches!(with(mode).open(&link).await, Err(PeopleError::NoLink)));
        assert!(matches!(with(mode).join(&link, "", PASSWORD, &from(1)).await, Err(PeopleError::NoLink)));
    }
    assert!(matches!(with(AccountsMode::Closed).invite("bob@shop.example").await, Err(PeopleError::NotOffered)));
}

#[tokio::test]
async fn a_link_is_kept_while_the_password_is_not_taken_and_for_a_day() {
    let house = open_house();
    house.people.register("ada@shop.example", &from(1)).unwrap();
    let link = house.link("ada@shop.example").await;
    let weak = house.people.join(&link, "", "ada@shop.example", &from(1)).await;
    assert!(matches!(weak, Err(PeopleError::Weak(Weakness::Guessable(_)))), "{weak:?}");
    let long = "x".repeat(101);
    assert!(matches!(house.people.join(&link, &long, PASSWORD, &from(1)).await, Err(PeopleError::Name)));
    house.clock.advance(24 * 60 * MINUTE);
    assert!(matches!(house.people.join(&link, "", PASSWORD, &from(1)).await, Err(PeopleError::NoLink)));
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_once_and_ends_everything() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await;
    house.people.forgot("ADA@shop.example", &from(9)).unwrap();
    let link = house.link("ada@shop.example").await;
    let cookie = ada.cookie.text().expose();
    assert!(house.people.who(cookie).await.unwrap().is_some(), "asking alone ends nothing");
    let again = entered(house.people.reset(&link, OTHER, &from(9)).await.unwrap());
    assert!(house.people.who(cookie).await.unwrap().is_none());
    assert!(house.people.who(again.cookie.text().expose()).await.unwrap().is_some());
    assert_eq!(house.endings(), [(ada.account.id, None)]);
    assert!(matches!(house.people.reset(&link, PASSWORD, &from(9)).await, Err(PeopleError::NoLink)));
    assert!(matches!(house.people.sign_in("ada@shop.example", PASSWORD, &from(1)).await, Err(PeopleError::Wrong)));
    entered(house.people.sign_in("ada@shop.example", OTHER, &from(1)).await.unwrap());
    let mails = house.mails().await;
    assert!(mails.iter().any(|(to, _, text)| to == "ada@shop.example" && text.contains("password of your account")));
}

#[tokio::test]
async fn a_locked_account_gets_no_link_and_one_from_before_does_not_let_in() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await;
    house.people.forgot("ada@shop.example", &from(1)).unwrap();
    let link = house.link("ada@shop.example").await;
    house.people.lock(ada.account.id, true).await.unwrap();
    assert!(house.people.who(ada.cookie.text().expose()).await.unwrap().is_none());
    assert!(matches!(house.people.reset(&link, OTHER, &from(1)).await, Err(PeopleError::NoLink)));
    house.people.forgot("ada@shop.example", &from(1)).unwrap();
    assert!(house.mails().await.is_empty());
    house.people.lock(ada.account.id, false).await.unwrap();
    entered(house.people.sign_in("ada@shop.example", OTHER, &from(1)).await.unwrap());
}

#[tokio::test]
async fn a_link_does_not_open_what_it_is_not_for() {
    let house: House = open_house();
    let ada = house.joined("ada@shop.example").await;
    house.people.forgot("ada@shop.example", &from(1)).unwrap();
    let reset = house.link("ada@shop.example").await;
    house.people.register("bob@shop.example", &from(1)).unwrap();
    let join = house.link("bob@shop.example").await;
    assert!(matches!(house.people.join(&reset, "", OTHER, &from(1)).await, Err(PeopleError::NoLink)));
    assert!(matches!(house.people.reset(&join, OTHER, &from(1)).await, Err(PeopleError::NoLink)));
    for link in [reset.as_str(), &join, "", "link_", &"x".repeat(10_000)] {
        assert!(matches!(house.people.confirm_address(link).await, Err(PeopleError::NoLink)));
    }
    assert_eq!(house.account(ada.account.id).await, ada.account);
}
