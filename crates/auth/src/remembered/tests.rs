//! What is found again, and what is not.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::Caller;

use super::{Memory, REMEMBERED_AT_MOST, Remembered};
use crate::revoked::{Ground, Revoked};
use crate::verified::{Fingerprint, Form, Verified};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn verified(until: u64) -> Arc<Verified> {
    Arc::new(Verified {
        caller: Caller::Anonymous,
        until: at(until),
        issued_at: at(0),
        confirmation: None,
        resources: None,
        grounds: [Ground::Grant(Arc::from("g1"))].into(),
        session: None,
    })
}

fn holds(memory: &Memory) -> bool {
    matches!(memory, Memory::Holds(_))
}

#[test]
fn what_was_kept_is_found_until_it_ends() {
    let (remembered, revoked) = (Remembered::default(), Revoked::default());
    let token = Fingerprint::of(Form::Token, "abc");
    assert!(matches!(remembered.find(&token, &revoked, at(1)), Memory::Nothing));
    remembered.keep(token, &verified(100));
    assert!(holds(&remembered.find(&token, &revoked, at(99))));
    assert!(matches!(remembered.find(&token, &revoked, at(100)), Memory::Nothing));
    remembered.clear();
    assert!(matches!(remembered.find(&token, &revoked, at(1)), Memory::Nothing));
}

#[test]
fn a_session_is_not_found_as_a_token() {
    let (remembered, revoked) = (Remembered::default(), Revoked::default());
    remembered.keep(Fingerprint::of(Form::Session, "abc"), &verified(100));
    let as_token = Fingerprint::of(Form::Token, "abc");
    assert!(matches!(remembered.find(&as_token, &revoked, at(1)), Memory::Nothing));
}

#[test]
fn what_ended_is_known_as_such_and_nothing_else_is_lost() {
    let (remembered, revoked) = (Remembered::default(), Revoked::default());
    let (one, other) = (Fingerprint::of(Form::Token, "one"), Fingerprint::of(Form::Token, "other"));
    remembered.keep(one, &verified(100));
    let lasting = Verified { grounds: [].into(), ..Verified::clone(&verified(100)) };
    remembered.keep(other, &Arc::new(lasting));
    assert!(holds(&remembered.find(&one, &revoked, at(1))));
    revoked.end(&[Ground::Grant(Arc::from("g1"))], at(1), at(200));
    assert!(matches!(remembered.find(&one, &revoked, at(2)), Memory::Revoked));
    assert!(holds(&remembered.find(&other, &revoked, at(2))));
}

#[test]
fn more_than_there_are_places_push_out_what_ends_first() {
    let (remembered, revoked) = (Remembered::default(), Revoked::default());
    let lasting: Vec<Fingerprint> =
        (0..64).map(|number| Fingerprint::of(Form::Token, &format!("long {number}"))).collect();
    for token in &lasting {
        remembered.keep(*token, &verified(1_000_000));
    }
    for number in 0..2 * REMEMBERED_AT_MOST {
        remembered.keep(Fingerprint::of(Form::Token, &format!("short {number}")), &verified(1_000));
    }
    let found = |token: &Fingerprint| holds(&remembered.find(token, &revoked, at(1)));
    assert_eq!(lasting.iter().filter(|token| found(token)).count(), lasting.len());
    let short = (0..2 * REMEMBERED_AT_MOST).map(|number| Fingerprint::of(Form::Token, &format!("short {number}")));
    let kept = short.filter(found).count();
    assert!(kept <= REMEMBERED_AT_MOST - lasting.len(), "{kept}");
    assert!(kept > REMEMBERED_AT_MOST / 2, "{kept}");
}

#[test]
fn threads_that_write_and_look_at_once_see_what_was_kept_or_nothing() {
    let (remembered, revoked) = (Remembered::default(), Revoked::default());
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (remembered, revoked) = (&remembered, &revoked);
            scope.spawn(move || {
                for round in 0..2_000_u64 {
                    let number = (round * 7 + thread) % 500;
                    let token = Fingerprint::of(Form::Token, &number.to_string());
                    if let Memory::Holds(found) = remembered.find(&token, revoked, at(1)) {
                        assert_eq!(found.until, at(1_000 + number));
                    }
                    remembered.keep(token, &verified(1_000 + number));
                }
            });
        }
    });
}
