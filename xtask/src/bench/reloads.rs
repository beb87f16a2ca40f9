//! What a thousand reloads leave behind: memory after the first fifty against memory at the end.
//!
//! Each reload changes one of a thousand routes, is asked for over the admin
//! socket, and is over when the new route is served and the old one is not.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::contender::Contender;
use super::ground::Ground;
use super::running::{self, Running};
use super::setup::{Setup, Variant};

/// Besides the one that changes.
pub(crate) const ROUTES_THAT_STAY: u32 = 999;
/// After so many, all that is made once has been made.
const WARM: u32 = 50;
const RELOADS: u32 = 1_000;

/// Memory of the process, in MiB.
pub(crate) struct Kept {
    pub(crate) warm_mib: f64,
    pub(crate) after_mib: f64,
}

impl Kept {
    pub(crate) fn growth_percent(&self) -> f64 {
        (self.after_mib / self.warm_mib - 1.0) * 100.0
    }
}

/// # Errors
/// When a reload is not taken, or what is served is not what the file says.
pub(crate) fn run(contender: Contender, ground: &Ground) -> Result<Kept> {
    let running = Running::start(contender, ground, Variant { setup: Setup::Reloads, logged: false })?;
    let path = ground.directory.join("vestibule.yaml");
    let file = fs::read_to_string(&path)?;
    ensure!(file.contains(&route(0)), "{} has no route that changes", path.display());
    let mut warm_mib = 0.0;
    for number in 1..=RELOADS {
        fs::write(&path, file.replace(&route(0), &route(number)))?;
        reload(&ground.directory.join("admin.sock")).with_context(|| format!("reload {number}"))?;
        for (number, wanted) in [(number, "200"), (number - 1, "404")] {
            let status = running::status(ground.plain, &format!("/changing{number}/1024"))?;
            ensure!(status == wanted, "after the reload route {number} is answered with {status}");
        }
        if number == WARM {
            warm_mib = memory_mib(running.process())?;
        }
    }
    Ok(Kept { warm_mib, after_mib: memory_mib(running.process())? })
}

fn route(number: u32) -> String {
    format!("GET /changing{number}/{{length}}")
}

/// Asks for a reload and waits until it is taken.
fn reload(socket: &Path) -> Result<()> {
    let mut stream = UnixStream::connect(socket)?;
    stream.write_all(b"POST /reload HTTP/1.1\r\nhost: admin\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    Ok(())
}

/// Proportional set size.
fn memory_mib(process: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).context("no `Pss`")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1_024.0)
}
