//! The report of a comparison: tables on the terminal, JSON for programs, `bench/RESULTS.md` for readers.

use std::fs;

use anyhow::Result;
use serde::Serialize;

use super::contender::Contender;
use super::ground::{Cores, Ground};
use super::outcome::{Metric, Outcome};
use super::scenario::{Aim, Kind};
use super::{machine, table};
use crate::repository;

/// Ratios nearer to one than this are no claim: builds and machines differ by as much.
const EVEN: std::ops::Range<f64> = 0.85..1.15;

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
        let mut out = format!("## In short\n\n{}\n{}\n## In full\n", LEGEND, table::markdown(&self.summary()));
        for outcome in &self.outcomes {
            out += &format!("\n### {}\n\n{}", outcome.title(), table::markdown(&self.full(outcome)));
            out += &notes(outcome);
        }
        out
    }

    fn heading(&self, first: &str) -> Vec<String> {
        let mut heading = vec![first.to_owned()];
        heading.extend(self.contenders.iter().map(|contender| contender.name().to_owned()));
        heading.extend(self.peers().iter().map(|peer| format!("/ {}", peer.name())));
        heading
    }

    /// The one metric of each scenario that an aim could be about.
    fn summary(&self) -> Vec<Vec<String>> {
        let mut heading = self.heading("scenario");
        heading.extend(["aim".to_owned(), "reached".to_owned()]);
        let mut rows = vec![heading];
        for outcome in &self.outcomes {
            let Some(metric) = outcome.metrics().first().copied() else { continue };
            let mut row = vec![format!("{}: {}", outcome.title(), metric.title())];
            row.extend(self.contenders.iter().map(|contender| median(outcome, metric, *contender)));
            row.extend(self.peers().iter().map(|peer| self.ratio(outcome, metric, *peer)));
            row.extend(self.aim(outcome, metric));
            rows.push(row);
        }
        rows
    }

    fn full(&self, outcome: &Outcome) -> Vec<Vec<String>> {
        let mut rows = vec![self.heading("")];
        for metric in outcome.metrics() {
            let mut row = vec![metric.title().to_owned()];
            let figures = self.contenders.iter().map(|contender| outcome.figure(metric, *contender));
            row.extend(figures.map(|figure| figure.map_or_else(|| "–".to_owned(), |figure| figure.text())));
            row.extend(self.peers().iter().map(|peer| self.ratio(outcome, metric, *peer)));
            rows.push(row);
        }
        rows
    }

    fn ratio(&self, outcome: &Outcome, metric: Metric, peer: Contender) -> String {
        let Some(figure) = outcome.ratio(metric, self.subject(), peer) else { return "–".to_owned() };
        let exact = outcome.scenario.kind == Kind::Counted;
        let even = if EVEN.contains(&figure.median) && !exact { "≈ " } else { "" };
        format!("{even}{}", figure.text())
    }

    /// What was aimed at and whether it was reached.
    fn aim(&self, outcome: &Outcome, metric: Metric) -> [String; 2] {
        let reached = |reached: Option<bool>| match reached {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => "–".to_owned(),
        };
        if self.subject() != Contender::Vestibule {
            return [String::new(), String::new()];
        }
        match outcome.scenario.aim {
            Aim::None => [String::new(), String::new()],
            Aim::Own(most) => {
                let figure = outcome.figure(metric, self.subject()).filter(|_| outcome.is_sound(self.subject()));
                [format!("≤ {most}"), reached(figure.map(|figure| figure.median <= most))]
            }
            Aim::Cpu { nginx, haproxy } => {
                let within =
                    |peer, most| outcome.ratio(metric, self.subject(), peer).map(|figure| figure.median <= most);
                let both = within(Contender::Nginx, nginx).zip(within(Contender::Haproxy, haproxy));
                [format!("≤ {nginx} / {haproxy}"), reached(both.map(|(one, other)| one && other))]
            }
        }
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
        Ok(fs::write(repository::root().join(file), text)?)
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
fn command() -> String {
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
    let text = outcome.figure(metric, contender).map(|figure| figure.text());
    text.and_then(|text| Some(text.split_once(' ')?.0.to_owned())).unwrap_or_else(|| "–".to_owned())
}

const LEGEND: &str = "\
Medians of all rounds; in brackets the lowest and the highest. A ratio is the median of the rounds' own
ratios; below one, the subject needs less. `≈` marks ratios within 15 % of one: they are no claim. `–` stands
where there is nothing to compare, or where a flaw, named below, forbids it.
";

const HOW: &str = "\
## How

One worker each, on a core of its own; the load generator and the origin share another core and one thread
(`crates/bench`). Every sample starts the contender afresh, warms it up for 0.3 s, and reads CPU (of all
threads of all its processes, from `schedstat`) and counters at both ends of the window. The contenders take
turns, and the order of the turns changes each round. Every answer's status and length are checked, and its body
compared with what the origin sends (of 100 KB bodies every sixteenth); one wrong answer voids the contender's figures.

Before its rounds, a scenario looks for a moment at what each contender can do. Where the load generator cannot
follow the fastest, all get the same number of requests per second instead, half of what was seen of the slowest, in
bursts of twenty (fewer, if twenty are not due within 5 ms); there, no latencies are told.
A sample counts if the load generator used less than 95 % of its core and, at a fixed rate, 97 % of what was due was
answered within the window; else it is taken again, up to four times, and where that does not help the contender has
no ratio in that scenario. At a fixed rate, latencies count from when a request was due, and only in rounds in which the load
generator was less than a millisecond late (99th percentile) with all contenders: it shares its core with whatever
else the machine does, which does not change what a request costs the contender.

All contenders have the same certificate (ECDSA P-256), TLS 1.3 with `TLS_AES_128_GCM_SHA256` and X25519, kept
connections to the origin, and forward `X-Forwarded-For` and `X-Forwarded-Proto`; Vestibule also makes request ids
and trace context, counts metrics and decides who may call, because it always does. Handshakes are full ones; the
caller does not verify signatures, so that it is not the first to run out of CPU. Access logs go to a file, one
JSON line each; nginx, Envoy and Traefik are given a buffer for it, HAProxy and Caddy write each line. Envoy, Caddy
and Traefik come as Python packages (`bench/peers/requirements.txt`) and leave the cipher to the caller; the two that
are written in Go get one thread for Go code (`GOMAXPROCS=1`). Instructions are counted once, of those whose process
a counter can follow. Memory is proportional set size. The files:
`bench/vestibule.yaml`, `bench/peers/`.
";
