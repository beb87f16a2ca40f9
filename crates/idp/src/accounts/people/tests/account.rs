//! What a person does with the own account, and whoever runs the house with any.

use super::{MINUTE, OTHER, PASSWORD, entered, from, open_house};
use crate::accounts::people::{PeopleError, Who};
use crate::accounts::{Weakness, totp};
use crate::store::accounts::Accounts;
use model::Clock;

#[tokio::test]
async fn a_new_password_ends_every_sign_in_but_the_one_in_which_it_was_chosen() {
    let house = open_house();
    let here = house.joined("ada@shop.example").await;
    let there = entered(house.people.sign_in("ada@shop.example", PASSWORD, &from(2)).await.unwrap());
    assert_ne!(here.cookie.digest(), there.cookie.digest(), "each sign-in has a cookie of its own");
    let (user, id) = (here.account.id, here.sign_in.id);
    let change = async |before: &str, after: &str| house.people.change_password(user, id, before, after).await;
    assert!(matches!(change(OTHER, OTHER).await, Err(PeopleError::Wrong)));
    assert!(matches!(change(PASSWORD, "short").await, Err(PeopleError::Weak(Weakness::TooShort))));
    assert!(matches!(change(PASSWORD, "Corner Shop").await, Err(PeopleError::Weak(Weakness::Guessable(_)))));
    assert!(house.people.who(there.cookie.text().expose()).await.unwrap().is_some());
    change(PASSWORD, OTHER).await.unwrap();
    assert!(house.people.who(here.cookie.text().expose()).await.unwrap().is_some());
    assert!(house.people.who(there.cookie.text().expose()).await.unwrap().is_none());
    assert_eq!(house.endings(), [(user, None)]);
    entered(house.people.sign_in("ada@shop.example", OTHER, &from(1)).await.unwrap());
    assert!(house.mails().await.iter().any(|(_, subject, _)| subject == "Your account at Corner Shop was changed"));
}

#[tokio::test]
async fn the_password_before_is_not_found_by_trying_in_a_stolen_session() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await;
    let (user, id) = (ada.account.id, ada.sign_in.id);
    let mut tries = 0;
    while matches!(house.people.change_password(user, id, "no no no", OTHER).await, Err(PeopleError::Wrong)) {
        tries += 1;
    }
    assert_eq!(tries, 5);
}

#[tokio::test]
async fn signing_out_ends_that_sign_in_and_no_other() {
    let house = open_house();
    let here = house.joined("ada@shop.example").await;
    let there = entered(house.people.sign_in("ada@shop.example", PASSWORD, &from(2)).await.unwrap());
    let cookie = here.cookie.text().expose();
    assert!(house.people.sign_out(cookie).await.unwrap().is_some());
    assert!(house.people.sign_out(cookie).await.unwrap().is_none());
    assert!(house.people.who(cookie).await.unwrap().is_none());
    assert_eq!(house.endings(), [(here.account.id, Some(here.sign_in.id))]);
    assert!(house.people.who(there.cookie.text().expose()).await.unwrap().is_some());
    house.people.end_all(here.account.id, None).await.unwrap();
    assert!(house.people.who(there.cookie.text().expose()).await.unwrap().is_none());
}

#[tokio::test]
async fn nobody_ends_the_sign_in_of_somebody_else() {
    let house = open_house();
    let (ada, bob) = (house.joined("ada@shop.example").await, house.joined("bob@shop.example").await);
    assert!(!house.people.end_sign_in(bob.account.id, ada.sign_in.id).await.unwrap());
    assert!(house.people.who(ada.cookie.text().expose()).await.unwrap().is_some());
    assert!(house.people.end_sign_in(ada.account.id, ada.sign_in.id).await.unwrap());
}

#[tokio::test]
async fn an_address_is_changed_by_whoever_reads_the_new_one_and_the_old_one_is_told() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await.account.id;
    assert!(matches!(house.people.ask_to_move(ada, OTHER, "new@shop.example").await, Err(PeopleError::Wrong)));
    house.people.ask_to_move(ada, PASSWORD, "New@shop.example").await.unwrap();
    let link = house.link("New@shop.example").await;
    assert_eq!(house.account(ada).await.address.as_str(), "ada@shop.example");
    house.people.confirm_address(&link).await.unwrap();
    assert_eq!(house.account(ada).await.address.as_str(), "New@shop.example");
    let [(to, _, text)] = &house.mails().await[..] else { panic!("one mail") };
    assert!(to == "ada@shop.example" && text.contains("another address"));
    assert!(matches!(house.people.confirm_address(&link).await, Err(PeopleError::NoLink)));
}

