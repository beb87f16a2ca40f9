//! `cargo xtask instructions`: guards the path of a request by the instructions it takes, against committed figures.
//!
//! Times differ from machine to machine and from minute to minute;
//! instructions do not. `bench/instructions.json` holds what a request took
//! when it was last written, and how far above that it may go.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::bench::{Contender, Cores, Ground, Kind, Scenario, counted, identity, scenario};
use crate::{needs, repository};

const FILE: &str = "bench/instructions.json";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A release build of `vestibule` that is there already
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Write the figures down instead of comparing with those that are
    #[arg(long)]
    write: bool,
}

/// What is committed.
#[derive(Debug, Serialize, Deserialize)]
struct Committed {
    /// How far above its figure a count may be, in percent; as far below, the figure is out of date.
    tolerance_percent: f64,
    /// Instructions in user space, by scenario.
    per_request: BTreeMap<String, u64>,
}

/// Counts, and compares or writes.
///
/// # Errors
/// When a request takes more instructions than it should, or nothing could be counted.
pub(crate) fn run(args: &Args) -> Result<()> {
    needs::programs(&[counted::COUNTER])?;
    let subject = [Contender::Vestibule];
    let ground = Ground::prepare(&subject, args.binary.as_deref(), Cores { contender: 0, load: 0 })?;
    let counted_scenarios = scenario::ALL.iter().filter(|scenario| scenario.kind == Kind::Counted);
    let mut counted = BTreeMap::new();
    for scenario in counted_scenarios {
        counted.insert(scenario.name.to_owned(), count(&ground, scenario, false)?);
        if scenario.logged {
            counted.insert(format!("{}-logged", scenario.name), count(&ground, scenario, true)?);
        }
    }
    for (name, count) in identity::counted_remembered(&ground)? {
        println!("{name:<24}{count:>8} instructions per request");
        counted.insert(name, count);
    }
    let path = repository::root().join(FILE);
    if args.write {
        let committed = Committed { tolerance_percent: 4.0, per_request: counted };
        return Ok(fs::write(path, serde_json::to_string_pretty(&committed)? + "\n")?);
    }
    let text = fs::read_to_string(path).context(FILE)?;
    let committed: Committed = serde_json::from_str(&text).context(FILE)?;
    let faults = committed.compare(&counted);
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(())
}

fn count(ground: &Ground, scenario: &Scenario, logged: bool) -> Result<u64> {
    let count = counted::instructions_per_request(Contender::Vestibule, ground, scenario, logged)?.round() as u64;
    println!("{:<20}{:<4}{count:>8} instructions per request", scenario.name, if logged { "log" } else { "" });
    Ok(count)
}

impl Committed {
    /// Everything that is not as it was written down.
    fn compare(&self, counted: &BTreeMap<String, u64>) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, count) in counted {
            let Some(figure) = self.per_request.get(name) else {
                faults.push(format!("{name}: no figure in {FILE}; `cargo xtask instructions --write`"));
                continue;
            };
            let change_percent = (*count as f64 / *figure as f64 - 1.0) * 100.0;
            if change_percent > self.tolerance_percent {
                faults.push(format!(
                    "{name}: {count} instructions per request are {change_percent:.1} % more than the {figure} of {FILE}: \
                     make the path shorter, or say in the commit why it is worth it and write the new figure"
                ));
            } else if change_percent < -self.tolerance_percent {
                println!("{name}: {:.1} % less than in {FILE}; lower the figure there", -change_percent);
            }
        }
        faults
    }
}
