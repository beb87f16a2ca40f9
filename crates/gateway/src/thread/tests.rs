//! The clock on the wall, told by the steady one.

use std::time::Duration;

use super::WallClock;

#[test]
fn the_clock_on_the_wall_is_told_for_instants_after_and_before_the_tick() {
    let clock = WallClock::new();
    let second = Duration::from_secs(1);
    assert_eq!(clock.at(clock.read), clock.wall);
    assert_eq!(clock.at(clock.read + second), clock.wall + second);
    assert_eq!(clock.at(clock.read - second), clock.wall - second);
}

#[test]
fn a_tick_moves_the_clock_and_its_date() {
    let mut clock = WallClock::new();
    let long_ago = clock.wall - Duration::from_secs(3_600);
    clock.wall = long_ago;
    clock.date = httpdate::fmt_http_date(long_ago);
    clock.move_on();
    assert!(clock.wall > long_ago);
    assert_eq!(clock.date, httpdate::fmt_http_date(clock.wall));
}
