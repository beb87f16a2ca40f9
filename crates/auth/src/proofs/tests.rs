//! A proof is taken once.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use super::{GENERATION_SECONDS, PLACES, Proofs, Seen, put};
use crate::jose::dpop::Proof;
use crate::jose::{Algorithm, SigningKey, Thumbprint};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn thumbprint() -> Thumbprint {
    SigningKey::generate(Algorithm::Es256).expect("a key").public().thumbprint()
}

fn proof(thumbprint: Thumbprint, id: &str) -> Proof {
    Proof { thumbprint, id: id.into(), issued_at: 0, nonce: None }
}

const NOON: u64 = GENERATION_SECONDS * 1_000_000;

#[test]
fn a_proof_is_taken_once_and_not_again_while_it_could_hold() {
    let (proofs, key) = (Proofs::default(), thumbprint());
    assert_eq!(proofs.take(&proof(key, "a"), at(NOON)), Seen::First);
    for later in [0, 1, 60, 120, GENERATION_SECONDS, 2 * GENERATION_SECONDS - 1] {
        assert_eq!(proofs.take(&proof(key, "a"), at(NOON + later)), Seen::Before, "{later}");
    }
    assert_eq!(proofs.take(&proof(key, "b"), at(NOON)), Seen::First, "another id");
    assert_eq!(proofs.take(&proof(thumbprint(), "a"), at(NOON)), Seen::First, "another key");
}

#[test]
fn a_proof_at_the_end_of_a_generation_is_known_through_the_next() {
    let (proofs, key) = (Proofs::default(), thumbprint());
    assert_eq!(proofs.take(&proof(key, "a"), at(NOON + GENERATION_SECONDS - 1)), Seen::First);
    assert_eq!(proofs.take(&proof(key, "a"), at(NOON + GENERATION_SECONDS + 120)), Seen::Before);
    assert_eq!(proofs.take(&proof(key, "a"), at(NOON + 2 * GENERATION_SECONDS)), Seen::First, "long over");
}

#[test]
fn the_number_of_a_generation_begins_again_without_a_gap() {
    let (proofs, key) = (Proofs::default(), thumbprint());
    let last = 65_533 * GENERATION_SECONDS;
    assert_eq!(proofs.take(&proof(key, "a"), at(last)), Seen::First);
    assert_eq!(proofs.take(&proof(key, "a"), at(last + GENERATION_SECONDS)), Seen::Before);
}

#[test]
fn a_full_bucket_takes_none_and_forgets_none() {
    let bucket: [AtomicU64; PLACES] = Default::default();
    for number in 1..=PLACES as u64 {
        assert_eq!(put(&bucket, number << 16, 7), Seen::First);
    }
    assert_eq!(put(&bucket, 99 << 16, 7), Seen::Full);
    assert_eq!(put(&bucket, 1 << 16, 8), Seen::Before);
    assert_eq!(put(&bucket, 99 << 16, 9), Seen::First, "all others are over");
}

#[test]
fn of_threads_that_send_one_proof_at_once_one_is_the_first() {
    let (proofs, key) = (Proofs::default(), thumbprint());
    for round in 0..200 {
        let first = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    if proofs.take(&proof(key, &round.to_string()), at(NOON)) == Seen::First {
                        first.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(first.into_inner(), 1, "{round}");
    }
}

#[test]
fn a_nonce_is_good_for_its_generation_and_the_next() {
    let proofs = Proofs::default();
    let nonce = proofs.nonce(at(NOON)).expect("randomness");
    let good = |seconds| proofs.nonces(at(seconds)).any(|known| known == nonce);
    assert!(good(NOON) && good(NOON + 2 * GENERATION_SECONDS - 1));
    assert!(!good(NOON + 2 * GENERATION_SECONDS) && !good(NOON - 1));
    assert_ne!(Proofs::default().nonce(at(NOON)), Some(nonce), "another process has others");
}
