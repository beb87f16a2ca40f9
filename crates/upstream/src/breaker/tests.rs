//! When a service is left alone, and how it is asked again.

use proptest::prelude::*;

use super::*;

const S: Duration = Duration::from_secs(1);
const SETTINGS: BreakerSettings =
    BreakerSettings { failures: 50, within: Duration::from_secs(10), open_for: Duration::from_secs(5) };

fn breaker(now: Instant) -> Arc<Breaker> {
    Arc::new(Breaker::new(SETTINGS, now))
}

/// So many requests that fail or do not; how many of them were let through.
fn ask(breaker: &Arc<Breaker>, times: u32, fails: bool, now: Instant) -> u32 {
    let one = |_| {
        let Ok(admission) = breaker.admit(now) else { return 0 };
        admission.judge(if fails { Outcome::Out } else { Outcome::Answered }, now);
        1
    };
    (0..times).map(one).sum()
}

#[test]
fn it_opens_when_half_fail_and_not_before_there_are_enough() {
    let now = Instant::now();
    let breaker = breaker(now);
    assert_eq!(ask(&breaker, REQUESTS_AT_LEAST - 1, true, now), REQUESTS_AT_LEAST - 1);
    assert_eq!(breaker.state(now), BreakerState::Closed);
    assert_eq!(ask(&breaker, 5, true, now), 1);
    assert_eq!(breaker.state(now), BreakerState::Open);
    assert_eq!(breaker.admit(now + S).expect_err("open").retry_after, 4 * S);
}

#[test]
fn fewer_than_half_do_not_open_it() {
    let now = Instant::now();
    let breaker = breaker(now);
    for _ in 0..100 {
        assert_eq!(ask(&breaker, 11, false, now) + ask(&breaker, 10, true, now), 21);
    }
    assert_eq!(breaker.state(now), BreakerState::Closed);
}

#[test]
fn what_lies_before_the_window_is_forgotten() {
    let now = Instant::now();
    let breaker = breaker(now);
    ask(&breaker, REQUESTS_AT_LEAST - 1, true, now);
    let later = now + SETTINGS.within + S;
    assert_eq!(ask(&breaker, REQUESTS_AT_LEAST - 1, true, later), REQUESTS_AT_LEAST - 1);
    assert_eq!(breaker.state(later), BreakerState::Closed);
}

#[test]
fn half_open_one_request_goes_and_closes_it() {
    let now = Instant::now();
    let breaker = breaker(now);
    ask(&breaker, REQUESTS_AT_LEAST, true, now);
    let later = now + SETTINGS.open_for;
    assert_eq!(breaker.state(later), BreakerState::HalfOpen);
    let probe = breaker.admit(later).expect("one may go");
    assert_eq!(breaker.admit(later).expect_err("only one").retry_after, S);
    probe.judge(Outcome::Answered, later);
    drop(probe);
    assert_eq!(breaker.state(later), BreakerState::Closed);
    assert_eq!(ask(&breaker, 1, true, later), 1, "what failed before does not count any more");
    assert_eq!(breaker.state(later), BreakerState::Closed);
}

#[test]
fn a_probe_that_fails_opens_it_again() {
    let now = Instant::now();
    let breaker = breaker(now);
    ask(&breaker, REQUESTS_AT_LEAST, true, now);
    let later = now + SETTINGS.open_for;
    assert_eq!(ask(&breaker, 10, true, later), 1);
    assert_eq!(breaker.state(later), BreakerState::Open);
    assert_eq!(ask(&breaker, 10, false, later + SETTINGS.open_for), 10);
}

#[test]
fn a_probe_whose_caller_goes_away_is_not_lost() {
    let now = Instant::now();
    let breaker = breaker(now);
    ask(&breaker, REQUESTS_AT_LEAST, true, now);
    let later = now + SETTINGS.open_for;
    drop(breaker.admit(later).expect("one may go"));
    assert_eq!(breaker.state(later), BreakerState::HalfOpen);
    assert_eq!(ask(&breaker, 1, false, later), 1);
    assert_eq!(breaker.state(later), BreakerState::Closed);
}

#[test]
fn of_many_threads_one_probes() {
    let now = Instant::now();
    let breaker = breaker(now);
    ask(&breaker, REQUESTS_AT_LEAST, true, now);
    let later = now + SETTINGS.open_for;
    let admitted: Vec<Admission> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| breaker.admit(later).ok())).collect();
        threads.into_iter().filter_map(|thread| thread.join().expect("it asks")).collect()
    });
    assert_eq!(admitted.len(), 1);
}

proptest! {
    /// Whatever happened: once everybody has gone, a request goes again after the time for which it is open.
    #[test]
    fn it_never_stays_shut(steps in prop::collection::vec((0_u64..3_000, 0_u8..3), 0..300)) {
        let start = Instant::now();
        let breaker = breaker(start);
        let mut now = start;
        let mut held = Vec::new();
        for (pause, what) in steps {
            now += Duration::from_millis(pause);
            let Ok(admission) = breaker.admit(now) else { continue };
            match what {
                0 => admission.judge(Outcome::Answered, now),
                1 => admission.judge(Outcome::Out, now),
                _ => held.push(admission),
            }
        }
        drop(held);
        prop_assert!(breaker.admit(now + SETTINGS.open_for).is_ok());
    }
}

#[test]
fn a_slow_operation_does_not_shut_off_a_service_that_answers_others() {
    let now = Instant::now();
    let breaker = breaker(now);
    let late = |began: Instant, at: Instant| breaker.admit(at).expect("closed").judge(Outcome::Late(began), at);
    for second in 1..100 {
        let at = now + second * S;
        late(at - 2 * S, at);
        ask(&breaker, 1, false, at);
    }
    assert_eq!(breaker.state(now + 100 * S), BreakerState::Closed);
}

#[test]
fn a_service_that_answers_nobody_in_time_is_left_alone() {
    let now = Instant::now();
    let breaker = breaker(now);
    ask(&breaker, 5, false, now);
    let at = now + 2 * S;
    let mut asked = 0;
    while let Ok(admission) = breaker.admit(at) {
        admission.judge(Outcome::Late(now + S), at);
        asked += 1;
    }
    assert_eq!((asked, breaker.state(at)), (REQUESTS_AT_LEAST - 5, BreakerState::Open));
}
