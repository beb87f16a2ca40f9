//! Makes keys, changes them and ends them: in the store first, then in the table that the data threads look at.
//!
//! One at a time (`&mut self`): the table changes in the order in which the store
//! does. What is answered has been kept, and holds at every thread.
//!
//! Deliberately absent: which APIs there are, and which names the file has. Whoever
//! asks for a key looks at that before.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ipnet::IpNet;
use model::{Clock, KeyKind, Secret};
use thiserror::Error;

use crate::AuthError;
use crate::key_store::{Change, KeyRecord, KeySecret, KeyStore, KeyStoreError, KeyUse, RecordError};
use crate::keys::{KeyBounds, KeyHash, KeyId, Origin, generate};
use crate::live::{KeyedHash, LastUse, LiveKeys};

/// Keys that a store may have: what the data threads look at is held in memory.
const KEYS_AT_MOST: usize = 100_000;
/// Keys of one owner that are told to them.
const OWNED_AT_MOST: usize = 200;

/// Keeps the keys of a store and the table of the data threads in step.
pub struct KeyKeeper {
    store: Arc<dyn KeyStore>,
    live: Arc<LiveKeys>,
    clock: Arc<dyn Clock>,
    known: HashMap<Arc<str>, Known>,
}

/// What is in the table under one name.
struct Known {
    ids: Vec<KeyId>,
    owner: Option<Arc<str>>,
    last_use: Arc<LastUse>,
    /// What the store has of it, in seconds.
    noted: Option<u64>,
}

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// Its name.
    pub name: Arc<str>,
    /// Its kind.
    pub kind: KeyKind,
    /// The APIs that it opens.
    pub apis: Vec<Arc<str>>,
    /// The scopes that it carries.
    pub scopes: Vec<Arc<str>>,
    /// From where it may be used.
    pub bounds: KeyBounds,
    /// The tier that its limits are taken from.
    pub tier: Option<Arc<str>>,
    /// Whom to ask about it.
    pub owner: Option<Arc<str>>,
    /// What it is for.
    pub purpose: Option<Arc<str>>,
    /// From when on it is refused.
    pub expires: Option<SystemTime>,
}

/// What is to be another; `None` for what stays, and an inner `None` for what is to be no more.
#[derive(Clone, Debug, Default)]
pub struct KeyUpdate {
    /// The APIs that it opens.
    pub apis: Option<Vec<Arc<str>>>,
    /// The scopes that it carries.
    pub scopes: Option<Vec<Arc<str>>>,
    /// From pages of which origins it is used.
    pub origins: Option<Vec<Origin>>,
    /// From where it may be used.
    pub networks: Option<Option<Vec<IpNet>>>,
    /// The tier that its limits are taken from.
    pub tier: Option<Option<Arc<str>>>,
    /// Whom to ask about it.
    pub owner: Option<Option<Arc<str>>>,
    /// What it is for.
    pub purpose: Option<Option<Arc<str>>>,
    /// From when on it is refused.
    pub expires: Option<Option<SystemTime>>,
}

/// A key that was made, or made anew: its text is shown once.
#[derive(Debug)]
pub struct MadeKey {
    /// What is kept of it.
    pub record: KeyRecord,
    /// What its holder sends.
    pub text: Secret<String>,
}

/// Why something was not done with a key.
#[derive(Debug, Error)]
pub enum KeeperError {
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] KeyStoreError),
    /// No randomness for its secret.
    #[error(transparent)]
    NoRandomness(#[from] AuthError),
    /// More keys than are held in memory.
    #[error("there are {KEYS_AT_MOST} keys already; delete those that are not used")]
    Full,
}

impl From<RecordError> for KeeperError {
    fn from(error: RecordError) -> Self {
        Self::Store(KeyStoreError::Refused(error))
    }
}

impl KeyKeeper {
    /// With every key that the store has.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn open(
        store: Arc<dyn KeyStore>,
        hash: KeyedHash,
        live: Arc<LiveKeys>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, KeyStoreError> {
        live.know_by(hash);
        let mut keeper = Self { store, live, clock, known: HashMap::new() };
        for record in keeper.store.all().await? {
            keeper.put(&record);
        }
        keeper.live.whole();
        Ok(keeper)
    }

