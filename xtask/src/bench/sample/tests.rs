//! Which samples are believed.

use super::{Flaw, Sample, burst_us};
use crate::bench::scenario::Kind;
use crate::bench::setup::Setup;

fn good() -> Sample {
    Sample {
        requests: 30_000,
        seconds: 3.0,
        proxy_cpu_us: 600_000.0,
        load_cpu_us: 1_500_000.0,
        due: 30_000,
        memory_before_kib: 10_000,
        memory_after_kib: 12_000,
        connections: 100,
        ..Sample::default()
    }
}

#[test]
fn figures_are_per_request_second_and_connection() {
    let sample = good();
    assert_eq!(sample.cpu_us_per_request(), 20.0);
    assert_eq!(sample.requests_per_second(), 10_000.0);
    assert_eq!(sample.kb_per_connection(), 20.48);
    assert_eq!((sample.proxy_busy(), sample.load_busy()), (0.2, 0.5));
}

#[test]
fn a_good_sample_has_no_flaw() {
    for kind in [Kind::Most, Kind::Paced, Kind::Idle] {
        assert_eq!(good().flaw(kind, Setup::Plain), None);
    }
}

#[test]
fn one_wrong_answer_is_a_flaw() {
    let sample = Sample { faults: 1, first_fault: Some("status 502".to_owned()), ..good() };
    assert_eq!(
        sample.flaw(Kind::Idle, Setup::Plain),
        Some(Flaw::Wrong("1 wrong answers; the first: status 502".to_owned()))
    );
}

#[test]
fn no_answer_is_a_flaw() {
    assert!(Sample { requests: 0, ..good() }.flaw(Kind::Most, Setup::Plain).is_some());
}

#[test]
fn a_saturated_load_generator_is_a_flaw() {
    let sample = Sample { load_cpu_us: 2_850_000.0, ..good() };
    for kind in [Kind::Most, Kind::Paced] {
        assert!(matches!(sample.flaw(kind, Setup::Plain), Some(Flaw::Saturated(_))));
    }
    assert_eq!(sample.flaw(Kind::Idle, Setup::Plain), None);
}

#[test]
fn a_rate_that_was_not_kept_is_a_flaw() {
    let sample = Sample { due: 31_000, ..good() };
    assert!(matches!(sample.flaw(Kind::Paced, Setup::Plain), Some(Flaw::Behind(_))));
    let slow = Sample { proxy_cpu_us: 2_900_000.0, ..sample };
    assert!(matches!(slow.flaw(Kind::Paced, Setup::Plain), Some(Flaw::Slow(_))));
}

#[test]
fn a_late_load_voids_latencies_and_nothing_else() {
    let sample = Sample { lateness_p99_us: 2_000.0, ..good() };
    assert!(sample.late() && !good().late());
    assert_eq!(sample.flaw(Kind::Paced, Setup::Plain), None);
}

#[test]
fn twenty_requests_make_a_burst_unless_that_takes_long() {
    assert_eq!((burst_us(20_000), burst_us(5_000), burst_us(1_000), burst_us(0)), (1_000, 4_000, 5_000, 5_000));
}

#[test]
fn an_origin_that_is_asked_where_answers_are_kept_is_a_flaw() {
    let hits = Sample { origin_requests: 3, ..good() };
    assert_eq!(hits.flaw(Kind::Most, Setup::Cache), None);
    let misses = Sample { origin_requests: 31, ..good() };
    assert!(matches!(misses.flaw(Kind::Most, Setup::Cache), Some(Flaw::Wrong(_))));
    assert_eq!(misses.flaw(Kind::Most, Setup::Plain), None);
}
