//! The gateway that is measured, with people who registered at it and what they hold.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::credential::Credential;
use crate::bench::contender::Contender;
use crate::bench::ground::Ground;
use crate::bench::running::Running;
use crate::bench::setup::{Setup, Variant};
use crate::step::must_succeed;

/// Where the provider's token endpoint is.
pub(super) const TOKEN: &str = "/auth/token";
/// A counted gateway takes its time.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct House<'a> {
    pub(super) ground: &'a Ground,
    running: Running,
    /// Where what people hold is written down.
    pub(super) held: PathBuf,
}

/// What identity costs at least, in microseconds of CPU.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Alone {
    pub(crate) es256_verified_us: f64,
    pub(crate) es256_signed_us: f64,
    pub(crate) argon2id_us: f64,
}

impl<'a> House<'a> {
    /// A gateway with so many people, the first of whom holds so many families of tokens.
    ///
    /// # Errors
    /// When it does not start, or somebody cannot register.
    pub(super) fn open(ground: &'a Ground, people: usize, families: usize) -> Result<Self> {
        Self::forget(ground)?;
        let running = Running::start(Contender::Vestibule, ground, VARIANT)?;
        Self::furnish(ground, running, people, families)
    }

    /// The same, counted: `wrapper` stands in front of it.
    ///
    /// # Errors
    /// As [`House::open`].
    pub(super) fn open_under(ground: &'a Ground, wrapper: &[String]) -> Result<Self> {
        Self::forget(ground)?;
        let running = Running::start_under(wrapper, Contender::Vestibule, ground, VARIANT)?;
        Self::furnish(ground, running, 1, 1)
    }

    /// Whoever registered before is no more.
    fn forget(ground: &Ground) -> Result<()> {
        for directory in [ground.directory.join("vestibule-data"), ground.directory.join("held")] {
            if directory.exists() {
                fs::remove_dir_all(&directory)?;
            }
        }
        Ok(fs::create_dir_all(ground.directory.join("held"))?)
    }

    fn furnish(ground: &'a Ground, running: Running, people: usize, families: usize) -> Result<Self> {
        let house = Self { ground, running, held: ground.directory.join("held") };
        let (people, families) = (people.to_string(), families.to_string());
        let mut register = house.generator("people");
        register.arg("--said").arg(ground.directory.join("vestibule.stderr"));
        register.args(["--people", &people, "--families", &families, "--directory"]).arg(&house.held);
        must_succeed(&mut register)?;
        let key = house.make_key()?;
        fs::write(house.held.join("key.fields"), format!("authorization: Bearer {key}\n"))?;
        Ok(house)
    }

    pub(super) fn process(&self) -> u32 {
        self.running.process()
    }

    /// The load generator with one of its commands that go to the provider.
    pub(super) fn generator(&self, command: &str) -> Command {
        let mut generator = self.ground.generator();
        generator.arg(command).args(["--target", &self.ground.tls.to_string(), "--authority", &self.authority()]);
        generator.arg("--server-certificate").arg(self.ground.directory.join("server.pem"));
        generator
    }

    /// Requests of a caller who shows this.
    pub(super) fn load(&self, credential: Credential) -> Command {
        match credential.fields() {
            Some(fields) => self.load_of(&self.held.join(fields)),
            None => self.load_at("bytes"),
        }
    }

    /// Requests that show what stands in a file.
    pub(super) fn load_of(&self, fields: &Path) -> Command {
        let mut load = self.load_at("known");
        load.arg("--fields").arg(fields);
        load
    }

    fn load_at(&self, ask: &str) -> Command {
        let mut load = self.generator("load");
        load.args(["--origin", &self.ground.origin.to_string(), "--ask", ask]);
        load
    }

    /// Makes what so many requests need that cannot be shown twice.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn prepare(&self, credential: Credential, requests: u64) -> Result<()> {
        if credential != Credential::Proof {
            return Ok(());
        }
        let address = format!("https://{}/known/1024", self.authority());
        let mut proofs = self.ground.generator();
        proofs.args(["proofs", "--address", &address, "--count", &requests.to_string(), "--directory"]);
        must_succeed(proofs.arg(&self.held))
    }

    /// # Errors
    /// When it cannot be measured.
    pub(super) fn alone(&self) -> Result<Alone> {
        let output = self.ground.generator().arg("alone").output()?;
        ensure!(output.status.success(), "alone: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).context("what identity costs alone")
    }

    fn authority(&self) -> String {
        format!("localhost:{}", self.ground.tls.port())
    }

    /// A key of the store, made as `vestibule keys create` makes one.
    fn make_key(&self) -> Result<String> {
        let mut socket = UnixStream::connect(self.ground.directory.join("admin.sock"))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let asked = serde_json::json!({
            "name": "bench", "kind": "restricted", "apis": ["known"], "scopes": [], "origins": [], "networks": [],
            "expires": null, "owner": null, "purpose": null
        });
        let asked = asked.to_string();
        let head = format!("POST /keys/create HTTP/1.1\r\nhost: admin\r\ncontent-length: {}\r\n", asked.len());
        socket.write_all(format!("{head}connection: close\r\n\r\n{asked}").as_bytes())?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").context("no answer")?;
        let said: serde_json::Value = serde_json::from_str(body).with_context(|| answer.clone())?;
        let key = said.get("key").and_then(serde_json::Value::as_str);
        Ok(key.with_context(|| format!("no key: {body}"))?.to_owned())
    }
}

const VARIANT: Variant = Variant { setup: Setup::Identity, logged: false };
