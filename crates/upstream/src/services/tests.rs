//! What survives a reload, and what does not.

use std::time::Duration;

use super::*;
use crate::balance::Balance;
use crate::breaker::{BreakerSettings, BreakerState, Outcome};
use crate::retry::{RetryOn, RetrySettings};
use crate::settings::{CanarySettings, Origin};

pub(crate) fn settings(name: &str, ports: &[u16]) -> ServiceSettings {
    ServiceSettings {
        introduce: None,
        name: Arc::from(name),
        origins: ports
            .iter()
            .map(|port| Origin::Tcp { host: "127.0.0.1".into(), port: *port, tls: None, http: crate::Http::Auto })
            .collect(),
        balance: Balance::Ewma,
        probes: None,
        canary: None,
        retries: RetrySettings { attempts: Some(1), budget: 10, on: RetryOn::standard() },
        breaker: Some(BreakerSettings {
            failures: 50,
            within: Duration::from_secs(10),
            open_for: Duration::from_secs(5),
        }),
        connect_timeout: Duration::from_secs(1),
        first_byte: None,
        attempt: None,
        idle: Duration::from_secs(60),
        purpose: crate::Purpose::Serves,
    }
}

fn services(settings: &[ServiceSettings], earlier: Option<&Services>, now: Instant) -> Services {
    Services::new(settings, earlier, now)
}

fn open(services: &Services, now: Instant) {
    let breaker = services.services[0].breaker.as_ref().expect("a breaker");
    while let Ok(admission) = breaker.admit(now) {
        admission.judge(Outcome::Out, now);
    }
}

#[test]
fn endpoints_budget_and_breaker_survive_a_reload_where_they_stay() {
    let now = Instant::now();
    let before = services(&[settings("shop", &[1, 2])], None, now);
    before.services[0].main.lineup()[0].eject(now);
    open(&before, now);
    while before.services[0].budget.withdraw(now) {}
    let after = services(&[settings("other", &[1]), settings("shop", &[3, 1])], Some(&before), now);
    after.succeed(&before, now);
    let standing = after.standing(now);
    assert_eq!((standing[1].total, standing[1].ejected), (2, 1));
    assert_eq!(standing[1].breaker, Some(BreakerState::Open));
    assert_eq!(standing[0].ejected, 0, "an endpoint belongs to its service");
    assert!(!after.services[1].budget.withdraw(now));
    assert!(before.services[0].main.lineup()[1].is_retired(), "port 2 is gone");
    assert!(!after.services[1].main.lineup()[1].is_retired());
}

#[test]
fn a_reload_that_does_not_happen_changes_nothing() {
    let now = Instant::now();
    let before = services(&[settings("shop", &[1, 2])], None, now);
    drop(services(&[settings("shop", &[2])], Some(&before), now));
    assert!(before.services[0].main.lineup().iter().all(|endpoint| !endpoint.is_retired()));
}

#[test]
fn a_breaker_of_other_settings_begins_anew() {
    let now = Instant::now();
    let before = services(&[settings("shop", &[1])], None, now);
    open(&before, now);
    let mut changed = settings("shop", &[1]);
    changed.breaker = changed.breaker.map(|breaker| BreakerSettings { failures: 90, ..breaker });
    let after = services(&[changed], Some(&before), now);
    assert_eq!(after.standing(now)[0].breaker, Some(BreakerState::Closed));
}

#[test]
fn a_canary_that_becomes_the_service_brings_what_is_known_of_it() {
    let now = Instant::now();
    let mut with_canary = settings("shop", &[1]);
    let origins = settings("shop", &[2]).origins;
    with_canary.canary = Some(CanarySettings { origins, share: 5, sticky: false });
    let before = services(&[with_canary], None, now);
    let canary = before.services[0].canary.as_ref().expect("a canary").lineup()[0].clone();
    let after = services(&[settings("shop", &[2])], Some(&before), now);
    assert!(Arc::ptr_eq(&after.services[0].main.lineup()[0], &canary));
}

#[test]
fn without_probes_nobody_is_unhealthy_by_probe() {
    let now = Instant::now();
    let before = services(&[settings("shop", &[1])], None, now);
    before.services[0].main.lineup()[0].probed(false, now);
    let after = services(&[settings("shop", &[1])], Some(&before), now);
    assert_eq!(after.standing(now)[0].unhealthy, 1);
    after.succeed(&before, now);
    assert_eq!((after.standing(now)[0].unhealthy, after.standing(now)[0].healthy), (0, 1));
}
