//! Retries stay a share of the requests.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn withdrawals(budget: &Budget, wanted: u32, now: Instant) -> u32 {
    (0..wanted).map(|_| u32::from(budget.withdraw(now))).sum()
}

#[test]
fn a_few_are_free_and_then_it_is_a_share() {
    let now = Instant::now();
    let budget = Budget::new(now);
    assert_eq!(withdrawals(&budget, 100, now), FLOOR);
    for _ in 0..100 {
        budget.deposit(10);
    }
    assert_eq!(withdrawals(&budget, 100, now), 10);
}

#[test]
fn time_gives_one_a_second_up_to_the_floor() {
    let now = Instant::now();
    let budget = Budget::new(now);
    assert_eq!(withdrawals(&budget, 100, now), FLOOR);
    assert_eq!(withdrawals(&budget, 100, now + Duration::from_secs(3)), 3);
    assert_eq!(withdrawals(&budget, 100, now + Duration::from_secs(1000)), FLOOR);
}

#[test]
fn what_a_quiet_time_saves_is_bounded() {
    let now = Instant::now();
    let budget = Budget::new(now);
    for _ in 0..100_000 {
        budget.deposit(10);
    }
    assert_eq!(withdrawals(&budget, 1_000, now), KEPT_AT_MOST);
}

#[test]
fn threads_together_take_no_more_than_there_is() {
    let now = Instant::now();
    let budget = Budget::new(now);
    for _ in 0..500 {
        budget.deposit(10);
    }
    let taken: u32 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| withdrawals(&budget, 100, now))).collect();
        threads.into_iter().map(|thread| thread.join().expect("it counts")).sum()
    });
    assert_eq!(taken, FLOOR + 50);
}

proptest! {
    /// Whatever the order of requests, retries and pauses: retries are at most the share, the floor, and one a second.
    #[test]
    fn retries_are_bounded_by_share_floor_and_time(steps in prop::collection::vec((0_u32..50, 0_u32..50, 0_u64..5), 1..50), percent in 1_u8..=100) {
        let start = Instant::now();
        let budget = Budget::new(start);
        let (mut requests, mut retries, mut seconds) = (0, 0, 0);
        for (deposits, wanted, pause) in steps {
            (0..deposits).for_each(|_| budget.deposit(percent));
            seconds += pause;
            requests += deposits;
            retries += withdrawals(&budget, wanted, start + Duration::from_secs(seconds));
            prop_assert!(u64::from(retries) <= u64::from(FLOOR) + seconds + u64::from(requests * u32::from(percent)).div_ceil(100));
        }
    }
}
