//! From samples to what is printed.

use super::{Metric, Outcome};
use crate::bench::contender::Contender::{Haproxy, Nginx, Vestibule};
use crate::bench::sample::Sample;
use crate::bench::scenario::ALL;

fn outcome() -> Outcome {
    let sample = |cpu_us: u32| {
        serde_json::from_value::<Sample>(serde_json::json!({
            "requests": 1000, "seconds": 1.0, "proxy_cpu_us": f64::from(cpu_us) * 1000.0, "load_cpu_us": 500_000.0,
            "others_cpu_us": 20_000.0, "p50_us": 100.0, "p99_us": 200.0, "lateness_p99_us": 0.0, "due": 0,
            "memory_before_kib": 1024, "memory_after_kib": 2048, "connections": 64, "faults": 0,
        }))
        .unwrap()
    };
    let rounds = vec![vec![sample(10), sample(20)], vec![sample(12), sample(20)], vec![sample(11), sample(22)]];
    Outcome::of(&ALL[0], true, None, &[Vestibule, Nginx], &rounds)
}

#[test]
fn ratios_are_those_of_the_rounds() {
    let ratio = outcome().ratio(Metric::CpuUsPerRequest, Vestibule, Nginx).unwrap();
    assert_eq!((ratio.median, ratio.lowest, ratio.highest), (0.5, 0.5, 0.6));
    assert_eq!(outcome().figure(Metric::MemoryMib, Nginx).unwrap().median, 2.0);
    assert!(outcome().ratio(Metric::CpuUsPerRequest, Vestibule, Haproxy).is_none());
}

#[test]
fn a_flaw_forbids_every_ratio() {
    let flawed = Outcome { flaws: vec!["nginx: a wrong answer".to_owned()], ..outcome() };
    for metric in flawed.metrics() {
        assert!(flawed.ratio(metric, Vestibule, Nginx).is_none());
    }
}

#[test]
fn the_title_names_log_and_pace() {
    assert_eq!(outcome().title(), "plain keep-alive, 1 KB, access log on");
    let paced = Outcome { pace: Some(40_000), ..outcome() };
    assert_eq!(paced.title(), "plain keep-alive, 1 KB, access log on, at 40000 requests/s");
}
