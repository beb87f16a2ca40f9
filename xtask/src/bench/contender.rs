//! The proxies that are compared: what each is started with, from configuration files that are committed.

#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::ground::Ground;
use crate::repository;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Contender {
    Vestibule,
    Nginx,
    Haproxy,
}

impl Contender {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Contender::Vestibule => "Vestibule",
            Contender::Nginx => "nginx",
            Contender::Haproxy => "HAProxy",
        }
    }

    /// The Debian package that has it.
    pub(crate) fn package(self) -> Option<&'static str> {
        match self {
            Contender::Vestibule => None,
            Contender::Nginx => Some("nginx-light"),
            Contender::Haproxy => Some("haproxy"),
        }
    }

    /// The processes that a running one is made of, besides the one that was started.
    pub(crate) fn workers(self) -> usize {
        match self {
            Contender::Nginx => 1,
            Contender::Vestibule | Contender::Haproxy => 0,
        }
    }

    /// Its configuration: the committed file, and what it is called where it is filled in.
    fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Contender::Vestibule => &[("bench/vestibule.yaml", "vestibule.yaml")],
            Contender::Nginx => {
                &[("bench/peers/nginx.conf", "nginx.conf"), ("bench/peers/nginx-forward.conf", "nginx-forward.conf")]
            }
            Contender::Haproxy => &[("bench/peers/haproxy.cfg", "haproxy.cfg")],
        }
    }

    /// Writes its configuration, all names filled in, into the ground's directory.
    ///
    /// # Errors
    /// When a file of `bench/` is missing or the directory cannot be written.
    pub(crate) fn configure(self, ground: &Ground, logged: bool) -> Result<()> {
        for (template, name) in self.files() {
            let text = fs::read_to_string(repository::root().join(template)).with_context(|| (*template).to_owned())?;
            fs::write(ground.directory.join(name), self.fill(ground, &text, logged))?;
        }
        Ok(())
    }

    fn fill(self, ground: &Ground, template: &str, logged: bool) -> String {
        let places = [
            ("{{DIRECTORY}}", ground.directory.display().to_string()),
            ("{{ORIGIN}}", ground.origin.to_string()),
            ("{{PLAIN}}", ground.plain.to_string()),
            ("{{TLS}}", ground.tls.to_string()),
            ("{{MTLS}}", ground.mtls.to_string()),
            ("{{ACCESS_LOG}}", self.access_log(ground, logged)),
        ];
        places.iter().fold(template.to_owned(), |text, (place, value)| text.replace(place, value))
    }

    /// What its file says about the access log. All write one JSON line per request into a file: HAProxy and
    /// Vestibule by way of standard output.
    fn access_log(self, ground: &Ground, logged: bool) -> String {
        match (self, logged) {
            (Contender::Nginx, true) => {
                format!("{}/nginx-access.log facts buffer=64k flush=1s", ground.directory.display())
            }
            (Contender::Nginx, false) => "off".to_owned(),
            (Contender::Haproxy, true) => "log stdout len 4096 format raw local0 info".to_owned(),
            (Contender::Haproxy, false) => "no log".to_owned(),
            (Contender::Vestibule, true) => "{ to: stdout, format: json }".to_owned(),
            (Contender::Vestibule, false) => "none".to_owned(),
        }
    }

    /// The command line that runs it in the foreground.
    pub(crate) fn command_line(self, ground: &Ground) -> Vec<String> {
        let file = |name: &str| ground.directory.join(name).display().to_string();
        match self {
            Contender::Vestibule => {
                vec![ground.vestibule.display().to_string(), "run".to_owned(), "-c".to_owned(), file("vestibule.yaml")]
            }
            Contender::Nginx => {
                let arguments = ["-e", &file("nginx-error.log"), "-p", &file(""), "-c", &file("nginx.conf")];
                std::iter::once("nginx").chain(arguments).map(str::to_owned).collect()
            }
            Contender::Haproxy => {
                vec!["haproxy".to_owned(), "-db".to_owned(), "-f".to_owned(), file("haproxy.cfg")]
            }
        }
    }

    /// What makes it do its work in the process that was started, for a counter that can follow only that.
    pub(crate) fn without_workers(self) -> &'static [&'static str] {
        match self {
            Contender::Nginx => &["-g", "master_process off;"],
            Contender::Vestibule | Contender::Haproxy => &[],
        }
    }

    /// Its version and that of its TLS library, as it says itself.
    pub(crate) fn version(self, ground: &Ground) -> Result<String> {
        Ok(match self {
            Contender::Vestibule => said(&ground.vestibule, &["--version"], |line| line.starts_with("vestibule"))?,
            Contender::Nginx => said(Path::new("nginx"), &["-V"], |line| {
                line.starts_with("nginx version") || line.starts_with("built with")
            })?,
            Contender::Haproxy => said(Path::new("haproxy"), &["-vv"], |line| {
                line.starts_with("HAProxy version") || line.starts_with("Running on OpenSSL")
            })?,
        })
    }
}

/// The lines that a program says about itself and that are of interest.
fn said(program: &Path, arguments: &[&str], of_interest: impl Fn(&str) -> bool) -> Result<String> {
    let output = Command::new(program).args(arguments).output().with_context(|| program.display().to_string())?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(text.lines().filter(|line| of_interest(line)).collect::<Vec<_>>().join("; "))
}
