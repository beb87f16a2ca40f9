//! The load generator and the origin of the comparisons: one thread, as lean as it can be made with ordinary sockets.
//!
//! `cargo xtask bench proxy` starts this program on one core and a proxy on
//! another. Origin and callers share a thread, so that what they cost together
//! is one figure (`load_busy`) that says whether the measurement is sound: a
//! proxy that waits for its load generator looks better than it is. Together
//! they read and write as often for a request as the proxy does, so that a fast
//! proxy cannot be saturated from one core; a rate is set then.
//!
//! Vocabulary:
//! - **closed load**: each connection (or HTTP/2 stream) asks again as soon as it is answered;
//! - **paced load**: requests are due at a fixed rate, evenly or in bursts, and their latency counts from when
//!   they were due, not from when a free connection was found, so that a stall is seen by all whom it would have
//!   hit; the generator sleeps in between;
//! - **window**: the measured time after the warm-up. CPU and counters are read at both of its ends.
//!
//! Deliberately absent: randomness, retries, any tolerance for a wrong answer.

mod arguments;
mod body;
mod certificates;
mod frame;
mod grpc;
mod histogram;
mod identity;
mod load;
mod origin;
mod processes;
mod report;
mod transport;
mod websocket;

use anyhow::Context;
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;
use tokio::runtime::{Builder, LocalOptions, LocalRuntime};

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    match run(&arguments::Arguments::parse().command, &mut out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done about a standard error that is closed.
            writeln!(std::io::stderr(), "error: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run(command: &arguments::Command, out: &mut dyn Write) -> anyhow::Result<()> {
    match command {
        arguments::Command::Certificates { directory } => certificates::write(directory),
        arguments::Command::Origin { listen } => {
            runtime()?.block_on(async { origin::serve(origin::bind(*listen)?, origin::Origin::default()).await })
        }
        arguments::Command::Load(settings) => {
            let report = runtime()?.block_on(load::run(settings))?;
            Ok(writeln!(out, "{}", serde_json::to_string(&report)?)?)
        }
        arguments::Command::People(people) => runtime()?.block_on(identity::people::write(people)),
        arguments::Command::Proofs(proofs) => identity::proof::write(proofs),
        arguments::Command::Refresh(refresh) => {
            let report = runtime()?.block_on(identity::refresh::run(refresh))?;
            Ok(writeln!(out, "{}", serde_json::to_string(&report)?)?)
        }
        arguments::Command::SignIns(sign_ins) => {
            let report = runtime()?.block_on(identity::sign_ins::run(sign_ins))?;
            Ok(writeln!(out, "{}", serde_json::to_string(&report)?)?)
        }
        arguments::Command::Alone(alone) => {
            Ok(writeln!(out, "{}", serde_json::to_string(&identity::alone::measure(alone)?)?)?)
        }
    }
}

fn runtime() -> anyhow::Result<LocalRuntime> {
    Builder::new_current_thread().enable_all().build_local(LocalOptions::default()).context("cannot start the runtime")
}
