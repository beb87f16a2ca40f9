//! What is sent twice, and what never.

use super::*;

const UNSENT: Sent = Sent { nothing: true, repeatable: true, idempotent: false };
const SENT: Sent = Sent { nothing: false, repeatable: true, idempotent: false };
const SENT_IDEMPOTENT: Sent = Sent { idempotent: true, ..SENT };
const ALL: [Failed; 6] =
    [Failed::Connect, Failed::Stale, Failed::Broken, Failed::Slow, Failed::Unavailable, Failed::Otherwise];

fn safe(sent: Sent, on: RetryOn) -> Vec<Failed> {
    ALL.into_iter().filter(|failed| is_safe(*failed, sent, on)).collect()
}

#[test]
fn what_a_service_may_have_seen_is_repeated_only_if_idempotent() {
    assert_eq!(safe(SENT, RetryOn::standard()), [Failed::Connect]);
    assert_eq!(
        safe(SENT_IDEMPOTENT, RetryOn::standard()),
        [Failed::Connect, Failed::Stale, Failed::Broken, Failed::Slow, Failed::Unavailable]
    );
}

#[test]
fn what_was_never_sent_may_be_sent() {
    assert!(is_safe(Failed::Stale, UNSENT, RetryOn::standard()));
    assert!(is_safe(Failed::Connect, UNSENT, RetryOn::standard()));
}

#[test]
fn a_body_that_was_begun_cannot_be_sent_again() {
    let begun = Sent { repeatable: false, ..SENT_IDEMPOTENT };
    assert!(safe(begun, RetryOn::standard()).is_empty());
}

#[test]
fn the_file_says_what_is_repeated_but_for_what_was_never_sent() {
    let never = RetryOn { broken: false, timeout: false, unavailable: false };
    assert_eq!(safe(SENT_IDEMPOTENT, never), [Failed::Connect, Failed::Stale]);
    assert!(is_safe(Failed::Broken, SENT_IDEMPOTENT, RetryOn { broken: true, ..never }));
    assert!(is_safe(Failed::Slow, SENT_IDEMPOTENT, RetryOn { timeout: true, ..never }));
    assert!(is_safe(Failed::Unavailable, SENT_IDEMPOTENT, RetryOn { unavailable: true, ..never }));
}

#[test]
fn pauses_are_drawn_grow_and_are_bounded() {
    let mut random = Rng::with_seed(5);
    let longest = |number, random: &mut Rng| (0..1_000).map(|_| pause(number, random)).max().expect("some");
    let (first, second, last) = (longest(1, &mut random), longest(2, &mut random), longest(200, &mut random));
    assert!(first <= FIRST_PAUSE && second > first && second <= 2 * FIRST_PAUSE, "{first:?} {second:?}");
    assert!(last <= PAUSE_AT_MOST && last > PAUSE_AT_MOST / 2, "{last:?}");
    let shortest = (0..1_000).map(|_| pause(1, &mut random)).min().expect("some");
    assert!(shortest < FIRST_PAUSE / 10, "jitter begins at nothing: {shortest:?}");
}
