//! Lists that follow names, and ejections that leave half.

use super::*;
use crate::Http;

const MS: Duration = Duration::from_millis(1);

fn name() -> Origin {
    Origin::Tcp { host: "shop.internal".into(), port: 80, tls: None, http: Http::Auto }
}

fn group(earlier: &[&Group], now: Instant) -> Group {
    Group::new(&[name()], &Balance::Ewma, earlier, now)
}

fn addresses(last: &[u8]) -> Vec<SocketAddr> {
    last.iter().map(|last| ([10, 0, 0, *last], 80).into()).collect()
}

#[test]
fn a_literal_address_needs_no_answer() {
    let now = Instant::now();
    let origins = [
        Origin::Tcp { host: "::1".into(), port: 1, tls: None, http: Http::Auto },
        Origin::Unix(Arc::from(std::path::Path::new("/run/x")), Http::Auto),
    ];
    let group = Group::new(&origins, &Balance::Ewma, &[], now);
    assert!(group.is_answered(0) && group.is_answered(1));
    assert_eq!(group.lineup().len(), 2);
}

#[test]
fn an_endpoint_that_stays_in_the_answer_stays_the_same() {
    let now = Instant::now();
    let group = group(&[], now);
    assert!(group.lineup().is_empty());
    group.answered(0, &addresses(&[1, 2]), now);
    let before = group.lineup().to_vec();
    assert!((before[0].share(now) - 1.0).abs() < f32::EPSILON, "the first answer begins at once");
    group.answered(0, &addresses(&[3, 2]), now);
    let after = group.lineup().to_vec();
    assert!(Arc::ptr_eq(&before[1], &after[0]));
    assert!(before[0].is_retired() && !after[0].is_retired() && !after[1].is_retired());
    assert!(after[1].share(now) < 0.2, "who comes later begins slowly");
}

#[test]
fn the_order_of_an_answer_means_nothing() {
    let now = Instant::now();
    let group = group(&[], now);
    group.answered(0, &addresses(&[1, 2, 3]), now);
    let before = group.lineup().to_vec();
    group.answered(0, &addresses(&[3, 1, 2, 2]), now);
    assert!(group.lineup().iter().zip(&before).all(|(now, before)| Arc::ptr_eq(now, before)));
}

#[test]
fn an_empty_answer_leaves_the_last_good_one() {
    let now = Instant::now();
    let group = group(&[], now);
    group.answered(0, &addresses(&[1]), now);
    group.answered(0, &[], now);
    assert_eq!(group.lineup().len(), 1);
}

#[test]
fn a_name_that_points_to_a_metadata_service_is_not_followed() {
    let now = Instant::now();
    let group = group(&[], now);
    group.answered(0, &["169.254.169.254:80".parse().expect("an address"), addresses(&[1])[0]], now);
    assert_eq!(group.lineup().len(), 1);
    group.answered(0, &["169.254.169.254:80".parse().expect("an address")], now);
    assert_eq!(group.lineup()[0].address(), &Address::Tcp(addresses(&[1])[0], Http::Auto));
}

#[test]
fn the_number_of_endpoints_is_bounded() {
    let now = Instant::now();
    let group = group(&[], now);
    let many: Vec<SocketAddr> = (1..=1_000).map(|port| ([10, 0, 0, 1], port).into()).collect();
    group.answered(0, &many, now);
    assert_eq!(group.lineup().len(), ENDPOINTS_AT_MOST);
}

#[test]
fn a_group_that_follows_another_knows_its_endpoints() {
    let now = Instant::now();
    let before = group(&[], now);
    before.answered(0, &addresses(&[1, 2]), now);
    before.lineup()[0].eject(now);
    let after = group(&[&before], now);
    assert!(after.is_answered(0));
    assert!(Arc::ptr_eq(&before.lineup()[0], &after.lineup()[0]));
    assert!(!after.lineup()[0].is_healthy(now));
}

#[test]
fn at_most_half_are_ejected() {
    let now = Instant::now();
    let group = group(&[], now);
    group.answered(0, &addresses(&[1, 2, 3, 4, 5]), now);
    let ejected: usize =
        (0..20).map(|_| group.lineup().iter().filter(|endpoint| group.failed(endpoint, MS, now)).count()).sum();
    assert_eq!(ejected, 2);
    assert_eq!(group.lineup().iter().filter(|endpoint| endpoint.is_healthy(now)).count(), 3);
}

#[test]
fn the_only_endpoint_is_never_ejected() {
    let now = Instant::now();
    let group = group(&[], now);
    group.answered(0, &addresses(&[1]), now);
    assert!((0..100).all(|_| !group.failed(&group.lineup()[0], MS, now)));
    assert_eq!(group.choose(&group.lineup(), None, &[], now, &mut Rng::with_seed(1)), Some(0));
}
