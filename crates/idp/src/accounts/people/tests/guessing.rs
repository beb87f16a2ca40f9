//! What a stranger learns and achieves by trying, and what the owner suffers from it: nothing.

use std::time::Duration;

use super::{House, OTHER, PASSWORD, Visitor, entered, from, open_house};
use crate::accounts::Lane;
use crate::accounts::people::{PeopleError, Step};

async fn guess(house: &House, address: &str, visitor: &Visitor) -> PeopleError {
    house.people.sign_in(address, "not the password", visitor).await.unwrap_err()
}

fn known(from: Visitor, device: &str) -> Visitor {
    Visitor { device: Some(device.into()), ..from }
}

#[tokio::test]
async fn an_unknown_address_a_wrong_password_and_a_locked_account_are_one_answer_and_one_hash() {
    let house = open_house();
    house.joined("ada@shop.example").await;
    let bob = house.joined("bob@shop.example").await;
    house.people.lock(bob.account.id, true).await.unwrap();
    let (cy, _) = house.people.create("cy@shop.example", "").await.unwrap();
    assert!(cy.password.is_none());
    let tries = [
        ("ada@shop.example", "not the password"),
        ("nobody@shop.example", PASSWORD),
        ("bob@shop.example", PASSWORD),
        ("cy@shop.example", PASSWORD),
    ];
    for (address, password) in tries {
        let (hashes, calls) = (house.hashes(), house.store.calls());
        let answer = house.people.sign_in(address, password, &from(2)).await;
        assert!(matches!(answer, Err(PeopleError::Wrong)), "{address}: {answer:?}");
        assert_eq!((house.hashes() - hashes, house.store.calls() - calls), (1, 1), "{address}");
    }
}

#[tokio::test]
async fn guessing_at_one_account_is_slowed_from_everywhere_whether_or_not_it_exists() {
    let house = open_house();
    house.joined("ada@shop.example").await;
    for address in ["ada@shop.example", "nobody@shop.example"] {
        let burst = Lane::Stranger.pace().burst;
        for number in 0..burst {
            assert!(matches!(guess(&house, address, &from(number as u8)).await, PeopleError::Wrong));
        }
        let hashes = house.hashes();
        let refused = guess(&house, address, &from(200)).await;
        assert!(matches!(refused, PeopleError::TooMany(wait) if wait == Lane::Stranger.pace().every), "{refused:?}");
        assert_eq!(house.hashes(), hashes, "nothing is computed for it");
    }
}

#[tokio::test]
async fn guessing_at_many_accounts_from_one_place_is_slowed() {
    let house = open_house();
    for number in 0..Lane::Source.pace().burst {
        let address = format!("p{number}@shop.example");
        assert!(matches!(guess(&house, &address, &from(1)).await, PeopleError::Wrong));
    }
    assert!(matches!(guess(&house, "last@shop.example", &from(1)).await, PeopleError::TooMany(_)));
    assert!(matches!(guess(&house, "last@shop.example", &from(2)).await, PeopleError::Wrong));
}

#[tokio::test]
async fn strangers_do_not_lock_the_owner_out_of_a_browser_that_is_known() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await;
    // From the owner's own address too: an office has one for everybody.
    while matches!(guess(&house, "ada@shop.example", &from(1)).await, PeopleError::Wrong) {}
    assert!(matches!(house.people.sign_in("ada@shop.example", PASSWORD, &from(1)).await, Err(PeopleError::TooMany(_))));
    let at_home = known(from(1), ada.device.expose());
    for _ in 0..100 {
        entered(house.people.sign_in("ada@shop.example", PASSWORD, &at_home).await.unwrap());
    }
}

#[tokio::test]
async fn strangers_do_not_lock_the_owner_out_of_a_new_browser_for_good() {
    let house = open_house();
    house.joined("ada@shop.example").await;
    while matches!(guess(&house, "ada@shop.example", &from(2)).await, PeopleError::Wrong) {}
    house.people.forgot("ada@shop.example", &from(3)).unwrap();
    let link = house.link("ada@shop.example").await;
    entered(house.people.reset(&link, OTHER, &from(3)).await.unwrap());
}

#[tokio::test]
async fn a_known_browser_has_an_allowance_of_its_own_and_no_more() {
    let house = open_house();
    let (ada, bob) = (house.joined("ada@shop.example").await, house.joined("bob@shop.example").await);
    let stolen = known(from(2), ada.device.expose());
    for _ in 0..Lane::Device.pace().burst {
        assert!(matches!(guess(&house, "ada@shop.example", &stolen).await, PeopleError::Wrong));
    }
    assert!(matches!(guess(&house, "ada@shop.example", &stolen).await, PeopleError::TooMany(_)));
    // For somebody else's account it is a stranger's.
    for _ in 0..Lane::Stranger.pace().burst {
        assert!(matches!(guess(&house, "bob@shop.example", &stolen).await, PeopleError::Wrong));
    }
    assert!(matches!(guess(&house, "bob@shop.example", &stolen).await, PeopleError::TooMany(_)));
    let bobs = known(from(2), bob.device.expose());
    entered(house.people.sign_in("bob@shop.example", PASSWORD, &bobs).await.unwrap());
}

#[tokio::test]
async fn who_signs_in_rightly_is_never_slowed() {
    let house = open_house();
    house.joined("ada@shop.example").await;
    for _ in 0..100 {
        let step = house.people.sign_in("Ada@Shop.example", PASSWORD, &from(1)).await.unwrap();
        assert!(matches!(step, Step::Entered(_)));
    }
}

#[tokio::test]
async fn an_absurd_password_or_address_is_wrong_and_costs_nothing() {
    let house = open_house();
    house.joined("ada@shop.example").await;
    let hashes = house.hashes();
    let long = "x".repeat(1 << 20);
    assert!(matches!(house.people.sign_in("ada@shop.example", &long, &from(1)).await, Err(PeopleError::Wrong)));
    assert_eq!(house.hashes(), hashes);
    assert!(matches!(house.people.sign_in(&long, PASSWORD, &from(1)).await, Err(PeopleError::Wrong)));
    assert!(matches!(house.people.sign_in("", "", &from(1)).await, Err(PeopleError::Wrong)));
}

#[tokio::test]
async fn a_sign_in_ends_by_itself_when_nobody_comes_and_after_its_time() {
    let house = open_house();
    let ada = house.joined("ada@shop.example").await;
    let cookie = ada.cookie.text().expose();
    let hour = Duration::from_secs(3600);
    for _ in 0..13 {
        house.clock.advance(11 * hour);
        assert!(house.people.who(cookie).await.unwrap().is_some());
    }
    assert_eq!(house.people.sign_ins(ada.account.id).await.unwrap().len(), 1);
    house.clock.advance(12 * hour + Duration::from_secs(1));
    assert!(house.people.who(cookie).await.unwrap().is_none(), "nobody came for twelve hours");
    assert_eq!(house.people.tidy().await.unwrap(), 1);
    let again = entered(house.people.sign_in("ada@shop.example", PASSWORD, &from(1)).await.unwrap());
    for _ in 0..15 {
        house.clock.advance(11 * hour);
        assert!(house.people.who(again.cookie.text().expose()).await.unwrap().is_some());
    }
    house.clock.advance(3 * hour);
    assert!(house.people.who(again.cookie.text().expose()).await.unwrap().is_none(), "a week is over");
}
