//! A contender that runs: started afresh for each sample, stopped when dropped.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::contender::Contender;
use super::ground::Ground;
use super::setup::{Setup, Variant};

/// A contender that does not answer after this long does not start at all; a counted one runs fifty times slower.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked at meanwhile; no proxy tells its parent when it is ready.
const GLANCE: Duration = Duration::from_micros(200);

pub(crate) struct Running {
    child: Child,
    begun: Instant,
}

impl Running {
    /// Starts the contender with a fresh configuration and waits until it listens and has its workers.
    ///
    /// # Errors
    /// With what it said, when it does not start.
    pub(crate) fn start(contender: Contender, ground: &Ground, variant: Variant) -> Result<Self> {
        let line = contender.command_line(ground, variant.setup);
        let running = Self::spawn(contender, ground, variant, &line)?;
        let mut running = running.listening(contender, ground)?;
        if contender.is_configured_late() {
            running.wait(contender, ground, || status(ground.plain, "/bytes/1").is_ok_and(|status| status != "404"))?;
        }
        let process = running.child.id();
        running.wait(contender, ground, || children(process).len() >= contender.children(variant.setup))?;
        Ok(running)
    }

    /// As `start`, in one process, with a program in front that runs it.
    ///
    /// # Errors
    /// With what it said, when it does not start.
    pub(crate) fn start_under(
        wrapper: &[String],
        contender: Contender,
        ground: &Ground,
        variant: Variant,
    ) -> Result<Self> {
        let mut line = wrapper.to_vec();
        line.extend(contender.command_line(ground, variant.setup));
        line.extend(contender.without_workers().iter().map(|word| (*word).to_owned()));
        Self::spawn(contender, ground, variant, &line)?.listening(contender, ground)
    }

    fn listening(mut self, contender: Contender, ground: &Ground) -> Result<Self> {
        for address in [ground.plain, ground.tls, ground.mtls] {
            self.wait(contender, ground, || TcpStream::connect(address).is_ok())?;
        }
        Ok(self)
    }

    /// Starts the contender and says how long it took to its first right answer.
    ///
    /// # Errors
    /// With what it said, when it does not start.
    pub(crate) fn time_to_answer(contender: Contender, ground: &Ground) -> Result<Duration> {
        let variant = Variant { setup: Setup::Plain, logged: false };
        let line = contender.command_line(ground, variant.setup);
        let mut running = Self::spawn(contender, ground, variant, &line)?;
        running.wait(contender, ground, || status(ground.plain, "/bytes/1").is_ok_and(|status| status == "200"))?;
        Ok(running.begun.elapsed())
    }

    fn spawn(contender: Contender, ground: &Ground, variant: Variant, line: &[String]) -> Result<Self> {
        contender.configure(ground, variant)?;
        let said = |stream: &str| File::create(said_file(contender, ground, stream));
        // A log that grows from sample to sample would be another load for each.
        fs::remove_file(contender.log_file(ground)).ok();
        let begun = Instant::now();
        let child = ground
            .beside_nobody(line, variant.setup.workers())
            .stdin(Stdio::null())
            .stdout(said("stdout")?)
            .stderr(said("stderr")?)
            .spawn()
            .with_context(|| format!("cannot start {}", contender.name()))?;
        Ok(Self { child, begun })
    }

    fn wait(&mut self, contender: Contender, ground: &Ground, mut ready: impl FnMut() -> bool) -> Result<()> {
        while !ready() {
            if self.child.try_wait()?.is_some() || self.begun.elapsed() > PATIENCE {
                let said = fs::read_to_string(said_file(contender, ground, "stderr")).unwrap_or_default();
                bail!("{} does not start:\n{said}", contender.name());
            }
            pause(GLANCE);
        }
        Ok(())
    }

    /// The process that was started.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// The process that was started and its workers.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let mut processes = vec![self.child.id()];
        processes.extend(children(self.child.id()));
        processes
    }

    /// Asks it to end and waits until it has.
    ///
    /// # Errors
    /// When it does not end.
    pub(crate) fn stop(&mut self) -> Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        let begun = Instant::now();
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > PATIENCE {
                self.child.kill()?;
                self.child.wait()?;
                bail!("a contender did not stop when it was told to");
            }
            pause(GLANCE);
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("warning: {error:#}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "there is no event to wait for: proxies say nothing when they are ready")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

fn said_file(contender: Contender, ground: &Ground, stream: &str) -> std::path::PathBuf {
    ground.directory.join(format!("{}.{stream}", contender.name().to_lowercase()))
}

fn children(process: u32) -> Vec<u32> {
    let listed = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    listed.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

/// The status that a request is answered with.
///
/// # Errors
/// When nobody answers.
pub(crate) fn status(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    Ok(answer.split(' ').nth(1).unwrap_or_default().to_owned())
}
