//! Facts about accounts, sign-ins and links.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use crate::accounts::{Address, Commitment, Departure, PasswordHash, TotpSecret, Work};
use crate::store::accounts::{Account, Accounts, Authenticator, Change, Changed, Creation};
use crate::store::links::{Joined, Link, Links, MAX_LINKS, Moved, Purpose};
use crate::store::sign_ins::{Begun, MAX_SIGN_INS, Methods, SignIn, SignIns};
use crate::{Digest, SignInId, UserId};

const MINUTE: Duration = Duration::from_secs(60);

/// A day in 2026, to the millisecond.
pub(super) fn today() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_790_000_000_123)
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn hash(password: &str) -> PasswordHash {
    PasswordHash::make(password, Work::LEAST, &mut Vec::new()).expect("a hash")
}

fn secret() -> TotpSecret {
    TotpSecret::generate().expect("randomness")
}

fn codes(word: &str) -> Vec<Digest> {
    (0..10).map(|number| Digest::of(&format!("{word}{number}"))).collect()
}

/// An account with everything that it can have, so that nothing is forgotten on the way.
pub(super) fn account(text: &str) -> Account {
    Account {
        id: UserId::generate().expect("randomness"),
        address: address(text),
        name: Some("Ada L. ✓".into()),
        verified: false,
        password: Some(hash("rain on a tin roof")),
        authenticator: Some(Authenticator { secret: secret(), used_step: 59_666_000 }),
        offered: Some(secret()),
        recovery: codes("code"),
        locked: false,
        generation: 7,
        created: today(),
        changed: today() + MINUTE,
    }
}

fn sign_in(user: UserId, started: SystemTime) -> SignIn {
    let id = SignInId::generate().expect("randomness");
    SignIn {
        id,
        cookie: Digest::of(&id.to_string()),
        user,
        started,
        seen: started,
        methods: Methods { password: true, otp: true, federated: false },
        agent: "Firefox on Linux ✓".into(),
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
    }
}

async fn made(store: &impl Accounts, text: &str) -> Account {
    let account = account(text);
    assert_eq!(store.create(account.clone()).await, Ok(Creation::Made));
    account
}

async fn read(store: &impl Accounts, id: UserId) -> Account {
    store.by_id(id).await.expect("an answer").expect("the account")
}

async fn changed(store: &impl Accounts, id: UserId, change: Change) -> Changed {
    store.change(id, change, today() + 2 * MINUTE).await.expect("an answer")
}

async fn begun(store: &impl SignIns, user: UserId, generation: u64) -> SignIn {
    let one = sign_in(user, today());
    assert_eq!(store.begin(one.clone(), generation).await, Ok(Begun::Begun(Vec::new())));
    one
}

async fn put(store: &impl Links, word: &str, purpose: Purpose) -> Digest {
    let link = Link { digest: Digest::of(word), purpose, expires: today() + 30 * MINUTE };
    assert_eq!(store.put(link.clone()).await, Ok(()));
    assert_eq!(store.find(link.digest, today()).await, Ok(Some(link.clone())));
    link.digest
}

/// Facts about [`Accounts`], and about what a change of an account does to sign-ins and links.
pub async fn accounts<Store: Accounts + SignIns + Links>(make: impl AsyncFn() -> Store) {
    an_account_comes_back_as_it_was(&make().await).await;
    no_two_accounts_have_one_address(&make().await).await;
    accounts_are_listed_by_id_in_pieces(&make().await).await;
    each_change_is_made_and_dated(&make().await).await;
    what_ends_everything_counts_the_generation_up(&make().await).await;
    a_second_factor_counts_once_confirmed(&make().await).await;
    a_step_works_once_and_never_backwards(&make().await).await;
    a_recovery_code_works_once(&make().await).await;
    a_deleted_account_leaves_its_departure_alone(&make().await).await;
}

