//! What all rounds of one scenario have shown.

#[cfg(test)]
mod tests;

use serde::Serialize;

use super::contender::Contender;
use super::figures::Figure;
use super::sample::Sample;
use super::scenario::{Kind, Scenario};
use super::trial::Taken;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Metric {
    CpuUsPerRequest,
    RequestsPerSecond,
    P50Us,
    P99Us,
    MemoryMib,
    BusiestPercent,
    KbPerConnection,
    GrowthPercent,
    WarmMib,
    ReloadedMib,
    StartMs,
    InstructionsPerRequest,
}

impl Metric {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Metric::CpuUsPerRequest => "CPU µs/request",
            Metric::RequestsPerSecond => "requests/s",
            Metric::P50Us => "p50 µs",
            Metric::P99Us => "p99 µs",
            Metric::MemoryMib => "memory MiB",
            Metric::BusiestPercent => "% by the busiest worker",
            Metric::KbPerConnection => "KB/connection",
            Metric::GrowthPercent => "growth %",
            Metric::WarmMib => "MiB after 50",
            Metric::ReloadedMib => "MiB after 1,000",
            Metric::StartMs => "ms",
            Metric::InstructionsPerRequest => "instructions/request",
        }
    }

    /// Whether it depends on when exactly requests were sent.
    fn is_latency(self) -> bool {
        matches!(self, Metric::P50Us | Metric::P99Us)
    }

    fn of(self, sample: &Sample) -> f64 {
        match self {
            Metric::CpuUsPerRequest => sample.cpu_us_per_request(),
            Metric::RequestsPerSecond => sample.requests_per_second(),
            Metric::P50Us => sample.p50_us,
            Metric::P99Us => sample.p99_us,
            Metric::MemoryMib => sample.memory_mib(),
            Metric::BusiestPercent => sample.busiest_percent(),
            Metric::KbPerConnection => sample.kb_per_connection(),
            Metric::GrowthPercent
            | Metric::WarmMib
            | Metric::ReloadedMib
            | Metric::StartMs
            | Metric::InstructionsPerRequest => f64::NAN,
        }
    }
}

/// One metric of one contender, round by round.
#[derive(Debug, Serialize)]
pub(crate) struct Series {
    pub(crate) contender: Contender,
    pub(crate) metric: Metric,
    pub(crate) values: Vec<f64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    #[serde(skip)]
    pub(crate) scenario: &'static Scenario,
    name: &'static str,
    pub(crate) logged: bool,
    /// Requests per second that all contenders were given, where they were not asked for the most they can do.
    pub(crate) pace: Option<u64>,
    /// Who must not be compared, and why.
    pub(crate) flaws: Vec<(Contender, String)>,
    /// How many samples had a flaw and were taken again.
    pub(crate) retaken: u32,
    /// How many rounds have no latencies, because the load of one of their samples was late.
    pub(crate) late_rounds: usize,
    /// CPU that load generator and origin took together for a request: median of all samples, in microseconds.
    pub(crate) load_us_per_request: Option<f64>,
    /// Largest shares of a core over all samples, in percent: the load generator, and what took no part.
    pub(crate) load_busy_percent: f64,
    pub(crate) others_busy_percent: f64,
    pub(crate) series: Vec<Series>,
}

