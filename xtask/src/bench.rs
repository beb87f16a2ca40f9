//! Measurements against other gateways; nothing is measured yet.

use anyhow::bail;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Runs the measurements.
///
/// # Errors
/// Always: there are none yet.
pub(crate) fn run(_args: &Args) -> anyhow::Result<()> {
    bail!("there is nothing to measure yet")
}
