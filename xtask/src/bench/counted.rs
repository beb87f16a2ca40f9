//! Instructions that a contender takes for a request, counted by callgrind: the same on a busy machine as on a quiet one.
//!
//! One connection, twice, with different numbers of requests: the difference
//! leaves out the handshake and the end. Counts are taken between dumps of one
//! process, because start-up gathers entropy and never costs the same twice.
//! What the kernel does is not counted: this figure is about the contender's
//! own code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use super::contender::Contender;
use super::ground::Ground;
use super::running::Running;
use super::sample::{self, Sample};
use super::scenario::Scenario;

/// The program that counts, and its Debian package.
pub(crate) const COUNTER: (&str, &str) = ("valgrind", "valgrind");

const FEW: u64 = 300;
const MANY: u64 = 1_300;

/// Counts what one process takes, between dumps.
pub(crate) struct Counter {
    directory: PathBuf,
    dumps: u32,
}

impl Counter {
    /// One whose dumps go into an empty directory.
    ///
    /// # Errors
    /// When there can be none.
    pub(crate) fn new(ground: &Ground) -> Result<Self> {
        let directory = ground.directory.join("callgrind");
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        fs::create_dir_all(&directory)?;
        Ok(Self { directory, dumps: 0 })
    }

    /// What stands in front of the program that is counted.
    pub(crate) fn wrapper(&self) -> Vec<String> {
        let file = format!("--callgrind-out-file={}/%p", self.directory.display());
        ["valgrind", "--tool=callgrind", &file].map(str::to_owned).to_vec()
    }

    /// Instructions per request in user space, under loads of so many requests.
    ///
    /// # Errors
    /// When an answer is wrong, or nothing was counted.
    pub(crate) fn per_request(&mut self, process: u32, load: impl Fn(u64) -> Result<Command>) -> Result<f64> {
        let mut counts = Vec::new();
        // The first fills pools, caches and the branch of a log that is written for the first time.
        for requests in [FEW, FEW, MANY] {
            let shown = Sample::of(load(requests)?.args(["--requests", &requests.to_string()]))?;
            if let Some(why) = shown.wrong() {
                bail!("{why}");
            }
            self.dumps += 1;
            counts.push(dump(&self.directory, process, self.dumps)?);
        }
        let [_, few, many] = *counts.as_slice() else { bail!("not three dumps") };
        Ok(many.saturating_sub(few) as f64 / (MANY - FEW) as f64)
    }
}

/// Instructions per request in user space.
///
/// # Errors
/// When the contender does not start under callgrind or answers wrongly.
pub(crate) fn instructions_per_request(
    contender: Contender,
    ground: &Ground,
    scenario: &Scenario,
    logged: bool,
) -> Result<f64> {
    let mut counter = Counter::new(ground)?;
    let mut running = Running::start_under(&counter.wrapper(), contender, ground, scenario.variant(logged))?;
    let counted = counter.per_request(running.process(), |_| Ok(sample::command(ground, scenario)));
    let counted = counted.with_context(|| contender.name())?;
    running.stop()?;
    Ok(counted)
}

/// What the process has taken since the last dump.
fn dump(counts: &Path, process: u32, number: u32) -> Result<u64> {
    let asked = Command::new("callgrind_control").arg("--dump").arg(process.to_string()).output()?;
    let file = counts.join(format!("{process}.{number}"));
    ensure!(file.exists(), "callgrind did not dump: {}", String::from_utf8_lossy(&asked.stdout));
    read_count(&file)
}

/// The figure behind `summary:` or, in files without it, `totals:`.
fn read_count(file: &Path) -> Result<u64> {
    let text = fs::read_to_string(file)?;
    let figure = ["summary:", "totals:"].iter().find_map(|word| text.lines().find_map(|line| line.strip_prefix(word)));
    let figure = figure.with_context(|| format!("no count in {}", file.display()))?;
    figure.trim().parse().with_context(|| format!("not a count: `{figure}`"))
}