async fn an_account_comes_back_as_it_was<Store: Accounts>(store: &Store) {
    let full = made(store, "Ada@shop.example").await;
    assert_eq!(store.by_id(full.id).await, Ok(Some(full.clone())));
    assert_eq!(store.by_address(&address("aDA@SHOP.example")).await, Ok(Some(full)));
    let bare = Account {
        name: None,
        password: None,
        authenticator: None,
        offered: None,
        recovery: Vec::new(),
        verified: true,
        locked: true,
        ..account("bob@shop.example")
    };
    assert_eq!(store.create(bare.clone()).await, Ok(Creation::Made));
    assert_eq!(store.by_id(bare.id).await, Ok(Some(bare)));
    assert_eq!(store.by_id(UserId([0; 16])).await, Ok(None));
    assert_eq!(store.by_address(&address("nobody@shop.example")).await, Ok(None));
}

async fn no_two_accounts_have_one_address<Store: Accounts>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    let bob = made(store, "bob@shop.example").await;
    assert_eq!(store.create(account("ADA@shop.example")).await, Ok(Creation::AddressTaken));
    let take = Change::Address { address: address("Ada@shop.example"), verified: true };
    assert_eq!(changed(store, bob.id, take.clone()).await, Changed::Refused);
    assert_eq!(read(store, bob.id).await, bob);
    // One's own address may be written another way.
    assert_eq!(changed(store, ada.id, take).await, Changed::Done);
    assert_eq!(read(store, ada.id).await.address.as_str(), "Ada@shop.example");
}

async fn accounts_are_listed_by_id_in_pieces<Store: Accounts>(store: &Store) {
    let mut all = Vec::new();
    for number in 0..5 {
        all.push(made(store, &format!("p{number}@shop.example")).await.id);
    }
    all.sort_unstable();
    let ids = |accounts: Vec<Account>| accounts.into_iter().map(|account| account.id).collect::<Vec<_>>();
    let first = ids(store.list(None, 3).await.expect("an answer"));
    let rest = ids(store.list(first.last().copied(), 3).await.expect("an answer"));
    assert_eq!([first.clone(), rest].concat(), all);
    assert_eq!(first.len(), 3);
}

async fn each_change_is_made_and_dated<Store: Accounts>(store: &Store) {
    let before = made(store, "ada@shop.example").await;
    let dated = Account { changed: today() + 2 * MINUTE, ..before.clone() };
    assert_eq!(changed(store, before.id, Change::Name(None)).await, Changed::Done);
    let expected = Account { name: None, ..dated };
    assert_eq!(read(store, before.id).await, expected);

    let (from, to) = (before.password.clone().expect("a hash"), hash("rain on a tin roof"));
    let rehash = Change::Rehash { from, to: to.clone() };
    assert_eq!(changed(store, before.id, rehash.clone()).await, Changed::Done);
    assert_eq!(changed(store, before.id, rehash).await, Changed::Refused, "the hash is another one by now");
    let expected = Account { password: Some(to), ..expected };
    assert_eq!(read(store, before.id).await, expected, "no generation passed");

    let other = Change::Address { address: address("other@shop.example"), verified: true };
    assert_eq!(changed(store, before.id, other).await, Changed::Done);
    let expected = Account { address: address("other@shop.example"), verified: true, ..expected };
    assert_eq!(read(store, before.id).await, expected);
    assert_eq!(store.by_address(&address("ada@shop.example")).await, Ok(None));
    assert_eq!(changed(store, UserId([0; 16]), Change::Name(None)).await, Changed::Nobody);
}

async fn what_ends_everything_counts_the_generation_up<Store: Accounts + SignIns + Links>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    let bob = made(store, "bob@shop.example").await;
    let bobs = begun(store, bob.id, 7).await;
    let (one, other) = (begun(store, ada.id, 7).await, begun(store, ada.id, 7).await);
    put(store, "reset", Purpose::Reset { user: ada.id }).await;

    let password = Change::Password { hash: hash("another one entirely"), keep: Some(one.id) };
    assert_eq!(changed(store, ada.id, password).await, Changed::Done);
    assert_eq!(read(store, ada.id).await.generation, 8);
    assert_eq!(store.of(ada.id).await, Ok(vec![one.clone()]), "all but the one that was kept");
    assert_eq!(store.find(Digest::of("reset"), today()).await, Ok(None), "no link to reset is left");
    assert_eq!(store.begin(other, 7).await, Ok(Begun::Stale), "what was proven before proves nothing");

    assert_eq!(changed(store, ada.id, Change::End { keep: None }).await, Changed::Done);
    assert_eq!(read(store, ada.id).await.generation, 9);
    assert_eq!(store.of(ada.id).await, Ok(Vec::new()));

    begun(store, ada.id, 9).await;
    assert_eq!(changed(store, ada.id, Change::Locked(true)).await, Changed::Done);
    let locked = read(store, ada.id).await;
    assert!(locked.locked && locked.generation == 10);
    assert_eq!(store.of(ada.id).await, Ok(Vec::new()));
    assert_eq!(store.begin(one, 10).await, Ok(Begun::Stale), "a locked account begins nothing");
    assert_eq!(changed(store, ada.id, Change::Locked(false)).await, Changed::Done);
    begun(store, ada.id, 10).await;
    assert_eq!(store.of(bob.id).await, Ok(vec![bobs]), "nobody else was concerned");
}

