//! The keys that the issuer signs with: made on first use, published before they sign, changed on a schedule.
//!
//! ```text
//!            made            signs                    next one signs      last token of it has ended
//!   ──────────┼────────────────┼─────────────────────────┼──────────────────────┼──────────
//!             └── published ───┴──── published, signs ────┴───── published ──────┘ dropped
//! ```
//!
//! The first key of an algorithm signs at once: nobody can have looked for it before.
//!
//! INVARIANT: a key signs nothing before the store has said that it is durable. After a crash there is no token whose
//! key is lost.
//!
//! Several processes may share a store. Of those that rotate at once the store takes the key of one, and the others
//! read it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use auth::jose::{Algorithm, Jwks, JwksError, SigningError, SigningKey};
use model::{Clock, Secret};
use thiserror::Error;

use crate::apps::TokenAlgorithm;
use crate::store::StoreError;
use crate::store::signing_keys::{KeptKey, SigningKeys};

/// A key is published for so long before it signs, unless it signs for a shorter time than four times that.
const PUBLISHED_AHEAD: Duration = Duration::from_secs(24 * 60 * 60);
/// How far the clocks of those who check tokens may be behind.
const LEEWAY: Duration = Duration::from_secs(5 * 60);

/// The schedule of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How long a key signs.
    pub rotate: Duration,
    /// How long the longest token lives that a key signs; it stays published for that long after its last one.
    pub longest_token: Duration,
}

