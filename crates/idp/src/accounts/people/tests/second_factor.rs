//! Codes after the password: set up, asked for, used once, lost.

use super::{AccountsMode, House, MINUTE, OTHER, PASSWORD, SecondFactor, entered, from, house, methods, open_house};
use crate::UserId;
use crate::accounts::people::{PeopleError, Step};
use crate::accounts::{Lane, totp};
use model::{Clock, Secret};

/// The code that the app of that person shows now.
async fn shown(house: &House, user: UserId) -> String {
    let account = house.account(user).await;
    let secret = account.offered.or(account.authenticator.map(|app| app.secret)).expect("a secret");
    totp::code(&secret, totp::step_at(house.clock.wall()))
}

/// Ada, with an authenticator app and its recovery codes; the code that set it up is used.
async fn ada_with_app(house: &House) -> (UserId, Vec<Secret<String>>) {
    let ada = house.joined("ada@shop.example").await.account;
    house.people.offer_authenticator(ada.id, false).await.unwrap();
    let code = shown(house, ada.id).await;
    let codes = house.people.confirm_authenticator(ada.id, &code).await.unwrap();
    house.clock.advance(MINUTE);
    (ada.id, codes)
}

async fn ticket(house: &House) -> String {
    match house.people.sign_in("ada@shop.example", PASSWORD, &from(1)).await.unwrap() {
        Step::SecondFactor(ticket) => ticket.text().expose().clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_app_counts_once_a_code_of_it_was_seen() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await.account;
    let shown_once = house.people.offer_authenticator(ada.id, false).await.unwrap();
    assert!(shown_once.uri.expose().starts_with("otpauth://totp/Corner%20Shop:ada%40shop.example?secret="));
    assert!(matches!(house.people.confirm_authenticator(ada.id, "000000x").await, Err(PeopleError::Wrong)));
    entered(house.people.sign_in("ada@shop.example", PASSWORD, &from(1)).await.unwrap());
    let code = shown(&house, ada.id).await;
    assert_eq!(house.people.confirm_authenticator(ada.id, &code).await.unwrap().len(), 10);
    assert!(matches!(house.people.sign_in("ada@shop.example", PASSWORD, &from(1)).await, Ok(Step::SecondFactor(_))));
}

#[tokio::test]
async fn a_wrong_code_shows_the_same_secret_again() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await.account.id;
    let first = house.people.offer_authenticator(ada, true).await.unwrap();
    let again = house.people.offer_authenticator(ada, true).await.unwrap();
    let other = house.people.offer_authenticator(ada, false).await.unwrap();
    assert_eq!(first.text.expose(), again.text.expose());
    assert_ne!(first.text.expose(), other.text.expose());
}

#[tokio::test]
async fn an_app_is_not_replaced_by_whoever_sits_at_an_open_browser() {
    let house = open_house();
    let (ada, _) = ada_with_app(&house).await;
    assert!(matches!(house.people.offer_authenticator(ada, false).await, Err(PeopleError::NotOffered)));
    let code = shown(&house, ada).await;
    assert!(matches!(house.people.confirm_authenticator(ada, &code).await, Err(PeopleError::NotOffered)));
}

#[tokio::test]
async fn password_and_code_enter_and_a_code_enters_once() {
    let house = open_house();
    let (ada, _) = ada_with_app(&house).await;
    let code = shown(&house, ada).await;
    let (first, second) = (ticket(&house).await, ticket(&house).await);
    let entered = house.people.second_factor(&first, &code, &from(1)).await.unwrap();
    let known = house.people.who(entered.cookie.text().expose()).await.unwrap().unwrap();
    assert_eq!(methods(&known), ["pwd", "otp", "mfa"]);
    assert!(matches!(house.people.second_factor(&second, &code, &from(1)).await, Err(PeopleError::Wrong)));
    assert!(matches!(house.people.second_factor(&first, &code, &from(1)).await, Err(PeopleError::NoTicket)));
    house.clock.advance(MINUTE);
    house.people.second_factor(&second, &shown(&house, ada).await, &from(1)).await.unwrap();
}

#[tokio::test]
async fn a_recovery_code_enters_once_and_the_person_is_told() {
    let house = open_house();
    let (ada, codes) = ada_with_app(&house).await;
    let code = codes[3].expose();
    house.people.second_factor(&ticket(&house).await, code, &from(1)).await.unwrap();
    assert!(house.mails().await.iter().any(|(_, _, text)| text.contains("recovery codes")));
    assert_eq!(house.account(ada).await.recovery.len(), 9);
    let again = house.people.second_factor(&ticket(&house).await, code, &from(1)).await;
    assert!(matches!(again, Err(PeopleError::Wrong)));
    let renewed = house.people.renew_recovery(ada, PASSWORD, codes[4].expose()).await.unwrap();
    let old = house.people.second_factor(&ticket(&house).await, codes[5].expose(), &from(1)).await;
    assert!(matches!(old, Err(PeopleError::Wrong)));
    house.people.second_factor(&ticket(&house).await, renewed[0].expose(), &from(1)).await.unwrap();
}