async fn a_second_factor_counts_once_confirmed<Store: Accounts>(store: &Store) {
    let bare = Account { authenticator: None, offered: None, recovery: Vec::new(), ..account("ada@shop.example") };
    assert_eq!(store.create(bare.clone()).await, Ok(Creation::Made));
    assert_eq!(changed(store, bare.id, Change::Recovery(codes("x"))).await, Changed::Refused);
    let (first, second) = (secret(), secret());
    assert_eq!(changed(store, bare.id, Change::Offer(first.clone())).await, Changed::Done);
    assert_eq!(changed(store, bare.id, Change::Offer(second.clone())).await, Changed::Done);
    assert_eq!(read(store, bare.id).await.authenticator, None);
    let confirm = |secret| Change::Confirm { secret, step: 5, recovery: codes("new") };
    assert_eq!(changed(store, bare.id, confirm(first)).await, Changed::Refused, "another one is offered by now");
    assert_eq!(changed(store, bare.id, confirm(second.clone())).await, Changed::Done);
    let full = read(store, bare.id).await;
    assert_eq!(full.authenticator, Some(Authenticator { secret: second, used_step: 5 }));
    assert_eq!((full.offered, full.recovery), (None, codes("new")));
    assert_eq!(changed(store, bare.id, Change::Recovery(codes("newer"))).await, Changed::Done);
    assert_eq!(read(store, bare.id).await.recovery, codes("newer"));
    assert_eq!(changed(store, bare.id, Change::NoSecondFactor).await, Changed::Done);
    let none = read(store, bare.id).await;
    assert_eq!((none.authenticator, none.recovery), (None, Vec::new()));
}

async fn a_step_works_once_and_never_backwards<Store: Accounts>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    let racing = (store.use_step(ada.id, 59_666_002), store.use_step(ada.id, 59_666_002));
    let (first, second) = (racing.0.await.expect("an answer"), racing.1.await.expect("an answer"));
    assert!(first != second, "one of two alone");
    for step in [59_666_002, 59_666_001, 59_666_000, 0] {
        assert_eq!(store.use_step(ada.id, step).await, Ok(false), "{step}");
    }
    assert_eq!(store.use_step(ada.id, 59_666_003).await, Ok(true));
    assert_eq!(store.use_step(UserId([0; 16]), 1).await, Ok(false));
}

async fn a_recovery_code_works_once<Store: Accounts>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    let bob = made(store, "bob@shop.example").await;
    assert_eq!(store.use_recovery(ada.id, Digest::of("code3")).await, Ok(Some(9)));
    assert_eq!(store.use_recovery(ada.id, Digest::of("code3")).await, Ok(None));
    assert_eq!(store.use_recovery(ada.id, Digest::of("code99")).await, Ok(None));
    assert_eq!(store.use_recovery(bob.id, Digest::of("code3")).await, Ok(Some(9)), "each has their own");
}

async fn a_deleted_account_leaves_its_departure_alone<Store: Accounts + SignIns + Links>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    let bob = made(store, "bob@shop.example").await;
    let one = begun(store, ada.id, 7).await;
    begun(store, bob.id, 7).await;
    let link = put(store, "reset", Purpose::Reset { user: ada.id }).await;
    let departure = Departure { commitment: Commitment::to(ada.id).expect("randomness"), at: today() };
    assert_eq!(store.delete(ada.id, departure).await, Ok(true));
    assert_eq!(store.delete(ada.id, departure).await, Ok(false));
    assert_eq!(store.departures(0, 10).await, Ok(vec![departure]));
    assert_eq!(store.departures(1, 10).await, Ok(Vec::new()));
    assert_eq!(store.by_id(ada.id).await, Ok(None));
    assert_eq!(store.by_address(&ada.address).await, Ok(None));
    assert_eq!(store.by_cookie(one.cookie).await, Ok(None));
    assert_eq!(store.find(link, today()).await, Ok(None));
    assert_eq!(store.begin(one, 7).await, Ok(Begun::Stale));
    assert_eq!(store.of(bob.id).await.map(|all| all.len()), Ok(1));
    made(store, "ada@shop.example").await;
}

