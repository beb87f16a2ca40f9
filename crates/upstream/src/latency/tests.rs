//! Peaks are believed at once, recovery slowly.

use super::*;

const MS: Duration = Duration::from_millis(1);

fn estimate_ms(latency: &Latency, now: Instant) -> f32 {
    latency.estimate(now).expect("measured") / 1000.0
}

#[test]
fn nothing_is_known_before_the_first_measurement() {
    let now = Instant::now();
    assert_eq!(Latency::new(now).estimate(now), None);
}

#[test]
fn a_peak_counts_at_once() {
    let now = Instant::now();
    let latency = Latency::new(now);
    latency.observe(MS, now);
    latency.observe(100 * MS, now);
    assert!((estimate_ms(&latency, now) - 100.0).abs() < 0.1);
}

#[test]
fn recovery_takes_the_time_of_decay() {
    let start = Instant::now();
    let latency = Latency::new(start);
    latency.observe(100 * MS, start);
    latency.observe(MS, start + 10 * MS);
    assert!(estimate_ms(&latency, start + 10 * MS) > 99.0, "one fast answer does not make it fast");
    latency.observe(MS, start + DECAY);
    let recovering = estimate_ms(&latency, start + DECAY);
    assert!((30.0..45.0).contains(&recovering), "{recovering} ms after one decay");
}

#[test]
fn an_estimate_that_nobody_refreshes_fades() {
    let start = Instant::now();
    let latency = Latency::new(start);
    latency.observe(100 * MS, start);
    let later = estimate_ms(&latency, start + 5 * DECAY);
    assert!(later < 1.0, "{later} ms after five decays");
}

#[test]
fn a_measurement_that_arrives_late_changes_nothing_for_the_worse() {
    let start = Instant::now();
    let latency = Latency::new(start);
    latency.observe(10 * MS, start + DECAY);
    latency.observe(10 * MS, start);
    assert!((estimate_ms(&latency, start) - 10.0).abs() < 0.1);
}
