//! What is waited for is bounded in time, number and octets.

use std::sync::Arc;

use auth::jose::Algorithm;
use model::Secret;

use super::*;
use crate::accounts::stopped_clock::StoppedClock;
use crate::external::{Beyond, ExternalClient};
use crate::issuers::{ClientCredentials, Fetching, Outside};

struct Nobody;

impl Outside for Nobody {
    fn keys<'a>(&'a self, _: &'a upstream::HouseRequest) -> Fetching<'a> {
        panic!("nobody is asked")
    }

    fn introspection<'a>(&'a self, _: &'a upstream::HouseRequest) -> Fetching<'a> {
        panic!("nobody is asked")
    }
}

impl Beyond for Nobody {
    fn sign_in<'a>(&'a self, _: &'a upstream::HouseRequest) -> Fetching<'a> {
        panic!("nobody is asked")
    }

    fn as_outside(&self) -> &dyn Outside {
        self
    }
}

fn provider(name: &str, iss: &str) -> ExternalSettings {
    let secret = Arc::new(Secret::new(String::new()));
    ExternalSettings {
        name: name.into(),
        title: name.into(),
        iss: iss.into(),
        algorithms: vec![Algorithm::Es256],
        discovery: Vec::new(),
        client: ExternalClient::Secret(ClientCredentials { id: "vestibule".into(), secret }),
        admits: true,
        outside: Arc::new(Nobody),
    }
}

fn waiting() -> (Waiting, Arc<StoppedClock>, ExternalSettings) {
    let clock = Arc::new(StoppedClock::default());
    let waiting = Waiting::new(Arc::<StoppedClock>::clone(&clock));
    (waiting, clock, provider("corp", "https://login.corp.example"))
}

fn begin(waiting: &Waiting, provider: &ExternalSettings, goal: Option<ReturnTo>) -> Asked {
    waiting.begin(provider, "external_1", Purpose::SignIn, goal, false).unwrap()
}

#[test]
fn what_was_begun_is_over_after_its_time() {
    let (waiting, clock, corp) = waiting();
    let asked = begin(&waiting, &corp, None);
    clock.advance(LIFETIME.saturating_sub(Duration::from_millis(1)));
    let later = begin(&waiting, &corp, None);
    assert!(waiting.take(asked.state.expose(), Some("external_1"), &corp).is_some());
    clock.advance(LIFETIME);
    assert!(waiting.take(later.state.expose(), Some("external_1"), &corp).is_none());
}

#[test]
fn another_provider_of_the_same_name_is_none_of_it() {
    let (waiting, _, corp) = waiting();
    let asked = begin(&waiting, &corp, None);
    for other in [provider("corp", "https://evil.example"), provider("other", "https://login.corp.example")] {
        assert!(waiting.take(asked.state.expose(), Some("external_1"), &other).is_none());
    }
    assert!(waiting.take(asked.state.expose(), None, &corp).is_none());
    assert!(waiting.take(asked.state.expose(), Some("external_2"), &corp).is_none());
    assert!(waiting.take(asked.state.expose(), Some("external_1"), &corp).is_some());
}

#[test]
fn no_more_is_kept_than_may_be() {
    let (waiting, clock, corp) = waiting();
    let first = begin(&waiting, &corp, None);
    clock.advance(LIFETIME / 2);
    for _ in 0..AT_MOST {
        begin(&waiting, &corp, None);
    }
    assert_eq!(waiting.table().entries.len(), AT_MOST);
    assert!(waiting.take(first.state.expose(), Some("external_1"), &corp).is_none(), "the oldest went");
    let long = format!("/auth/account?{}", "a".repeat(ReturnTo::MAX_LEN - 20));
    let goal = ReturnTo::parse("/auth", &long).unwrap();
    for _ in 0..GOALS_AT_MOST / goal.as_str().len() + 10 {
        begin(&waiting, &corp, Some(goal.clone()));
    }
    let table = waiting.table();
    assert!(table.goal_bytes <= GOALS_AT_MOST && table.goal_bytes > GOALS_AT_MOST / 2);
    assert_eq!(table.goal_bytes, table.entries.values().map(Entry::goal_bytes).sum::<usize>());
}