/// Why there is no key to sign with.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyringError {
    /// The store did not answer, or its answer was no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key could not be made, or one that is kept cannot be read.
    #[error("the signing key: {0}")]
    Key(#[from] SigningError),
    /// The keys cannot be published as one set: there are too many.
    #[error("the keys of the issuer: {0}")]
    Set(#[from] JwksError),
    /// The thread that makes keys is gone.
    #[error("no thread to make a key on")]
    NoThread,
}

/// The keys of the issuer. Reading waits for nothing.
pub struct Keyring {
    store: Arc<dyn SigningKeys>,
    clock: Arc<dyn Clock>,
    /// Of the configuration that runs.
    schedule: ArcSwap<Schedule>,
    ring: ArcSwap<Ring>,
    /// One change at a time in this process; the store decides between processes.
    changing: tokio::sync::Mutex<()>,
}

/// All keys at one time.
struct Ring {
    /// In the order in which they begin to sign.
    keys: Vec<Held>,
    published: Arc<Jwks>,
    document: Arc<str>,
}

struct Held {
    key: Arc<SigningKey>,
    signs_from: SystemTime,
}

impl Keyring {
    /// Reads the keys that are kept, and changes what is due.
    ///
    /// # Errors
    /// [`KeyringError`]: without its keys an issuer does not begin.
    pub async fn open(
        store: Arc<dyn SigningKeys>,
        clock: Arc<dyn Clock>,
        schedule: Schedule,
    ) -> Result<Self, KeyringError> {
        let changing = tokio::sync::Mutex::new(());
        let keyring =
            Self { store, clock, schedule: ArcSwap::from_pointee(schedule), ring: ArcSwap::default(), changing };
        keyring.tend().await?;
        Ok(keyring)
    }

    /// The key that signs by this algorithm now; made and kept where there is none yet.
    ///
    /// # Errors
    /// [`KeyringError`], where it cannot be made or kept. Nothing has been signed then.
    pub async fn signing_key(&self, algorithm: TokenAlgorithm) -> Result<Arc<SigningKey>, KeyringError> {
        if let Some(key) = self.held(algorithm) {
            return Ok(key);
        }
        let _one = self.changing.lock().await;
        // Another task, or another process, may have been first.
        self.read().await?;
        if let Some(key) = self.held(algorithm) {
            return Ok(key);
        }
        self.make(algorithm, self.clock.wall(), None).await?;
        self.read().await?;
        // The store said that it is kept, or that another one is.
        self.held(algorithm).ok_or_else(|| StoreError::Unreadable("the signing key that was kept".into()).into())
    }

    /// All keys that tokens of ours may be signed by, and those that are to sign next.
    #[must_use]
    pub fn published(&self) -> Arc<Jwks> {
        Arc::clone(&self.ring.load().published)
    }

    /// The document that publishes them (RFC 7517 §5).
    #[must_use]
    pub fn document(&self) -> Arc<str> {
        Arc::clone(&self.ring.load().document)
    }

    /// How often [`tend`](Self::tend) should be called, so that nothing is late.
    #[must_use]
    pub fn tend_every(&self) -> Duration {
        (self.schedule.load().published_ahead() / 4).max(Duration::from_secs(1))
    }

    /// Keeps to another schedule, from the next [`tend`](Self::tend) on. A key that was announced already begins when
    /// that was announced.
    pub fn follow(&self, schedule: Schedule) {
        self.schedule.store(Arc::new(schedule));
    }

    /// Makes the keys that are to sign next, drops those whose tokens have all ended, and reads what others changed.
    ///
    /// # Errors
    /// [`KeyringError`]; what was there before goes on.
    pub async fn tend(&self) -> Result<(), KeyringError> {
        let _one = self.changing.lock().await;
        self.read().await?;
        let ring = self.ring.load_full();
        let (now, schedule) = (self.clock.wall(), self.schedule.load_full());
        let mut changed = false;
        for algorithm in TokenAlgorithm::ALL {
            let Some(last) = ring.of(algorithm).last() else { continue };
            let ahead = schedule.published_ahead();
            let due = last.signs_from + schedule.rotate;
            if now + ahead >= due {
                self.make(algorithm, due.max(now + ahead), Some(last.key.id().into())).await?;
                changed = true;
            }
        }
        for held in ring.ended(now, &schedule) {
            self.store.remove(held.key.id().into()).await?;
            changed = true;
        }
        if changed { self.read().await } else { Ok(()) }
    }

    fn held(&self, algorithm: TokenAlgorithm) -> Option<Arc<SigningKey>> {
        self.ring.load().signing(algorithm, self.clock.wall())
    }

    async fn make(
        &self,
        algorithm: TokenAlgorithm,
        signs_from: SystemTime,
        behind: Option<Box<str>>,
    ) -> Result<(), KeyringError> {
        // A key of RSA takes hundreds of milliseconds, in which this thread has other things to do.
        let made = tokio::task::spawn_blocking(move || SigningKey::generate(signed_by(algorithm))).await;
        let key = made.map_err(|_| KeyringError::NoThread)??;
        let pkcs8 = Secret::new(key.pkcs8().expose().clone());
        let kept = KeptKey { id: key.id().into(), algorithm, pkcs8, signs_from: whole_milliseconds(signs_from) };
        // Whether it was kept, or another one, is read from the store next.
        match self.store.add(kept, behind).await {
            Ok(_) | Err(StoreError::Unknown(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn read(&self) -> Result<(), KeyringError> {
        let ring = Ring::of_kept(self.store.all().await?)?;
        self.ring.store(Arc::new(ring));
        Ok(())
    }
}

impl Schedule {
    fn published_ahead(&self) -> Duration {
        PUBLISHED_AHEAD.min(self.rotate / 4)
    }
}

impl Ring {
    fn of_kept(kept: Vec<KeptKey>) -> Result<Self, KeyringError> {
        let mut keys = Vec::with_capacity(kept.len());
        for key in kept {
            let signs_from = key.signs_from;
            let read = SigningKey::from_pkcs8(signed_by(key.algorithm), key.pkcs8)?;
            if *read.id() != *key.id {
                return Err(SigningError::Malformed.into());
            }
            keys.push(Held { key: Arc::new(read), signs_from });
        }
        let published = Jwks::of(keys.iter().map(|held| held.key.public().clone()))?;
        let document = Arc::from(published.document());
        Ok(Self { keys, published: Arc::new(published), document })
    }

    fn of(&self, algorithm: TokenAlgorithm) -> impl DoubleEndedIterator<Item = &Held> {
        self.keys.iter().filter(move |held| held.key.algorithm() == signed_by(algorithm))
    }

    fn signing(&self, algorithm: TokenAlgorithm, now: SystemTime) -> Option<Arc<SigningKey>> {
        let begun = self.of(algorithm).rfind(|held| held.signs_from <= now);
        // With a clock that went back none may have begun; the first of them has signed all the same.
        begun.or_else(|| self.of(algorithm).next()).map(|held| Arc::clone(&held.key))
    }

    /// Keys whose successor has been signing for longer than a token lives.
    fn ended<'a>(&'a self, now: SystemTime, schedule: &'a Schedule) -> impl Iterator<Item = &'a Held> {
        let pairs =
            TokenAlgorithm::ALL.into_iter().flat_map(|algorithm| self.of(algorithm).zip(self.of(algorithm).skip(1)));
        pairs.filter(move |(_, next)| next.signs_from + schedule.longest_token + LEEWAY <= now).map(|(held, _)| held)
    }
}

impl Default for Ring {
    fn default() -> Self {
        Self { keys: Vec::new(), published: Arc::default(), document: Arc::from(Jwks::default().document()) }
    }
}

const fn signed_by(algorithm: TokenAlgorithm) -> Algorithm {
    match algorithm {
        TokenAlgorithm::Es256 => Algorithm::Es256,
        TokenAlgorithm::EdDsa => Algorithm::EdDsa,
        TokenAlgorithm::Rs256 => Algorithm::Rs256,
    }
}

/// Stores keep times to the millisecond.
fn whole_milliseconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs()) + Duration::from_millis(since.subsec_millis().into())
}

#[cfg(test)]
mod tests;
