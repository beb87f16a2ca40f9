//! Rounds: one sample of each contender, in an order that turns, as often as was asked for.

use std::process::{Child, Stdio};

use anyhow::Result;

use super::Proxy;
use super::contender::Contender;
use super::counted;
use super::ground::Ground;
use super::outcome::{Metric, Outcome};
use super::running::Running;
use super::sample::{Flaw, Sample};
use super::scenario::{Kind, Scenario};

/// Where the load generator cannot follow the fastest contender, all get this share of what the slowest can do.
const PACE: f64 = 0.6;

/// Runs all scenarios.
///
/// # Errors
/// When a contender or the load generator does not start.
pub(crate) fn run(
    proxy: &Proxy,
    ground: &Ground,
    contenders: &[Contender],
    scenarios: &[&'static Scenario],
) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for scenario in scenarios {
        for logged in [false, true] {
            if logged && !scenario.logged {
                continue;
            }
            let outcome = match scenario.kind {
                Kind::Start => starts(proxy, ground, contenders, scenario)?,
                Kind::Counted => counts(proxy, ground, contenders, scenario, logged)?,
                Kind::Most | Kind::Paced | Kind::Idle => one(proxy, ground, contenders, scenario, logged)?,
            };
            outcomes.push(outcome);
        }
    }
    Ok(outcomes)
}

/// One scenario: the most that can be done if the load generator can follow, else at one pace for all.
fn one(
    proxy: &Proxy,
    ground: &Ground,
    contenders: &[Contender],
    scenario: &'static Scenario,
    logged: bool,
) -> Result<Outcome> {
    let mut pace = None;
    loop {
        let mut rounds = Vec::new();
        let mut flaws = Vec::new();
        let mut slowest = f64::INFINITY;
        for round in 0..proxy.rounds {
            let samples = take_round(proxy, ground, contenders, scenario, logged, pace, round)?;
            let kind = if pace.is_some() { Kind::Paced } else { scenario.kind };
            for (contender, sample) in contenders.iter().zip(&samples) {
                slowest = slowest.min(sample.requests_per_second());
                flaws.extend(sample.flaw(kind).map(|flaw| (*contender, flaw)));
            }
            rounds.push(samples);
            if !flaws.is_empty() {
                break;
            }
        }
        let saturated = flaws.iter().any(|(_, flaw)| matches!(flaw, Flaw::Saturated(_)));
        if saturated && pace.is_none() && can_be_paced(scenario) {
            pace = Some((slowest * PACE / 1_000.0).floor() as u64 * 1_000);
            eprintln!("  the load generator cannot follow: all get {} requests/s", pace.unwrap_or_default());
            continue;
        }
        let mut outcome = Outcome::of(scenario, logged, pace, contenders, &rounds);
        outcome.flaws = flaws.into_iter().map(|(contender, flaw)| described(contender, flaw)).collect();
        return Ok(outcome);
    }
}

/// Over HTTP/1.1 on kept connections only; the load generator paces nothing else.
fn can_be_paced(scenario: &Scenario) -> bool {
    !scenario.load.iter().any(|word| matches!(*word, "http2" | "handshakes"))
}

fn described(contender: Contender, flaw: Flaw) -> String {
    let (Flaw::Saturated(why) | Flaw::Other(why)) = flaw;
    format!("{}: {why}", contender.name())
}

/// A sample of each, in the order of `contenders`, though taken in one that turns.
fn take_round(
    proxy: &Proxy,
    ground: &Ground,
    contenders: &[Contender],
    scenario: &Scenario,
    logged: bool,
    pace: Option<u64>,
    round: u32,
) -> Result<Vec<Sample>> {
    let mut order: Vec<usize> = (0..contenders.len()).collect();
    order.rotate_left(round as usize % contenders.len().max(1));
    let mut samples = Vec::new();
    for index in order {
        let Some(contender) = contenders.get(index) else { continue };
        let sample = Sample::take(*contender, ground, scenario, logged, pace, proxy.seconds)?;
        tell(scenario, logged, round, *contender, &sample);
        samples.push((index, sample));
    }
    samples.sort_by_key(|(index, _)| *index);
    Ok(samples.into_iter().map(|(_, sample)| sample).collect())
}

fn tell(scenario: &Scenario, logged: bool, round: u32, contender: Contender, sample: &Sample) {
    eprintln!(
        "{:<10}{:<5}round {:<3}{:<10}{:>8.2} µs/request {:>9.0}/s  p50 {:>6.0} µs  p99 {:>6.0} µs  \
         proxy {:>3.0} %  load {:>3.0} %  others {:>3.0} %",
        scenario.name,
        if logged { "log" } else { "" },
        round + 1,
        contender.name(),
        sample.cpu_us_per_request(),
        sample.requests_per_second(),
        sample.p50_us,
        sample.p99_us,
        sample.proxy_busy() * 100.0,
        sample.load_busy() * 100.0,
        sample.others_busy() * 100.0,
    );
}

/// Start-up times, with an origin that is there already.
fn starts(proxy: &Proxy, ground: &Ground, contenders: &[Contender], scenario: &'static Scenario) -> Result<Outcome> {
    let _origin = Origin::start(ground)?;
    let series = values(proxy.rounds, contenders, scenario, |contender| {
        Ok(Running::time_to_answer(contender, ground)?.as_secs_f64() * 1_000.0)
    })?;
    Ok(Outcome::of_values(scenario, false, Metric::StartMs, series))
}

/// Instructions hardly differ from round to round; two show that they do not.
fn counts(
    proxy: &Proxy,
    ground: &Ground,
    contenders: &[Contender],
    scenario: &'static Scenario,
    logged: bool,
) -> Result<Outcome> {
    let series = values(proxy.rounds.min(2), contenders, scenario, |contender| {
        counted::instructions_per_request(contender, ground, scenario, logged)
    })?;
    Ok(Outcome::of_values(scenario, logged, Metric::InstructionsPerRequest, series))
}

fn values(
    rounds: u32,
    contenders: &[Contender],
    scenario: &Scenario,
    measure: impl Fn(Contender) -> Result<f64>,
) -> Result<Vec<(Contender, Vec<f64>)>> {
    let mut series: Vec<(Contender, Vec<f64>)> = contenders.iter().map(|contender| (*contender, Vec::new())).collect();
    for round in 1..=rounds {
        for (contender, values) in &mut series {
            let value = measure(*contender)?;
            eprintln!("{:<15}round {round:<3}{:<10}{value:>8.1}", scenario.name, contender.name());
            values.push(value);
        }
    }
    Ok(series)
}

/// An origin without load; stopped when dropped.
struct Origin(Child);

impl Origin {
    fn start(ground: &Ground) -> Result<Self> {
        let mut command = ground.generator();
        Ok(Self(command.args(["origin", &ground.origin.to_string()]).stdin(Stdio::null()).spawn()?))
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
