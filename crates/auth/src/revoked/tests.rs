//! What is over, and for how long that is remembered.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::Caller;

use super::{ENDED_AT_MOST, Ground, Revoked};
use crate::verified::Verified;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn grant(name: &str) -> Ground {
    Ground::Grant(Arc::from(name))
}

fn standing_on(grounds: &[Ground]) -> Verified {
    Verified {
        caller: Caller::Anonymous,
        until: at(10_000),
        issued_at: at(1_000),
        confirmation: None,
        resources: None,
        grounds: grounds.into(),
        session: None,
    }
}

#[test]
fn what_stands_on_something_that_ended_is_over() {
    let revoked = Revoked::default();
    let both = standing_on(&[grant("g1"), Ground::User("ada".into())]);
    let other = standing_on(&[grant("g2"), Ground::User("bob".into())]);
    let before = revoked.holds(&both).expect("holds");
    revoked.end(&[Ground::User("ada".into())], at(2_000), at(3_000));
    assert_eq!(revoked.holds(&both), None);
    assert!(revoked.holds(&other).is_some_and(|epoch| epoch > before), "the number has changed");
}

#[test]
fn a_person_may_begin_anew_and_a_grant_may_not() {
    let revoked = Revoked::default();
    revoked.end(&[Ground::User("ada".into()), Ground::App("page".into()), grant("g1")], at(2_000), at(9_000));
    for (ground, begins_anew) in
        [(Ground::User("ada".into()), true), (Ground::App("page".into()), true), (grant("g1"), false)]
    {
        let issued = |seconds| Verified { issued_at: at(seconds), ..standing_on(std::slice::from_ref(&ground)) };
        assert_eq!(revoked.holds(&issued(1_999)), None, "{ground:?}");
        assert_eq!(revoked.holds(&issued(2_000)).is_some(), begins_anew, "{ground:?}");
    }
    revoked.end(&[Ground::User("ada".into())], at(3_000), at(9_000));
    let between = Verified { issued_at: at(2_500), ..standing_on(&[Ground::User("ada".into())]) };
    assert_eq!(revoked.holds(&between), None, "the later end counts");
}

#[test]
fn an_id_of_one_kind_is_none_of_another() {
    let revoked = Revoked::default();
    revoked.end(&[Ground::User("a".into())], at(2_000), at(3_000));
    for ground in [grant("a"), Ground::Session("a".into()), Ground::Token("a".into()), Ground::App("a".into())] {
        assert!(revoked.holds(&standing_on(&[ground])).is_some());
    }
}

#[test]
fn an_end_is_remembered_as_long_as_it_matters_and_the_longer_word_counts() {
    let revoked = Revoked::default();
    revoked.end(&[grant("g1")], at(2_000), at(3_000));
    revoked.end(&[grant("g1")], at(2_001), at(2_500));
    revoked.end(&[grant("g2")], at(2_999), at(4_000));
    assert_eq!(revoked.holds(&standing_on(&[grant("g1")])), None, "the first word was longer");
    revoked.end(&[grant("g3")], at(3_000), at(4_000));
    assert_eq!(revoked.len(), 2, "g1 is forgotten");
}

#[test]
fn a_full_set_ends_everything_that_was_issued_before() {
    let revoked = Revoked::default();
    let many: Vec<Ground> = (0..=ENDED_AT_MOST).map(|number| grant(&number.to_string())).collect();
    revoked.end(&many, at(2_000), at(3_000));
    assert!(revoked.is_empty());
    assert_eq!(revoked.holds(&standing_on(&[grant("nobody's")])), None);
    let later = Verified { issued_at: at(2_000), ..standing_on(&[grant("another")]) };
    assert!(revoked.holds(&later).is_some(), "what is issued from now on holds");
}
