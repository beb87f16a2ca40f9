//! All scenarios, one after the other, with and without the access log; those without load are measured here.

use std::process::{Child, Stdio};

use anyhow::Result;

use super::Proxy;
use super::contender::Contender;
use super::counted;
use super::ground::Ground;
use super::outcome::{Metric, Outcome, Series};
use super::reloads;
use super::running::Running;
use super::scenario::{Kind, Scenario};
use super::trial::Trial;

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
        let able: Vec<Contender> = contenders.iter().copied().filter(|one| one.can(scenario.setup)).collect();
        for logged in [false, true] {
            if logged && !scenario.logged {
                continue;
            }
            let outcome = match scenario.kind {
                Kind::Start => starts(proxy, ground, contenders, scenario)?,
                Kind::Reloads => reloaded(ground, &able, scenario)?,
                Kind::Counted => counts(ground, &able, scenario, logged)?,
                Kind::Most | Kind::Paced | Kind::Spread | Kind::Idle => {
                    Trial { proxy, ground, contenders: &able, scenario, logged }.run()?
                }
            };
            outcomes.push(outcome);
        }
    }
    Ok(outcomes)
}

/// Start-up times, with an origin that is there already.
fn starts(proxy: &Proxy, ground: &Ground, contenders: &[Contender], scenario: &'static Scenario) -> Result<Outcome> {
    let _origin = Origin::start(ground)?;
    let series = values(proxy.rounds, contenders, scenario, |contender| {
        Ok(Running::time_to_answer(contender, ground)?.as_secs_f64() * 1_000.0)
    })?;
    Ok(Outcome::of_values(scenario, false, Metric::StartMs, series))
}

/// Memory before and after many reloads, once: what is left behind by each adds up.
fn reloaded(ground: &Ground, contenders: &[Contender], scenario: &'static Scenario) -> Result<Outcome> {
    let _origin = Origin::start(ground)?;
    let mut series = Vec::new();
    for contender in contenders {
        let kept = reloads::run(*contender, ground)?;
        eprintln!(
            "{:<20}{:<10}{:>8.2} MiB, then {:.2}",
            scenario.name,
            contender.name(),
            kept.warm_mib,
            kept.after_mib
        );
        for (metric, value) in [
            (Metric::GrowthPercent, kept.growth_percent()),
            (Metric::WarmMib, kept.warm_mib),
            (Metric::ReloadedMib, kept.after_mib),
        ] {
            series.push(Series { contender: *contender, metric, values: vec![value] });
        }
    }
    Ok(Outcome::of_series(scenario, false, series))
}

/// Instructions hardly differ from time to time: they are counted once.
fn counts(ground: &Ground, contenders: &[Contender], scenario: &'static Scenario, logged: bool) -> Result<Outcome> {
    let contenders: Vec<Contender> = contenders.iter().copied().filter(|peer| peer.is_countable()).collect();
    let series = values(1, &contenders, scenario, |contender| {
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
            let value = match measure(*contender) {
                Ok(value) => value,
                // The others are to be compared all the same.
                Err(error) if Some(&*contender) != contenders.first() => {
                    eprintln!("{:<20}{}: {error:#}", scenario.name, contender.name());
                    continue;
                }
                Err(error) => return Err(error),
            };
            eprintln!("{:<20}round {round:<3}{:<10}{value:>8.1}", scenario.name, contender.name());
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
