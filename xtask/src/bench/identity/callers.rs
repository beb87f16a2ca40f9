//! Requests of callers who are known, beside those of nobody: CPU in turns, and instructions.

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use super::Extent;
use super::credential::{self, Credential};
use super::house::House;
use crate::bench::counted::Counter;
use crate::bench::ground::Ground;
use crate::bench::sample::Sample;

/// Requests per second of each: less than any of them takes a core for, and the load generator as well.
const PACE: u64 = 3_000;
/// As many are due together; see `bench/sample.rs`.
const BURST_US: u64 = 5_000;
/// Before the window, in milliseconds.
const WARM_UP_MS: u64 = 300;
/// How often a sample is taken again whose rate was not kept.
const RETAKES: u32 = 4;
/// A rate counts as kept if this share of it was answered within the window.
const KEPT: f64 = 0.97;

/// What one credential's requests took, round by round.
#[derive(Debug, Serialize)]
pub(crate) struct Timed {
    pub(crate) credential: Credential,
    /// CPU per request, in microseconds.
    pub(crate) cpu_us: Vec<f64>,
}

/// Instructions in user space for a request.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Counted {
    pub(crate) credential: Credential,
    pub(crate) instructions: f64,
}

/// All in turns, in an order that turns from round to round.
///
/// # Errors
/// When an answer is wrong, or the rate cannot be kept.
pub(super) fn timed(house: &House<'_>, extent: Extent) -> Result<Vec<Timed>> {
    let mut all: Vec<Timed> = credential::ALL.map(|credential| Timed { credential, cpu_us: Vec::new() }).into();
    let count = all.len();
    for round in 0..extent.rounds as usize {
        for turn in 0..count {
            if let Some(one) = all.get_mut((round + turn) % count) {
                let sample = sample(house, one.credential, extent.seconds)?;
                eprintln!(
                    "{:<10}round {:<3}{:>8.2} µs/request  p99 {:>6.0} µs  load {:>3.0} %  others {:>3.0} %",
                    one.credential.word(),
                    round + 1,
                    sample.cpu_us_per_request(),
                    sample.p99_us,
                    sample.load_busy() * 100.0,
                    sample.others_busy() * 100.0,
                );
                one.cpu_us.push(sample.cpu_us_per_request());
            }
        }
    }
    Ok(all)
}

fn sample(house: &House<'_>, credential: Credential, seconds: f64) -> Result<Sample> {
    for _ in 0..=RETAKES {
        let window_ms = (seconds * 1_000.0).ceil() as u64;
        // Those that are on their way at the end need theirs as well.
        house.prepare(credential, PACE * (window_ms + WARM_UP_MS) * 11 / 10_000 + 200)?;
        let mut load = house.load(credential);
        load.args(["--rate", &PACE.to_string(), "--burst-us", &BURST_US.to_string()]);
        load.args(["--warm-up-ms", &WARM_UP_MS.to_string(), "--window-ms", &window_ms.to_string()]);
        let sample = Sample::of(load.args(["--process", &house.process().to_string()]))?;
        if let Some(why) = sample.wrong() {
            bail!("{}: {why}", credential.title());
        }
        if sample.requests as f64 >= PACE as f64 * sample.seconds * KEPT {
            return Ok(sample);
        }
        eprintln!("{:<10}{} answers in {:.1} s: once more", credential.word(), sample.requests, sample.seconds);
    }
    bail!("{}: {PACE} requests/s cannot be kept up", credential.title())
}

/// The instructions of these, of a gateway of its own.
///
/// # Errors
/// When it does not start under callgrind, or answers wrongly.
pub(crate) fn counted(ground: &Ground, credentials: &[Credential]) -> Result<Vec<Counted>> {
    let mut counter = Counter::new(ground)?;
    let house = House::open_under(ground, &counter.wrapper())?;
    let mut all = Vec::new();
    for credential in credentials.iter().copied() {
        let instructions = counter.per_request(house.process(), |requests| {
            house.prepare(credential, requests)?;
            let mut load = house.load(credential);
            load.args(["--connections", "1"]);
            Ok(load)
        });
        let instructions = instructions.with_context(|| credential.title())?;
        eprintln!("{:<10}{instructions:>8.0} instructions/request", credential.word());
        all.push(Counted { credential, instructions });
    }
    Ok(all)
}
