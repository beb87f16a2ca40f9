//! The report of a comparison: tables on the terminal, JSON for programs, `bench/RESULTS.md` for readers.

pub(super) mod section;
#[cfg(test)]
mod tests;

use anyhow::Result;
use serde::Serialize;

use super::contender::Contender;
use super::figures::Figure;
use super::ground::{Cores, Ground};
use super::outcome::{Metric, Outcome};
use super::scenario::{Aim, Kind};
use super::{machine, table};
use crate::repository;

/// Ratios nearer to one than this are no claim: builds and machines differ by as much.
pub(super) const EVEN: std::ops::Range<f64> = 0.85..1.15;
const MB_PER_MIB: f64 = 1.048_576;

#[derive(Serialize)]
pub(crate) struct Report {
    date: String,
    commit: String,
    command: String,
    cores: Cores,
    machine: Vec<String>,
    versions: Vec<String>,
    contenders: Vec<Contender>,
    outcomes: Vec<Outcome>,
}

impl Report {
    pub(crate) fn new(ground: &Ground, contenders: &[Contender], outcomes: Vec<Outcome>) -> Result<Self> {
        let versions = contenders.iter().map(|contender| contender.version(ground)).collect::<Result<_>>()?;
        Ok(Self {
            date: machine::date(),
            commit: machine::commit(),
            command: command(),
            cores: ground.cores(),
            machine: machine::description(),
            versions,
            contenders: contenders.to_vec(),
            outcomes,
        })
    }

    fn subject(&self) -> Contender {
        self.contenders.first().copied().unwrap_or(Contender::Vestibule)
    }

    fn peers(&self) -> &[Contender] {
        self.contenders.get(1..).unwrap_or_default()
    }

    /// The summary and one table for each scenario.
    pub(crate) fn tables(&self) -> String {
        let mut out = format!("## In short\n\n{LEGEND}\n{}\n## In full\n", table::markdown(&self.summary()));
        for outcome in &self.outcomes {
            out += &format!("\n### {}\n\n{}", outcome.title(), table::markdown(&self.full(outcome)));
            out += &notes(outcome);
        }
        out
    }

    /// One row for each scenario: the metric that it is about.
    fn summary(&self) -> Vec<Vec<String>> {
        let mut heading = vec!["scenario".to_owned()];
        heading.extend(self.contenders.iter().map(|contender| contender.name().to_owned()));
        heading.extend(["aim".to_owned(), "reached".to_owned()]);
        let mut rows = vec![heading];
        for outcome in &self.outcomes {
            let Some(metric) = outcome.metrics().first().copied() else { continue };
            rows.push(self.summary_row(outcome, metric, self.aim(outcome, metric)));
            if let Some(most_mb) = outcome.scenario.memory_aim_mb {
                rows.push(self.summary_row(outcome, Metric::MemoryMib, self.memory_aim(outcome, most_mb)));
            }
        }
        rows
    }

    fn summary_row(&self, outcome: &Outcome, metric: Metric, aim: [String; 2]) -> Vec<String> {
        let mut row = vec![format!("{}: {}", outcome.title(), metric.title())];
        row.push(median(outcome, metric, self.subject()));
        row.extend(self.peers().iter().map(|peer| {
            let ratio = outcome
                .ratio(metric, self.subject(), *peer)
                .map(|ratio| format!(" ({})", marked(outcome, &ratio.median_text(), ratio)));
            median(outcome, metric, *peer) + &ratio.unwrap_or_default()
        }));
        row.extend(aim);
        row
    }

    /// One row for each contender; its last column says how the subject compares with it.
    fn full(&self, outcome: &Outcome) -> Vec<Vec<String>> {
        let (metrics, contenders) = (outcome.metrics(), outcome.contenders());
        let compared = metrics.first().filter(|_| contenders.len() > 1);
        let mut heading = vec![String::new()];
        heading.extend(metrics.iter().map(|metric| metric.title().to_owned()));
        heading.extend(compared.map(|metric| format!("{} / this: {}", self.subject().name(), metric.title())));
        let mut rows = vec![heading];
        for contender in contenders {
            let mut row = vec![contender.name().to_owned()];
            let figures = metrics.iter().map(|metric| outcome.figure(*metric, contender));
            row.extend(figures.map(|figure| figure.map_or_else(nothing, |figure| figure.text())));
            let peer = (contender != self.subject()).then_some(contender);
            row.extend(compared.map(|metric| peer.map_or_else(String::new, |peer| self.ratio(outcome, *metric, peer))));
            rows.push(row);
        }
        rows
    }

    fn ratio(&self, outcome: &Outcome, metric: Metric, peer: Contender) -> String {
        let ratio = outcome.ratio(metric, self.subject(), peer);
        ratio.map_or_else(nothing, |ratio| marked(outcome, &ratio.text(), ratio))
    }

