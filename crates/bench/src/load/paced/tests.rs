//! When requests are due.

use super::Pace;

fn due_us(pace: Pace) -> Vec<u128> {
    (0..6).map(|number| pace.due(number).as_micros()).collect()
}

#[test]
fn an_even_pace_has_the_same_time_between_all() {
    assert_eq!(due_us(Pace { rate: 4_000, burst_ns: 0 }), [0, 250, 500, 750, 1_000, 1_250]);
}

#[test]
fn a_burst_holds_what_would_be_due_until_its_end() {
    assert_eq!(due_us(Pace { rate: 4_000, burst_ns: 500_000 }), [0, 500, 500, 1_000, 1_000, 1_500]);
    // Slower than the bursts: one in each that comes next.
    assert_eq!(due_us(Pace { rate: 800, burst_ns: 1_000_000 }), [0, 2_000, 3_000, 4_000, 5_000, 7_000]);
}
