//! Where a comparison takes place: a directory, addresses, cores, and the programs that take part.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::contender::{self, Contender};
use crate::step::must_succeed;
use crate::{needs, repository};

/// Open files that 2,000 idle connections and their upstream side need, with room to spare.
const OPEN_FILES: u32 = 16_384;

/// A file system in memory.
const MEMORY: &str = "/dev/shm";

/// Which core whose work is done on.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Cores {
    pub(crate) contender: u32,
    pub(crate) load: u32,
}

pub(crate) struct Ground {
    pub(crate) directory: PathBuf,
    pub(crate) vestibule: PathBuf,
    /// Where the programs are that came as Python packages.
    pub(crate) wheels: PathBuf,
    generator: PathBuf,
    pub(crate) origin: SocketAddr,
    pub(crate) plain: SocketAddr,
    pub(crate) tls: SocketAddr,
    pub(crate) mtls: SocketAddr,
    /// A directory in memory, for what is written while load is on; removed at the end.
    pub(crate) memory: PathBuf,
    cores: Cores,
}

impl Drop for Ground {
    fn drop(&mut self) {
        // It may never have been made.
        std::fs::remove_dir_all(&self.memory).ok();
    }
}

impl Ground {
    /// Installs or names what is missing, builds what is ours, writes certificates.
    ///
    /// # Errors
    /// When something is missing that cannot be installed, or does not build.
    pub(crate) fn prepare(contenders: &[Contender], binary: Option<&Path>, cores: Cores) -> Result<Self> {
        needs::programs(&programs(contenders))?;
        let target = target_directory()?;
        let release = target.join("release");
        let vestibule = binary.map_or_else(|| release.join("vestibule"), Path::to_owned);
        let mut build = repository::cargo(&["build", "--release", "--package", "vestibule-bench"]);
        if contenders.contains(&Contender::Vestibule) && binary.is_none() {
            build.args(["--package", "vestibule"]);
        }
        must_succeed(&mut build)?;
        let wheels = target.join("bench-wheels");
        if contenders.iter().any(|contender| contender.is_in_wheels()) {
            contender::install_wheels(&wheels)?;
        }
        let directory = target.join("bench");
        std::fs::create_dir_all(&directory)?;
        let memory = Path::new(MEMORY).join(format!("vestibule-bench-{}", std::process::id()));
        std::fs::create_dir_all(&memory)?;
        let [origin, plain, tls, mtls] = free_addresses()?;
        let generator = release.join("vestibule-bench");
        must_succeed(Command::new(&generator).arg("certificates").arg(&directory))?;
        Ok(Self { directory, vestibule, wheels, generator, origin, plain, tls, mtls, memory, cores })
    }

    /// Addresses and a directory that nobody uses.
    #[cfg(test)]
    pub(crate) fn somewhere() -> Self {
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        let (directory, vestibule, generator) = ("directory".into(), "vestibule".into(), "generator".into());
        let (origin, plain, tls, mtls) = (nowhere, nowhere, nowhere, nowhere);
        let (wheels, memory) = ("wheels".into(), "memory".into());
        let cores = Cores { contender: 1, load: 0 };
        Self { directory, vestibule, wheels, generator, origin, plain, tls, mtls, memory, cores }
    }

    /// A command that runs on the contender's core; with two workers, on that of the load as well.
    pub(crate) fn beside_nobody(&self, line: &[String], workers: u32) -> Command {
        let Cores { contender, load } = self.cores;
        let mut command = pinned(&if workers > 1 { format!("{contender},{load}") } else { contender.to_string() });
        command.args(line);
        command
    }

    /// The load generator, on its core.
    pub(crate) fn generator(&self) -> Command {
        let mut command = pinned(&self.cores.load.to_string());
        command.arg(&self.generator);
        command
    }

    pub(crate) fn cores(&self) -> Cores {
        self.cores
    }
}

/// Both programs replace themselves by what they are told to run, so that its process id is the command's.
fn pinned(cores: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", cores, "prlimit", &format!("--nofile={OPEN_FILES}")]);
    command
}

fn programs(contenders: &[Contender]) -> Vec<(&'static str, &'static str)> {
    let mut programs = vec![("taskset", "util-linux"), ("prlimit", "util-linux"), ("kill", "procps")];
    programs.extend(contenders.iter().filter_map(|contender| contender.package()));
    if contenders.iter().any(|contender| contender.is_in_wheels()) {
        programs.push(contender::INSTALLER);
    }
    programs
}

/// Four addresses that nobody listens at.
fn free_addresses() -> Result<[SocketAddr; 4]> {
    let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listeners = [bind()?, bind()?, bind()?, bind()?];
    let mut addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); 4];
    for (address, listener) in addresses.iter_mut().zip(&listeners) {
        *address = listener.local_addr()?;
    }
    Ok(addresses)
}

#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
}

/// Where cargo puts what it builds.
///
/// # Errors
/// When cargo cannot be asked.
pub(crate) fn target_directory() -> Result<PathBuf> {
    let output = repository::cargo(&["metadata", "--no-deps", "--format-version", "1"]).output()?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    Ok(Path::new(&metadata.target_directory).to_owned())
}
