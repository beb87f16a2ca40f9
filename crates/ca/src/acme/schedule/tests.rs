//! Renewal in time, and patience after failures.

use std::time::{Duration, SystemTime};

use super::{renew_at, wait_after};
use crate::Leaf;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

fn leaf(life: Duration) -> Leaf {
    let not_before = SystemTime::UNIX_EPOCH + 20_000 * DAY;
    Leaf { names: vec!["shop.example".to_owned()], addresses: Vec::new(), not_before, not_after: not_before + life }
}

#[test]
fn it_is_renewed_at_two_thirds_of_its_life_or_a_little_before() {
    let leaf = leaf(90 * DAY);
    assert_eq!(renew_at(&leaf, 0), leaf.not_before + 60 * DAY);
    for salt in 0..=u8::MAX {
        let at = renew_at(&leaf, salt);
        assert!(at <= leaf.not_before + 60 * DAY && at > leaf.not_before + 57 * DAY, "{salt}");
    }
    assert!(renew_at(&leaf, 0) > renew_at(&leaf, 200), "nodes differ");
}

#[test]
fn in_no_hour_are_there_more_than_five_attempts() {
    let mut at = Duration::ZERO;
    let attempts: Vec<_> = (1..=20)
        .map(|failures| {
            let now = at;
            at += wait_after(failures, false, 0);
            now
        })
        .collect();
    for first in &attempts {
        let within = attempts.iter().filter(|at| **at >= *first && **at < *first + HOUR).count();
        assert!(within <= 5, "{within} from {first:?}");
    }
    assert_eq!(wait_after(u32::MAX, false, 0), 12 * HOUR);
}

#[test]
fn a_ca_that_asks_for_patience_is_left_alone_for_an_hour() {
    assert_eq!(wait_after(1, true, 0), HOUR);
    assert!(wait_after(1, false, 255) > wait_after(1, false, 0));
    assert!(wait_after(9, true, 255) <= 12 * HOUR + 12 * HOUR / 10);
}
