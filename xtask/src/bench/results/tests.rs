//! What a reader sees of figures that are known.

use super::Report;
use crate::bench::contender::Contender::{self, Caddy, Haproxy, Nginx, Vestibule};
use crate::bench::ground::Cores;
use crate::bench::outcome::{Metric, Outcome, Series};
use crate::bench::scenario::{ALL, Scenario};

fn scenario(name: &str) -> &'static Scenario {
    ALL.iter().find(|scenario| scenario.name == name).unwrap()
}

fn outcome(name: &str, cpu_us: &[(Contender, f64)]) -> Outcome {
    let series = cpu_us.iter().map(|(contender, value)| (*contender, vec![*value])).collect();
    Outcome::of_values(scenario(name), false, Metric::CpuUsPerRequest, series)
}

/// The cells of the one row of the summary, but for its title.
fn summary(outcome: Outcome) -> Vec<String> {
    let report = Report { contenders: vec![Vestibule, Nginx, Haproxy, Caddy], outcomes: vec![outcome], ..empty() };
    report.summary()[1][1..].to_vec()
}

#[test]
fn behind_a_peers_figure_stands_the_subject_as_a_multiple_of_it() {
    let row = summary(outcome("mtls", &[(Vestibule, 10.0), (Nginx, 20.0), (Haproxy, 10.5), (Caddy, 100.0)]));
    assert_eq!(row, ["10.0", "20.0 (0.50)", "10.5 (≈ 0.95)", "100 (0.10)", "", ""]);
}

#[test]
fn an_aim_for_each_peer_is_reached_when_none_that_takes_part_is_ahead() {
    // Caddy has no cache, and no say.
    let row = summary(outcome("cache", &[(Vestibule, 10.0), (Nginx, 20.0), (Haproxy, 10.0)]));
    assert_eq!(row[3..], ["–", "each ≤ 1", "yes"]);
    let row = summary(outcome("cache", &[(Vestibule, 10.0), (Nginx, 20.0), (Haproxy, 9.0)]));
    assert_eq!(row[5], "no");
    // One who could take part and is missing leaves it open.
    assert_eq!(summary(outcome("cache", &[(Vestibule, 10.0), (Nginx, 20.0)]))[5], "–");
}

#[test]
fn memory_is_aimed_at_in_megabytes() {
    let outcome = |mib| {
        let series = |metric, value| Series { contender: Vestibule, metric, values: vec![value] };
        let series = vec![series(Metric::CpuUsPerRequest, 20.0), series(Metric::MemoryMib, mib)];
        Outcome::of_series(scenario("routes"), false, series)
    };
    let report = |mib| Report { outcomes: vec![outcome(mib)], ..empty() };
    assert_eq!(report(38.0).summary()[2][1..], ["38.0", "≤ 40 MB", "yes"]);
    assert_eq!(report(38.5).summary()[2][3], "no");
}

fn empty() -> Report {
    Report {
        date: String::new(),
        commit: String::new(),
        command: String::new(),
        cores: Cores { contender: 1, load: 0 },
        machine: Vec::new(),
        versions: Vec::new(),
        contenders: vec![Vestibule],
        outcomes: Vec::new(),
    }
}
