//! An alarm rings when it should, and only then.

use std::future::pending;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::time::{Instant, advance, timeout};

use super::{Alarm, Elapsed};

#[tokio::test(start_paused = true)]
async fn an_alarm_rings_at_its_deadline() {
    let mut alarm = Alarm::new();
    let start = Instant::now();
    alarm.set(Some((start + Duration::from_secs(3)).into_std()));
    assert_eq!(alarm.guard(pending::<()>()).await, Err(Elapsed));
    assert_eq!(start.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_moved_forward_is_kept_although_the_timer_fires_early() {
    let mut alarm = Alarm::new();
    let start = Instant::now();
    alarm.set(Some((start + Duration::from_secs(1)).into_std()));
    assert_eq!(alarm.guard(tokio::task::yield_now()).await, Ok(()));
    advance(Duration::from_millis(500)).await;
    alarm.set(Some((start + Duration::from_secs(5)).into_std()));
    assert_eq!(alarm.guard(pending::<()>()).await, Err(Elapsed));
    assert_eq!(start.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_moved_back_is_kept_too() {
    let mut alarm = Alarm::new();
    let start = Instant::now();
    alarm.set(Some((start + Duration::from_secs(60)).into_std()));
    assert_eq!(alarm.guard(tokio::task::yield_now()).await, Ok(()));
    alarm.set(Some((start + Duration::from_secs(2)).into_std()));
    assert_eq!(alarm.guard(pending::<()>()).await, Err(Elapsed));
    assert_eq!(start.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_is_not_set_never_rings() {
    let mut alarm = Alarm::new();
    assert_eq!(alarm.guard(async { 7 }).await, Ok(7));
}

#[tokio::test(start_paused = true)]
async fn an_alarm_wakes_the_task_that_asked_last() {
    let mut alarm = Alarm::new();
    let start = Instant::now();
    alarm.set(Some((start + Duration::from_secs(3)).into_std()));
    // Another task asks first: without an account of whom the timer wakes, the second would wait for ever.
    assert!(alarm.poll_ring(&mut Context::from_waker(Waker::noop())).is_pending());
    let rung = timeout(Duration::from_secs(60), alarm.guard(pending::<()>())).await;
    assert_eq!(rung, Ok(Err(Elapsed)));
    assert_eq!(start.elapsed().as_secs(), 3);
}
