//! A copy that is brought back: what has ended since it was made does not come back with it.

use std::path::Path;

use auth::KeyStore;
use idp::apps::TokenAlgorithm;
use idp::store::accounts::Accounts;
use idp::store::grants::{Grants as _, Rotate, Rotation, Standing};
use idp::store::links::Links;
use idp::store::sessions::Sessions;
use idp::store::signing_keys::{KeptKey, SigningKeys};
use idp::{Digest, UserId};
use model::Secret;

use super::departures::{live, now, person};
use super::*;
use crate::identity::restore::{Amended, SignIns, amend};
use crate::sqlite::restore;

fn settings(directory: &Path) -> Settings {
    let seal = SealSource::Given(Arc::new(SealKeys::read(KEY).expect("a key")));
    Settings { directory: directory.to_owned(), seal }
}

fn open(directory: &Path) -> Identity {
    Identity::new(Arc::new(Database::open(&settings(directory), &SCHEMA, &SystemClock).expect("open")))
}

fn bring_back(directory: &Path, copy: &Path, sign_ins: SignIns) -> Amended {
    let amend = |copy: &Connection, beside| amend(copy, beside, sign_ins, &SystemClock);
    restore(&settings(directory), &SCHEMA, copy, &SystemClock, amend).expect("restored").amended
}

/// Ada has everything that this engine keeps of a person, and one key; then a copy is made.
async fn with_copy(directory: &Path) -> (Identity, UserId, std::path::PathBuf) {
    let (store, ada) = (open(&directory.join("store")), person());
    live(&store, &ada).await;
    make_key(&store, "laptop", "0aaaaaaaaa").await;
    let (id, pkcs8) = ("kid".into(), Secret::new(vec![7; 32]));
    let key = KeptKey { id, algorithm: TokenAlgorithm::Es256, pkcs8, signs_from: now() };
    assert_eq!(SigningKeys::add(&store, key, None).await, Ok(true));
    let copy = directory.join("copy");
    store.database().backup(&copy).await.expect("copied");
    (store, ada.id, copy)
}

async fn make_key(store: &Identity, name: &'static str, id: &'static str) {
    let made = store.database.change(move |connection| {
        let key = "INSERT INTO api_keys (name, kind, apis, scopes, origins, made_ms) \
                   VALUES (?1, 'restricted', 'a', '', '', 0)";
        connection.execute(key, [name])?;
        let secret = "INSERT INTO api_key_secrets VALUES (?1, ?2, 0, zeroblob(32), 0, NULL)";
        connection.execute(secret, [id, name])?;
        Ok::<_, StoreError>(())
    });
    made.await.expect("a key");
}

async fn run(store: &Identity, sql: &'static str) {
    let done = store.database.change(move |connection| Ok::<_, StoreError>(connection.execute_batch(sql)?));
    done.await.expect("done");
}

fn rotate(shown: &str, next: &str) -> Rotate {
    let grace = Duration::from_secs(20);
    let (shown, next, now) = (Digest::of(shown), Digest::of(next), now() + Duration::from_secs(1));
    Rotate { shown, next, app: "shop".into(), key: None, now, grace, idle: Duration::from_secs(1_000) }
}

#[tokio::test]
async fn everybody_signs_in_again_after_a_copy_was_brought_back() {
    let directory = tempfile::tempdir().expect("a directory");
    let (store, ada, copy) = with_copy(directory.path()).await;
    drop(store);
    let amended = bring_back(&directory.path().join("store"), &copy, SignIns::End);
    assert!(amended.is_compared && amended.are_signed_out);
    assert_eq!((amended.accounts_back, amended.accounts_gone, amended.revoked_keys), (0, 0, Vec::new()));
    let store = open(&directory.path().join("store"));
    let account = Accounts::by_id(&store, ada).await.expect("read").expect("the account");
    assert_eq!(account.generation, 2, "nothing of before is of this generation");
    assert!(account.password.is_some() && account.authenticator.is_some());
    assert_eq!(sign_in(&store).await, None);
    assert!(Sessions::of(&store, ada).await.expect("read").is_empty());
    assert_eq!(store.of_user(ada).await.expect("read"), []);
    assert_eq!(store.rotate(rotate("refresh", "next")).await, Ok(Rotation::Ended));
    assert_eq!(Links::find(&store, Digest::of("link"), now()).await, Ok(None));
    assert!(SigningKeys::all(&store).await.expect("read").is_empty(), "no token that was given out is believed");
    assert_eq!(KeyStore::all(&store).await.expect("listed").len(), 1);
}

async fn sign_in(store: &Identity) -> Option<idp::store::sign_ins::SignIn> {
    idp::store::sign_ins::SignIns::by_cookie(store, Digest::of("cookie")).await.expect("read")
}

