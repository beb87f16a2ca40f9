//! Facts about links to persons elsewhere.

use std::time::{Duration, SystemTime};

use super::people::{account, today};
use crate::UserId;
use crate::accounts::{Commitment, Departure};
use crate::store::accounts::{Account, Accounts, Creation};
use crate::store::externals::{Admitted, Externals, Identity, Linked, Linking, MAX_LINKED, Unlinking};

fn identity(subject: &str) -> Identity {
    Identity { issuer: "https://login.corp.example/realms/main".into(), subject: subject.into() }
}

fn linked(subject: &str, since: SystemTime) -> Linked {
    Linked { identity: identity(subject), shown: Some("ada@corp.example ✓".into()), since }
}

async fn made(store: &impl Accounts, account: Account) -> Account {
    assert_eq!(store.create(account.clone()).await, Ok(Creation::Made));
    account
}

/// Facts about [`Externals`].
pub async fn externals<Store: Accounts + Externals>(make: impl AsyncFn() -> Store) {
    an_account_is_made_with_its_link_or_not_at_all(&make().await).await;
    a_person_elsewhere_is_one_account_here(&make().await).await;
    the_only_way_in_stays(&make().await).await;
    an_account_has_so_many_links_at_most(&make().await).await;
    a_deleted_account_leaves_no_link(&make().await).await;
}

async fn an_account_is_made_with_its_link_or_not_at_all<Store: Accounts + Externals>(store: &Store) {
    let ada = Account { password: None, ..account("ada@shop.example") };
    assert_eq!(store.holder(&identity("a1")).await, Ok(None));
    assert_eq!(store.admit(ada.clone(), linked("a1", today())).await, Ok(Admitted::Made));
    assert_eq!(store.by_id(ada.id).await, Ok(Some(ada.clone())));
    assert_eq!(store.holder(&identity("a1")).await, Ok(Some(ada.id)));
    assert_eq!(store.linked_to(ada.id).await, Ok(vec![linked("a1", today())]));

    let other = account("ADA@shop.example");
    assert_eq!(store.admit(other.clone(), linked("b2", today())).await, Ok(Admitted::AddressTaken));
    assert_eq!(store.holder(&identity("b2")).await, Ok(None), "no link to the account of that address");
    let other = Account { address: account("bob@shop.example").address, ..other };
    assert_eq!(store.admit(other.clone(), linked("a1", today())).await, Ok(Admitted::Known(ada.id)));
    assert_eq!(store.by_id(other.id).await, Ok(None), "nothing half was made");
    assert_eq!(store.linked_to(ada.id).await, Ok(vec![linked("a1", today())]));
}

async fn a_person_elsewhere_is_one_account_here<Store: Accounts + Externals>(store: &Store) {
    let ada = made(store, account("ada@shop.example")).await;
    let bob = made(store, account("bob@shop.example")).await;
    let later = today() + Duration::from_secs(60);
    assert_eq!(store.link(ada.id, linked("a1", later)).await, Ok(Linking::Done));
    assert_eq!(store.link(ada.id, linked("a1", later)).await, Ok(Linking::Done), "once more is no other link");
    assert_eq!(store.link(bob.id, linked("a1", later)).await, Ok(Linking::Taken));
    assert_eq!(store.link(UserId([0; 16]), linked("c3", later)).await, Ok(Linking::Nobody));
    let bare = Linked { shown: None, ..linked("a0", today()) };
    assert_eq!(store.link(ada.id, bare.clone()).await, Ok(Linking::Done));
    assert_eq!(store.linked_to(ada.id).await, Ok(vec![bare, linked("a1", later)]), "the oldest first");
    // The same subject of another issuer is somebody else.
    let elsewhere = Identity { issuer: "https://login.corp.example".into(), subject: "a1".into() };
    assert_eq!(store.holder(&elsewhere).await, Ok(None));
    let theirs = Linked { identity: elsewhere, shown: None, since: later };
    assert_eq!(store.link(bob.id, theirs.clone()).await, Ok(Linking::Done));
    assert_eq!(store.linked_to(bob.id).await, Ok(vec![theirs]));
}

async fn the_only_way_in_stays<Store: Accounts + Externals>(store: &Store) {
    let bare = made(store, Account { password: None, ..account("ada@shop.example") }).await;
    for subject in ["a1", "a2"] {
        assert_eq!(store.link(bare.id, linked(subject, today())).await, Ok(Linking::Done));
    }
    let full = made(store, account("bob@shop.example")).await;
    assert_eq!(store.link(full.id, linked("b1", today())).await, Ok(Linking::Done));
    assert_eq!(store.unlink(bare.id, identity("b1")).await, Ok(Unlinking::NotThere), "it is another's");
    assert_eq!(store.unlink(bare.id, identity("a1")).await, Ok(Unlinking::Done));
    assert_eq!(store.unlink(bare.id, identity("a1")).await, Ok(Unlinking::NotThere));
    assert_eq!(store.unlink(bare.id, identity("a2")).await, Ok(Unlinking::LastWay));
    assert_eq!(store.holder(&identity("a2")).await, Ok(Some(bare.id)));
    assert_eq!(store.unlink(full.id, identity("b1")).await, Ok(Unlinking::Done), "a password is a way in");
    assert_eq!(store.holder(&identity("b1")).await, Ok(None));
}

async fn an_account_has_so_many_links_at_most<Store: Accounts + Externals>(store: &Store) {
    let ada = made(store, account("ada@shop.example")).await;
    for number in 0..MAX_LINKED {
        assert_eq!(store.link(ada.id, linked(&format!("a{number}"), today())).await, Ok(Linking::Done));
    }
    assert_eq!(store.link(ada.id, linked("more", today())).await, Ok(Linking::TooMany));
    assert_eq!(store.link(ada.id, linked("a0", today())).await, Ok(Linking::Done));
}

async fn a_deleted_account_leaves_no_link<Store: Accounts + Externals>(store: &Store) {
    let ada = made(store, account("ada@shop.example")).await;
    assert_eq!(store.link(ada.id, linked("a1", today())).await, Ok(Linking::Done));
    let departure = Departure { commitment: Commitment::to(ada.id).expect("randomness"), at: today() };
    assert_eq!(store.delete(ada.id, departure).await, Ok(true));
    assert_eq!(store.holder(&identity("a1")).await, Ok(None));
    assert_eq!(store.linked_to(ada.id).await, Ok(Vec::new()));
}
