//! Keys from the store to the caller: what holds after each change, and what the store is asked.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use model::{Caller, Clock, Code, DoorKind, KeyKind, Secret};
use wire::{HeadLimits, RequestHead};

use super::{KeeperError, KeyKeeper, KeyUpdate, MadeKey, NewRecord, at_once};
use crate::key_store::{Change, KeyRecord, KeyStore, KeyStoreError, KeyUse, MemoryKeys, Pending, RecordError};
use crate::keys::{KeyBounds, KeyHash, Origin, generate};
use crate::live::{KeyedHash, LiveKeys};
use crate::{AuthError, Directory, KeySettings, Settings, identify};

/// A clock that moves when it is told to.
#[derive(Default)]
struct Hand(AtomicU64);

impl Clock for Hand {
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + self.0.load(Ordering::Relaxed))
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// A store that can be made to do as it is told and say that it did not.
#[derive(Default)]
struct Deaf {
    keys: MemoryKeys,
    is_deaf: AtomicBool,
}

impl Deaf {
    fn unless<'a, T: Send + 'a>(&self, answer: Pending<'a, T>) -> Pending<'a, T> {
        let is_deaf = self.is_deaf.load(Ordering::Relaxed);
        Box::pin(async move {
            let answer = answer.await;
            if is_deaf { Err(KeyStoreError::Unavailable("no answer".into())) } else { answer }
        })
    }
}

impl KeyStore for Deaf {
    fn all(&self) -> Pending<'_, Vec<KeyRecord>> {
        self.keys.all()
    }

    fn find(&self, name: Arc<str>) -> Pending<'_, Option<KeyRecord>> {
        self.keys.find(name)
    }

    fn create(&self, record: KeyRecord) -> Pending<'_, ()> {
        self.unless(self.keys.create(record))
    }

    fn change(&self, name: Arc<str>, change: Change) -> Pending<'_, KeyRecord> {
        self.unless(self.keys.change(name, change))
    }

    fn delete(&self, name: Arc<str>) -> Pending<'_, ()> {
        self.unless(self.keys.delete(name))
    }

    fn note_used(&self, uses: Vec<KeyUse>) -> Pending<'_, ()> {
        self.unless(self.keys.note_used(uses))
    }
}

struct House {
    clock: Arc<Hand>,
    store: Arc<Deaf>,
    live: Arc<LiveKeys>,
    keeper: KeyKeeper,
    directory: Directory,
}

/// Under a key of such octets.
fn hash(octet: u8) -> KeyedHash {
    KeyedHash::new(&Secret::new([octet; 32]))
}

fn house() -> House {
    let (clock, store, live) = (Arc::<Hand>::default(), Arc::<Deaf>::default(), Arc::<LiveKeys>::default());
    let keeper = KeyKeeper::open(Arc::clone(&store) as _, hash(9), Arc::clone(&live), Arc::clone(&clock) as _);
    let keeper = at_once(keeper).expect("opened");
    let mut directory = Directory::with_clock(Settings::default(), Arc::clone(&clock) as _).expect("no faults");
    directory.with_live(Arc::clone(&live));
    House { clock, store, live, keeper, directory }
}

fn wanted(name: &str, kind: KeyKind) -> NewRecord {
    NewRecord {
        name: name.into(),
        kind,
        apis: vec!["notes".into()],
        scopes: Vec::new(),
        bounds: KeyBounds::default(),
        tier: None,
        owner: None,
        purpose: None,
        expires: None,
    }
}

const HERE: &str = "192.0.2.7";

impl House {
    fn make(&mut self, name: &str) -> MadeKey {
        at_once(self.keeper.create(wanted(name, KeyKind::Restricted))).expect("made")
    }

    fn show_from(&self, key: &Secret<String>, fields: &str, address: &str) -> Result<Arc<str>, AuthError> {
        let text = format!(
            "GET /notes HTTP/1.1\r\nhost: shop.example\r\nauthorization: Bearer {}\r\n{fields}\r\n",
            key.expose()
        );
        let mut head = RequestHead::new();
        let limits = HeadLimits { head_bytes: 4_096, target_bytes: 1_024, fields: 16 };
        head.parse(text.as_bytes(), &limits).expect("a head").expect("whole");
        let address: IpAddr = address.parse().expect("an address");
        match identify(DoorKind::Client, &head, address, None, &self.directory)? {
            Caller::Key(key) => Ok(Arc::clone(&key.name)),
            other => panic!("{other:?}"),
        }
    }

