//! Sign-ins as fast as they go, and the requests of nobody with and without them.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;

use super::Extent;
use super::credential::Credential;
use super::house::House;
use crate::bench::sample::Sample;

/// Requests per second whose latencies are looked at.
const PACE: u64 = 1_000;

/// What the rounds have shown.
#[derive(Debug, Default, Serialize)]
pub(crate) struct SignIns {
    /// Sign-ins per second with nothing beside them.
    pub(crate) per_second: Vec<f64>,
    /// CPU of one, of which most is the hash, in microseconds.
    pub(crate) cpu_us: Vec<f64>,
    /// Sign-ins per second beside the requests.
    pub(crate) beside_requests_per_second: Vec<f64>,
    /// Requests without sign-ins, and with them.
    pub(crate) quiet: Latencies,
    pub(crate) busy: Latencies,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Latencies {
    pub(crate) p50_us: Vec<f64>,
    pub(crate) p99_us: Vec<f64>,
}

impl Latencies {
    fn push(&mut self, sample: &Sample) {
        self.p50_us.push(sample.p50_us);
        self.p99_us.push(sample.p99_us);
    }
}

/// # Errors
/// When anything is answered wrongly.
pub(super) fn measure(house: &House<'_>, extent: Extent) -> Result<SignIns> {
    let mut shown = SignIns::default();
    for round in 0..extent.rounds {
        let alone = sound(Sample::of(&mut sign_ins(house, extent))?)?;
        shown.per_second.push(alone.requests_per_second());
        shown.cpu_us.push(alone.cpu_us_per_request());
        let quiet = sound(Sample::of(&mut requests(house, extent))?)?;
        shown.quiet.push(&quiet);
        let (busy, beside) = both(house, extent)?;
        shown.busy.push(&busy);
        shown.beside_requests_per_second.push(beside.requests_per_second());
        eprintln!(
            "sign-ins       round {:<3}{:>8.1}/s alone {:>8.1}/s beside requests; p50 {:>4.0} and {:.0} µs, p99 {:>4.0} and {:.0} µs",
            round + 1,
            alone.requests_per_second(),
            beside.requests_per_second(),
            quiet.p50_us,
            busy.p50_us,
            quiet.p99_us,
            busy.p99_us,
        );
    }
    Ok(shown)
}

/// Requests while people sign in, and how many do.
fn both(house: &House<'_>, extent: Extent) -> Result<(Sample, Sample)> {
    let mut beside = sign_ins(house, extent);
    let beside =
        beside.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start the load generator")?;
    let busy = Sample::of(&mut requests(house, extent));
    let output = beside.wait_with_output()?;
    let beside = serde_json::from_slice(&output.stdout).context("the report of the sign-ins")?;
    Ok((sound(busy?)?, sound(beside)?))
}

fn sign_ins(house: &House<'_>, extent: Extent) -> std::process::Command {
    let mut load = house.generator("sign-ins");
    load.arg("--directory").arg(&house.held).args(times(house, extent));
    load
}

fn requests(house: &House<'_>, extent: Extent) -> std::process::Command {
    let mut load = house.load(Credential::Nobody);
    load.args(["--rate", &PACE.to_string()]).args(times(house, extent));
    load
}

fn times(house: &House<'_>, extent: Extent) -> [String; 4] {
    let window = format!("{:.0}", extent.seconds * 1_000.0);
    ["--window-ms".to_owned(), window, "--process".to_owned(), house.process().to_string()]
}

fn sound(sample: Sample) -> Result<Sample> {
    let wrong = sample.wrong();
    ensure!(wrong.is_none(), "{}", wrong.unwrap_or_default());
    Ok(sample)
}
