//! Which proofs of possession were seen already (RFC 9449 §11.1), and the nonces that stand in for a right clock (§8).
//!
//! A proof is taken once. Its key and id make 48 bits that are kept for as long as the proof could be accepted again,
//! in a table of fixed size that all data threads share without a lock. INVARIANT: none is forgotten early. Where there
//! is no room for one more, it is refused, and whoever sent it is told to come again.
//!
//! A proof must be about as old as the request. Whoever's clock is wrong is given a nonce, and a proof with that is as
//! fresh as the nonce is, whatever it says of the time. Nonces are made of the time and a secret of this process, so
//! that nothing has to be kept of them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::{hmac, rand};

use crate::jose::dpop::Proof;
use crate::jose::encode_base64url;
use crate::verified::sha256;

/// How far a proof may be from now, before and after.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);
/// How long a generation of the table and of the nonces lasts: longer than a proof can be accepted, from the earliest
/// moment of its window to the last.
const GENERATION_SECONDS: u64 = 128;
/// Buckets of the table; a power of two.
const BUCKETS: usize = 16_384;
/// Places in a bucket.
const PLACES: usize = 16;

/// The proofs of the last minutes.
#[derive(Default)]
pub(crate) struct Proofs {
    /// Made when the first proof comes.
    table: OnceLock<Box<[[AtomicU64; PLACES]]>>,
    secret: OnceLock<hmac::Key>,
}

/// What is known of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It came for the first time, and is remembered now.
    First,
    /// It came before.
    Before,
    /// There is no room to remember it.
    Full,
}

impl Proofs {
    /// Takes a proof that holds; only the first time.
    pub(crate) fn take(&self, proof: &Proof, now: SystemTime) -> Seen {
        let generation = generation(now);
        let mut named = proof.thumbprint.octets().to_vec();
        named.extend_from_slice(proof.id.as_bytes());
        let [a, b, c, d, e, f, g, h, ..] = sha256(&named);
        let table = self.table.get_or_init(|| std::iter::repeat_with(Default::default).take(BUCKETS).collect());
        let at = usize::from(u16::from_le_bytes([g, h])) % BUCKETS;
        // 48 bits of the proof above 16 of its generation.
        let mark = u64::from_le_bytes([0, 0, a, b, c, d, e, f]);
        table.get(at).map_or(Seen::Full, |bucket| put(bucket, mark, generation))
    }

    /// The nonce of now.
    pub(crate) fn nonce(&self, now: SystemTime) -> Option<String> {
        self.nonce_of(generation_number(now))
    }

    /// The nonces that are still good: this one and the one before.
    pub(crate) fn nonces(&self, now: SystemTime) -> impl Iterator<Item = String> {
        let number = generation_number(now);
        [number, number.saturating_sub(1)].into_iter().filter_map(|number| self.nonce_of(number))
    }

    fn nonce_of(&self, number: u64) -> Option<String> {
        let key = match self.secret.get() {
            Some(key) => key,
            None => {
                let mut secret = [0; 32];
                rand::fill(&mut secret).ok()?;
                self.secret.get_or_init(|| hmac::Key::new(hmac::HMAC_SHA256, &secret))
            }
        };
        let tag = hmac::sign(key, &number.to_le_bytes());
        Some(encode_base64url(tag.as_ref().get(..16)?))
    }
}

fn generation_number(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()) / GENERATION_SECONDS
}

/// Never 0, which is what an unused place holds.
fn generation(now: SystemTime) -> u16 {
    u16::try_from(generation_number(now) % 65_534).unwrap_or_default() + 1
}

const fn generation_of(value: u64) -> u64 {
    value & 0xFFFF
}

/// Whether a place is taken by a proof of this generation or the one before.
fn is_live(value: u64, generation: u16) -> bool {
    let before = if generation == 1 { 65_534 } else { generation - 1 };
    generation_of(value) == u64::from(generation) || generation_of(value) == u64::from(before)
}

fn put(bucket: &[AtomicU64; PLACES], mark: u64, generation: u16) -> Seen {
    let same = |value: u64| is_live(value, generation) && value & !0xFFFF == mark;
    let times = || bucket.iter().filter(|place| same(place.load(Ordering::Acquire))).count();
    // A place that another thread takes first is looked at again; each try ends with one place more taken.
    for _ in 0..=PLACES {
        if times() > 0 {
            return Seen::Before;
        }
        let mut free = bucket.iter().map(|place| (place, place.load(Ordering::Acquire)));
        let Some((place, old)) = free.find(|(_, value)| !is_live(*value, generation)) else { return Seen::Full };
        let new = mark | u64::from(generation);
        if place.compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            // Two threads may have found different places free where a generation ends; then neither is the first.
            return if times() == 1 { Seen::First } else { Seen::Before };
        }
    }
    Seen::Full
}

#[cfg(test)]
mod tests;
