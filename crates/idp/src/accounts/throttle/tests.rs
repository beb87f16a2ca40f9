//! Who has to wait, for how long, and who does not.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::{Lane, Pace, Throttle, Wait, source};
use crate::accounts::stopped_clock::StoppedClock;

fn throttle() -> (Arc<StoppedClock>, Throttle) {
    let clock = Arc::new(StoppedClock::default());
    (Arc::clone(&clock), Throttle::new(clock))
}

#[test]
fn after_the_burst_one_passes_at_each_pace() {
    let (clock, throttle) = throttle();
    let Pace { burst, every } = Lane::Stranger.pace();
    for _ in 0..burst {
        assert!(throttle.take(Lane::Stranger, &"ada").is_ok());
    }
    assert_eq!(throttle.take(Lane::Stranger, &"ada").unwrap_err(), Wait(every));
    clock.advance(every / 2);
    assert_eq!(throttle.take(Lane::Stranger, &"ada").unwrap_err(), Wait(every / 2));
    clock.advance(every / 2);
    assert!(throttle.take(Lane::Stranger, &"ada").is_ok());
    assert!(throttle.take(Lane::Stranger, &"ada").is_err());
}

#[test]
fn what_was_right_counts_for_nothing() {
    let (_, throttle) = throttle();
    for _ in 0..1000 {
        throttle.give_back(&throttle.take(Lane::Source, &1).unwrap());
    }
    for _ in 0..Lane::Source.pace().burst {
        assert!(throttle.take(Lane::Source, &1).is_ok());
    }
    assert!(throttle.take(Lane::Source, &1).is_err());
}

#[test]
fn lanes_and_keys_do_not_see_one_another() {
    let (_, throttle) = throttle();
    while throttle.take(Lane::Stranger, &"ada").is_ok() {}
    assert!(throttle.take(Lane::Stranger, &"bob").is_ok());
    assert!(throttle.take(Lane::Device, &"ada").is_ok());
}

#[test]
fn a_flood_of_other_accounts_leaves_most_of_an_allowance() {
    let (_, throttle) = throttle();
    for number in 0..100_000 {
        let _ = throttle.take(Lane::Stranger, &number);
    }
    // Six keys in each cell, each of which failed once.
    let left = (0..).take_while(|_| throttle.take(Lane::Stranger, &"ada").is_ok()).count();
    assert!(left >= 5, "{left}");
}

#[test]
fn a_whole_ipv6_network_is_one_source_and_ipv4_has_one_form() {
    let of = |text: &str| source(text.parse().unwrap());
    assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
    assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
    assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
}

/// One allowance, told apart from the code above: how many were used, flowing off in a steady pace.
#[derive(Default)]
struct Bucket {
    used_ms: u64,
    at_ms: u64,
}

impl Bucket {
    fn take(&mut self, now_ms: u64, pace: Pace) -> bool {
        let every_ms = pace.every.as_millis() as u64;
        self.used_ms = self.used_ms.saturating_sub(now_ms - self.at_ms);
        self.at_ms = now_ms;
        let fits = self.used_ms + every_ms <= every_ms * u64::from(pace.burst);
        self.used_ms += if fits { every_ms } else { 0 };
        fits
    }
}

proptest! {
    #[test]
    fn each_of_some_keys_gets_what_a_bucket_of_its_own_would_give(
        tries in prop::collection::vec((0_u8..12, 0_u64..90_000), 1..400),
    ) {
        let (clock, throttle) = throttle();
        let mut buckets: HashMap<u8, Bucket> = HashMap::new();
        let mut now_ms = 0;
        for (key, pause_ms) in tries {
            clock.advance(Duration::from_millis(pause_ms));
            now_ms += pause_ms;
            let allowed = throttle.take(Lane::Stranger, &key).is_ok();
            prop_assert_eq!(allowed, buckets.entry(key).or_default().take(now_ms, Lane::Stranger.pace()));
        }
    }
}
