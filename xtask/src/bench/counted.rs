//! Instructions that a contender takes for a request, counted by callgrind: the same on a busy machine as on a quiet one.
//!
//! One connection, two runs with different numbers of requests: the
//! difference leaves out start-up, the handshake and the end. What the kernel
//! does is not counted, so that this figure is about the contender's own code.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::contender::Contender;
use super::ground::Ground;
use super::running::Running;
use super::sample::{self, Sample};
use super::scenario::Scenario;

/// The program that counts, and its Debian package.
pub(crate) const COUNTER: (&str, &str) = ("valgrind", "valgrind");

const FEW: u64 = 500;
const MANY: u64 = 2_500;

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
    let few = instructions(contender, ground, scenario, logged, FEW)?;
    let many = instructions(contender, ground, scenario, logged, MANY)?;
    Ok(many.saturating_sub(few) as f64 / (MANY - FEW) as f64)
}

fn instructions(
    contender: Contender,
    ground: &Ground,
    scenario: &Scenario,
    logged: bool,
    requests: u64,
) -> Result<u64> {
    let counts = ground.directory.join("callgrind");
    if counts.exists() {
        fs::remove_dir_all(&counts)?;
    }
    fs::create_dir_all(&counts)?;
    // nginx's worker, which is nobody, writes its own count.
    fs::set_permissions(&counts, fs::Permissions::from_mode(0o777))?;
    let wrapper = ["valgrind", "--tool=callgrind", &format!("--callgrind-out-file={}/%p", counts.display())];
    let mut running = Running::start_under(&wrapper.map(str::to_owned), contender, ground, logged)?;
    let shown = Sample::of(sample::command(ground, scenario).args(["--requests", &requests.to_string()]))?;
    if let Some(why) = shown.wrong() {
        bail!("{}: {why}", contender.name());
    }
    running.stop()?;
    let mut total = 0;
    for count in fs::read_dir(&counts)? {
        total += read_count(&count?.path())?;
    }
    Ok(total)
}

/// The figure behind `summary:` or, in files without it, `totals:`.
fn read_count(file: &Path) -> Result<u64> {
    let text = fs::read_to_string(file)?;
    let figure = ["summary:", "totals:"].iter().find_map(|word| text.lines().find_map(|line| line.strip_prefix(word)));
    let figure = figure.with_context(|| format!("no count in {}", file.display()))?;
    figure.trim().parse().with_context(|| format!("not a count: `{figure}`"))
}
