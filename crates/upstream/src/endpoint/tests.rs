//! How an endpoint fails, is left alone, and comes back.

use super::*;
use crate::Http;

const MS: Duration = Duration::from_millis(1);
const S: Duration = Duration::from_secs(1);

pub(crate) fn endpoint(port: u16, now: Instant) -> Arc<Endpoint> {
    Arc::new(Endpoint::new(Address::Tcp(([127, 0, 0, 1], port).into(), Http::One), now))
}

fn fail(endpoint: &Endpoint, times: u32, now: Instant) -> bool {
    (0..times).map(|_| endpoint.failed(MS, now)).last().unwrap_or(false)
}

#[test]
fn only_failures_in_a_row_count() {
    let now = Instant::now();
    let endpoint = endpoint(1, now);
    assert!(!fail(&endpoint, FAILURES_TO_EJECT - 1, now));
    endpoint.succeeded(Some(MS), now);
    assert!(!fail(&endpoint, FAILURES_TO_EJECT - 1, now));
    assert!(fail(&endpoint, 1, now));
}

#[test]
fn who_is_ejected_comes_back_and_goes_at_the_next_failure_for_longer() {
    let now = Instant::now();
    let endpoint = endpoint(1, now);
    endpoint.eject(now);
    assert!(!endpoint.is_healthy(now + EJECTED_FOR - MS));
    let back = now + EJECTED_FOR;
    assert!(endpoint.is_healthy(back));
    assert!(endpoint.failed(MS, back), "one failure is enough");
    endpoint.eject(back);
    assert!(!endpoint.is_healthy(back + 2 * EJECTED_FOR - MS));
    assert!(endpoint.is_healthy(back + 2 * EJECTED_FOR));
}

#[test]
fn an_endpoint_that_does_well_for_as_long_as_it_was_away_is_forgiven() {
    let now = Instant::now();
    let endpoint = endpoint(1, now);
    endpoint.eject(now);
    endpoint.succeeded(Some(MS), now + EJECTED_FOR + S);
    assert_eq!(endpoint.ejections.load(Ordering::Relaxed), 1, "not so soon");
    endpoint.succeeded(Some(MS), now + 2 * EJECTED_FOR);
    assert_eq!(endpoint.ejections.load(Ordering::Relaxed), 0);
}

#[test]
fn ejections_do_not_grow_without_bound() {
    let now = Instant::now();
    let endpoint = endpoint(1, now);
    for _ in 0..100 {
        endpoint.eject(now);
    }
    assert!(endpoint.is_healthy(now + EJECTED_FOR * EJECTED_TIMES_AT_MOST));
}

#[test]
fn who_comes_back_begins_with_a_tenth_and_has_its_whole_share_in_the_end() {
    let now = Instant::now();
    let endpoint = endpoint(1, now);
    assert!((endpoint.share(now) - 1.0).abs() < f32::EPSILON, "who was there from the beginning");
    endpoint.eject(now);
    let back = now + EJECTED_FOR;
    assert!((endpoint.share(back) - 0.1).abs() < 0.01);
    assert!((endpoint.share(back + SLOW_START / 2) - 0.5).abs() < 0.01);
    assert!((endpoint.share(back + SLOW_START) - 1.0).abs() < f32::EPSILON);
}

#[test]
fn a_probe_takes_it_out_and_brings_it_back_slowly() {
    let now = Instant::now();
    let endpoint = endpoint(1, now);
    endpoint.probed(true, now);
    assert!((endpoint.share(now) - 1.0).abs() < f32::EPSILON, "it was never away");
    endpoint.probed(false, now);
    assert!(!endpoint.is_healthy(now) && !endpoint.passes_probes());
    endpoint.probed(true, now);
    assert!(endpoint.is_healthy(now));
    assert!(endpoint.share(now) < 0.2);
}

#[test]
fn load_grows_with_what_is_under_way_with_slowness_and_with_failures() {
    let now = Instant::now();
    let endpoint = endpoint(1, now);
    assert!(endpoint.load(now) < 1.0, "the first request is given freely");
    let taken = endpoint.take();
    assert!(endpoint.load(now) > UNPROVEN, "and the second not");
    endpoint.succeeded(Some(MS), now);
    let busy = endpoint.load(now);
    drop(taken);
    assert_eq!(endpoint.outstanding(), 0);
    let idle = endpoint.load(now);
    assert!((busy / idle - 2.0).abs() < 0.01);
    endpoint.failed(MS / 10, now);
    assert!((endpoint.load(now) / idle - 2.0).abs() < 0.01, "who fails fast does not look idle");
}