    /// Makes a key.
    ///
    /// # Errors
    /// There is one of this name, or it is to be what no key may be.
    pub async fn create(&mut self, wanted: NewRecord) -> Result<MadeKey, KeeperError> {
        if self.known.len() >= KEYS_AT_MOST {
            return Err(KeeperError::Full);
        }
        let now = self.now();
        let (text, secret) = self.secret(wanted.kind, now)?;
        let NewRecord { name, kind, apis, scopes, bounds, tier, owner, purpose, expires } = wanted;
        let record = KeyRecord {
            name,
            kind,
            apis,
            scopes,
            bounds,
            tier,
            owner,
            purpose,
            made_at: now,
            expires,
            revoked_at: None,
            last_used: None,
            secrets: vec![secret],
        };
        record.check(now)?;
        let created = self.store.create(record.clone()).await;
        if let Err(error) = self.agreed(&record.name, created).await {
            return Err(error.into());
        }
        self.put(&record);
        Ok(MadeKey { record, text })
    }

    /// Makes something else of a key; its secret stays.
    ///
    /// # Errors
    /// There is none of this name, or it would be what no key may be.
    pub async fn update(&mut self, name: &str, update: KeyUpdate) -> Result<KeyRecord, KeeperError> {
        let now = self.now();
        let change = move |record: KeyRecord| {
            if record.revoked_at.is_some() {
                return Err(RecordError::Revoked);
            }
            let ends_later = update.expires.is_some();
            let record = update.of(record);
            // A key that has expired may still be given another owner.
            record.check(if ends_later { now } else { SystemTime::UNIX_EPOCH }).map(|()| record)
        };
        self.change(name, Box::new(change)).await
    }

    /// Gives a key another secret and id. Those before are taken for the overlap, or end at once where it is zero.
    ///
    /// # Errors
    /// There is none of this name, it is revoked, or too much would overlap.
    pub async fn rotate(&mut self, name: &str, overlap: Duration) -> Result<MadeKey, KeeperError> {
        let before = self.show(name).await?;
        let now = self.now();
        let (text, secret) = self.secret(before.kind, now)?;
        let record = self.change(name, Box::new(move |record| record.rotated(secret, overlap, now))).await?;
        Ok(MadeKey { record, text })
    }

    /// Ends a key for good; its record stays to be looked at.
    ///
    /// # Errors
    /// There is none of this name.
    pub async fn revoke(&mut self, name: &str) -> Result<KeyRecord, KeeperError> {
        let now = self.now();
        self.change(name, Box::new(move |record| Ok(record.revoked(now)))).await
    }

    /// Ends a key for good on the word of its owner.
    ///
    /// # Errors
    /// There is none of this name, or it is another owner's.
    pub async fn revoke_of(&mut self, name: &str, owner: &str) -> Result<KeyRecord, KeeperError> {
        let (now, owner) = (self.now(), Arc::<str>::from(owner));
        let change = move |record: KeyRecord| match &record.owner {
            Some(of) if *of == owner => Ok(record.revoked(now)),
            _ => Err(RecordError::NotTheirs),
        };
        self.change(name, Box::new(change)).await
    }

    /// Forgets a key, which opens nothing from then on.
    ///
    /// # Errors
    /// There is none of this name.
    pub async fn delete(&mut self, name: &str) -> Result<(), KeeperError> {
        let deleted = self.store.delete(Arc::from(name)).await;
        self.agreed(name, deleted).await?;
        self.forget(name);
        Ok(())
    }

