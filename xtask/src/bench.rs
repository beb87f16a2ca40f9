//! `cargo xtask bench proxy`: Vestibule beside nginx, HAProxy and other proxies under the same load, one worker each.
//! (`cargo xtask bench identity`, which knows its callers, is the room `identity`.)
//!
//! Vocabulary:
//! - **contender**: a proxy that is measured; the *subject* is compared with its *peers*;
//! - **scenario**: one kind of load, such as keep-alive over TLS;
//! - **sample**: what one window of load has shown of one contender, started afresh for it;
//! - **round**: one sample of each contender, in an order that turns from round to round, so that what
//!   disturbs the machine for a while disturbs them all;
//! - **flaw**: why a sample must not be compared: a wrong answer, a load that could not be kept up. A load that
//!   could not be is put on again; a contender whose sample cannot be had without a flaw has no ratio.
//!
//! The contender has one core for itself; load generator and origin share
//! another. CPU is read from the kernel's schedule statistics at both ends of
//! the window. Ratios are medians of the rounds' own ratios.
//!
//! Deliberately absent: figures of runs that had a flaw, and the best of several runs.

mod contender;
pub(crate) mod counted;
mod figures;
mod ground;
pub(crate) mod identity;
mod machine;
mod outcome;
mod reloads;
mod results;
mod rounds;
mod running;
mod sample;
pub(crate) mod scenario;
mod setup;
mod table;
mod trial;

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use clap::ValueEnum as _;

use crate::needs;

pub(crate) use contender::Contender;
pub(crate) use ground::{Cores, Ground};
pub(crate) use scenario::{Kind, Scenario};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Vestibule beside other proxies: CPU per request, throughput, latency, memory, start-up
    Proxy(Proxy),
    /// What it costs to know the caller: keys, sessions, tokens, the token endpoint, sign-ins
    Identity(identity::Identity),
}

#[derive(clap::Args)]
pub(crate) struct Proxy {
    /// Samples of each contender and scenario
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// Length of a sample in seconds
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Only scenarios whose name begins with this; may be said several times
    #[arg(long)]
    scenario: Vec<String>,
    /// Who is compared: the first with all others
    #[arg(long, value_enum, value_delimiter = ',', default_value = "vestibule,nginx,haproxy")]
    contenders: Vec<Contender>,
    /// All contenders there are
    #[arg(long, conflicts_with = "contenders")]
    all: bool,
    /// A `vestibule` that was built already; it should be a release build
    #[arg(long)]
    binary: Option<PathBuf>,
    /// The contender's core and that of the load
    #[arg(long, value_delimiter = ',', num_args = 1, default_value = "1,0")]
    cores: Vec<u32>,
    /// Print all samples as one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Write bench/RESULTS.md
    #[arg(long)]
    write: bool,
}

/// Runs the measurements.
///
/// # Errors
/// When something that is needed is missing, or a contender does not start.
pub(crate) fn run(args: &Args) -> Result<()> {
    match &args.what {
        What::Proxy(proxy) => compare(proxy),
        What::Identity(identity) => identity::run(identity),
    }
}

fn compare(proxy: &Proxy) -> Result<()> {
    let scenarios: Vec<&Scenario> = scenario::ALL.iter().filter(|scenario| wanted(proxy, scenario)).collect();
    ensure!(!scenarios.is_empty(), "no such scenario; there are: {}", scenario::names());
    let contenders = proxy.contenders();
    if scenarios.iter().any(|scenario| scenario.kind == Kind::Counted) {
        needs::programs(&[counted::COUNTER])?;
    }
    let ground = Ground::prepare(&contenders, proxy.binary.as_deref(), cores(&proxy.cores)?)?;
    let outcomes = rounds::run(proxy, &ground, &contenders, &scenarios)?;
    let report = results::Report::new(&ground, &contenders, outcomes)?;
    if proxy.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{}", report.tables());
    }
    if proxy.write {
        ensure!(proxy.rounds >= 3, "results are written from at least three rounds");
        report.write("bench/RESULTS.md")?;
    }
    Ok(())
}

fn wanted(proxy: &Proxy, scenario: &Scenario) -> bool {
    proxy.scenario.is_empty() || proxy.scenario.iter().any(|name| scenario.name.starts_with(name.as_str()))
}

/// What `--cores` says.
fn cores(named: &[u32]) -> Result<Cores> {
    let [contender, load] = *named else { bail!("--cores takes two numbers: the contender's core and the load's") };
    let there = std::thread::available_parallelism()?.get();
    ensure!(there >= 2 && contender != load, "a comparison needs two cores; here are {there}");
    Ok(Cores { contender, load })
}

impl Proxy {
    /// The subject first, then its peers, nobody twice.
    fn contenders(&self) -> Vec<Contender> {
        let named = if self.all { Contender::value_variants() } else { &self.contenders };
        let mut contenders = Vec::new();
        for contender in named {
            if !contenders.contains(contender) {
                contenders.push(*contender);
            }
        }
        contenders
    }
}