    /// What was aimed at and whether it was reached.
    fn aim(&self, outcome: &Outcome, metric: Metric) -> [String; 2] {
        if self.subject() != Contender::Vestibule {
            return [String::new(), String::new()];
        }
        let within = |peer, most| outcome.ratio(metric, self.subject(), peer).map(|figure| figure.median <= most);
        match outcome.scenario.aim {
            Aim::None => [String::new(), String::new()],
            Aim::Own(most) => [format!("≤ {most}"), reached(self.own(outcome, metric).map(|figure| figure <= most))],
            Aim::Cpu { nginx, haproxy } => {
                let both = within(Contender::Nginx, nginx).zip(within(Contender::Haproxy, haproxy));
                let aim = if nginx == haproxy { format!("≤ {nginx}") } else { format!("≤ {nginx} / {haproxy}") };
                [aim, reached(both.map(|(one, other)| one && other))]
            }
            Aim::EachCpu(most) => {
                let peers = self.peers().iter().filter(|peer| peer.can(outcome.scenario.setup));
                let each: Option<Vec<bool>> = peers.map(|peer| within(*peer, most)).collect();
                [format!("each ≤ {most}"), reached(each.map(|each| each.into_iter().all(|one| one)))]
            }
        }
    }

    fn memory_aim(&self, outcome: &Outcome, most_mb: f64) -> [String; 2] {
        if self.subject() != Contender::Vestibule {
            return [String::new(), String::new()];
        }
        let mib = self.own(outcome, Metric::MemoryMib);
        [format!("≤ {most_mb} MB"), reached(mib.map(|mib| mib * MB_PER_MIB <= most_mb))]
    }

    /// The subject's own figure, if nothing forbids to use it.
    fn own(&self, outcome: &Outcome, metric: Metric) -> Option<f64> {
        let figure = outcome.figure(metric, self.subject()).filter(|_| outcome.is_sound(self.subject()));
        figure.map(|figure| figure.median)
    }

    /// Writes the report into a file of the repository.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&self, file: &str) -> Result<()> {
        let list = |lines: &[String]| lines.iter().map(|line| format!("- {line}\n")).collect::<String>();
        let text = format!(
            "# {subject} beside {peers}\n\n\
             Measured on {date} at commit {commit} by `{command}`, which wrote this file.\n\n\
             {machine}- contender on core {core}, load generator and origin on core {load_core}\n\
             - everything else on the machine took at most {others:.0} % of a core during a sample\n\n\
             {versions}\n{HOW}\n{tables}",
            subject = self.subject().name(),
            peers = listed(self.peers()),
            date = self.date,
            commit = self.commit,
            command = self.command,
            machine = list(&self.machine),
            others = self.outcomes.iter().map(|outcome| outcome.others_busy_percent).fold(0.0, f64::max),
            core = self.cores.contender,
            load_core = self.cores.load,
            versions = list(&self.versions),
            tables = self.tables(),
        );
        section::replace_all_but(&repository::root().join(file), &text)
    }
}

/// `nginx, HAProxy and Envoy`.
fn listed(contenders: &[Contender]) -> String {
    let names: Vec<&str> = contenders.iter().map(|contender| contender.name()).collect();
    match names.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// What was typed, but for where a build lies on this machine.
pub(super) fn command() -> String {
    let mut words = vec!["cargo xtask".to_owned()];
    let mut given = std::env::args().skip(1);
    while let Some(word) = given.next() {
        if word == "--binary" {
            given.next();
        } else if !word.starts_with("--binary=") {
            words.push(word);
        }
    }
    words.join(" ")
}

/// What a reader must know of how an outcome was had.
fn notes(outcome: &Outcome) -> String {
    let mut notes = String::new();
    for (contender, why) in &outcome.flaws {
        notes += &format!("\nNo ratio of {}: {why}.\n", contender.name());
    }
    if outcome.late_rounds > 0 {
        notes += &format!("\nRounds without latencies, because the load was late: {}.\n", outcome.late_rounds);
    }
    if let Some(own_us) = outcome.load_us_per_request {
        notes += &format!(
            "\nLoad generator and origin: {own_us:.1} µs/request, at most {:.0} % of their core; everything else on the \
             machine at most {:.0} % of one; samples taken again: {}.\n",
            outcome.load_busy_percent, outcome.others_busy_percent, outcome.retaken
        );
    }
    notes
}

fn median(outcome: &Outcome, metric: Metric, contender: Contender) -> String {
    outcome.figure(metric, contender).map_or_else(nothing, |figure| figure.median_text())
}

/// A ratio's text, marked if it is too near to one to be a claim.
fn marked(outcome: &Outcome, text: &str, ratio: Figure) -> String {
    let exact = outcome.scenario.kind == Kind::Counted;
    format!("{}{text}", if EVEN.contains(&ratio.median) && !exact { "≈ " } else { "" })
}

pub(super) fn reached(reached: Option<bool>) -> String {
    match reached {
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
        None => nothing(),
    }
}

/// Where there is no figure.
pub(super) fn nothing() -> String {
    "–".to_owned()
}

const LEGEND: &str = include_str!("results/legend.md");
const HOW: &str = include_str!("results/how.md");
