//! When keys are made, published, used and dropped.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use auth::jose::open;
use model::Clock;
use serde_json::json;

use super::{Keyring, KeyringError, LEEWAY, PUBLISHED_AHEAD, Schedule};
use crate::apps::TokenAlgorithm;
use crate::store::signing_keys::{KeptKey, MemorySigningKeys, SigningKeys};
use crate::store::{Answer, StoreError};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SCHEDULE: Schedule =
    Schedule { rotate: Duration::from_secs(90 * 24 * 60 * 60), longest_token: Duration::from_secs(600) };

/// A clock that stands until it is moved.
struct Hand(AtomicU64);

impl Hand {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(1_790_000_000)))
    }

    fn go_on(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// A store that fails in a way that is told to it.
#[derive(Default)]
struct Faulty {
    store: MemorySigningKeys,
    adding: AtomicU8,
}

const FAILS: u8 = 1;
const KEEPS_AND_DOES_NOT_KNOW: u8 = 2;
const DROPS_AND_DOES_NOT_KNOW: u8 = 3;

impl SigningKeys for Faulty {
    fn all(&self) -> Answer<'_, Vec<KeptKey>> {
        self.store.all()
    }

    fn add(&self, key: KeptKey, behind: Option<Box<str>>) -> Answer<'_, bool> {
        match self.adding.load(Ordering::Relaxed) {
            FAILS => Box::pin(ready(Err(StoreError::Busy))),
            KEEPS_AND_DOES_NOT_KNOW => Box::pin(async move {
                self.store.add(key, behind).await?;
                Err(StoreError::Unknown("power".into()))
            }),
            DROPS_AND_DOES_NOT_KNOW => Box::pin(ready(Err(StoreError::Unknown("power".into())))),
            _ => self.store.add(key, behind),
        }
    }

    fn remove(&self, id: Box<str>) -> Answer<'_, ()> {
        self.store.remove(id)
    }
}

async fn keyring(store: &Arc<Faulty>, clock: &Arc<Hand>) -> Keyring {
    let store: Arc<dyn SigningKeys> = Arc::clone(store) as _;
    Keyring::open(store, Arc::clone(clock) as _, SCHEDULE).await.expect("a ring")
}

async fn signing(keyring: &Keyring) -> String {
    keyring.signing_key(TokenAlgorithm::Es256).await.expect("a key").id().to_owned()
}