impl Outcome {
    /// From the samples of each round, in the order of `contenders`. Latencies are those of the rounds in which
    /// the load was late for nobody.
    pub(crate) fn of(
        scenario: &'static Scenario,
        logged: bool,
        pace: Option<u64>,
        contenders: &[Contender],
        taken: &Taken,
    ) -> Self {
        let metrics: &[Metric] = match (scenario.kind, pace) {
            (Kind::Most, None) => {
                &[Metric::CpuUsPerRequest, Metric::RequestsPerSecond, Metric::P50Us, Metric::P99Us, Metric::MemoryMib]
            }
            // Of requests that come in bursts, some wait for others: no latencies.
            (Kind::Most, Some(_)) => &[Metric::CpuUsPerRequest, Metric::MemoryMib],
            (Kind::Spread, _) => &[Metric::CpuUsPerRequest, Metric::BusiestPercent, Metric::MemoryMib],
            (Kind::Paced, _) => &[Metric::CpuUsPerRequest, Metric::P50Us, Metric::P99Us, Metric::MemoryMib],
            (Kind::Idle | Kind::Reloads | Kind::Start | Kind::Counted, _) => {
                &[Metric::KbPerConnection, Metric::MemoryMib]
            }
        };
        let rounds = &taken.rounds;
        let has_latencies = metrics.iter().any(|metric| metric.is_latency());
        let late = |round: &[Sample]| round.iter().any(Sample::late);
        let mut series = Vec::new();
        for metric in metrics {
            for (index, contender) in contenders.iter().enumerate() {
                if *metric == Metric::BusiestPercent && !contender.has_workers() {
                    continue;
                }
                let counting = rounds.iter().filter(|round| !metric.is_latency() || !late(round));
                let had = counting.filter_map(|round| round.get(index)).filter(|sample| sample.requests > 0);
                let values = had.map(|sample| metric.of(sample)).collect();
                series.push(Series { contender: *contender, metric: *metric, values });
            }
        }
        let most = |share: fn(&Sample) -> f64| rounds.iter().flatten().map(share).fold(0.0, f64::max) * 100.0;
        let had = rounds.iter().flatten().filter(|sample| sample.requests > 0);
        let own: Vec<f64> = had.map(Sample::load_us_per_request).collect();
        Self {
            scenario,
            name: scenario.name,
            logged,
            pace,
            flaws: taken.flaws.iter().map(|(contender, flaw)| (*contender, flaw.to_string())).collect(),
            retaken: taken.retaken,
            late_rounds: if has_latencies { rounds.iter().filter(|round| late(round)).count() } else { 0 },
            load_us_per_request: Figure::of(&own).map(|figure| figure.median),
            load_busy_percent: most(Sample::load_busy),
            others_busy_percent: most(Sample::others_busy),
            series,
        }
    }

    /// From values that were not made by load: one series for each contender.
    pub(crate) fn of_values(
        scenario: &'static Scenario,
        logged: bool,
        metric: Metric,
        series: Vec<(Contender, Vec<f64>)>,
    ) -> Self {
        let series = series.into_iter().map(|(contender, values)| Series { contender, metric, values });
        Self::of_series(scenario, logged, series.collect())
    }

    /// From series that were not made by load, metric by metric.
    pub(crate) fn of_series(scenario: &'static Scenario, logged: bool, series: Vec<Series>) -> Self {
        Self { series, ..Self::of(scenario, logged, None, &[], &Taken::default()) }
    }

    /// The metrics in the order of the report.
    pub(crate) fn metrics(&self) -> Vec<Metric> {
        let mut metrics: Vec<Metric> = self.series.iter().map(|series| series.metric).collect();
        metrics.dedup();
        metrics
    }

    /// Who takes part, the subject first.
    pub(crate) fn contenders(&self) -> Vec<Contender> {
        let first = self.series.first().map(|series| series.metric);
        let of_first = self.series.iter().filter(|series| Some(series.metric) == first);
        of_first.map(|series| series.contender).collect()
    }

    pub(crate) fn figure(&self, metric: Metric, contender: Contender) -> Option<Figure> {
        Figure::of(self.values(metric, contender)?)
    }

    /// Whether nothing forbids to use a contender's figures.
    pub(crate) fn is_sound(&self, contender: Contender) -> bool {
        !self.flaws.iter().any(|(flawed, _)| *flawed == contender)
    }

    /// None where one of the two has a flaw.
    pub(crate) fn ratio(&self, metric: Metric, subject: Contender, peer: Contender) -> Option<Figure> {
        if !self.is_sound(subject) || !self.is_sound(peer) {
            return None;
        }
        Figure::ratio(self.values(metric, subject)?, self.values(metric, peer)?)
    }

    fn values(&self, metric: Metric, contender: Contender) -> Option<&[f64]> {
        let series = self.series.iter().find(|series| series.metric == metric && series.contender == contender)?;
        Some(&series.values)
    }

    /// `TLS keep-alive, access log on`.
    pub(crate) fn title(&self) -> String {
        let log = if self.logged { ", access log on" } else { "" };
        let pace = self.pace.map(|pace| format!(", at {pace} requests/s")).unwrap_or_default();
        format!("{}{log}{pace}", self.scenario.title)
    }
}
