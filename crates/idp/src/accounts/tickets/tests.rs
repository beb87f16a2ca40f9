//! How long and how often a ticket is good.

use std::sync::Arc;

use super::{AT_MOST, LIFETIME, Stage, TRIES, Tickets};
use crate::UserId;
use crate::accounts::stopped_clock::StoppedClock;
use crate::store::sign_ins::Methods;

fn stage() -> Stage {
    Stage { user: UserId::generate().unwrap(), generation: 3, first: Methods::default() }
}

#[test]
fn a_ticket_is_good_for_its_tries_and_its_time() {
    let clock = Arc::new(StoppedClock::default());
    let tickets = Tickets::new(Arc::<StoppedClock>::clone(&clock));
    let (stage, other) = (stage(), stage());
    let ticket = tickets.issue(stage).unwrap();
    for _ in 0..TRIES {
        assert_eq!(tickets.use_try(ticket.text().expose()), Some(stage));
    }
    assert_eq!(tickets.use_try(ticket.text().expose()), None);
    let ticket = tickets.issue(other).unwrap();
    assert_eq!(tickets.use_try("step_other"), None);
    assert_eq!(tickets.look(ticket.text().expose()), Some(other));
    clock.advance(LIFETIME);
    assert_eq!(tickets.look(ticket.text().expose()), None);
    assert_eq!(tickets.use_try(ticket.text().expose()), None);
}

#[test]
fn a_spent_ticket_is_void() {
    let tickets = Tickets::new(Arc::new(StoppedClock::default()));
    let ticket = tickets.issue(stage()).unwrap();
    tickets.spend(ticket.text().expose());
    assert_eq!(tickets.use_try(ticket.text().expose()), None);
}

#[test]
fn no_more_tickets_are_kept_than_may_be_out() {
    let clock = Arc::new(StoppedClock::default());
    let tickets = Tickets::new(Arc::<StoppedClock>::clone(&clock));
    let first = tickets.issue(stage()).unwrap();
    clock.advance(LIFETIME / 2);
    for _ in 0..AT_MOST {
        tickets.issue(stage()).unwrap();
    }
    assert_eq!(tickets.look(first.text().expose()), None);
    assert_eq!(tickets.out.lock().unwrap().len(), AT_MOST);
}