#[tokio::test]
async fn sign_ins_that_are_kept_go_on_where_they_were_and_not_where_the_copy_was() {
    let directory = tempfile::tempdir().expect("a directory");
    let (store, ada, copy) = with_copy(directory.path()).await;
    for (shown, next) in [("refresh", "second"), ("second", "third")] {
        assert!(matches!(store.rotate(rotate(shown, next)).await, Ok(Rotation::Rotated(_))));
    }
    drop(store);
    assert!(!bring_back(&directory.path().join("store"), &copy, SignIns::Keep).are_signed_out);
    let store = open(&directory.path().join("store"));
    assert!(sign_in(&store).await.is_some());
    assert_eq!(SigningKeys::all(&store).await.expect("read").len(), 1);
    let standing = |token: &'static str| {
        let found = store.of_token(Digest::of(token));
        async move { found.await.expect("read").map(|(_, standing)| standing) }
    };
    assert_eq!(standing("third").await, Some(Standing::Present), "the latest is the latest");
    assert_eq!(standing("refresh").await, Some(Standing::Past), "the one of the copy is none any more");
    assert_eq!(Sessions::of(&store, ada).await.expect("read").len(), 1);
}

#[tokio::test]
async fn what_has_ended_since_the_copy_does_not_come_back_whatever_is_kept() {
    for sign_ins in [SignIns::End, SignIns::Keep] {
        let directory = tempfile::tempdir().expect("a directory");
        let (store, ada, copy) = with_copy(directory.path()).await;
        make_key(&store, "since", "0bbbbbbbbb").await;
        run(
            &store,
            "UPDATE api_keys SET revoked_ms = 5 WHERE name = 'laptop'; DELETE FROM recovery_codes;
             UPDATE accounts SET is_locked = 1, generation = generation + 7, used_step = 99;
             DELETE FROM sign_ins; DELETE FROM sessions; UPDATE grants SET ended_ms = 7;",
        )
        .await;
        drop(store);
        let amended = bring_back(&directory.path().join("store"), &copy, sign_ins);
        assert_eq!(amended.revoked_keys, ["laptop"]);
        let store = open(&directory.path().join("store"));
        let keys = KeyStore::all(&store).await.expect("listed");
        assert!(keys.len() == 1 && keys[0].revoked_at.is_some(), "{sign_ins:?} {keys:?}");
        let account = Accounts::by_id(&store, ada).await.expect("read").expect("the account");
        assert!(account.locked && account.recovery.is_empty(), "{sign_ins:?}");
        assert_eq!(account.authenticator.map(|app| app.used_step), Some(99), "a code that was used is used");
        assert_eq!(sign_in(&store).await, None);
        assert!(Sessions::of(&store, ada).await.expect("read").is_empty());
        assert_eq!(store.of_user(ada).await.expect("read"), []);
    }
}

#[tokio::test]
async fn a_text_of_a_key_that_was_rotated_out_since_is_not_taken_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let (store, _, copy) = with_copy(directory.path()).await;
    run(&store, "UPDATE api_key_secrets SET id = '0ccccccccc'").await;
    drop(store);
    let amended = bring_back(&directory.path().join("store"), &copy, SignIns::Keep);
    assert_eq!(amended.revoked_keys, ["laptop"], "the only text that the copy had of it is over");
}

#[tokio::test]
async fn a_copy_beside_which_nothing_can_be_read_is_taken_as_it_is_and_that_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let (store, ada, copy) = with_copy(directory.path()).await;
    drop(store);
    let (whole, new) = (directory.path().join("store/identity.sqlite"), directory.path().join("new"));
    std::fs::write(whole, "broken").expect("written");
    for directory in [directory.path().join("store"), new] {
        let amended = bring_back(&directory, &copy, SignIns::Keep);
        assert_eq!((amended.is_compared, amended.are_signed_out), (false, false));
        let store = open(&directory);
        assert!(sign_in(&store).await.is_some(), "somebody wanted them kept");
        assert!(Accounts::by_id(&store, ada).await.expect("read").is_some());
    }
}

#[tokio::test]
async fn accounts_that_come_back_and_that_are_gone_are_counted() {
    let directory = tempfile::tempdir().expect("a directory");
    let (store, ada, copy) = with_copy(directory.path()).await;
    let mut bea = person();
    bea.address = idp::accounts::Address::parse("bea@shop.example").expect("an address");
    Accounts::create(&store, bea).await.expect("kept");
    run(&store, "DELETE FROM accounts WHERE normal_address LIKE 'ada%'").await;
    drop(store);
    let amended = bring_back(&directory.path().join("store"), &copy, SignIns::End);
    assert_eq!((amended.accounts_back, amended.accounts_gone), (1, 1));
    assert!(Accounts::by_id(&open(&directory.path().join("store")), ada).await.expect("read").is_some());
}