    fn show(&self, key: &Secret<String>) -> Result<Arc<str>, AuthError> {
        self.show_from(key, "", HERE)
    }

    fn later(&self, seconds: u64) {
        self.clock.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

fn revoked(name: &str) -> Result<Arc<str>, AuthError> {
    Err(AuthError::KeyRevoked { name: name.into() })
}

#[test]
fn a_key_that_was_made_opens_at_once_and_after_a_restart() {
    let mut house = house();
    let key = house.make("laptop");
    assert_eq!(house.show(&key.text), Ok("laptop".into()));
    let mut begin_again = |octet: u8| {
        let live = Arc::<LiveKeys>::default();
        house.directory.with_live(Arc::clone(&live));
        assert_eq!(house.show(&key.text), Err(AuthError::UnknownKey), "without a store");
        live.wait();
        assert_eq!(house.show(&key.text), Err(AuthError::KeysAway), "before the store was read");
        let again = KeyKeeper::open(Arc::clone(&house.store) as _, hash(octet), live, Arc::clone(&house.clock) as _);
        at_once(again).expect("opened");
        house.show(&key.text)
    };
    assert_eq!(begin_again(9), Ok("laptop".into()));
    assert_eq!(begin_again(8), Err(AuthError::UnknownKey), "under another key of the house");
    assert_eq!(AuthError::KeysAway.code().status(), 503);
}

#[test]
fn a_key_that_nobody_made_and_a_wrong_secret_are_the_same_error() {
    let mut house = house();
    let key = house.make("laptop");
    let stranger = generate(KeyKind::Restricted).expect("randomness");
    assert_eq!(house.show(&stranger.text), Err(AuthError::UnknownKey));
    let (front, _) = key.text.expose().rsplit_once('_').expect("a secret");
    let (_, secret) = stranger.text.expose().rsplit_once('_').expect("a secret");
    let front = format!("{front}_{}", secret.get(..43).expect("43 letters"));
    let forged = Secret::new(crate::keys::with_checksum(&front));
    assert_eq!(house.show(&forged), Err(AuthError::UnknownKey));
}

#[test]
fn a_revoked_and_a_deleted_key_open_nothing_from_then_on() {
    let mut house = house();
    let (first, second) = (house.make("laptop"), house.make("phone"));
    at_once(house.keeper.revoke("laptop")).expect("revoked");
    assert_eq!(house.show(&first.text), revoked("laptop"));
    assert_eq!(AuthError::KeyRevoked { name: "laptop".into() }.code(), Code::CredentialInvalid);
    at_once(house.keeper.delete("phone")).expect("deleted");
    assert_eq!(house.show(&second.text), Err(AuthError::UnknownKey));
    for gone in [at_once(house.keeper.delete("phone")), at_once(house.keeper.revoke("nobody")).map(drop)] {
        assert!(matches!(gone, Err(KeeperError::Store(KeyStoreError::Missing))));
    }
    let again = at_once(house.keeper.rotate("laptop", Duration::ZERO));
    assert!(matches!(again, Err(KeeperError::Store(KeyStoreError::Refused(RecordError::Revoked)))));
}

#[test]
fn an_owner_sees_and_revokes_their_own_keys_alone() {
    let mut house = house();
    let owned = |name, owner: &str| NewRecord { owner: Some(owner.into()), ..wanted(name, KeyKind::Restricted) };
    let mine = at_once(house.keeper.create(owned("laptop", "ada"))).expect("made");
    let theirs = at_once(house.keeper.create(owned("phone", "bea"))).expect("made");
    house.make("nobodys");
    let names = |house: &House, owner| {
        let keys = at_once(house.keeper.of_owner(owner)).expect("an answer");
        keys.into_iter().map(|record| record.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!((names(&house, "ada"), names(&house, "ad")), (vec!["laptop".to_owned()], vec![]));
    for name in ["phone", "nobodys"] {
        let refused = at_once(house.keeper.revoke_of(name, "ada"));
        assert!(matches!(refused, Err(KeeperError::Store(KeyStoreError::Refused(RecordError::NotTheirs)))), "{name}");
    }
    at_once(house.keeper.revoke_of("laptop", "ada")).expect("revoked");
    assert_eq!((house.show(&mine.text), house.show(&theirs.text)), (revoked("laptop"), Ok("phone".into())));
    // Given to another, it is that one's.
    let given = KeyUpdate { owner: Some(Some("ada".into())), ..KeyUpdate::default() };
    at_once(house.keeper.update("phone", given)).expect("given");
    assert_eq!((names(&house, "bea"), names(&house, "ada")), (vec![], vec!["laptop".to_owned(), "phone".to_owned()]));
}

#[test]
fn after_a_rotation_both_open_until_the_overlap_is_over() {
    let mut house = house();
    let first = house.make("laptop");
    let second = at_once(house.keeper.rotate("laptop", Duration::from_secs(60))).expect("rotated");
    assert_eq!(house.show(&first.text), Ok("laptop".into()));
    assert_eq!(house.show(&second.text), Ok("laptop".into()));
    house.later(59);
    assert_eq!(house.show(&first.text), Ok("laptop".into()));
    house.later(1);
    assert_eq!(house.show(&first.text), revoked("laptop"));
    assert_eq!(house.show(&second.text), Ok("laptop".into()));
    let third = at_once(house.keeper.rotate("laptop", Duration::ZERO)).expect("rotated");
    assert_eq!(house.show(&second.text), Err(AuthError::UnknownKey), "without an overlap it ends at once");
    assert_eq!(house.show(&third.text), Ok("laptop".into()));
}

#[test]
fn a_key_ends_at_its_end_and_goes_on_where_that_is_moved() {
    let mut house = house();
    let end = house.clock.wall() + Duration::from_secs(10);
    let settings = NewRecord { expires: Some(end), ..wanted("laptop", KeyKind::Restricted) };
    let key = at_once(house.keeper.create(settings)).expect("made");
    house.later(9);
    assert_eq!(house.show(&key.text), Ok("laptop".into()));
    house.later(1);
    assert_eq!(house.show(&key.text), Err(AuthError::KeyExpired { name: "laptop".into() }));
    let owner = KeyUpdate { owner: Some(Some("Ada".into())), ..KeyUpdate::default() };
    at_once(house.keeper.update("laptop", owner)).expect("the owner of an expired key");
    let past = KeyUpdate { expires: Some(Some(end)), ..KeyUpdate::default() };
    let past = at_once(house.keeper.update("laptop", past));
    assert!(matches!(past, Err(KeeperError::Store(KeyStoreError::Refused(RecordError::Expired)))));
    at_once(house.keeper.update("laptop", KeyUpdate { expires: Some(None), ..KeyUpdate::default() })).expect("moved");
    assert_eq!(house.show(&key.text), Ok("laptop".into()));
}

#[test]
fn a_key_is_taken_only_from_its_networks() {
    let mut house = house();
    let key = house.make("laptop");
    let networks =
        KeyUpdate { networks: Some(Some(vec!["192.0.2.0/24".parse().expect("a range")])), ..KeyUpdate::default() };
    at_once(house.keeper.update("laptop", networks)).expect("updated");
    assert_eq!(house.show(&key.text), Ok("laptop".into()));
    assert_eq!(house.show_from(&key.text, "", "::ffff:192.0.2.9"), Ok("laptop".into()));
    let refused = house.show_from(&key.text, "", "198.51.100.1").expect_err("another network");
    assert_eq!(refused.code(), Code::CredentialInvalid, "a client door does not say that the key is a good one");
    let AuthError::KeyNetwork { name, address, .. } = refused else { panic!("{refused:?}") };
    assert_eq!(AuthError::KeyNetwork { name, address, door: DoorKind::Server }.code(), Code::NetworkNotAllowed);
}

#[test]
fn a_publishable_key_is_taken_only_from_pages_of_its_origins() {
    let mut house = house();
    let origins = vec![Origin::parse("https://shop.example").expect("an origin")];
    let bounds = KeyBounds { origins, networks: None };
    let settings = NewRecord { bounds, ..wanted("page", KeyKind::Publishable) };
    let key = at_once(house.keeper.create(settings)).expect("made");
    let refused = Err(AuthError::KeyOrigin { name: "page".into() });
    for (fields, taken) in [
        ("origin: https://shop.example\r\n", true),
        ("referer: https://shop.example/a/page\r\n", true),
        ("sec-fetch-site: same-origin\r\n", true),
        ("origin: https://shop.example\r\nreferer: https://evil.example/\r\n", true),
        ("", false),
        ("origin: https://evil.example\r\n", false),
        ("origin: null\r\n", false),
        ("origin: https://shop.example.evil.example\r\n", false),
        ("origin: https://evil.example\r\nreferer: https://shop.example/\r\n", false),
        ("origin: https://evil.example\r\nsec-fetch-site: same-origin\r\n", false),
        ("referer: https://evil.example/https://shop.example/\r\n", false),
        ("referer: https://shop.example@evil.example/\r\n", false),
        ("sec-fetch-site: cross-site\r\n", false),
        ("sec-fetch-site: none\r\n", false),
    ] {
        let expected = if taken { Ok("page".into()) } else { refused.clone() };
        assert_eq!(house.show_from(&key.text, fields, HERE), expected, "{fields}");
    }
    // Without an origin there is no such key.
    let unbound = at_once(house.keeper.create(wanted("other", KeyKind::Publishable)));
    assert!(matches!(unbound, Err(KeeperError::Store(KeyStoreError::Refused(RecordError::NoOrigin)))));
}

#[test]
fn a_key_of_the_store_with_the_name_of_one_of_the_file_is_not_taken() {
    let mut house = house();
    let key = house.make("laptop");
    let pinned = generate(KeyKind::Restricted).expect("randomness");
    let settings = KeySettings {
        name: "laptop".into(),
        kind: KeyKind::Restricted,
        hash: KeyHash::parse(&pinned.hash).expect("a hash"),
        apis: vec!["notes".into()],
        scopes: Vec::new(),
        tier: None,
        bounds: KeyBounds::default(),
        expires: None,
        place: "vestibule.yaml:7:3".into(),
    };
    let settings = Settings { keys: vec![settings], ..Settings::default() };
    house.directory = Directory::with_clock(settings, Arc::clone(&house.clock) as _).expect("no faults");
    house.directory.with_live(Arc::clone(&house.live));
    assert_eq!(house.show(&pinned.text), Ok("laptop".into()));
    assert_eq!(house.directory.place_of_key("laptop").map(|place| &**place), Some("vestibule.yaml:7:3"));
    assert_eq!(house.show(&key.text), Err(AuthError::KeyShadowed { name: "laptop".into() }));
}

#[test]
fn a_use_is_known_at_once_and_comes_to_the_store_when_it_is_carried_there() {
    let mut house = house();
    let key = house.make("laptop");
    let stored = |house: &House| at_once(house.store.find("laptop".into())).expect("found").expect("one").last_used;
    assert_eq!(at_once(house.keeper.show("laptop")).expect("one").last_used, None);
    house.show(&key.text).expect("taken");
    let used = Some(house.clock.wall());
    assert_eq!(at_once(house.keeper.show("laptop")).expect("one").last_used, used);
    assert_eq!(stored(&house), None, "no request waits for the store");
    at_once(house.keeper.note_uses()).expect("noted");
    assert_eq!(stored(&house), used);
    house.later(5);
    at_once(house.keeper.revoke("laptop")).expect("revoked");
    house.show(&key.text).expect_err("revoked");
    at_once(house.keeper.note_uses()).expect("nothing to note");
    assert_eq!(stored(&house), used, "what is refused is no use");
}

#[test]
fn where_the_store_did_not_answer_what_it_did_holds() {
    let mut house = house();
    let key = house.make("laptop");
    house.store.is_deaf.store(true, Ordering::Relaxed);
    let unheard = at_once(house.keeper.revoke("laptop"));
    assert!(matches!(unheard, Err(KeeperError::Store(KeyStoreError::Unavailable(_)))));
    assert_eq!(house.show(&key.text), revoked("laptop"));
    let unheard = at_once(house.keeper.delete("laptop"));
    assert!(matches!(unheard, Err(KeeperError::Store(KeyStoreError::Unavailable(_)))));
    assert_eq!(house.show(&key.text), Err(AuthError::UnknownKey));
}

#[test]
fn a_key_that_was_shown_before_is_judged_each_time() {
    let mut house = house();
    let key = house.make("laptop");
    for _ in 0..3 {
        assert_eq!(house.show(&key.text), Ok("laptop".into()));
    }
    // Another text with the same id is another key, whoever was let in before; so is one with its checksum alone.
    let text = key.text.expose();
    let (front, last) = text.split_at(text.len() - 1);
    let other = Secret::new(format!("{front}{}", if last == "a" { "b" } else { "a" }));
    assert_eq!(house.show(&other), Err(AuthError::KeyForm));
    let front = text.get(..text.len() - 7).expect("a key");
    let forged = ["a", "b"].map(|last| Secret::new(crate::keys::with_checksum(&format!("{front}{last}"))));
    let taken = forged.iter().filter(|forged| house.show(forged).is_ok()).count();
    assert!(taken <= usize::from(forged.iter().any(|forged| forged.expose() == text)), "{taken}");
    at_once(house.keeper.revoke("laptop")).expect("revoked");
    assert_eq!(house.show(&key.text), revoked("laptop"));
}