#[tokio::test]
async fn moving_to_an_address_that_is_taken_is_told_to_its_reader_alone() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await.account.id;
    house.joined("bob@shop.example").await;
    house.people.ask_to_move(ada, PASSWORD, "bob@shop.example").await.unwrap();
    let link = house.link("bob@shop.example").await;
    assert!(matches!(house.people.confirm_address(&link).await, Err(PeopleError::AddressTaken)));
    assert_eq!(house.account(ada).await.address.as_str(), "ada@shop.example");
}

#[tokio::test]
async fn the_export_has_everything_but_what_would_let_somebody_in() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await;
    house.people.rename(ada.account.id, "Ada L.").await.unwrap();
    house.people.offer_authenticator(ada.account.id, false).await.unwrap();
    let offered = house.account(ada.account.id).await.offered.unwrap();
    let code = totp::code(&offered, totp::step_at(house.clock.wall()));
    house.people.confirm_authenticator(ada.account.id, &code).await.unwrap();
    let export = house.people.export(ada.account.id).await.unwrap();
    assert_eq!(export["account"]["address"], "ada@shop.example");
    assert_eq!(export["account"]["name"], "Ada L.");
    assert_eq!(export["account"]["second_factor"], true);
    assert_eq!(export["account"]["created"], "2026-09-21T14:13:20Z");
    assert_eq!(export["sign_ins"][0]["agent"], "Firefox on Linux");
    assert_eq!(export["sign_ins"][0]["address"], "192.0.2.1");
    let text = export.to_string();
    let account = house.account(ada.account.id).await;
    let secrets = [account.password.unwrap().expose().to_owned(), offered.to_base32().expose().clone()];
    assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
    assert!(!text.contains("argon2"), "{text}");
}

#[tokio::test]
async fn a_deleted_account_leaves_a_commitment_and_no_name() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await;
    let user = ada.account.id;
    assert!(matches!(house.people.delete(user, OTHER, "").await, Err(PeopleError::Wrong)));
    let departure = house.people.delete(user, PASSWORD, "").await.unwrap();
    assert!(departure.commitment.is_to(user));
    assert_eq!(house.store.departures(0, 10).await.unwrap(), [departure]);
    assert_eq!(house.endings(), [(user, None)]);
    assert!(house.people.who(ada.cookie.text().expose()).await.unwrap().is_none());
    assert!(matches!(house.people.sign_in("ada@shop.example", PASSWORD, &from(1)).await, Err(PeopleError::Wrong)));
    house.clock.advance(60 * MINUTE);
    let again = house.joined("ada@shop.example").await;
    assert_ne!(again.account.id, user, "an id is never given again");
    assert!(!departure.commitment.is_to(again.account.id));
}

#[tokio::test]
async fn whoever_runs_the_house_makes_finds_and_changes_accounts() {
    let house = open_house();
    let (made, url) = house.people.create("Ada@shop.example", "Ada").await.unwrap();
    assert!(matches!(house.people.create("ada@shop.example", "").await, Err(PeopleError::AddressTaken)));
    let link = url.expose().strip_prefix("https://shop.example/auth/reset?link=").unwrap().to_owned();
    for typed in ["ADA@shop.example".to_owned(), made.id.to_string()] {
        assert_eq!(house.people.find(&Who::parse(&typed).unwrap()).await.unwrap().id, made.id);
    }
    for typed in ["", "ada", "ada@", "0123"] {
        assert_eq!(Who::parse(typed), None, "{typed}");
    }
    entered(house.people.reset(&link, PASSWORD, &from(1)).await.unwrap());
    house.people.readdress(made.id, "lovelace@shop.example").await.unwrap();
    entered(house.people.sign_in("lovelace@shop.example", PASSWORD, &from(1)).await.unwrap());
    house.people.drop_second_factor(made.id).await.unwrap();
    house.people.remove(made.id).await.unwrap();
    assert!(matches!(house.people.remove(made.id).await, Err(PeopleError::Nobody)));
    assert!(matches!(house.people.lock(made.id, true).await, Err(PeopleError::Nobody)));
}