/// Facts about [`SignIns`].
pub async fn sign_ins<Store: Accounts + SignIns>(make: impl AsyncFn() -> Store) {
    a_sign_in_comes_back_by_its_cookie_until_it_ends(&make().await).await;
    too_many_sign_ins_end_the_one_seen_longest_ago(&make().await).await;
    old_sign_ins_end_in_pieces(&make().await).await;
}

async fn a_sign_in_comes_back_by_its_cookie_until_it_ends<Store: Accounts + SignIns>(store: &Store) {
    let (ada, bob) = (made(store, "ada@shop.example").await, made(store, "bob@shop.example").await);
    let one = begun(store, ada.id, 7).await;
    let later = SignIn { started: today() + MINUTE, ..sign_in(ada.id, today()) };
    let bobs = SignIn { address: "2001:db8::7".parse().expect("an address"), ..sign_in(bob.id, today()) };
    assert_eq!(store.begin(later.clone(), 7).await, Ok(Begun::Begun(Vec::new())));
    assert_eq!(store.begin(bobs.clone(), 7).await, Ok(Begun::Begun(Vec::new())));
    assert_eq!(store.begin(sign_in(ada.id, today()), 6).await, Ok(Begun::Stale));
    assert_eq!(store.begin(sign_in(UserId([0; 16]), today()), 7).await, Ok(Begun::Stale));
    assert_eq!(store.by_cookie(one.cookie).await, Ok(Some(one.clone())));
    assert_eq!(store.by_cookie(Digest::of("another")).await, Ok(None));
    assert_eq!(store.of(ada.id).await, Ok(vec![later, one.clone()]), "the last first");
    assert_eq!(store.seen(one.id, today() + 5 * MINUTE).await, Ok(true));
    let seen = SignIn { seen: today() + 5 * MINUTE, ..one.clone() };
    assert_eq!(store.by_cookie(one.cookie).await, Ok(Some(seen)));
    assert_eq!(store.end(bob.id, one.id).await, Ok(false), "it is not Bob's");
    assert_eq!(store.end(ada.id, one.id).await, Ok(true));
    assert_eq!(store.end(ada.id, one.id).await, Ok(false));
    assert_eq!(store.seen(one.id, today()).await, Ok(false));
    assert_eq!(store.by_cookie(one.cookie).await, Ok(None));
    assert_eq!(store.of(bob.id).await, Ok(vec![bobs]));
}

async fn too_many_sign_ins_end_the_one_seen_longest_ago<Store: Accounts + SignIns>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    let mut all = Vec::new();
    for number in 0..MAX_SIGN_INS {
        let one = SignIn { seen: today() + MINUTE, ..sign_in(ada.id, today()) };
        let one = if number == 3 { SignIn { seen: today(), ..one } } else { one };
        assert_eq!(store.begin(one.clone(), 7).await, Ok(Begun::Begun(Vec::new())));
        all.push(one.id);
    }
    let ended = all.get(3).copied().into_iter().collect();
    assert_eq!(store.begin(sign_in(ada.id, today() + 2 * MINUTE), 7).await, Ok(Begun::Begun(ended)));
    assert_eq!(store.of(ada.id).await.map(|all| all.len()), Ok(MAX_SIGN_INS));
}

