//! The keys that are made while the gateway runs, as all data threads see them: a change holds from the next look-up on.
//!
//! What is looked up is a hash of the key under a key that only this house has:
//! whoever reads the store can neither use what stands there nor put a key of his
//! own into it without that. The table is cut into `SHARDS` parts, each immutable
//! and swapped whole, so that a change copies a small part and no look-up waits.
//!
//! When a key was used last is written where it stands, at most once a second and
//! without a lock; the [`KeyKeeper`](crate::KeyKeeper) carries it to the store.
//!
//! Deliberately absent: names. What a data thread is shown is an id.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use model::{Key, Secret};

use crate::AuthError;
use crate::key_store::{KeyRecord, KeySecret};
use crate::keys::{KeyBounds, KeyId, Shown};
use crate::mark::{Mark, Marker};

/// Parts of the table.
const SHARDS: usize = 64;

type Shard = HashMap<KeyId, Arc<LiveKey>>;

/// The hash under which the keys of a store are kept: HMAC-SHA-256 (RFC 2104) of a key's SHA-256.
pub struct KeyedHash(hmac::Key);

impl KeyedHash {
    /// Under this key, which stays the same for as long as the store has keys.
    #[must_use]
    pub fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }

    /// What is kept of a key whose text has this digest.
    pub(crate) fn of(&self, digest: &[u8; 32]) -> [u8; 32] {
        let mut out = [0; 32];
        // It has 32 octets; nothing is cut or left.
        for (to, from) in out.iter_mut().zip(hmac::sign(&self.0, digest).as_ref()) {
            *to = *from;
        }
        out
    }
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedHash([redacted])")
    }
}

/// The keys of the store that are known by id now; shared by all threads, and by all configurations of a process.
pub struct LiveKeys {
    shards: Box<[ArcSwap<Shard>]>,
    /// Nothing before there is a store.
    hash: OnceLock<KeyedHash>,
    standing: AtomicU8,
    marker: Option<Marker>,
}

/// What can be said of a key that is not in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// There is no store: nobody made it.
    NoStore,
    /// The store is not read yet: somebody may have made it.
    Waiting,
    /// All keys of the store are here.
    Whole,
}

/// One secret of a key of the store.
pub(crate) struct LiveKey {
    hash: [u8; 32],
    /// From when on its successor alone is taken.
    until: Option<SystemTime>,
    held: Arc<Held>,
    /// Of its text, once it was shown and was the right one.
    mark: OnceLock<Mark>,
}

/// What all secrets of one key have in common.
struct Held {
    key: Arc<Key>,
    bounds: KeyBounds,
    expires: Option<SystemTime>,
    revoked: bool,
    last_use: Arc<LastUse>,
}

/// When a key was used last, in whole seconds since 1970; zero for never.
#[derive(Debug, Default)]
pub(crate) struct LastUse(AtomicU64);

impl LastUse {
    /// Known from the store.
    pub(crate) fn at(time: Option<SystemTime>) -> Self {
        Self(AtomicU64::new(time.map_or(0, seconds)))
    }

    /// In whole seconds; `None` for never.
    pub(crate) fn seconds(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|seconds| *seconds > 0)
    }
}

impl LiveKeys {
    /// No keys, and no store that has some.
    #[must_use]
    pub fn new() -> Self {
        let shards = (0..SHARDS).map(|_| ArcSwap::default()).collect();
        Self { shards, hash: OnceLock::new(), standing: AtomicU8::new(Standing::NoStore as u8), marker: Marker::new() }
    }

    /// There is a store, whose keys come later: until then it is not known whether a key is one of them.
    pub fn wait(&self) {
        self.stand(Standing::Waiting);
    }

    /// From now on keys are known by this hash; the first one stays.
    pub(crate) fn know_by(&self, hash: KeyedHash) -> &KeyedHash {
        self.hash.get_or_init(|| hash)
    }

    /// All keys of the store are here.
    pub(crate) fn whole(&self) {
        self.stand(Standing::Whole);
    }

    fn stand(&self, standing: Standing) {
        self.standing.store(standing as u8, Ordering::Release);
    }

    /// What is kept of a key whose text has this digest.
    pub(crate) fn keyed(&self, digest: &[u8; 32]) -> Option<[u8; 32]> {
        Some(self.hash.get()?.of(digest))
    }

    /// Why there is no key with this id and secret.
    pub(crate) fn absence(&self) -> AuthError {
        if self.standing.load(Ordering::Acquire) == Standing::Waiting as u8 {
            AuthError::KeysAway
        } else {
            AuthError::UnknownKey
        }
    }

