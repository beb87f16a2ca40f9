//! `cargo xtask bench identity`: what it costs to know the caller, and how many can come to be known.
//!
//! One gateway runs for all of it, with people who registered by its own pages. Measured are
//! - requests of callers who are remembered, beside those of nobody on the same connection and to the same service;
//! - tokens that are shown for the first time: each is verified;
//! - the token endpoint beside npm's `oidc-provider`, with refresh tokens that follow one another;
//! - sign-ins by password as fast as they go, and what they do to the requests of others meanwhile.
//!
//! As in the comparison of proxies the gateway has one core for itself, what is compared takes turns in every round,
//! and ratios are medians of the rounds' own ratios. Instructions are counted besides, of a second gateway.

mod callers;
mod credential;
mod endpoint;
mod house;
mod report;
mod sign_ins;

use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::contender::Contender;
use super::counted;
use super::ground::Ground;
use crate::needs;

/// Instructions of requests whose callers are remembered, and of nobody beside them, by their names in
/// `bench/instructions.json`.
///
/// # Errors
/// When the gateway does not start under callgrind, or answers wrongly.
pub(crate) fn counted_remembered(ground: &Ground) -> Result<Vec<(String, u64)>> {
    let counted = callers::counted(ground, &credential::REMEMBERED)?;
    let named =
        |one: callers::Counted| (format!("counted-known-{}", one.credential.word()), one.instructions.round() as u64);
    Ok(counted.into_iter().map(named).collect())
}

/// Families of tokens, which is how many redeem at once.
const FAMILIES: usize = 32;
/// One holds session and tokens, the others sign in.
const PEOPLE: usize = 5;

#[derive(clap::Args)]
pub(crate) struct Identity {
    /// Samples of everything
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// Length of a sample in seconds
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// One round of short samples and no counting, to see that all of it works
    #[arg(long, conflicts_with_all = ["rounds", "seconds", "write"])]
    short: bool,
    /// A `vestibule` that was built already; it should be a release build
    #[arg(long)]
    binary: Option<PathBuf>,
    /// The gateway's core and that of the load
    #[arg(long, value_delimiter = ',', num_args = 1, default_value = "1,0")]
    cores: Vec<u32>,
    /// Print all figures as one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Write the section of identity in bench/RESULTS.md
    #[arg(long)]
    write: bool,
}

/// How often and how long.
#[derive(Clone, Copy)]
struct Extent {
    rounds: u32,
    seconds: f64,
}

/// Runs the measurements.
///
/// # Errors
/// When something that is needed is missing, or anything is answered wrongly.
pub(crate) fn run(identity: &Identity) -> Result<()> {
    ensure!(!identity.write || identity.rounds >= 3, "results are written from at least three rounds");
    needs::programs(&[counted::COUNTER, ("node", "nodejs"), ("npm", "npm")])?;
    let ground = Ground::prepare(&[Contender::Vestibule], identity.binary.as_deref(), super::cores(&identity.cores)?)?;
    let extent = match identity.short {
        true => Extent { rounds: 1, seconds: 0.4 },
        false => Extent { rounds: identity.rounds, seconds: identity.seconds },
    };
    let house = house::House::open(&ground, PEOPLE, FAMILIES)?;
    let callers = callers::timed(&house, extent)?;
    let endpoint = endpoint::measure(&house, extent)?;
    let sign_ins = sign_ins::measure(&house, extent)?;
    let alone = house.alone()?;
    drop(house);
    let counted = if identity.short { Vec::new() } else { callers::counted(&ground, &credential::ALL)? };
    let report = report::Report::new(&ground, report::Measured { callers, counted, endpoint, sign_ins, alone })?;
    if identity.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{}", report.tables());
    }
    if identity.write {
        report.write("bench/RESULTS.md")?;
    }
    Ok(())
}
