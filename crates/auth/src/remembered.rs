//! Credentials that were verified, remembered so that the next request need not do it again.
//!
//! A fixed number of places, shared by all data threads without a lock: a credential has a set of four that it may
//! stand in, found by its fingerprint or its mark and a number of this process. Who finds no place takes that of the one in its set
//! that would end first. To be forgotten costs a verification and nothing else.
//!
//! INVARIANT: what is found here was verified, is not over, and was not revoked: a find looks at the time itself, and
//! at the revocations whenever there are new ones.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;
use aws_lc_rs::rand;

use crate::AuthError;
use crate::mark::Mark;
use crate::revoked::Revoked;
use crate::verified::{Fingerprint, Form, Verified};

/// Sets of places; a power of two.
const SETS: usize = 4_096;
/// Places in a set.
const WAYS: usize = 4;
/// Credentials that are remembered at most.
pub const REMEMBERED_AT_MOST: usize = SETS * WAYS;

/// By what a credential is known again.
pub(crate) trait Known: Copy + Eq {
    /// Octets that differ from credential to credential.
    fn octets(&self) -> [u8; 8];
}

impl Known for Fingerprint {
    fn octets(&self) -> [u8; 8] {
        let [a, b, c, d, e, f, g, h, ..] = *self.digest();
        [a, b, c, d, e, f, g, h]
    }
}

/// A text that was verified, as what it was shown.
impl Known for (Form, Mark) {
    fn octets(&self) -> [u8; 8] {
        let [a, b, c, d, e, f, g, h, ..] = *self.1.octets();
        [a, b, c, d, e, f, g, h]
    }
}

/// The places.
pub(crate) struct Remembered<K> {
    /// Made when the first is remembered: a house without tokens has no use for them.
    sets: OnceLock<Sets<K>>,
}

impl<K> Default for Remembered<K> {
    fn default() -> Self {
        Self { sets: OnceLock::new() }
    }
}

struct Sets<K> {
    /// So that nobody chooses what falls into one set.
    salt: u64,
    places: Box<[[ArcSwapOption<Entry<K>>; WAYS]]>,
}

struct Entry<K> {
    known: K,
    verified: Arc<Verified>,
    /// The number of the revocations that it was last compared with.
    epoch: AtomicU64,
}

/// What is known of a credential.
#[derive(Clone, Debug)]
pub(crate) enum Memory {
    /// It holds.
    Holds(Arc<Verified>),
    /// It was revoked.
    Revoked,
    /// It is not remembered.
    Nothing,
}

impl Memory {
    /// Who it is, where that is remembered.
    pub(crate) fn into_result(self) -> Result<Option<Arc<Verified>>, AuthError> {
        match self {
            Self::Holds(verified) => Ok(Some(verified)),
            Self::Nothing => Ok(None),
            Self::Revoked => Err(AuthError::Revoked),
        }
    }
}

impl<K: Known> Remembered<K> {
    /// What is known of a credential now.
    #[must_use]
    pub(crate) fn find(&self, known: &K, revoked: &Revoked, now: SystemTime) -> Memory {
        let Some(set) = self.sets.get().and_then(|sets| sets.of(known)) else { return Memory::Nothing };
        for place in set {
            let entry = place.load();
            let Some(entry) = entry.as_ref().filter(|entry| entry.known == *known) else { continue };
            if entry.verified.until <= now {
                return Memory::Nothing;
            }
            if entry.epoch.load(Ordering::Relaxed) != revoked.epoch() {
                let Some(epoch) = revoked.holds(&entry.verified) else { return Memory::Revoked };
                entry.epoch.store(epoch, Ordering::Relaxed);
            }
            return Memory::Holds(Arc::clone(&entry.verified));
        }
        Memory::Nothing
    }

    /// Remembers what was verified. It is compared with the revocations when it is found.
    pub(crate) fn keep(&self, known: K, verified: &Arc<Verified>) {
        let Some(set) = self.sets.get_or_init(Sets::new).of(&known) else { return };
        let entry = Entry { known, verified: Arc::clone(verified), epoch: AtomicU64::new(0) };
        if let Some(place) = place_for(&known, set) {
            place.store(Some(Arc::new(entry)));
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        for place in self.sets.get().iter().flat_map(|sets| &sets.places).flatten() {
            place.store(None);
        }
    }
}

/// Its own place, an empty one, or that of whoever ends first.
fn place_for<'s, K: Known>(known: &K, set: &'s [ArcSwapOption<Entry<K>>; WAYS]) -> Option<&'s ArcSwapOption<Entry<K>>> {
    set.iter().min_by_key(|place| match place.load().as_ref() {
        Some(entry) if entry.known == *known => (0, None),
        None => (1, None),
        Some(entry) => (2, Some(entry.verified.until)),
    })
}

impl<K: Known> Sets<K> {
    fn new() -> Self {
        let mut salt = [0; 8];
        // Without randomness the sets can be guessed, which makes some be forgotten sooner and nothing worse.
        let _ = rand::fill(&mut salt);
        let places = std::iter::repeat_with(Default::default).take(SETS).collect();
        Self { salt: u64::from_le_bytes(salt), places }
    }

    fn of(&self, known: &K) -> Option<&[ArcSwapOption<Entry<K>>; WAYS]> {
        let mixed = (u64::from_le_bytes(known.octets()) ^ self.salt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.places.get(usize::try_from(mixed >> 52).ok()? % SETS)
    }
}

#[cfg(test)]
mod tests;
