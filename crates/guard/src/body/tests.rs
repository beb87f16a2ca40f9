//! A body may be as long as its bound and not one byte longer.

use super::BodyBudget;
use crate::GuardError;

#[test]
fn a_body_may_reach_its_bound_and_not_pass_it() {
    let mut budget = BodyBudget::new(10);
    assert_eq!(budget.declare(10), Ok(()));
    assert_eq!(budget.declare(11), Err(GuardError::BodyTooLarge { bound_bytes: 10 }));
    assert_eq!(budget.take(4), Ok(()));
    assert_eq!(budget.take(6), Ok(()));
    assert_eq!(budget.left_bytes(), 0);
    assert_eq!(budget.take(0), Ok(()));
    assert_eq!(budget.take(1), Err(GuardError::BodyTooLarge { bound_bytes: 10 }));
}

#[test]
fn a_budget_that_was_passed_stays_passed() {
    let mut budget = BodyBudget::new(10);
    assert!(budget.take(usize::MAX).is_err());
    assert!(budget.take(1).is_err());
}

#[test]
fn a_bound_of_nothing_takes_an_empty_body() {
    let mut budget = BodyBudget::new(0);
    assert_eq!((budget.declare(0), budget.take(0)), (Ok(()), Ok(())));
    assert!(budget.declare(1).is_err() && budget.take(1).is_err());
}