#[tokio::test]
async fn codes_are_not_found_by_trying() {
    let house = open_house();
    let (ada, _) = ada_with_app(&house).await;
    let wrong = format!("{:06}", (shown(&house, ada).await.parse::<u32>().unwrap() + 500_000) % 1_000_000);
    let mut tries = 0;
    // However many tickets somebody gets who knows the password.
    while matches!(house.people.second_factor(&ticket(&house).await, &wrong, &from(1)).await, Err(PeopleError::Wrong)) {
        tries += 1;
    }
    assert_eq!(tries, Lane::Code.pace().burst);
    let one = ticket(&house).await;
    for _ in 0..5 {
        assert!(matches!(house.people.second_factor(&one, &wrong, &from(1)).await, Err(PeopleError::TooMany(_))));
    }
    assert!(matches!(house.people.second_factor(&one, &wrong, &from(1)).await, Err(PeopleError::NoTicket)));
}

#[tokio::test]
async fn a_step_begun_before_the_password_changed_leads_nowhere() {
    let house = open_house();
    let (ada, _) = ada_with_app(&house).await;
    let ticket = ticket(&house).await;
    house.people.forgot("ada@shop.example", &from(1)).unwrap();
    house.people.lasting.post.idle().await;
    let link = house.mails().await.into_iter().last().unwrap().2;
    let link = link.split_once("?link=").unwrap().1.split_whitespace().next().unwrap().to_owned();
    let step = house.people.reset(&link, OTHER, &from(1)).await.unwrap();
    assert!(matches!(step, Step::SecondFactor(_)), "who reads the mail has one factor only");
    let code = shown(&house, ada).await;
    assert!(matches!(house.people.second_factor(&ticket, &code, &from(1)).await, Err(PeopleError::NoTicket)));
}

#[tokio::test]
async fn an_app_is_removed_against_password_and_code() {
    let house = open_house();
    let (ada, codes) = ada_with_app(&house).await;
    let code = shown(&house, ada).await;
    assert!(matches!(house.people.remove_authenticator(ada, OTHER, &code).await, Err(PeopleError::Wrong)));
    assert!(matches!(house.people.remove_authenticator(ada, PASSWORD, "123").await, Err(PeopleError::Wrong)));
    house.people.remove_authenticator(ada, PASSWORD, codes[0].expose()).await.unwrap();
    entered(house.people.sign_in("ada@shop.example", PASSWORD, &from(1)).await.unwrap());
    assert!(house.account(ada).await.recovery.is_empty());
    assert!(house.mails().await.iter().any(|(_, _, text)| text.contains("no authenticator app any more")));
}

#[tokio::test]
async fn where_a_second_factor_is_required_nobody_is_in_without_one() {
    let house = house(AccountsMode::Open, SecondFactor::Required);
    house.people.register("ada@shop.example", &from(1)).unwrap();
    let link = house.link("ada@shop.example").await;
    let Step::Enrol(ticket) = house.people.join(&link, "", PASSWORD, &from(1)).await.unwrap() else { panic!("in") };
    let ticket = ticket.text().expose();
    assert!(matches!(house.people.second_factor(ticket, "123456", &from(1)).await, Err(PeopleError::Wrong)));
    house.people.offer_by_ticket(ticket, false).await.unwrap();
    let ada = house.people.list(None, 1).await.unwrap()[0].id;
    assert!(matches!(house.people.confirm_by_ticket(ticket, "no", &from(1)).await, Err(PeopleError::Wrong)));
    let code = shown(&house, ada).await;
    let (entered, codes) = house.people.confirm_by_ticket(ticket, &code, &from(1)).await.unwrap();
    assert!(house.people.who(entered.cookie.text().expose()).await.unwrap().is_some());
    assert_eq!(codes.len(), 10);
    assert!(matches!(house.people.offer_by_ticket(ticket, false).await, Err(PeopleError::NoTicket)));
    let removed = house.people.remove_authenticator(ada, PASSWORD, codes[0].expose()).await;
    assert!(matches!(removed, Err(PeopleError::NotOffered)));
    assert!(matches!(house.people.sign_in("ada@shop.example", PASSWORD, &from(1)).await, Ok(Step::SecondFactor(_))));
}

#[tokio::test]
async fn a_ticket_to_enrol_does_not_replace_an_app_that_is_there() {
    let house = house(AccountsMode::Open, SecondFactor::Required);
    house.people.register("ada@shop.example", &from(1)).unwrap();
    let link = house.link("ada@shop.example").await;
    let Step::Enrol(first) = house.people.join(&link, "", PASSWORD, &from(1)).await.unwrap() else { panic!("in") };
    let Step::Enrol(second) = house.people.sign_in("ada@shop.example", PASSWORD, &from(1)).await.unwrap() else {
        panic!("in")
    };
    let (first, second) = (first.text().expose(), second.text().expose());
    house.people.offer_by_ticket(first, false).await.unwrap();
    let ada = house.people.list(None, 1).await.unwrap()[0].id;
    house.people.confirm_by_ticket(first, &shown(&house, ada).await, &from(1)).await.unwrap();
    assert!(matches!(house.people.offer_by_ticket(second, false).await, Err(PeopleError::NoTicket)));
}
