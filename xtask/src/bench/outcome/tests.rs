//! From samples to what is printed.

use super::{Metric, Outcome};
use crate::bench::contender::Contender::{Haproxy, Nginx, Vestibule};
use crate::bench::sample::Sample;
use crate::bench::scenario::ALL;
use crate::bench::trial::Taken;

fn outcome() -> Outcome {
    outcome_late_by([0.0; 3])
}

fn outcome_late_by(late_us: [f64; 3]) -> Outcome {
    let sample = |cpu_us: u32, late_us: f64| {
        serde_json::from_value::<Sample>(serde_json::json!({
            "requests": 1000, "seconds": 1.0, "proxy_cpu_us": f64::from(cpu_us) * 1000.0, "busiest_cpu_us": 1000.0,
            "origin_requests": 1000, "load_cpu_us": 500_000.0,
            "others_cpu_us": 20_000.0, "p50_us": 100.0, "p99_us": 200.0, "lateness_p99_us": late_us, "due": 0,
            "memory_before_kib": 1024, "memory_after_kib": 2048, "connections": 64, "faults": 0,
        }))
        .unwrap()
    };
    let cpus_us = [[10, 20], [12, 20], [11, 22]];
    let rounds = cpus_us.iter().zip(late_us).map(|(round, late)| round.iter().map(|cpu| sample(*cpu, late)).collect());
    let taken = Taken { rounds: rounds.collect(), ..Taken::default() };
    Outcome::of(&ALL[0], true, None, &[Vestibule, Nginx], &taken)
}

#[test]
fn ratios_are_those_of_the_rounds() {
    let ratio = outcome().ratio(Metric::CpuUsPerRequest, Vestibule, Nginx).unwrap();
    assert_eq!((ratio.median, ratio.lowest, ratio.highest), (0.5, 0.5, 0.6));
    assert_eq!(outcome().figure(Metric::MemoryMib, Nginx).unwrap().median, 2.0);
    assert!(outcome().ratio(Metric::CpuUsPerRequest, Vestibule, Haproxy).is_none());
}

#[test]
fn a_flaw_forbids_every_ratio_of_its_contender() {
    for (flawed, left) in [(Nginx, false), (Vestibule, false), (Haproxy, true)] {
        let flawed = Outcome { flaws: vec![(flawed, "a wrong answer".to_owned())], ..outcome() };
        for metric in flawed.metrics() {
            assert_eq!(flawed.ratio(metric, Vestibule, Nginx).is_some(), left);
        }
    }
}

#[test]
fn a_late_round_has_no_latencies_but_counts() {
    let outcome = outcome_late_by([0.0, 5_000.0, 0.0]);
    assert_eq!(outcome.late_rounds, 1);
    assert_eq!(outcome.values(Metric::P99Us, Nginx).unwrap().len(), 2);
    assert_eq!(outcome.values(Metric::CpuUsPerRequest, Nginx).unwrap().len(), 3);
    let always = outcome_late_by([5_000.0; 3]);
    assert!(always.ratio(Metric::P99Us, Vestibule, Nginx).is_none());
    assert_eq!(always.ratio(Metric::CpuUsPerRequest, Vestibule, Nginx).unwrap().median, 0.5);
}

#[test]
fn the_title_names_log_and_pace() {
    assert_eq!(outcome().title(), "plain keep-alive, 1 KB, access log on");
    let paced = Outcome { pace: Some(40_000), ..outcome() };
    assert_eq!(paced.title(), "plain keep-alive, 1 KB, access log on, at 40000 requests/s");
}
