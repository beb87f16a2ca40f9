//! The same people through the trait that the pages ask.

use model::{Clock, Secret};

use super::{OTHER, PASSWORD, from, open_house};
use crate::UserId;
use crate::accounts::{Lane, totp};
use crate::provider::{Chosen, Entered, Guest, LinkKind, Mailed, Reception, ReceptionError, Whose};

fn guest(last: u8) -> Guest {
    Guest { address: from(last).address, agent: "Firefox on Linux".into(), device: None }
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

#[tokio::test]
async fn a_person_registers_signs_in_with_two_factors_and_leaves() {
    let house = open_house();
    let pages: &dyn Reception = &house.people;
    assert_eq!(pages.register("no address".into(), guest(1)).await, Ok(Mailed::NotAnAddress));
    assert_eq!(pages.register("ada@shop.example".into(), guest(1)).await, Ok(Mailed::Maybe));
    let link = house.link("ada@shop.example").await;
    assert_eq!(pages.link(link.as_str().into()).await, Ok(Some(LinkKind::Join("ada@shop.example".into()))));
    assert_eq!(pages.link("link_other".into()).await, Ok(None));
    let weak = pages.join(link.as_str().into(), "Ada".into(), secret("password1"), guest(1)).await.unwrap();
    assert!(matches!(&weak, Chosen::Weak(why) if why.contains("guessed")), "{weak:?}");
    let joined = pages.join(link.as_str().into(), "Ada".into(), secret(PASSWORD), guest(1)).await.unwrap();
    let Chosen::Done(Entered::In(entry)) = joined else { panic!("{joined:?}") };
    let ada = house.people.who(entry.cookie.text().expose()).await.unwrap().unwrap().account.id;
    let over = pages.join(link.as_str().into(), "Ada".into(), secret(PASSWORD), guest(1)).await.unwrap();
    assert!(matches!(over, Chosen::TooLate));

    pages.offer(Whose::Signed(ada), false).await.unwrap().expect("an offer");
    assert!(matches!(pages.confirm(Whose::Signed(ada), "1".into(), guest(1)).await.unwrap(), Chosen::Wrong));
    let code = code(&house, ada).await;
    let confirmed = pages.confirm(Whose::Signed(ada), code.into(), guest(1)).await.unwrap();
    let Chosen::Done(confirmed) = confirmed else { panic!("{confirmed:?}") };
    assert!(confirmed.entry.is_none() && confirmed.codes.len() == 10);
    assert!(pages.offer(Whose::Signed(ada), false).await.unwrap().is_none());

    let entered = pages.sign_in("ada@shop.example".into(), secret(PASSWORD), guest(2)).await.unwrap();
    let Entered::Code(ticket) = entered else { panic!("{entered:?}") };
    let ticket = ticket.text().expose();
    let wrong = pages.second_factor(ticket.as_str().into(), "000".into(), guest(2)).await.unwrap();
    assert!(matches!(wrong, Entered::Wrong));
    let paper = confirmed.codes[0].expose().as_str();
    let entered = pages.second_factor(ticket.as_str().into(), paper.into(), guest(2)).await.unwrap();
    assert!(matches!(entered, Entered::In(_)));
    let late = pages.second_factor(ticket.as_str().into(), paper.into(), guest(2)).await.unwrap();
    assert!(matches!(late, Entered::TooLate));

    assert_eq!(pages.export(ada).await.unwrap()["account"]["name"], "Ada");
    assert!(matches!(pages.delete(ada, secret(PASSWORD), "".into()).await.unwrap(), Chosen::Wrong));
    let paper = confirmed.codes[1].expose().as_str();
    assert!(matches!(pages.delete(ada, secret(PASSWORD), paper.into()).await.unwrap(), Chosen::Done(())));
    assert!(matches!(pages.sign_in("ada@shop.example".into(), secret(PASSWORD), guest(2)).await, Ok(Entered::Wrong)));
}

async fn code(house: &super::House, user: UserId) -> String {
    let secret = house.account(user).await.offered.expect("an offer");
    totp::code(&secret, totp::step_at(house.clock.wall()))
}

#[tokio::test]
async fn a_reset_goes_on_as_after_the_password() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await;
    let pages: &dyn Reception = &house.people;
    assert_eq!(pages.forgot("ada@shop.example".into(), guest(1)).await, Ok(Mailed::Maybe));
    let link = house.link("ada@shop.example").await;
    let reset = pages.reset(link.as_str().into(), secret(OTHER), guest(1)).await.unwrap();
    let Chosen::Done(Entered::In(entry)) = reset else { panic!("{reset:?}") };
    assert!(house.people.who(entry.cookie.text().expose()).await.unwrap().is_some());
    assert!(entry.device.is_some());
    assert!(house.people.who(ada.cookie.text().expose()).await.unwrap().is_none());
    assert!(!pages.follow(link.into()).await.unwrap());
}

#[tokio::test]
async fn whoever_has_to_wait_is_told_for_how_long() {
    let house = open_house();
    let pages: &dyn Reception = &house.people;
    for _ in 0..Lane::Stranger.pace().burst {
        let entered = pages.sign_in("ada@shop.example".into(), secret("wrong"), guest(1)).await.unwrap();
        assert!(matches!(entered, Entered::Wrong));
    }
    let refused = pages.sign_in("ada@shop.example".into(), secret("wrong"), guest(1)).await.unwrap_err();
    assert_eq!(refused, ReceptionError::Wait(121));
}
