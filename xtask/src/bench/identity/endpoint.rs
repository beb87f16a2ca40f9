//! Tokens: how many are given out, beside npm's `oidc-provider`, and how many are verified that come for the first time.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::house::{House, TOKEN};
use super::{Extent, FAMILIES};
use crate::bench::ground::target_directory;
use crate::bench::sample::Sample;
use crate::repository;
use crate::step::must_succeed;

/// Where npm's packages of the relying parties' tests are put, `oidc-provider` among them.
const INSTALL: &str = "crates/idp/tests/relying_parties/install.sh";
const PEER: &str = "bench/peers/oidc-provider.mjs";
/// Connections on which tokens are shown for the first time.
const CONNECTIONS: &str = "8";

/// What the rounds have shown.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Endpoint {
    pub(crate) own: Series,
    pub(crate) peer: Series,
    /// CPU of a request with a token that is verified, in microseconds.
    pub(crate) first_time_us: Vec<f64>,
    /// What the peer says it is.
    pub(crate) peer_version: String,
}

/// One provider, round by round.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Series {
    pub(crate) requests_per_second: Vec<f64>,
    pub(crate) cpu_us: Vec<f64>,
    pub(crate) p50_us: Vec<f64>,
    pub(crate) p99_us: Vec<f64>,
}

impl Series {
    fn push(&mut self, sample: &Sample) {
        self.requests_per_second.push(sample.requests_per_second());
        self.cpu_us.push(sample.cpu_us_per_request());
        self.p50_us.push(sample.p50_us);
        self.p99_us.push(sample.p99_us);
    }
}

/// # Errors
/// When the peer does not start, or anything is answered wrongly.
pub(super) fn measure(house: &House<'_>, extent: Extent) -> Result<Endpoint> {
    let peer = Peer::start(house)?;
    let mut endpoint = Endpoint { peer_version: peer.said.version.clone(), ..Endpoint::default() };
    for round in 0..extent.rounds {
        // Who comes first changes.
        for own in if round % 2 == 0 { [true, false] } else { [false, true] } {
            let sample = if own { redeem(house, extent)? } else { peer.redeem(house, extent)? };
            let name = if own { "vestibule" } else { "oidc-provider" };
            eprintln!(
                "{name:<15}round {:<3}{:>8.0} tokens/s {:>8.1} µs/request  p99 {:>6.0} µs  load {:>3.0} %  others {:>3.0} %",
                round + 1,
                sample.requests_per_second(),
                sample.cpu_us_per_request(),
                sample.p99_us,
                sample.load_busy() * 100.0,
                sample.others_busy() * 100.0,
            );
            if own { endpoint.own.push(&sample) } else { endpoint.peer.push(&sample) }
        }
        let first = first_time(house)?;
        eprintln!(
            "{:<15}round {:<3}{:>8.1} µs/request, {} tokens",
            "first time",
            round + 1,
            first.cpu_us_per_request(),
            first.requests
        );
        endpoint.first_time_us.push(first.cpu_us_per_request());
    }
    Ok(endpoint)
}

/// Tokens of the gateway's own endpoint; they are kept, to be shown for the first time.
fn redeem(house: &House<'_>, extent: Extent) -> Result<Sample> {
    let mut load = house.generator("refresh");
    load.arg("--families").arg(house.held.join("families")).arg("--keep").arg(fresh(house));
    sound(load.args(["--path", TOKEN]).args(measured(house.process(), extent)))
}

/// The tokens of the last load, each shown once.
fn first_time(house: &House<'_>) -> Result<Sample> {
    let tokens = fs::read_to_string(fresh(house))?.lines().count();
    let mut load = house.load_of(&fresh(house));
    load.args(["--connections", CONNECTIONS, "--requests", &tokens.to_string()]);
    sound(load.args(["--process", &house.process().to_string()]))
}

fn fresh(house: &House<'_>) -> PathBuf {
    house.held.join("fresh.fields")
}

fn measured(process: u32, extent: Extent) -> [String; 4] {
    let window = format!("{:.0}", extent.seconds * 1_000.0);
    ["--window-ms".to_owned(), window, "--process".to_owned(), process.to_string()]
}

fn sound(load: &mut Command) -> Result<Sample> {
    let sample = Sample::of(load)?;
    let wrong = sample.wrong();
    ensure!(wrong.is_none(), "{}", wrong.unwrap_or_default());
    Ok(sample)
}

/// `oidc-provider`, on the gateway's core; stopped when dropped.
struct Peer {
    child: Child,
    said: Said,
    families: PathBuf,
}

/// What it says once it listens.
#[derive(Deserialize)]
struct Said {
    port: u16,
    version: String,
    families: Vec<String>,
}

impl Peer {
    fn start(house: &House<'_>) -> Result<Self> {
        let folder = target_directory()?.join("bench-node");
        let root = repository::root();
        must_succeed(Command::new(root.join(INSTALL)).arg("node").arg(&folder))?;
        let script = folder.join("bench.mjs");
        fs::copy(root.join(PEER), &script).context(PEER)?;
        let mut child = command(house, &script).spawn().context("cannot start node")?;
        let mut line = String::new();
        let out = child.stdout.take().context("node has no output")?;
        BufReader::new(out).read_line(&mut line)?;
        let said: Said =
            serde_json::from_str(&line).with_context(|| format!("oidc-provider does not start: {line}"))?;
        let families = house.held.join("peer-families");
        fs::write(&families, said.families.iter().map(|token| format!("{token}\n")).collect::<String>())?;
        Ok(Self { child, said, families })
    }

    fn redeem(&self, house: &House<'_>, extent: Extent) -> Result<Sample> {
        let (port, mut load) = (self.said.port, house.ground.generator());
        load.args(["refresh", "--target", &format!("127.0.0.1:{port}"), "--authority", &format!("localhost:{port}")]);
        load.arg("--server-certificate").arg(house.ground.directory.join("server.pem"));
        load.arg("--families").arg(&self.families).args(["--path", "/token"]);
        sound(load.args(measured(self.child.id(), extent)))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn command(house: &House<'_>, script: &Path) -> Command {
    let line = ["node".to_owned(), script.display().to_string()];
    let mut command = house.ground.beside_nobody(&line, 1);
    command.env("NODE_ENV", "production").env("FAMILIES", FAMILIES.to_string());
    command.env("TLS_KEY", house.ground.directory.join("server.key"));
    command.env("TLS_CERTIFICATE", house.ground.directory.join("server.pem"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}