    /// The mark of a key's text.
    pub(crate) fn mark(&self, text: &str) -> Option<Mark> {
        self.marker.as_ref()?.of(text)
    }

    /// The key with this id, where this very text was shown before and was right; the same work for an unknown id.
    pub(crate) fn find_again(&self, id: KeyId, mark: &Mark) -> Option<Arc<LiveKey>> {
        let shard = self.shard(id)?.load();
        let found = shard.get(&id);
        let expected = found.and_then(|live| live.mark.get());
        let equal = mark == expected.unwrap_or(&Mark::NOBODYS);
        found.filter(|_| equal && expected.is_some()).map(Arc::clone)
    }

    /// The key with this id, where the digest is right; the same work for an unknown id.
    pub(crate) fn find(&self, id: KeyId, digest: &[u8; 32]) -> Option<Arc<LiveKey>> {
        let keyed = self.keyed(digest)?;
        let shard = self.shard(id)?.load();
        let found = shard.get(&id);
        let expected = found.map_or(&[0; 32], |live| &live.hash);
        let equal = verify_slices_are_equal(&keyed, expected).is_ok();
        found.filter(|_| equal).map(Arc::clone)
    }

    /// Takes a key in, or what became of it, and forgets those of its ids that are over.
    pub(crate) fn put(&self, record: &KeyRecord, last_use: &Arc<LastUse>, before: &[KeyId]) {
        let key = Arc::new(Key {
            name: Arc::clone(&record.name),
            kind: record.kind,
            apis: record.apis.clone().into(),
            scopes: record.scopes.clone().into(),
            tier: record.tier.clone(),
        });
        let held = Arc::new(Held {
            key,
            bounds: record.bounds.clone(),
            expires: record.expires,
            revoked: record.revoked_at.is_some(),
            last_use: Arc::clone(last_use),
        });
        for KeySecret { id, hash, until, .. } in &record.secrets {
            let live = Arc::new(LiveKey { hash: *hash, until: *until, held: Arc::clone(&held), mark: OnceLock::new() });
            self.change(*id, |shard| {
                shard.insert(*id, Arc::clone(&live));
            });
        }
        for id in before.iter().filter(|id| !record.secrets.iter().any(|secret| secret.id == **id)) {
            self.forget(*id);
        }
    }

    /// Knows this id no more.
    pub(crate) fn forget(&self, id: KeyId) {
        self.change(id, |shard| {
            shard.remove(&id);
        });
    }

    fn change(&self, id: KeyId, change: impl Fn(&mut Shard)) {
        let Some(place) = self.shard(id) else { return };
        place.rcu(|shard| {
            let mut shard = Shard::clone(shard);
            change(&mut shard);
            shard
        });
    }

    fn shard(&self, id: KeyId) -> Option<&ArcSwap<Shard>> {
        // Ids are random: their letters spread evenly enough.
        let sum: usize = id.as_str().bytes().rev().take(3).fold(0, |sum, octet| sum * 62 + usize::from(octet));
        self.shards.get(sum % SHARDS)
    }
}

impl Default for LiveKeys {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for LiveKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: usize = self.shards.iter().map(|shard| shard.load().len()).sum();
        f.debug_struct("LiveKeys").field("ids", &ids).finish_non_exhaustive()
    }
}

impl LiveKey {
    pub(crate) fn key(&self) -> &Arc<Key> {
        &self.held.key
    }

    /// Knows its text by this mark from now on.
    pub(crate) fn know(&self, mark: Mark) {
        // It has one text, and that has one mark: whoever was first said the same.
        let _ = self.mark.set(mark);
    }

    /// Whether it is taken now, and so.
    pub(crate) fn admit(&self, shown: Shown<'_>, now: SystemTime) -> Result<(), AuthError> {
        let held = &*self.held;
        let is_over = |end: Option<SystemTime>| end.is_some_and(|end| end <= now);
        let name = || Arc::clone(&held.key.name);
        if held.revoked || is_over(self.until) {
            return Err(AuthError::KeyRevoked { name: name() });
        }
        if is_over(held.expires) {
            return Err(AuthError::KeyExpired { name: name() });
        }
        held.bounds.admit(&held.key, shown)
    }

    /// Remembers that it was used. Written once a second at most: threads that only read share a line of the cache.
    pub(crate) fn note_use(&self, now: SystemTime) {
        let (last, now) = (&self.held.last_use.0, seconds(now));
        if last.load(Ordering::Relaxed) < now {
            last.store(now, Ordering::Relaxed);
        }
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).as_ref().map_or(0, Duration::as_secs)
}
