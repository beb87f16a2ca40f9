//! What one window of load has shown of one contender, and whether it may be believed.

#[cfg(test)]
mod tests;

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::contender::Contender;
use super::ground::Ground;
use super::running::Running;
use super::scenario::{Door, Kind, Scenario};
use super::setup::Setup;

/// Above this share of its core the load generator may be what limits the contender.
const SATURATED: f64 = 0.95;
/// A paced load counts if this share of what was due was answered within the window; what is on its way at its
/// end is missing, and so is what came in a pause of the machine just before.
const KEPT: f64 = 0.97;
/// Where all get the same rate because of their CPU, so many requests come at once: it is what load looks like to a
/// proxy that is busy, and what waking up costs both sides then depends little on the rate.
const BURST: u64 = 20;
/// But a burst is made of no more than this time's requests, in microseconds, so that those of the last one are few.
const LONGEST_BURST_US: u64 = 5_000;
/// Where answers are kept, the origin may be asked this often for an answer: hardly ever.
const MISSED: f64 = 0.001;
/// Latencies count if the generator itself was no later than this, 99th percentile, in microseconds. CPU per
/// request does not depend on it.
const LATE_US: f64 = 1_000.0;

/// The load generator's report; see there for what each figure is.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Sample {
    pub(crate) requests: u64,
    pub(crate) seconds: f64,
    proxy_cpu_us: f64,
    busiest_cpu_us: f64,
    origin_requests: u64,
    load_cpu_us: f64,
    others_cpu_us: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    lateness_p99_us: f64,
    due: u64,
    memory_before_kib: u64,
    memory_after_kib: u64,
    connections: usize,
    faults: u64,
    first_fault: Option<String>,
}

/// Why figures must not be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The load generator may have been what limited the contender.
    Saturated(String),
    /// The rate was not kept, which may have had any reason.
    Behind(String),
    /// The rate was not kept, and the contender had no CPU left.
    Slow(String),
    /// The contender answered wrongly, or not at all.
    Wrong(String),
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Flaw::Saturated(why) | Flaw::Behind(why) | Flaw::Slow(why) | Flaw::Wrong(why)) = self;
        formatter.write_str(why)
    }
}

impl Sample {
    /// Starts a contender, puts the scenario's load on it, `pace` requests per second if any, and stops it.
    ///
    /// # Errors
    /// When the contender or the load generator does not start.
    pub(crate) fn take(
        contender: Contender,
        ground: &Ground,
        scenario: &Scenario,
        logged: bool,
        pace: Option<u64>,
        seconds: f64,
    ) -> Result<Self> {
        let running = Running::start(contender, ground, scenario.variant(logged))?;
        let mut load = command(ground, scenario);
        load.args(["--window-ms", &format!("{:.0}", seconds * 1_000.0)]);
        if let Some(pace) = pace {
            load.args(["--rate", &pace.to_string(), "--burst-us", &burst_us(pace).to_string()]);
        }
        for process in running.processes() {
            load.args(["--process", &process.to_string()]);
        }
        Self::of(&mut load)
    }

    /// Runs a load generator to its end.
    ///
    /// # Errors
    /// When it does not start, or ends with an error.
    pub(crate) fn of(load: &mut Command) -> Result<Self> {
        let output = load.output().context("cannot start the load generator")?;
        ensure!(output.status.success(), "load generator: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).context("the load generator's report")
    }

    /// What was wrong with the answers, if anything.
    pub(crate) fn wrong(&self) -> Option<String> {
        let first = self.first_fault.as_deref().unwrap_or_default();
        match (self.faults, self.requests) {
            (0, 0) => Some("no answer at all".to_owned()),
            (0, _) => None,
            (faults, _) => Some(format!("{faults} wrong answers; the first: {first}")),
        }
    }

    /// Why this sample must not be compared, if so.
    pub(crate) fn flaw(&self, kind: Kind, setup: Setup) -> Option<Flaw> {
        if let Some(why) = self.wrong() {
            return Some(Flaw::Wrong(why));
        }
        if setup == Setup::Cache && self.origin_requests as f64 > self.requests as f64 * MISSED {
            let why = format!("of {} answers the origin gave {}", self.requests, self.origin_requests);
            return Some(Flaw::Wrong(why));
        }
        let loaded = matches!(kind, Kind::Most | Kind::Paced);
        if loaded && self.load_busy() >= SATURATED {
            let why = format!("the load generator was saturated ({:.0} %)", self.load_busy() * 100.0);
            return Some(Flaw::Saturated(why));
        }
        if kind == Kind::Paced && (self.requests as f64) < self.due as f64 * KEPT {
            let why = format!("the rate was not kept: {} of {} answered", self.requests, self.due);
            return Some(if self.proxy_busy() >= SATURATED { Flaw::Slow(why) } else { Flaw::Behind(why) });
        }
        None
    }

    /// Whether the generator sent its requests so late that their latencies say nothing. Only a paced one can.
    pub(crate) fn late(&self) -> bool {
        self.lateness_p99_us > LATE_US
    }

    pub(crate) fn cpu_us_per_request(&self) -> f64 {
        self.proxy_cpu_us / self.requests as f64
    }

    /// What load generator and origin took together for a request.
    pub(crate) fn load_us_per_request(&self) -> f64 {
        self.load_cpu_us / self.requests as f64
    }

    pub(crate) fn requests_per_second(&self) -> f64 {
        self.requests as f64 / self.seconds
    }

    /// Shares of a core, 0 to 1.
    pub(crate) fn proxy_busy(&self) -> f64 {
        self.proxy_cpu_us / (self.seconds * 1e6)
    }

    /// What the busiest of its threads has taken of its CPU, in percent.
    pub(crate) fn busiest_percent(&self) -> f64 {
        self.busiest_cpu_us / self.proxy_cpu_us * 100.0
    }

    pub(crate) fn load_busy(&self) -> f64 {
        self.load_cpu_us / (self.seconds * 1e6)
    }

    pub(crate) fn others_busy(&self) -> f64 {
        self.others_cpu_us / (self.seconds * 1e6)
    }

    pub(crate) fn memory_mib(&self) -> f64 {
        self.memory_after_kib as f64 / 1_024.0
    }

    /// What a connection has added to the contender's memory, in KB (1,000 bytes).
    pub(crate) fn kb_per_connection(&self) -> f64 {
        self.memory_after_kib.saturating_sub(self.memory_before_kib) as f64 * 1.024 / self.connections.max(1) as f64
    }
}

fn burst_us(pace: u64) -> u64 {
    (BURST * 1_000_000 / pace.max(1)).min(LONGEST_BURST_US)
}

/// The load generator, told all of a scenario but how long.
pub(crate) fn command(ground: &Ground, scenario: &Scenario) -> Command {
    let mut load = ground.generator();
    let target = match scenario.door {
        Door::Plain => ground.plain,
        Door::Tls => ground.tls,
        Door::Mtls => ground.mtls,
    };
    load.args(["load", "--target", &target.to_string(), "--origin", &ground.origin.to_string()]);
    load.args(["--authority", &format!("localhost:{}", target.port())]).args(scenario.load);
    let file = |name: &str| ground.directory.join(name);
    if scenario.door != Door::Plain {
        load.arg("--server-certificate").arg(file("server.pem"));
    }
    if scenario.door == Door::Mtls {
        load.arg("--certificate").arg(file("caller.pem")).arg("--key").arg(file("caller.key"));
    }
    load
}