async fn old_sign_ins_end_in_pieces<Store: Accounts + SignIns>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    for number in 0..6 {
        let started = today() + number * MINUTE;
        let one = SignIn { seen: started + 10 * MINUTE, ..sign_in(ada.id, started) };
        assert_eq!(store.begin(one, 7).await, Ok(Begun::Begun(Vec::new())));
    }
    let unseen = today();
    assert_eq!(store.end_old(today() + 3 * MINUTE, unseen, 2).await, Ok(2));
    assert_eq!(store.end_old(today() + 3 * MINUTE, unseen, 2).await, Ok(1));
    assert_eq!(store.end_old(today() + 3 * MINUTE, unseen, 2).await, Ok(0));
    assert_eq!(store.end_old(today(), today() + 15 * MINUTE, 9).await, Ok(2), "seen after 13 and 14 minutes");
    assert_eq!(store.of(ada.id).await.map(|all| all.len()), Ok(1));
}

/// Facts about [`Links`].
pub async fn links<Store: Accounts + SignIns + Links>(make: impl AsyncFn() -> Store) {
    a_link_is_void_when_it_expires_and_is_dropped_later(&make().await).await;
    too_many_links_for_one_thing_drop_the_oldest(&make().await).await;
    a_link_to_join_makes_one_account(&make().await).await;
    a_link_to_reset_works_once_and_ends_everything(&make().await).await;
    a_link_to_verify_is_about_one_address(&make().await).await;
    a_link_to_move_changes_the_address_once(&make().await).await;
    a_link_does_only_what_it_is_for(&make().await).await;
}

async fn a_link_is_void_when_it_expires_and_is_dropped_later<Store: Accounts + Links>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    let link = put(store, "reset", Purpose::Reset { user: ada.id }).await;
    let end = today() + 30 * MINUTE;
    let before = end - Duration::from_millis(1);
    assert!(store.find(link, before).await.expect("an answer").is_some());
    assert_eq!(store.find(link, end).await, Ok(None));
    assert_eq!(store.reset(link, hash("another one entirely"), end).await, Ok(None));
    assert_eq!(read(store, ada.id).await, ada);
    assert_eq!(store.drop_old(end, 10).await, Ok(0));
    assert_eq!(store.drop_old(end + MINUTE, 10).await, Ok(1));
    assert_eq!(store.find(link, before).await, Ok(None));
}

async fn too_many_links_for_one_thing_drop_the_oldest<Store: Accounts + Links>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    put(store, "verify", Purpose::Verify { user: ada.id, address: ada.address.clone() }).await;
    let join = |text: &str| Purpose::Join { address: address(text), invited: true };
    put(store, "other", join("bob@shop.example")).await;
    let mut minutes = 0;
    for number in 0..=MAX_LINKS {
        minutes += 1;
        let expires = today() + minutes * MINUTE;
        let cased = if number % 2 == 0 { join("cy@shop.example") } else { join("CY@shop.example") };
        let link = Link { digest: Digest::of(&format!("join{number}")), purpose: cased, expires };
        assert_eq!(store.put(link).await, Ok(()));
    }
    assert_eq!(store.find(Digest::of("join0"), today()).await, Ok(None));
    for kept in ["join1", "join2", "join3", "verify", "other"] {
        assert!(store.find(Digest::of(kept), today()).await.expect("an answer").is_some(), "{kept}");
    }
}

async fn a_link_to_join_makes_one_account<Store: Accounts + Links>(store: &Store) {
    let join = || Purpose::Join { address: address("Ada@shop.example"), invited: false };
    let (first, second) = (put(store, "first", join()).await, put(store, "second", join()).await);
    // The account says what the link does not; the link decides about the address.
    let ada = account("somebody.else@shop.example");
    assert_eq!(store.join(first, ada.clone(), today()).await, Ok(Joined::Made));
    let expected = Account { address: address("Ada@shop.example"), verified: true, ..ada.clone() };
    assert_eq!(read(store, ada.id).await, expected);
    assert_eq!(store.join(first, account("x@shop.example"), today()).await, Ok(Joined::NoLink));
    assert_eq!(store.join(second, account("x@shop.example"), today()).await, Ok(Joined::NoLink), "dropped with it");
    let third = put(store, "third", join()).await;
    assert_eq!(store.join(third, account("x@shop.example"), today()).await, Ok(Joined::AddressTaken));
    assert_eq!(store.find(third, today()).await, Ok(None), "used up");
    assert_eq!(store.list(None, 10).await, Ok(vec![expected]));
}