    /// Every key, by name, with what is known of its last use.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn list(&self) -> Result<Vec<KeyRecord>, KeeperError> {
        let mut all = self.store.all().await?;
        all.iter_mut().for_each(|record| self.complete(record));
        Ok(all)
    }

    /// The keys of one owner, by name; not more than anybody reads. Asks the store for these alone.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn of_owner(&self, owner: &str) -> Result<Vec<KeyRecord>, KeeperError> {
        let theirs = |(_, known): &(&Arc<str>, &Known)| known.owner.as_deref() == Some(owner);
        let mut names: Vec<Arc<str>> = self.known.iter().filter(theirs).map(|(name, _)| Arc::clone(name)).collect();
        names.sort_unstable();
        names.truncate(OWNED_AT_MOST);
        let mut owned = Vec::with_capacity(names.len());
        for name in names {
            let found = self.store.find(name).await?.filter(|record| record.owner.as_deref() == Some(owner));
            owned.extend(found.map(|mut record| {
                self.complete(&mut record);
                record
            }));
        }
        Ok(owned)
    }

    /// One key.
    ///
    /// # Errors
    /// There is none of this name.
    pub async fn show(&self, name: &str) -> Result<KeyRecord, KeeperError> {
        let mut record = self.store.find(Arc::from(name)).await?.ok_or(KeyStoreError::Missing)?;
        self.complete(&mut record);
        Ok(record)
    }

    /// Carries what was used since the last time to the store; for once a minute.
    ///
    /// # Errors
    /// The store cannot be asked; nothing is forgotten then.
    pub async fn note_uses(&mut self) -> Result<(), KeyStoreError> {
        let used = self.known.iter().filter_map(|(name, known)| {
            let seconds = known.last_use.seconds().filter(|seconds| Some(*seconds) > known.noted)?;
            Some((Arc::clone(name), seconds))
        });
        let used: Vec<(Arc<str>, u64)> = used.collect();
        if used.is_empty() {
            return Ok(());
        }
        let uses = used.iter().map(|(name, seconds)| KeyUse { name: Arc::clone(name), at: time(*seconds) });
        self.store.note_used(uses.collect()).await?;
        for (name, seconds) in used {
            if let Some(known) = self.known.get_mut(&name) {
                known.noted = Some(seconds);
            }
        }
        Ok(())
    }

    async fn change(&mut self, name: &str, change: Change) -> Result<KeyRecord, KeeperError> {
        let changed = self.store.change(Arc::from(name), change).await;
        let record = self.agreed(name, changed).await?;
        self.put(&record);
        Ok(record)
    }

    /// A store that did not answer may have done it all the same: what it has now is what holds. Where it cannot be
    /// asked for that either, the key is left out, so that what was to end has ended.
    async fn agreed<T>(&mut self, name: &str, answer: Result<T, KeyStoreError>) -> Result<T, KeyStoreError> {
        if let Err(KeyStoreError::Unavailable(_)) = &answer {
            match self.store.find(Arc::from(name)).await {
                Ok(Some(record)) => self.put(&record),
                Ok(None) | Err(_) => self.forget(name),
            }
        }
        answer
    }

    fn put(&mut self, record: &KeyRecord) {
        let known = self.known.entry(Arc::clone(&record.name)).or_insert_with(|| {
            let last_use = LastUse::at(record.last_used);
            Known { ids: Vec::new(), owner: None, noted: last_use.seconds(), last_use: Arc::new(last_use) }
        });
        known.owner.clone_from(&record.owner);
        self.live.put(record, &known.last_use, &known.ids);
        known.ids = record.secrets.iter().map(|secret| secret.id).collect();
    }

    fn forget(&mut self, name: &str) {
        for id in self.known.remove(name).map(|known| known.ids).unwrap_or_default() {
            self.live.forget(id);
        }
    }

    fn complete(&self, record: &mut KeyRecord) {
        let seconds = self.known.get(&record.name).and_then(|known| known.last_use.seconds());
        record.last_used = record.last_used.max(seconds.map(time));
    }

    fn secret(&self, kind: KeyKind, now: SystemTime) -> Result<(Secret<String>, KeySecret), AuthError> {
        let key = generate(kind)?;
        let KeyHash { id, digest } = KeyHash::parse(&key.hash).map_err(|_| AuthError::KeyForm)?;
        let hash = self.live.keyed(&digest).ok_or(AuthError::KeysAway)?;
        Ok((key.text, KeySecret { id, hash, made_at: now, until: None }))
    }

    /// To the millisecond, as stores keep it.
    fn now(&self) -> SystemTime {
        let since = self.clock.wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let milliseconds = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds)
    }
}

impl KeyUpdate {
    fn of(self, mut record: KeyRecord) -> KeyRecord {
        fn put<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        put(&mut record.apis, self.apis);
        put(&mut record.scopes, self.scopes);
        put(&mut record.bounds.origins, self.origins);
        put(&mut record.bounds.networks, self.networks);
        put(&mut record.tier, self.tier);
        put(&mut record.owner, self.owner);
        put(&mut record.purpose, self.purpose);
        put(&mut record.expires, self.expires);
        record
    }
}

fn time(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// What is ready at once, as the answers of a store in memory are.
#[cfg(test)]
pub(crate) fn at_once<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

#[cfg(test)]
mod tests;
