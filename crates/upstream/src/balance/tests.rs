//! Who gets how much: properties of the three ways to choose.

use std::time::Duration;

use fastrand::Rng;
use proptest::prelude::*;

use super::*;
use crate::endpoint::{Address, SLOW_START};

const MS: Duration = Duration::from_millis(1);

fn endpoints(count: u16, now: Instant) -> Vec<Arc<Endpoint>> {
    (1..=count)
        .map(|port| Arc::new(Endpoint::new(Address::Tcp(([10, 0, 0, 1], port).into(), crate::Http::One), now)))
        .collect()
}

/// How often each is chosen in so many choices, each over before the next.
fn tally(
    endpoints: &[Arc<Endpoint>],
    now: Instant,
    choices: usize,
    choose: impl Fn(&Candidates<'_>, &mut Rng) -> usize,
) -> Vec<usize> {
    let mut random = Rng::with_seed(7);
    let mut counts = vec![0; endpoints.len()];
    for _ in 0..choices {
        counts[choose(&Candidates::new(endpoints, &[], now), &mut random)] += 1;
    }
    counts
}

fn ewma(candidates: &Candidates<'_>, random: &mut Rng) -> usize {
    candidates.less_loaded(random).expect("a choice")
}

#[test]
fn equals_get_about_the_same() {
    let now = Instant::now();
    let all = endpoints(5, now);
    all.iter().for_each(|endpoint| endpoint.succeeded(Some(MS), now));
    for count in tally(&all, now, 10_000, ewma) {
        assert!((1_700..2_300).contains(&count), "{count} of 10,000 among 5");
    }
}

#[test]
fn a_slow_replica_gets_less() {
    let now = Instant::now();
    let all = endpoints(4, now);
    all.iter().for_each(|endpoint| endpoint.succeeded(Some(MS), now));
    all[2].succeeded(Some(50 * MS), now);
    let counts = tally(&all, now, 10_000, ewma);
    assert!(counts[2] < 100, "{counts:?}");
}

#[test]
fn a_slow_replica_gets_less_under_a_simulated_load() {
    // Each request takes its time; 16 at once; one replica of three takes ten times as long.
    let start = Instant::now();
    let all = endpoints(3, start);
    let takes = [5 * MS, 5 * MS, 50 * MS];
    let mut random = Rng::with_seed(1);
    let mut under_way: Vec<(Instant, usize, Instant, crate::endpoint::Outstanding)> = Vec::new();
    let (mut now, mut counts) = (start, [0_usize; 3]);
    for _ in 0..5_000 {
        if under_way.len() == 16 {
            let soonest = (0..16).min_by_key(|at| under_way[*at].0).expect("sixteen");
            let (ends, index, began, outstanding) = under_way.swap_remove(soonest);
            now = now.max(ends);
            outstanding.endpoint().succeeded(Some(ends - began), ends);
            counts[index] += 1;
        }
        let chosen = Candidates::new(&all, &[], now).less_loaded(&mut random).expect("a choice");
        under_way.push((now + takes[chosen], chosen, now, all[chosen].take()));
    }
    assert!(counts[2] * 8 < counts[0] && counts[2] * 8 < counts[1], "{counts:?}");
    assert!(counts[2] > 0, "it is still tried: {counts:?}");
    drop(under_way);
    assert!(all.iter().all(|endpoint| endpoint.outstanding() == 0));
}

#[test]
fn in_turn_each_gets_exactly_the_same() {
    let now = Instant::now();
    let all = endpoints(3, now);
    let turn = AtomicUsize::new(usize::MAX - 10);
    let counts = tally(&all, now, 300, |candidates, random| candidates.next_in_turn(&turn, random).expect("a choice"));
    // The counter wraps within: one more or less.
    assert!(counts.iter().all(|count| (98..=102).contains(count)), "{counts:?}");
}

#[test]
fn who_has_just_come_gets_about_a_tenth_of_its_share() {
    let now = Instant::now();
    let all = endpoints(4, now);
    all.iter().for_each(|endpoint| endpoint.succeeded(Some(MS), now));
    all[0].start_slowly(now);
    let counts = tally(&all, now, 10_000, ewma);
    assert!((100..500).contains(&counts[0]), "{counts:?}");
    let turn = AtomicUsize::new(0);
    let counts =
        tally(&all, now, 10_000, |candidates, random| candidates.next_in_turn(&turn, random).expect("a choice"));
    assert!((100..500).contains(&counts[0]), "{counts:?}");
    let later = tally(&all, now + SLOW_START, 10_000, ewma);
    assert!((2_000..3_000).contains(&later[0]), "{later:?}");
}

#[test]
fn who_is_ejected_gets_nothing_unless_most_are() {
    let now = Instant::now();
    let all = endpoints(4, now);
    all[0].eject(now);
    all[1].eject(now);
    let counts = tally(&all, now, 1_000, ewma);
    assert_eq!((counts[0], counts[1]), (0, 0));
    all[2].probed(false, now);
    let counts = tally(&all, now, 1_000, ewma);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[test]
fn what_was_tried_is_not_chosen_again() {
    let now = Instant::now();
    let all = endpoints(3, now);
    let mut random = Rng::with_seed(3);
    let tried = [Arc::clone(&all[0]), Arc::clone(&all[2])];
    let candidates = Candidates::new(&all, &tried, now);
    assert_eq!(candidates.less_loaded(&mut random), Some(1));
    assert_eq!(candidates.next_in_turn(&AtomicUsize::new(5), &mut random), Some(1));
    assert_eq!(candidates.by_key(99), Some(1));
    let candidates = Candidates::new(&all, &all, now);
    assert_eq!(candidates.less_loaded(&mut random), None);
    assert_eq!(candidates.next_in_turn(&AtomicUsize::new(5), &mut random), None);
    assert_eq!(candidates.by_key(99), None);
    assert_eq!(Candidates::new(&[], &[], now).less_loaded(&mut random), None);
}

#[test]
fn a_hot_key_spills_over_once_its_endpoint_has_more_than_the_average() {
    let now = Instant::now();
    let all = endpoints(4, now);
    let mut under_way = Vec::new();
    let mut most = 0;
    for _ in 0..100 {
        let chosen = Candidates::new(&all, &[], now).by_key(42).expect("a choice");
        under_way.push(all[chosen].take());
        most = all.iter().map(|endpoint| endpoint.outstanding()).max().expect("four");
    }
    // 125 % of the average of 25, rounded up.
    assert!(most <= 32, "{most} of 100 at one of four");
}

#[test]
fn the_hash_is_the_same_everywhere() {
    // Written down: gateways of another version, side by side with this one, must agree.
    assert_eq!(hash(b"ada"), 9_024_170_025_371_316_765);
}

proptest! {
    /// Rendezvous hashing: when one goes, only its own keys move; when it comes back, only they move back.
    #[test]
    fn only_the_keys_of_who_goes_move(keys in prop::collection::vec(any::<u64>(), 1..200), count in 2_u16..20, gone in any::<prop::sample::Index>()) {
        let now = Instant::now();
        let all = endpoints(count, now);
        let gone = gone.index(all.len());
        let fewer: Vec<_> = all.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, e)| Arc::clone(e)).collect();
        for key in keys {
            let before = &all[Candidates::new(&all, &[], now).by_key(key).expect("a choice")];
            let after = &fewer[Candidates::new(&fewer, &[], now).by_key(key).expect("a choice")];
            if !Arc::ptr_eq(before, &all[gone]) {
                prop_assert!(Arc::ptr_eq(before, after));
            }
        }
    }

    /// Keys spread: nobody has more than twice nor less than half of its share.
    #[test]
    fn keys_spread_evenly(salt in any::<u64>(), count in 2_u16..10) {
        let now = Instant::now();
        let all = endpoints(count, now);
        let mut counts = vec![0_usize; all.len()];
        for key in 0..4_000_u64 {
            counts[Candidates::new(&all, &[], now).by_key(hash(&(key ^ salt).to_be_bytes())).expect("a choice")] += 1;
        }
        let fair = 4_000 / all.len();
        prop_assert!(counts.iter().all(|count| (fair / 2..fair * 2).contains(count)), "{:?}", counts);
    }
}