async fn a_link_to_reset_works_once_and_ends_everything<Store: Accounts + SignIns + Links>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    let one = begun(store, ada.id, 7).await;
    let reset = || Purpose::Reset { user: ada.id };
    let (first, second) = (put(store, "first", reset()).await, put(store, "second", reset()).await);
    let new = hash("another one entirely");
    let now = today() + 3 * MINUTE;
    assert_eq!(store.reset(first, new.clone(), now).await, Ok(Some(ada.id)));
    let expected = Account { password: Some(new), verified: true, generation: 8, changed: now, ..ada.clone() };
    assert_eq!(read(store, ada.id).await, expected);
    assert_eq!(store.by_cookie(one.cookie).await, Ok(None));
    for link in [first, second] {
        assert_eq!(store.reset(link, hash("a third one"), now).await, Ok(None));
    }
    assert_eq!(read(store, ada.id).await, expected);
}

async fn a_link_to_verify_is_about_one_address<Store: Accounts + Links>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    let verify = || Purpose::Verify { user: ada.id, address: ada.address.clone() };
    let link = put(store, "verify", verify()).await;
    assert_eq!(store.verify(link, today()).await, Ok(Some(ada.id)));
    assert_eq!(store.verify(link, today()).await, Ok(None));
    assert!(read(store, ada.id).await.verified);
    let stale = put(store, "stale", verify()).await;
    let other = Change::Address { address: address("other@shop.example"), verified: false };
    assert_eq!(changed(store, ada.id, other).await, Changed::Done);
    assert_eq!(store.find(stale, today()).await, Ok(None), "dropped with the address");
    let stale = put(store, "stale", verify()).await;
    assert_eq!(store.verify(stale, today()).await, Ok(None));
    assert!(!read(store, ada.id).await.verified);
}

async fn a_link_to_move_changes_the_address_once<Store: Accounts + Links>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    made(store, "bob@shop.example").await;
    let to = |text: &str| Purpose::Move { user: ada.id, address: address(text) };
    let (first, second) = (put(store, "first", to("new@shop.example")).await, put(store, "second", to("b@c.example")));
    let second = second.await;
    let reset = put(store, "reset", Purpose::Reset { user: ada.id }).await;
    let moved = Moved::Moved { user: ada.id, from: ada.address.clone() };
    assert_eq!(store.move_address(first, today() + 3 * MINUTE).await, Ok(moved));
    let expected =
        Account { address: address("new@shop.example"), verified: true, changed: today() + 3 * MINUTE, ..ada.clone() };
    assert_eq!(read(store, ada.id).await, expected);
    for link in [first, second] {
        assert_eq!(store.move_address(link, today()).await, Ok(Moved::NoLink));
    }
    assert_eq!(store.find(reset, today()).await, Ok(None), "it went to the address before");
    let taken = put(store, "taken", to("BOB@shop.example")).await;
    assert_eq!(store.move_address(taken, today()).await, Ok(Moved::AddressTaken));
    assert_eq!(store.find(taken, today()).await, Ok(None), "used up");
    assert_eq!(read(store, ada.id).await, expected);
}

async fn a_link_does_only_what_it_is_for<Store: Accounts + Links>(store: &Store) {
    let ada = made(store, "ada@shop.example").await;
    let purposes = [
        Purpose::Join { address: address("new@shop.example"), invited: true },
        Purpose::Reset { user: ada.id },
        Purpose::Verify { user: ada.id, address: ada.address.clone() },
        Purpose::Move { user: ada.id, address: address("new@shop.example") },
    ];
    for (place, purpose) in purposes.into_iter().enumerate() {
        let link = put(store, &format!("link{place}"), purpose).await;
        if place != 0 {
            assert_eq!(store.join(link, account("x@shop.example"), today()).await, Ok(Joined::NoLink), "{place}");
        }
        if place != 1 {
            assert_eq!(store.reset(link, hash("another one entirely"), today()).await, Ok(None), "{place}");
        }
        if place != 2 {
            assert_eq!(store.verify(link, today()).await, Ok(None), "{place}");
        }
        if place != 3 {
            assert_eq!(store.move_address(link, today()).await, Ok(Moved::NoLink), "{place}");
        }
        assert!(store.find(link, today()).await.expect("an answer").is_some(), "{place}: not used up by another use");
    }
    assert_eq!(read(store, ada.id).await, ada);
}