fn published(keyring: &Keyring) -> Vec<String> {
    keyring.published().keys().iter().filter_map(|key| key.id()).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_key_is_made_on_first_use_and_is_the_same_after_a_restart() {
    let (store, clock) = (Arc::default(), Hand::new());
    let ring = keyring(&store, &clock).await;
    assert!(published(&ring).is_empty());
    assert_eq!(&*ring.document(), r#"{"keys":[]}"#);
    let key = signing(&ring).await;
    assert_eq!(published(&ring), std::slice::from_ref(&key), "it is published when it signs");
    assert_eq!(signing(&keyring(&store, &clock).await).await, key);
}

#[tokio::test]
async fn each_algorithm_has_its_own_key_and_all_are_published() {
    let (store, clock) = (Arc::default(), Hand::new());
    let ring = keyring(&store, &clock).await;
    for algorithm in TokenAlgorithm::ALL {
        let key = ring.signing_key(algorithm).await.expect("a key");
        assert_eq!(key.algorithm().as_str(), algorithm.as_str());
        let token = key.sign("at+jwt", &json!({ "sub": "ada" })).expect("a token");
        assert!(open(&token, &ring.published()).is_ok());
    }
    assert_eq!(published(&ring).len(), 3);
    assert!(ring.document().contains("\"kty\":\"RSA\"") && !ring.document().contains("\"d\""));
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs_and_the_old_one_until_its_tokens_have_ended() {
    let (store, clock) = (Arc::default(), Hand::new());
    let ring = keyring(&store, &clock).await;
    let first = signing(&ring).await;
    clock.go_on(SCHEDULE.rotate - PUBLISHED_AHEAD - DAY);
    ring.tend().await.expect("tended");
    assert_eq!(published(&ring), std::slice::from_ref(&first), "nothing is due");
    clock.go_on(DAY);
    ring.tend().await.expect("tended");
    let [_, next] = &published(&ring)[..] else { panic!("two keys") };
    assert_eq!(signing(&ring).await, first, "it is published, and does not sign yet");
    clock.go_on(PUBLISHED_AHEAD - Duration::from_secs(1));
    assert_eq!(signing(&ring).await, first);
    clock.go_on(Duration::from_secs(1));
    assert_eq!(&signing(&ring).await, next, "it signs by the clock, also when nobody tends the ring");
    clock.go_on(SCHEDULE.longest_token + LEEWAY - Duration::from_secs(1));
    ring.tend().await.expect("tended");
    assert_eq!(published(&ring).len(), 2, "a token of the first may still be good");
    clock.go_on(Duration::from_secs(1));
    ring.tend().await.expect("tended");
    assert_eq!(published(&ring), std::slice::from_ref(next));
}

#[tokio::test]
async fn a_ring_that_slept_for_long_still_publishes_before_it_signs() {
    let (store, clock) = (Arc::default(), Hand::new());
    let first = signing(&keyring(&store, &clock).await).await;
    clock.go_on(SCHEDULE.rotate * 4);
    let ring = keyring(&store, &clock).await;
    assert_eq!(published(&ring).len(), 2);
    assert_eq!(signing(&ring).await, first);
    clock.go_on(PUBLISHED_AHEAD);
    assert_ne!(signing(&ring).await, first);
}

#[tokio::test]
async fn of_many_that_begin_or_rotate_at_once_all_have_the_same_key() {
    let (store, clock) = (Arc::default(), Hand::new());
    let mut rings = Vec::new();
    for _ in 0..8 {
        rings.push(Arc::new(keyring(&store, &clock).await));
    }
    let asked = rings.iter().map(|ring| {
        let ring = Arc::clone(ring);
        tokio::spawn(async move { signing(&ring).await })
    });
    let mut keys = Vec::new();
    for asked in asked.collect::<Vec<_>>() {
        keys.push(asked.await.expect("an answer"));
    }
    keys.dedup();
    assert_eq!(keys.len(), 1);
    clock.go_on(SCHEDULE.rotate);
    for ring in &rings {
        ring.tend().await.expect("tended");
    }
    let shown: Vec<_> = rings.iter().map(|ring| published(ring)).collect();
    assert_eq!(shown[0].len(), 2);
    assert!(shown.iter().all(|keys| *keys == shown[0]), "{shown:?}");
}

#[tokio::test]
async fn nothing_is_signed_by_a_key_that_is_not_kept() {
    let (store, clock) = (Arc::<Faulty>::default(), Hand::new());
    let ring = keyring(&store, &clock).await;
    for fault in [FAILS, DROPS_AND_DOES_NOT_KNOW] {
        store.adding.store(fault, Ordering::Relaxed);
        let refused = ring.signing_key(TokenAlgorithm::Es256).await.expect_err("no key");
        assert!(matches!(refused, KeyringError::Store(_)), "{refused}");
        assert!(published(&ring).is_empty());
    }
    store.adding.store(KEEPS_AND_DOES_NOT_KNOW, Ordering::Relaxed);
    let key = signing(&ring).await;
    assert_eq!(store.all().await.expect("an answer").len(), 1);
    assert_eq!(signing(&keyring(&store, &clock).await).await, key, "what is kept is what signs");
}

#[tokio::test]
async fn a_failed_rotation_leaves_the_old_key_signing() {
    let (store, clock) = (Arc::<Faulty>::default(), Hand::new());
    let ring = keyring(&store, &clock).await;
    let first = signing(&ring).await;
    clock.go_on(SCHEDULE.rotate);
    store.adding.store(FAILS, Ordering::Relaxed);
    assert_eq!(ring.tend().await, Err(KeyringError::Store(StoreError::Busy)));
    assert_eq!((signing(&ring).await, published(&ring)), (first.clone(), vec![first]));
}

#[tokio::test]
async fn a_kept_key_that_is_another_than_it_says_is_refused() {
    let store = Arc::new(MemorySigningKeys::default());
    let key = auth::jose::SigningKey::generate(auth::jose::Algorithm::Es256).expect("a key");
    let pkcs8 = model::Secret::new(key.pkcs8().expose().clone());
    let kept =
        KeptKey { id: "other".into(), algorithm: TokenAlgorithm::Es256, pkcs8, signs_from: SystemTime::UNIX_EPOCH };
    store.add(kept, None).await.expect("kept");
    let opened = Keyring::open(store, Hand::new(), SCHEDULE).await;
    assert!(matches!(opened.err(), Some(KeyringError::Key(_))));
}

#[tokio::test]
async fn another_schedule_holds_without_a_restart_for_the_keys_that_there_are() {
    let (store, clock) = (Arc::default(), Hand::new());
    let ring = keyring(&store, &clock).await;
    let first = signing(&ring).await;
    clock.go_on(DAY * 10);
    ring.tend().await.expect("tended");
    assert_eq!(published(&ring), std::slice::from_ref(&first), "nothing is due within 90 days");
    ring.follow(Schedule { rotate: DAY * 8, ..SCHEDULE });
    ring.tend().await.expect("tended");
    assert_eq!((published(&ring).len(), signing(&ring).await), (2, first.clone()), "overdue, and published first");
    // What was announced comes, whatever is said then.
    ring.follow(SCHEDULE);
    clock.go_on(PUBLISHED_AHEAD);
    let second = signing(&ring).await;
    assert_ne!(second, first);
    clock.go_on(DAY * 80);
    ring.tend().await.expect("tended");
    assert_eq!(published(&ring), [second]);
}
